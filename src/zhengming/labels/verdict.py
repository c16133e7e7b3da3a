"""The finding on a file (属于 / 可能 / 疑似 / 未见) by Art. 6 of the Labelling Measures (标识办法第六条).

    属于  a metadata label is verified and says that the content is generated                     Art. 6(1)
    可能  no such label, but the user declares it, or the label says so                           Art. 6(2)
    疑似  neither, but an explicit label or another trace is detected, or the label says so       Art. 6(3)
    未见  nothing was seen, which does not prove that the content is not generated

Where the Measures are silent we chose, and say so: a C2PA manifest or IPTC source type is a trace, not the
metadata label of GB 45438, so it leads to 疑似; a label whose ``Label`` is no 1, 2 or 3 is a trace as well; of
several labels the strongest counts; and a label with a bad seal is treated as :class:`BadSeal` says.
"""

from collections.abc import Iterable
from enum import StrEnum

from zhengming.labels.metadata_label import Attribute


class Verdict(StrEnum):
    """The four findings, strongest first."""

    IS = "属于"
    POSSIBLY = "可能"
    SUSPECTED = "疑似"
    NOT_SEEN = "未见"


class BadSeal(StrEnum):
    """What a label with a bad seal is worth. No source settles it: it is the operator's setting."""

    SUSPECTED = "suspected"  # not verified, yet a trace: 疑似. The default
    AS_LABELLED = "as-labelled"  # counts as if it had no seal


_OF_ATTRIBUTE = {
    Attribute.IS.value: Verdict.IS,
    Attribute.POSSIBLY.value: Verdict.POSSIBLY,
    Attribute.SUSPECTED.value: Verdict.SUSPECTED,
}


def of_label(attribute: str, seal_is_bad: bool, bad_seal: BadSeal) -> Verdict:
    """What one metadata label alone leads to."""
    if seal_is_bad and bad_seal is BadSeal.SUSPECTED:
        return Verdict.SUSPECTED
    return _OF_ATTRIBUTE.get(attribute, Verdict.SUSPECTED)


def verdict(labels: Iterable[Verdict], declared: bool, traces: bool) -> Verdict:
    """The strongest of what the labels, the user's declaration and the traces lead to."""
    reasons = {Verdict.NOT_SEEN, *labels}
    reasons |= {Verdict.POSSIBLY} if declared else set()
    reasons |= {Verdict.SUSPECTED} if traces else set()
    return next(one for one in Verdict if one in reasons)
