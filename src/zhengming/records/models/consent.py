"""The separate consent (单独同意) of the person whose face or voice is edited (Art. 14.2)."""

from django.db import models

from zhengming.records.models.agreement import Agreement
from zhengming.records.models.columns import CODE, DIGEST, begins_before_it_ends, four_eyes, identifier
from zhengming.records.models.service import Service
from zhengming.records.models.staff import Staff


class ConsentRequest(models.Model):
    """A one-time link: what a person is asked to agree to. ``token`` is the SHA-256 of the secret in the link."""

    id = identifier()
    token = models.CharField(max_length=64, unique=True)
    service = models.ForeignKey(Service, models.PROTECT)
    function = models.CharField(max_length=CODE)
    material = models.CharField(max_length=DIGEST)
    purpose = models.CharField(max_length=CODE)
    days = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [begins_before_it_ends("link_begins_before_it_ends", since="created_at")]


class Consent(models.Model):
    """A consent given. Erasing takes the digests of person and material out of the row and leaves that it was."""

    id = identifier()
    request = models.OneToOneField(ConsentRequest, models.PROTECT, related_name="consent")
    person = models.CharField(max_length=DIGEST, blank=True, db_index=True)
    service = models.ForeignKey(Service, models.PROTECT, related_name="consents")
    function = models.CharField(max_length=CODE)
    material = models.CharField(max_length=DIGEST, blank=True)
    purpose = models.CharField(max_length=CODE)
    notice = models.ForeignKey(Agreement, models.PROTECT)
    receipt = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    erasure_proposed_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    erased_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            begins_before_it_ends("consent_begins_before_it_ends"),
            four_eyes(
                "erasure_proposed_by", "erased_by", "two_people_erase_a_consent", models.Q(erased_at__isnull=True)
            ),
        ]
