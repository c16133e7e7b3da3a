"""Documents that are put to people, and who accepted them (Art. 8: 管理规则、平台公约、服务协议)."""

from django.db import models

from zhengming.records.models.columns import CODE, DIGEST, identifier, one_of, values
from zhengming.records.models.upstream import Supporter
from zhengming.records.models.user import User
from zhengming.records.parts import Audience


class Agreement(models.Model):
    """One version of a document. A published version never changes: a change is the next version."""

    id = identifier()
    code = models.CharField(max_length=CODE)
    version = models.PositiveIntegerField()
    audience = models.CharField(max_length=16)
    text = models.TextField()
    digest = models.CharField(max_length=DIGEST)
    since = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="agreement_version_is_unique"),
            one_of("audience", values(Audience), "agreement_is_put_to_somebody"),
        ]


class Acceptance(models.Model):
    """That a user, or a supporter, accepted a version. It is never changed."""

    id = identifier()
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="acceptances")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="acceptances")
    supporter = models.ForeignKey(Supporter, models.PROTECT, null=True, related_name="acceptances")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["agreement", "user"], name="user_accepts_a_version_once"),
            models.UniqueConstraint(fields=["agreement", "supporter"], name="supporter_accepts_a_version_once"),
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) ^ models.Q(supporter__isnull=True),
                name="acceptance_is_by_a_user_or_a_supporter",
            ),
        ]
