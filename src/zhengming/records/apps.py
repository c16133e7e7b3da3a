"""The Django application of the records."""

from django.apps import AppConfig


class Records(AppConfig):
    name = "zhengming.records"
    label = "records"
    verbose_name = "正名：记录"
