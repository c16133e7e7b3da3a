"""Evidence (留存的有关记录): what is kept apart from the ledger, sealed, until its time is over."""

from django.db import models

from zhengming.records.models.columns import CODE, DIGEST


class Evidence(models.Model):
    """A blob in the evidence folder. The row survives its deletion; the key in it does not.

    ``pack``: the file that it shares with others, and where it stands there; "" where it has a file of its own.
    """

    digest = models.CharField(primary_key=True, max_length=DIGEST)
    kind = models.CharField(max_length=CODE)
    size = models.PositiveBigIntegerField()
    key_sealed = models.TextField(blank=True)
    pack = models.CharField(max_length=32, blank=True, db_index=True)
    offset = models.PositiveBigIntegerField(default=0)
    kept_at = models.DateTimeField()
    keep_until = models.DateTimeField(db_index=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(deleted_at__isnull=True) | models.Q(key_sealed=""),
                name="the_key_of_deleted_evidence_is_gone",
            ),
            models.CheckConstraint(
                condition=models.Q(deleted_at__isnull=True) | models.Q(deleted_at__gte=models.F("keep_until")),
                name="evidence_is_not_deleted_before_its_time",
            ),
        ]
