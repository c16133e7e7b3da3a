"""A digest: all that the ledger ever holds of a content or of a person.

It is made by :meth:`Digest.of` and the like, never from a bare text, so that plain text cannot stand where a digest
is meant. What can be guessed (a telephone number, a name) must be digested under a key: anybody can try all
telephone numbers against a plain SHA-256.
"""

import hmac
import re
from dataclasses import dataclass
from hashlib import new, sha256
from typing import BinaryIO

from zhengming.ground.errors import WrongInput

#: The kinds and their size in bytes. ``hmac-sha256`` is the one under a key.
SIZES = {"sha256": 32, "sm3": 32, "hmac-sha256": 32}
STEP = 1 << 20
_TEXT = re.compile(r"(sha256|sm3|hmac-sha256):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Digest:
    """The ``value`` of a digest and which ``kind`` it is. ``str()`` gives ``sha256:`` and hex digits."""

    kind: str
    value: bytes

    def __post_init__(self) -> None:
        if type(self.value) is not bytes or len(self.value) != SIZES.get(self.kind, -1):
            raise WrongInput(f"不是 {self.kind} 摘要", f"this is no {self.kind} digest")

    @classmethod
    def of(cls, data: bytes) -> "Digest":
        """The SHA-256 of a content."""
        return cls("sha256", sha256(data).digest())

    @classmethod
    def of_file(cls, file: BinaryIO, kind: str = "sha256") -> "Digest":
        """The SHA-256 or SM3 of what is left of ``file``, read in steps."""
        found = new(kind)
        while data := file.read(STEP):
            found.update(data)
        return cls(kind, found.digest())

    @classmethod
    def keyed(cls, key: bytes, data: bytes) -> "Digest":
        """The HMAC-SHA-256 of something that could be guessed. ``key``: at least 16 secret bytes."""
        if len(key) < 16:
            raise WrongInput("摘要密钥至少 16 字节", "the key of a digest has at least 16 bytes")
        return cls("hmac-sha256", hmac.digest(key, data, "sha256"))

    @classmethod
    def parsed(cls, text: str) -> "Digest":
        """The digest that ``str()`` wrote. Raises WrongInput."""
        match = _TEXT.fullmatch(text) if isinstance(text, str) else None
        if not match:
            raise WrongInput("不是摘要（如 sha256:9f86…）", "not a digest such as sha256:9f86…")
        return cls(match[1], bytes.fromhex(match[2]))

    def __str__(self) -> str:
        return f"{self.kind}:{self.value.hex()}"
