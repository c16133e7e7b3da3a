"""Proposals (拟办): acts that take effect when a second person approves them."""

from django.db import models

from zhengming.records.models.columns import CODE, identifier
from zhengming.records.models.staff import Staff


class Proposal(models.Model):
    """An act that one person proposed. ``arguments``: ids and codes only; ``statement_sealed``: the reasons."""

    id = identifier()
    act = models.CharField(max_length=CODE)
    arguments = models.JSONField()
    statement_sealed = models.TextField()
    proposed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_approved = models.BooleanField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")),
                name="nobody_decides_on_his_own_proposal",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_at__isnull=True, decided_by__isnull=True, is_approved__isnull=True)
                | models.Q(decided_at__isnull=False, decided_by__isnull=False, is_approved__isnull=False),
                name="a_decision_has_a_person_and_a_moment",
            ),
        ]
