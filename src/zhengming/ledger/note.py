"""Signed notes (c2sp.org/signed-note): a text with signatures under it, and the keys that make and check them.

Two kinds of signature: a log's own (Ed25519, type 01) and a witness's cosignature, which states a time
(c2sp.org/tlog-cosignature, type 04). Everything has one encoding and is read strictly.
"""

import re
import struct
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from zhengming.ground.errors import BadFile, WrongInput

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ED25519, COSIGNATURE = 1, 4
#: A note of more bytes or signatures is none of ours, nor of any witness network that we know.
LARGEST_NOTE, MOST_SIGNATURES = 64 * 1024, 64
KEY_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")


def base64(data: bytes) -> str:
    """Standard base64 with padding."""
    return b64encode(data).decode("ascii")


def unbase64(text: str, size: int | None = None) -> bytes:
    """The bytes that :func:`base64` wrote so, ``size`` of them. Raises BadFile for any other spelling."""
    try:
        data = b64decode(text, validate=True)
    except (Error, ValueError):
        raise BadFile("不是 Base64", "not base64") from None
    if base64(data) != text or size not in (None, len(data)):
        raise BadFile("Base64 不规范或长度不对", "base64 not in its canonical form, or of another length")
    return data


@dataclass(frozen=True)
class VerifierKey:
    """A public Ed25519 key under a name, for signatures of one kind. ``str()`` gives the C2SP vkey."""

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        if not KEY_NAME.fullmatch(self.name) or self.kind not in (ED25519, COSIGNATURE) or len(self.public) != 32:
            raise WrongInput("密钥名称、种类或长度不对", "a key's name, kind or length is wrong")

    @classmethod
    def parsed(cls, text: str) -> "VerifierKey":
        """The key in ``name+id+base64``. Raises WrongInput."""
        name, id_, data = [*text.strip().split("+", 2), "", "", ""][:3]
        try:
            octets = unbase64(data, 33)
            key = cls(name, octets[0], octets[1:])
        except BadFile:
            raise WrongInput("不是 C2SP 验证公钥（vkey）", "not a C2SP verifier key (vkey)") from None
        if key.id.hex() != id_:
            raise WrongInput("公钥与其编号不符", "the key does not match its id")
        return key

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names the key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64(bytes([self.kind]) + self.public)}"


@dataclass(frozen=True)
class Signature:
    """One signature under a note: the name and id of its key, and its bytes (a time first, in a cosignature)."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """The line as it stands in the note, without its newline."""
        return f"— {self.name} {base64(self.key_id + self.value)}"

    @classmethod
    def parsed(cls, line: str) -> "Signature":
        """The signature that ``line`` is. Raises BadFile."""
        dash, name, data = [*line.split(" "), "", "", ""][:3]
        value = unbase64(data)
        found = cls(name, value[:4], value[4:])
        if dash != "—" or not KEY_NAME.fullmatch(name) or len(value) < 5 or found.line != line:
            raise BadFile("签名行不规范", "a signature line is malformed")
        return found

    @property
    def time(self) -> int:
        """When a cosignature was made, in seconds since 1970."""
        return int.from_bytes(self.value[:8], "big")


@dataclass(frozen=True)
class Note:
    """A text, ending in a newline, with at least one signature."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parsed(cls, data: bytes) -> "Note":
        """The note that ``data`` is. Raises BadFile."""
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError:
            raise BadFile("签名文本不是 UTF-8", "a signed note is UTF-8") from None
        text, gap, rest = whole.rpartition("\n\n")
        lines = rest.split("\n")
        if len(data) > LARGEST_NOTE or not gap or lines.pop() or not 1 <= len(lines) <= MOST_SIGNATURES:
            raise BadFile("不是签名文本（C2SP signed note）", "not a C2SP signed note")
        if any(ord(character) < 0x20 and character != "\n" for character in whole):
            raise BadFile("签名文本含控制字符", "a signed note holds control characters")
        return cls(text + "\n", tuple(map(Signature.parsed, lines)))

    def encoded(self) -> bytes:
        """The note as bytes: text, empty line, one line a signature."""
        return "".join([self.text, "\n", *(f"{signature.line}\n" for signature in self.signatures)]).encode()

    def by(self, key: VerifierKey) -> Signature | None:
        """The signature by ``key`` when it is there and right."""
        named = (each for each in self.signatures if (each.name, each.key_id) == (key.name, key.id))
        return next((each for each in named if _right(key, self.text.encode(), each.value)), None)

    def with_(self, signatures: Iterable[Signature]) -> "Note":
        """The note with further ``signatures``, none of them twice."""
        return Note(self.text, tuple(dict.fromkeys((*self.signatures, *signatures))))


@dataclass(frozen=True)
class Signer:
    """A private Ed25519 key under a name: a log's own, or with ``kind`` COSIGNATURE a witness's."""

    name: str
    private: "Ed25519PrivateKey"
    kind: int = ED25519

    @classmethod
    def from_seed(cls, name: str, seed: bytes, kind: int = ED25519) -> "Signer":
        """The signer with the private key of 32 bytes ``seed``."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(name, Ed25519PrivateKey.from_private_bytes(seed), kind)

    @property
    def key(self) -> VerifierKey:
        """The public key that checks what this signs."""
        return VerifierKey(self.name, self.kind, self.private.public_key().public_bytes_raw())

    def sign(self, text: str, time: int = 0) -> Signature:
        """The signature of ``text``; a cosignature states ``time``, seconds since 1970."""
        if self.kind == ED25519:
            return Signature(self.name, self.key.id, self.private.sign(text.encode()))
        value = self.private.sign(_cosigned(text.encode(), time))
        return Signature(self.name, self.key.id, struct.pack(">Q", time) + value)


def _right(key: VerifierKey, text: bytes, value: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if key.kind == COSIGNATURE:
        if len(value) != 72:
            return False
        text, value = _cosigned(text, int.from_bytes(value[:8], "big")), value[8:]
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(value, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def _cosigned(text: bytes, time: int) -> bytes:
    return b"cosignature/v1\ntime %d\n" % time + text
