"""Keyed digests: how a number is looked up and compared without being kept (个人信息去标识化, PIPL Art. 51).

A plain hash of a phone or resident number is no protection: all numbers can be tried in minutes. The key makes
the digest useless to whoever holds only the database.
"""

import hmac
import re
from dataclasses import dataclass
from typing import Literal

from zhengming.ground.errors import WrongInput
from zhengming.identity.keys import KeyRing

Algorithm = Literal["hmac-sha256", "hmac-sm3"]
_ALGORITHMS = ("hmac-sha256", "hmac-sm3")
_DIGEST = re.compile("(hmac-sha256|hmac-sm3):([A-Za-z0-9_-]{1,32}):[0-9a-f]{64}")


@dataclass(frozen=True)
class Digester:
    """Makes digests ``algorithm:key:hex``. Its keys are apart from those that encrypt."""

    ring: KeyRing
    algorithm: Algorithm = "hmac-sha256"

    def __post_init__(self) -> None:
        if self.algorithm not in _ALGORITHMS:
            known = ", ".join(_ALGORITHMS)
            raise WrongInput(
                f"没有摘要算法“{self.algorithm}”；有：{known}", f"no {self.algorithm!r}; there are: {known}"
            )

    def digest(self, kind: str, text: str) -> str:
        """The digest of a normalised ``text`` under the current key. ``kind`` keeps a phone from equalling a code."""
        return self._under(self.ring.current, self.algorithm, kind, text)

    def candidates(self, kind: str, text: str) -> tuple[str, ...]:
        """The digests of ``text`` under every key, the current first: what a look-up asks for after a rotation."""
        older = (name for name in self.ring.keys if name != self.ring.current)
        return tuple(self._under(name, self.algorithm, kind, text) for name in (self.ring.current, *older))

    def matches(self, digest: str, kind: str, text: str) -> bool:
        """Whether ``digest`` is that of ``text``, compared in constant time. Raises Unavailable without its key."""
        algorithm, name = parts(digest)
        return hmac.compare_digest(digest, self._under(name, algorithm, kind, text))

    def _under(self, name: str, algorithm: str, kind: str, text: str) -> str:
        message = f"zhengming identity 1\0{kind}\0{text}".encode("utf-8", "surrogatepass")
        return f"{algorithm}:{name}:{_code(algorithm, self.ring.key(name), message).hex()}"


def parts(digest: str) -> tuple[str, str]:
    """The algorithm and the key's name of a digest. Raises WrongInput for another text."""
    found = _DIGEST.fullmatch(digest)
    if not found:
        raise WrongInput("不是密钥摘要", "this is no keyed digest")
    return found[1], found[2]


def _code(algorithm: str, key: bytes, message: bytes) -> bytes:
    if algorithm == "hmac-sha256":
        return hmac.digest(key, message, "sha256")
    from cryptography.hazmat.primitives.hashes import SM3
    from cryptography.hazmat.primitives.hmac import HMAC

    code = HMAC(key, SM3())
    code.update(message)
    return code.finalize()
