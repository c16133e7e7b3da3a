"""Measures against users (处置措施, Art. 10.3) and orders of authorities (Art. 21)."""

from django.db import models

from zhengming.records.models.columns import CODE, begins_before_it_ends, four_eyes, identifier, one_of, values
from zhengming.records.models.service import Service
from zhengming.records.models.staff import Staff
from zhengming.records.models.user import User
from zhengming.records.parts import MeasureKind, OrderKind


class Measure(models.Model):
    """A measure. The statement of reasons is sealed; it is for the user concerned. Two people close an account."""

    id = identifier()
    user = models.ForeignKey(User, models.PROTECT, related_name="measures")
    kind = models.CharField(max_length=16)
    functions = models.JSONField(default=list)
    ground = models.CharField(max_length=CODE)
    statement_sealed = models.TextField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    imposed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    ended_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            one_of("kind", values(MeasureKind), "measure_is_one_of_art_10"),
            four_eyes("imposed_by", "approved_by", "two_people_close_an_account", ~models.Q(kind="close")),
        ]


class Order(models.Model):
    """An order. One person puts it in force at once; two lift it."""

    id = identifier()
    kind = models.CharField(max_length=16)
    authority = models.CharField(max_length=CODE)
    document = models.CharField(max_length=CODE)
    service = models.ForeignKey(Service, models.PROTECT, null=True, related_name="orders")
    function = models.CharField(max_length=CODE, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    given_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifting_proposed_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    lifted_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            one_of("kind", values(OrderKind), "order_is_one_of_art_21"),
            begins_before_it_ends("order_begins_before_it_ends"),
            four_eyes(
                "lifting_proposed_by", "lifted_by", "two_people_lift_an_order", models.Q(lifted_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="stop-function") | ~models.Q(function=""),
                name="order_to_stop_a_function_names_it",
            ),
        ]
