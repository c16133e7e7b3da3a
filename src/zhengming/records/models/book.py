"""What ties acts to the ledger and to the policy: the version of the records, changes, entries that wait."""

from django.db import models

from zhengming.records.models.columns import CODE, identifier


class Installation(models.Model):
    """The one row by which acts take turns: whoever changes the records locks it and raises ``version``."""

    id = identifier()
    only = models.BooleanField(default=True, unique=True)
    version = models.PositiveBigIntegerField(default=0)
    carrying_from = models.PositiveBigIntegerField(
        null=True
    )  # size of the ledger when entries were last on their way

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="there_is_one_installation")]


class Change(models.Model):
    """That ``version`` changed a part of the policy: its kind and id."""

    version = models.PositiveBigIntegerField(db_index=True)
    kind = models.CharField(max_length=CODE)
    part = models.CharField(max_length=CODE)

    class Meta:
        default_permissions = ()


class PendingEntry(models.Model):
    """An entry of the ledger that was written with its act and waits to be carried over; gone when it is there."""

    id = models.BigAutoField(primary_key=True)
    encoded = models.BinaryField()

    class Meta:
        default_permissions = ()
