"""What verification of identity needs between two requests (Art. 9): attempts that count, codes that are awaited."""

from django.db import models

from zhengming.records.models.columns import CODE, DIGEST, identifier


class Attempt(models.Model):
    """An attempt, as :class:`zhengming.identity.attempts.Attempt` has it: digests and opaque ids only."""

    id = identifier()
    at = models.DateTimeField(db_index=True)
    subject = models.CharField(max_length=DIGEST, db_index=True)
    account = models.CharField(max_length=DIGEST, db_index=True)
    address = models.CharField(max_length=DIGEST, db_index=True)
    purpose = models.CharField(max_length=CODE)
    failed = models.BooleanField(default=True)

    class Meta:
        default_permissions = ()


class Challenge(models.Model):
    """A one-time code that is awaited, as :class:`zhengming.identity.one_time_code.Challenge` has it."""

    subject = models.CharField(primary_key=True, max_length=DIGEST)
    salt = models.CharField(max_length=CODE)
    digest = models.CharField(max_length=DIGEST)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    tries_left = models.PositiveSmallIntegerField()
    used = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
