"""Columns and constraints that several tables share."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django.db import models

#: The most characters of a code, a digest, a sealed text.
CODE, DIGEST, URL = 64, 160, 500


def identifier() -> Any:
    """The primary key: an opaque id given by the act that makes the record."""
    return models.CharField(primary_key=True, max_length=32)


def one_of(column: str, values: Iterable[str], name: str) -> models.CheckConstraint:
    """That ``column`` holds one of ``values``."""
    return models.CheckConstraint(condition=models.Q(**{f"{column}__in": sorted(values)}), name=name)


def begins_before_it_ends(name: str, since: str = "since", until: str = "until") -> models.CheckConstraint:
    """That ``until`` is after ``since``, or not fixed."""
    later = models.Q(**{f"{until}__gt": models.F(since)})
    return models.CheckConstraint(condition=models.Q(**{f"{until}__isnull": True}) | later, name=name)


def four_eyes(first: str, second: str, name: str, unless: models.Q) -> models.CheckConstraint:
    """That ``unless`` holds, or both columns name staff, and not the same person."""
    both = models.Q(**{f"{first}__isnull": False, f"{second}__isnull": False})
    return models.CheckConstraint(condition=unless | both & ~models.Q(**{first: models.F(second)}), name=name)


def values(kind: type[StrEnum]) -> list[str]:
    """The values of an enumeration."""
    return [each.value for each in kind]
