"""The compiled library (特征库的快照): one immutable file, memory-mapped, shared by all processes that open it.

    8 bytes   ZMSCREEN
    8 bytes   length of the directory, little-endian
   32 bytes   SHA-256 of all that follows: the id of the snapshot
    n bytes   directory: JSON, where each array lies, and what belongs to no array
    ...       arrays, each at a multiple of 64 bytes

Nothing in it is executed and every offset is checked, so a wrong file gives BadFile and nothing else.
"""

import hashlib
import json
import mmap
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhengming.ground.errors import BadFile
from zhengming.screening.feature import Feature

MAGIC, VERSION, ALIGN = b"ZMSCREEN", 1, 64
HEAD = 8 + 8 + 32
DTYPES = {"|u1": 1, "<u4": 4, "<u8": 8}
LARGEST_DIRECTORY = 64 * 1024 * 1024

Array = NDArray[Any]


def packed(facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """The bytes of a snapshot that says ``facts`` and holds ``arrays``."""
    places, at = {}, 0
    for name, array in arrays.items():
        places[name] = [array.dtype.str, len(array), at]
        at += -(-array.nbytes // ALIGN) * ALIGN
    directory = json.dumps({"version": VERSION, "arrays": places, **facts}, ensure_ascii=False).encode()
    directory += b" " * (-(HEAD + len(directory)) % ALIGN)
    body = [directory]
    for array in arrays.values():
        body += [array.tobytes(), bytes(-array.nbytes % ALIGN)]
    digest = hashlib.sha256()
    for part in body:
        digest.update(part)
    return b"".join([MAGIC, len(directory).to_bytes(8, "little"), digest.digest(), *body])


class Snapshot:
    """An open snapshot. Never changes; safe to use from many threads."""

    def __init__(self, data: bytes | mmap.mmap, verify: bool = True) -> None:
        """``verify``: compute the digest again (about 1 GB/s) and refuse what differs. Raises BadFile."""
        view = memoryview(data)
        if len(view) < HEAD or view[:8] != MAGIC:
            raise BadFile("不是特征库快照", "not a snapshot of a library", 0)
        size = int.from_bytes(view[8:16], "little")
        if size > min(LARGEST_DIRECTORY, len(view) - HEAD):
            raise BadFile(f"目录声明 {size} 字节，超出文件", f"a directory of {size} bytes runs past the end", 8)
        self.id = view[16:HEAD].hex()
        if verify and hashlib.sha256(view[HEAD:]).hexdigest() != self.id:
            raise BadFile("快照的摘要不符，文件已损坏", "the digest does not match, the file is damaged", 16)
        self._view = view
        self.facts = _directory(bytes(view[HEAD : HEAD + size]))
        self._start = HEAD + size
        try:
            self.arrays = {name: self._array(name, *place) for name, place in self.facts["arrays"].items()}
        except (KeyError, TypeError, AttributeError, ValueError):
            raise BadFile("快照目录不完整", "the directory of the snapshot is not complete", HEAD) from None

    @classmethod
    def open(cls, path: Path, verify: bool = True) -> "Snapshot":
        """Map the snapshot at ``path``: its pages are read when used and shared with other processes."""
        with path.open("rb") as file:
            try:
                return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), verify)
            except ValueError:  # an empty file cannot be mapped
                raise BadFile("快照文件为空", "the snapshot is empty", 0) from None

    def _array(self, name: str, dtype: str, count: int, at: int) -> Array:
        start = self._start + at
        if dtype not in DTYPES or min(count, at) < 0 or start + count * DTYPES[dtype] > len(self._view):
            raise BadFile(f"数组“{name}”超出文件", f"array {name!r} runs past the end", start)
        return np.frombuffer(self._view, dtype, count, start)

    @property
    def window(self) -> int:
        """The most characters of a text that one hit may span."""
        return int(self.facts["window"])

    @cached_property
    def keys(self) -> memoryview:
        """The hashes of the patterns, in order."""
        return self.arrays["keys"].data

    @cached_property
    def first(self) -> tuple[memoryview, memoryview]:
        """The tables of the first marks, by shape and by sound."""
        return self.arrays["first_shape"].data, self.arrays["first_sound"].data

    @cached_property
    def walk(self) -> memoryview:
        """The table of all further marks."""
        return self.arrays["walk"].data

    @cached_property
    def longest(self) -> int:
        """The most marks of a pattern."""
        return int(self.facts["longest"])

    @property
    def count(self) -> int:
        """How many features there are."""
        return len(self.arrays["feature_ends"])

    @cached_property
    def _feature(self) -> Any:
        return lru_cache(4096)(self._read_feature)

    def feature(self, number: int) -> Feature:
        """Feature ``number`` of the library."""
        feature: Feature = self._feature(number)
        return feature

    def _read_feature(self, number: int) -> Feature:
        ends = self.arrays["feature_ends"]
        start = int(ends[number - 1]) if number else 0
        row = json.loads(self.arrays["features"][start : int(ends[number])].tobytes())
        return Feature(**{**row, "folds": tuple(row["folds"])})

    def of_kind(self, kind: str) -> list[Feature]:
        """The features that the signal ``kind`` looks for; of terms there are too many to ask for."""
        return [self.feature(number) for number in self.facts["kinds"].get(kind, ())]


def _directory(data: bytes) -> dict[str, Any]:
    try:
        facts = json.loads(data)
    except (ValueError, RecursionError):
        raise BadFile("快照目录不是 JSON", "the directory of the snapshot is not JSON", HEAD) from None
    if not isinstance(facts, dict) or facts.get("version") != VERSION:
        raise BadFile("快照版本不认识", "unknown version of snapshot", HEAD)
    return facts
