"""Reading an export line by line: nothing it states is believed, no line is longer than it may be."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, BinaryIO

from zhengming.ground.errors import BadFile, WrongInput
from zhengming.ledger.checkpoint import Checkpoint, checkpoint_of
from zhengming.ledger.export import FIRST_LINE
from zhengming.ledger.note import MOST_SIGNATURES, Note, VerifierKey, unbase64
from zhengming.ledger.proofs import LONGEST_PROOF
from zhengming.ledger.tree import HASH

#: No line of ours is longer: a timestamp of some certificates is the longest.
LONGEST_LINE = 64 * 1024
MOST_KEYS = 256
#: Exports of ours tell of 256 checkpoints, and of those with a timestamp.
MOST_BLOCKS = 16_384
#: A root and its newline; and how many are read at once.
TILE_LINE, TILES_AT_ONCE = 45, 4096
NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
ENTRY = re.compile(rb"(0|[1-9][0-9]{0,15}) ([A-Za-z0-9+/]{43}=) (\{.*\})\n")
END = b"end sha256:"


@dataclass(frozen=True)
class Block:
    """One checkpoint of an export: the proof from the one before, the note, what it states, and timestamps."""

    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint
    timestamps: tuple[bytes, ...]


class Lines:
    """The lines of an export: where we are in bytes, and the digest of what was read. ``file`` can be sought in."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.at, self.digest = file, 0, sha256()
        self._ahead: bytes | None = None

    def raw(self) -> bytes:
        """The next line with its newline; empty at the end of the file."""
        if self._ahead is not None:
            line, self._ahead = self._ahead, None
        else:
            line = self.file.readline(LONGEST_LINE)
        self.at += len(line)
        if not line.startswith(END):
            self.digest.update(line)
        return line

    def unread(self, line: bytes) -> None:
        """Let ``line``, the last one or nothing, be the next again. Only for what is not part of the digest."""
        self._ahead = line
        self.at -= len(line)

    def text(self) -> str:
        """The next line without its newline. Raises BadFile at the end, and for what is no whole line of text."""
        start, line = self.at, self.raw()
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            text = ""
        if not text.endswith("\n"):
            raise BadFile("导出文件在此中断或有乱码", "the export breaks off here, or holds no text", start)
        return text[:-1]

    def word(self, name: str) -> str:
        """What stands behind ``name`` in the next line. Raises BadFile for another line."""
        start = self.at
        found, _, rest = self.text().partition(" ")
        if found != name or not rest:
            raise BadFile(f"应为“{name} …”一行", f"a line '{name} …' should stand here", start)
        return rest

    def number(self, name: str) -> int:
        """The number behind ``name`` in the next line."""
        start, text = self.at, self.word(name)
        if not NUMBER.fullmatch(text):
            raise BadFile(f"{name} 之后应为数字", f"a number should stand behind {name}", start)
        return int(text)

    def hash(self) -> bytes:
        """The hash that is the next line."""
        start, text = self.at, self.text()
        try:
            return unbase64(text, HASH)
        except BadFile:
            raise BadFile("应为一个散列", "a hash should stand here", start) from None

    def next_is(self, name: str) -> bool:
        """Whether the next line begins with ``name``; it stays the next."""
        if self._ahead is None:
            self._ahead = self.file.readline(LONGEST_LINE)
        return self._ahead.startswith(name.encode() + b" ")


class Tiles(Sequence[bytes]):
    """The ``count`` roots of tiles that are the next lines: read over now, and again when they are asked for.

    So a file that states any number of them takes no memory.
    """

    def __init__(self, lines: Lines, count: int) -> None:
        self._file, self._count = lines.file, count
        self._start = self._file.tell()
        for _ in range(count):
            lines.hash()
        self._first, self._block = 0, list[bytes]()

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        """One root; the lines are all of one length, as they were found to be."""
        if not self._first <= index < self._first + len(self._block):
            here = self._file.tell()
            self._file.seek(self._start + index * TILE_LINE)
            data = self._file.read(min(TILES_AT_ONCE, self._count - index) * TILE_LINE)
            self._file.seek(here)
            self._first, self._block = index, [unbase64(each) for each in data.decode("ascii").split()]
        return self._block[index - self._first]


def read_opening(lines: Lines) -> tuple[str, int, list[VerifierKey]]:
    """Origin, size and keys: the lines an export begins with. Raises BadFile."""
    if lines.text() != FIRST_LINE:
        raise BadFile("不是台账导出文件", "this is no export of a ledger", 0)
    origin, size, keys = lines.word("origin"), lines.number("size"), list[VerifierKey]()
    while lines.next_is("key") and len(keys) < MOST_KEYS:
        start, text = lines.at, lines.word("key")
        try:
            keys.append(VerifierKey.parsed(text))
        except WrongInput:
            raise BadFile("公钥损坏", "a key is damaged", start) from None
    return origin, size, keys


def read_blocks(lines: Lines) -> Iterator[Block]:
    """Each checkpoint of an export. Raises BadFile."""
    blocks = 0
    while lines.next_is("checkpoint"):
        start, count, blocks = lines.at, lines.number("checkpoint"), blocks + 1
        if count > LONGEST_PROOF or blocks > MOST_BLOCKS:
            raise BadFile("证明过长，或检查点过多", "a proof is too long, or there are too many", start)
        proof = tuple(lines.hash() for _ in range(count))
        note = _note(lines)
        yield Block(proof, note, checkpoint_of(note), tuple(_timestamps(lines)))


def _note(lines: Lines) -> Note:
    text = [lines.text() for _ in range(4)]
    while (line := lines.text()) and len(text) < MOST_SIGNATURES + 4:
        text.append(line)
    return Note.parsed("".join(f"{line}\n" for line in text).encode())


def _timestamps(lines: Lines) -> Iterator[bytes]:
    while lines.next_is("timestamp"):
        yield unbase64(lines.word("timestamp"))


def read_entry(line: bytes) -> tuple[int, bytes, bytes] | None:
    """Number, stated leaf hash (in base64) and bytes of the entry that is ``line``; None for anything else."""
    found = ENTRY.fullmatch(line)
    return (int(found[1]), found[2], found[3]) if found else None


def check_end(lines: Lines) -> None:
    """Raise BadFile unless the last line is there, is right, and is the last."""
    digest = lines.digest.hexdigest()
    start = lines.at
    if lines.raw() != END + digest.encode() + b"\n" or lines.raw():
        raise BadFile(
            "导出文件的总校验不符，或结尾缺失", "the export's checksum is wrong, or its end is missing", start
        )
