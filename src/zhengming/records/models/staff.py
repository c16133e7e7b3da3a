"""Staff (工作人员): the people of the console and of the command line, with their roles."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from zhengming.records.models.columns import CODE, identifier
from zhengming.records.roles import PERMISSIONS


class Staff(AbstractBaseUser, PermissionsMixin):
    """An account of one person. ``username`` is a work name, shown in records; passwords are hashed by Django."""

    id = identifier()
    username = models.CharField(max_length=CODE, unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects: ClassVar[BaseUserManager["Staff"]] = BaseUserManager()
    USERNAME_FIELD = "username"

    class Meta:
        default_permissions = ()
        permissions = [(code, words.zh) for code, words in PERMISSIONS.items()]
