"""What is kept, as tables with real columns and constraints. One file per subject.

No personal data stands here in clear: people are keyed digests, and what must be legible again is sealed text of
:class:`zhengming.identity.vault.Vault` (columns named ``…_sealed``), bound to the record that it stands in.
"""

from zhengming.records.models.agreement import Acceptance, Agreement
from zhengming.records.models.book import Change, Installation, PendingEntry
from zhengming.records.models.consent import Consent, ConsentRequest
from zhengming.records.models.evidence import Evidence
from zhengming.records.models.measure import Measure, Order
from zhengming.records.models.proposal import Proposal
from zhengming.records.models.service import Function, Permit, Service
from zhengming.records.models.staff import Staff
from zhengming.records.models.upstream import Supporter, Upstream
from zhengming.records.models.user import ApiKey, Identity, User
from zhengming.records.models.verification import Attempt, Challenge

__all__ = [
    "Acceptance",
    "Agreement",
    "ApiKey",
    "Attempt",
    "Challenge",
    "Change",
    "Consent",
    "ConsentRequest",
    "Evidence",
    "Function",
    "Identity",
    "Installation",
    "Measure",
    "Order",
    "PendingEntry",
    "Permit",
    "Proposal",
    "Service",
    "Staff",
    "Supporter",
    "Upstream",
    "User",
]
