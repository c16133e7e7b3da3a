"""Encryption at rest of the numbers that must be kept (AES-256-GCM), with rotation of keys.

A sealed text is ``zm1.<key>.<nonce>.<ciphertext>``, the last two in base64url. The name of the key, the kind of
the content and the owner it belongs to are authenticated: a row that is copied to another owner does not open.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_bytes

from zhengming.ground.errors import Refused, WrongInput
from zhengming.identity.keys import KeyRing
from zhengming.identity.secret import Secret

VERSION = "zm1"
NONCE = 12


@dataclass(frozen=True)
class Vault:
    """Seals and opens under the keys of ``ring``. Nonces are random: renew the key before 2^32 seals."""

    ring: KeyRing

    def seal(self, content: Secret, kind: str, owner: str, random: Callable[[int], bytes] = token_bytes) -> str:
        """``content`` sealed under the current key for ``owner`` (an opaque id of the record it stands in)."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        name, nonce = self.ring.current, random(NONCE)
        plain = content.reveal().encode("utf-8", "surrogatepass")
        closed = AESGCM(self.ring.key(name)).encrypt(nonce, plain, _bound(name, kind, owner))
        return ".".join((VERSION, name, _text(nonce), _text(closed)))

    def open(self, sealed: str, kind: str, owner: str) -> Secret:
        """The content. Raises WrongInput (no sealed text), Unavailable (key missing), Refused (does not open)."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        name, nonce, closed = _parts(sealed)
        try:
            plain = AESGCM(self.ring.key(name)).decrypt(nonce, closed, _bound(name, kind, owner))
        except InvalidTag:
            raise Refused(
                f"密文打不开：密钥“{name}”不是加密时的那一把，或内容、类别、所属被改动",
                f"it does not open: {name!r} is not the key that sealed it, or content, kind or owner was altered",
            ) from None
        return Secret(plain.decode("utf-8", "surrogatepass"))

    def is_current(self, sealed: str) -> bool:
        """Whether it is sealed under the current key; others are to be renewed."""
        return _parts(sealed)[0] == self.ring.current

    def renew(self, sealed: str, kind: str, owner: str, random: Callable[[int], bytes] = token_bytes) -> str:
        """The same content under the current key: one step of a rotation."""
        return sealed if self.is_current(sealed) else self.seal(self.open(sealed, kind, owner), kind, owner, random)


def _bound(*parts: str) -> bytes:
    """Parts with their lengths, so that no two lists of parts give the same bytes."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in (VERSION, *parts)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _parts(sealed: str) -> tuple[str, bytes, bytes]:
    fields = sealed.split(".")
    try:
        if len(fields) == 4 and fields[0] == VERSION and sealed.isascii():
            nonce, closed = (base64.b64decode(field, altchars=b"-_", validate=True) for field in fields[2:])
            if len(nonce) == NONCE and len(closed) >= 16 and [_text(nonce), _text(closed)] == fields[2:]:
                return fields[1], nonce, closed
    except binascii.Error:
        pass
    raise WrongInput("不是密文，或已截断", "this is no sealed text, or it is cut short")


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()
