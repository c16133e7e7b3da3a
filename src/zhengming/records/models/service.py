"""Services (深度合成服务) and their functions, classified by Art. 17 and 23, with what Art. 19, 20, 24 ask for."""

from django.db import models

from zhengming.law.classification import SERVICE_CLASSES, TECHNOLOGIES
from zhengming.records.models.columns import CODE, DIGEST, identifier, one_of, values
from zhengming.records.parts import IdentityOn, TextLabel


class Service(models.Model):
    """A service as :class:`zhengming.records.parts.Service` has it."""

    id = identifier()
    code = models.CharField(max_length=CODE, unique=True)
    title = models.CharField(max_length=200)
    technology = models.CharField(max_length=16)
    service_class = models.CharField(max_length=8)
    is_on = models.BooleanField(default=False)
    filing_number = models.CharField(max_length=CODE, blank=True)
    moves_opinion = models.BooleanField(default=True)
    assessed_until = models.DateTimeField(null=True, blank=True)
    identity_on = models.CharField(max_length=16)
    identity_level = models.PositiveSmallIntegerField(default=1)
    producer = models.CharField(max_length=DIGEST)
    text_label = models.CharField(max_length=16)
    wording = models.CharField(max_length=100, blank=True)
    release_without = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [
            one_of("technology", TECHNOLOGIES, "service_applies_a_technology_of_art_23"),
            one_of("service_class", SERVICE_CLASSES, "service_has_a_class_of_art_17"),
            one_of("identity_on", values(IdentityOn), "service_asks_for_identity_at_a_known_step"),
            one_of("text_label", values(TextLabel), "service_labels_text_at_a_known_place"),
        ]


class Function(models.Model):
    """A function of a service."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="functions")
    code = models.CharField(max_length=CODE)
    technology = models.CharField(max_length=16)
    service_class = models.CharField(max_length=8)
    is_on = models.BooleanField(default=False)
    edits_person = models.BooleanField(default=False)
    assessed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["service", "code"], name="function_code_is_unique_in_its_service"),
            one_of("technology", TECHNOLOGIES, "function_applies_a_technology_of_art_23"),
            one_of("service_class", SERVICE_CLASSES, "function_has_a_class_of_art_17"),
        ]


class Permit(models.Model):
    """A licence that a service needs (Art. 24); without a number it is needed and not yet held."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="permits")
    kind = models.CharField(max_length=CODE)
    number = models.CharField(max_length=CODE, blank=True)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["service", "kind"], name="permit_stands_once_in_a_service")]
