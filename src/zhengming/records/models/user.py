"""Users (使用者), their identity assertions (认证结果, Art. 9) and their API keys."""

from django.db import models

from zhengming.records.models.columns import CODE, DIGEST, begins_before_it_ends, identifier, one_of, values
from zhengming.records.models.service import Service
from zhengming.records.parts import UserKind


class User(models.Model):
    """A person or an organisation. The operator's own name of the account is looked up by digest, and sealed."""

    id = identifier()
    reference = models.CharField(max_length=DIGEST, unique=True)
    reference_sealed = models.TextField()
    kind = models.CharField(max_length=16)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [one_of("kind", values(UserKind), "user_is_a_person_or_an_organisation")]


class Identity(models.Model):
    """What is kept of a verification: columns as in :class:`zhengming.identity.assertion.Assertion`."""

    id = identifier()
    user = models.ForeignKey(User, models.PROTECT, related_name="identities")
    method = models.CharField(max_length=CODE)
    level = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=DIGEST, db_index=True)
    evidence = models.CharField(max_length=DIGEST, blank=True)
    reference = models.CharField(max_length=DIGEST, blank=True)
    minor = models.CharField(max_length=16, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_because_sealed = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        constraints = [begins_before_it_ends("identity_begins_before_it_ends")]


class ApiKey(models.Model):
    """A key. Its secret was shown once; what is kept is the SHA-256 of 256 random bits."""

    id = identifier()
    digest = models.CharField(max_length=64, unique=True)
    service = models.ForeignKey(Service, models.PROTECT, related_name="keys")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="keys")
    scopes = models.JSONField(default=list)
    requests_a_minute = models.PositiveIntegerField(null=True)
    requests_a_day = models.PositiveIntegerField(null=True)
    characters_a_day = models.PositiveBigIntegerField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")

    class Meta:
        default_permissions = ()
        constraints = [begins_before_it_ends("key_begins_before_it_ends")]
