"""What every installation has from its first start: its one row, and the roles of its staff."""

from uuid import uuid4

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from zhengming.records.models import Installation
from zhengming.records.roles import ROLES


def ensured() -> None:
    """Make the row and the roles where they are not there; roles get the permissions of :mod:`roles`."""
    if Installation.objects.exists() and set(ROLES) <= set(Group.objects.values_list("name", flat=True)):
        return
    with transaction.atomic():
        Installation.objects.get_or_create(only=True, defaults={"id": uuid4().hex})
        for name, (_, codes) in ROLES.items():
            group, _ = Group.objects.get_or_create(name=name)
            group.permissions.set(Permission.objects.filter(content_type__app_label="records", codename__in=codes))
