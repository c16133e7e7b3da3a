"""Upstreams (model servers) and the technical supporters (技术支持者) behind them (Art. 8, 14.1, 15)."""

from django.db import models

from zhengming.records.models.columns import CODE, URL, identifier
from zhengming.records.models.service import Service


class Supporter(models.Model):
    """An organisation that gives technical support."""

    id = identifier()
    code = models.CharField(max_length=CODE, unique=True)
    title = models.CharField(max_length=200)

    class Meta:
        default_permissions = ()


class Upstream(models.Model):
    """A model server. ``key_file`` is the path of its credential, which is never kept here."""

    id = identifier()
    code = models.CharField(max_length=CODE, unique=True)
    protocol = models.CharField(max_length=CODE)
    url = models.CharField(max_length=URL)
    served = models.JSONField(default=list)  # names of models that requests may ask for
    services = models.ManyToManyField(Service, related_name="upstreams")
    supporter = models.ForeignKey(Supporter, models.PROTECT, null=True, related_name="upstreams")
    is_on = models.BooleanField(default=False)
    key_file = models.CharField(max_length=URL, blank=True)
    assessed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
