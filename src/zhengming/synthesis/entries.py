"""What the ledger says of a work (日志, Art. 16): one entry for each end that a work can come to. No content.

work.opened     a stream is about to begin: admission, verdict on the input, how it is labelled
work.released   a work was given out: admission, a verdict for each side, the label read back, its digest
work.ended      a stream ended before it was complete, and why; the digest is of what was given out
work.refused    not admitted, or a text did not pass; work.held: a text waits for a person to decide
work.failed     nothing was given out for another reason, which is named
"""

from hashlib import sha256

from zhengming.ground.canonical import canonical
from zhengming.ground.errors import Refused, ZhengmingError
from zhengming.ledger.digest import Digest
from zhengming.ledger.entry import Entry, Fact
from zhengming.synthesis.reasons import NotAdmitted
from zhengming.synthesis.screener import Hit
from zhengming.synthesis.streams import Unlabelled
from zhengming.synthesis.work import Job, Labelled, Side


def released(job: Job, at: int) -> Entry:
    """The entry of a work whose answer is whole, labelled and read back."""
    assert job.output and job.labelled
    what = job.labelled
    digests = {"output": Digest.of(what.body)}
    facts: dict[str, Fact] = {
        "label": what.word,
        "labels-due": what.due,
        "labels-read": what.read,
        "size": len(what.body),
    }
    if what.facts:
        digests["label"] = Digest.of(canonical(list(what.facts)))
    return _entry("work.released", job, at, digests | _verdicts(job), facts)


def opened(job: Job, at: int, word: str) -> Entry:
    """The entry without which no byte of a stream goes out. ``word``: how its texts are labelled."""
    return _entry("work.opened", job, at, _verdicts(job), {"label": word, "stream": 1})


class Given:
    """What was given out of a stream: its size and digest. Never changes."""

    def __init__(self) -> None:
        self.size, self._hash = 0, sha256()

    def and_(self, piece: bytes) -> "Given":
        """This and one more piece."""
        more = Given()
        more.size, more._hash = self.size + len(piece), self._hash.copy()
        more._hash.update(piece)
        return more

    @property
    def digest(self) -> Digest:
        """The SHA-256 of all pieces."""
        return Digest("sha256", self._hash.digest())


def ended(job: Job, at: int, ending: str, given: Given, what: Labelled) -> Entry:
    """The entry of a stream that began: released where it is complete, else ended, and why."""
    kind = "work.released" if ending == "complete" else "work.ended"
    facts: dict[str, Fact] = {
        "label": what.word, "labels-due": what.due, "labels-read": what.read, "size": given.size, "stream": 1,
        "ending": ending,
    }  # fmt: skip
    return _entry(kind, job, at, {"output": given.digest} | _verdicts(job), facts)


def stopped(job: Job, at: int, error: BaseException) -> Entry:
    """The entry of a work of which nothing was given out."""
    digests = _verdicts(job)
    if isinstance(error, Hit):
        digests["hit"] = Side((error.verdict,)).digest
    facts: dict[str, Fact] = {"stage": job.stage}
    facts["reason"] = error.kind if isinstance(error, ZhengmingError) else "fault"
    if isinstance(error, Hit):
        facts["snapshot"] = error.verdict.snapshot
    return _entry(_kind(error), job, at, digests, facts)


def _kind(error: BaseException) -> str:
    if isinstance(error, Hit) and error.is_held:
        return "work.held"
    is_refusal = isinstance(error, NotAdmitted | Hit) or (
        isinstance(error, Refused) and not isinstance(error, Unlabelled)
    )
    return "work.refused" if is_refusal else "work.failed"


def _verdicts(job: Job) -> dict[str, Digest]:
    sides = {"input-verdict": job.input, "output-verdict": job.output}
    return {name: side.digest for name, side in sides.items() if side}


def _entry(kind: str, job: Job, at: int, digests: dict[str, Digest], facts: dict[str, Fact]) -> Entry:
    subjects = {"work": job.id}
    if job.key:
        subjects |= {"key": job.key.id, "service": job.key.service}
    facts = facts | {"protocol": job.protocol.name, "function": job.asking.function}
    if job.admitted:
        subjects["user"] = job.admitted.user.id
        facts |= {"policy": job.admitted.policy, "warnings": len(job.admitted.warnings)}
    if job.upstream:
        subjects["upstream"] = job.upstream.code
    if job.snapshot:
        facts["snapshot"] = job.snapshot.id
    facts |= {name: side.word for name, side in (("input", job.input), ("output", job.output)) if side}
    return Entry(kind, at, subjects, digests, facts)
