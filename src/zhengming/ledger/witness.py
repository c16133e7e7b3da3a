"""A witness (c2sp.org/tlog-witness): cosigns the checkpoints of other logs as long as they only grow.

Pure: takes the body of ``POST add-checkpoint`` and gives status and body of the answer. Where it last stood with
each log lies in a file, and is on disk before the cosignature leaves the house: a witness that forgets would sign
two histories.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from zhengming.ground.canonical import canonical, parsed
from zhengming.ground.errors import BadFile, WrongInput
from zhengming.ledger.checkpoint import SIZE, Checkpoint, checkpoint_of
from zhengming.ledger.file_store import replace
from zhengming.ledger.note import COSIGNATURE, Note, Signer, VerifierKey, unbase64
from zhengming.ledger.proofs import shows_consistency
from zhengming.ledger.tree import EMPTY_ROOT, HASH

MOST_HASHES = 63
LARGEST_QUESTION = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """Status, body and, where it matters, content type of an HTTP answer."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


class Witness:
    """``signer`` cosigns for the logs whose keys are ``logs``, by origin; ``memory`` is the file of where they stand.

    ``now`` gives seconds since 1970. Raises WrongInput for a signer that is no witness's, BadFile for a damaged file.
    """

    def __init__(
        self, signer: Signer, logs: Mapping[str, VerifierKey], memory: Path, now: Callable[[], float]
    ) -> None:
        if signer.kind != COSIGNATURE:
            raise WrongInput("见证方的密钥须为联署密钥", "a witness signs with a cosignature key")
        self._signer, self._logs, self._memory, self._now = signer, dict(logs), memory, now
        self._lock = Lock()
        self._seen: dict[str, str] = parsed(memory.read_bytes()) if memory.exists() else {}
        if not isinstance(self._seen, dict):
            raise BadFile("见证记录损坏", "the witness's memory is damaged")

    def add_checkpoint(self, question: bytes) -> Answer:
        """Answer ``POST add-checkpoint``: 200 with the cosignature, or the status that the specification names."""
        try:
            old, proof, note = _question(question)
            stated = checkpoint_of(note)
        except BadFile as error:
            return Answer(400, f"{error.words.en}\n".encode())
        if stated.origin not in self._logs:
            return Answer(404)
        if not note.by(self._logs[stated.origin]):
            return Answer(403)
        if old > stated.size:
            return Answer(400)
        with self._lock:
            return self._answer(old, proof, note, stated)

    def _answer(self, old: int, proof: list[bytes], note: Note, stated: Checkpoint) -> Answer:
        seen = self._seen.get(stated.origin)
        last = Checkpoint.parsed(seen) if seen else Checkpoint(stated.origin, 0, EMPTY_ROOT)
        if old != last.size or (old == stated.size and last.root != stated.root):
            return Answer(409, f"{last.size}\n".encode(), "text/x.tlog.size")
        if not shows_consistency(old, stated.size, last.root, stated.root, proof):
            return Answer(422)
        fresh = {**self._seen, stated.origin: note.text}
        replace(self._memory, canonical(fresh))
        self._seen = fresh
        return Answer(200, f"{self._signer.sign(note.text, int(self._now())).line}\n".encode())


def _question(data: bytes) -> tuple[int, list[bytes], Note]:
    """Old size, proof and checkpoint. Raises BadFile."""
    head, gap, note = data[:LARGEST_QUESTION].partition(b"\n\n")
    first, *hashes = head.decode("ascii", "replace").split("\n")
    word, _, number = first.partition(" ")
    if not gap or word != "old" or not SIZE.fullmatch(number) or len(hashes) > MOST_HASHES:
        raise BadFile("不是 add-checkpoint 请求", "this is no add-checkpoint request")
    return int(number), [unbase64(each, HASH) for each in hashes], Note.parsed(note)
