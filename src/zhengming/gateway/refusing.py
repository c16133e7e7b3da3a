"""Errors of ours as HTTP tells them, in the shape of each protocol."""

from zhengming.ground.errors import Refused, ZhengmingError
from zhengming.synthesis.reasons import NotAdmitted
from zhengming.synthesis.refusal import CONTENT_FILTER, Refusal, refusal_of
from zhengming.synthesis.screener import Hit
from zhengming.synthesis.streams import Unlabelled
from zhengming.synthesis.work import UpstreamFailed


def refusal_for(error: ZhengmingError) -> Refusal:
    """The refusal that ``error`` is told as: a reason has its own status, a hit is ``content_filter``."""
    if isinstance(error, NotAdmitted | UpstreamFailed):
        return Refusal(error.status, error.kind.replace("-", "_"), error.words)
    if isinstance(error, Hit):
        return Refusal(400, "held_for_review" if error.is_held else CONTENT_FILTER, error.words)
    if isinstance(error, Unlabelled):
        return Refusal(502, error.kind, error.words)
    if isinstance(error, Refused):
        return Refusal(403, error.kind.replace("-", "_"), error.words)
    return refusal_of(error)
