"""Anchors as evidence: checkpoints that were kept elsewhere, read back to verify an export by them.

An anchor file holds one or more notes one after the other, as the file anchor writes them and a webhook receives
them; beside it may lie an RFC 3161 token under the same name with ``.tsr``.
"""

from pathlib import Path

from zhengming.ground.errors import BadFile
from zhengming.ground.system_errors import cannot_read
from zhengming.ledger.anchor import Anchored
from zhengming.ledger.checkpoint import checkpoint_of
from zhengming.ledger.note import Note
from zhengming.ledger.timestamp import Timestamp, verified

#: A year of hourly checkpoints with some cosignatures fits easily.
LARGEST_FILE = 16 * 1024 * 1024
BESIDE = ".tsr"


def stamped(token: bytes, note: Note, authorities: tuple[bytes, ...]) -> Timestamp:
    """When an authority saw ``note``'s text. Raises BadFile or Refused where ``token`` does not say so."""
    return verified(token, note.text.encode(), authorities)


def read_anchors(path: Path) -> list[Anchored]:
    """The anchors in the file at ``path``. Raises BadFile, or WrongInput when it cannot be read."""
    data, token = _small(path), path.with_name(path.name + BESIDE)
    notes = notes_in(data)
    if token.exists():
        return [Anchored(note, _small(token)) for note in notes]
    return [Anchored(note) for note in notes]


def notes_in(data: bytes) -> list[Note]:
    """The checkpoints that stand one after the other in ``data``, empty lines between them or not."""
    notes: list[Note] = []
    lines: list[bytes] = []
    for line in [*data.splitlines(keepends=True), b""]:
        signed = bool(lines) and lines[-1].startswith("— ".encode())
        if signed and not line.startswith("— ".encode()):
            notes.append(Note.parsed(b"".join(lines)))
            checkpoint_of(notes[-1])
            lines = []
        if line.strip() or lines:
            lines.append(line)
    if lines or not notes:
        raise BadFile("锚点文件里没有完整的检查点", "the anchor file holds no whole checkpoint")
    return notes


def _small(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise cannot_read(path, error) from None
    if len(data) > LARGEST_FILE:
        raise BadFile(f"锚点文件过大：{path}", f"too large for an anchor file: {path}")
    return data
