"""SM3 (密码杂凑算法, GB/T 32905-2016), from the library that carries it."""

from typing import Protocol

SIZE = 32


class Digest(Protocol):
    """A digest in the making."""

    def update(self, data: bytes, /) -> None: ...
    def finalize(self) -> bytes: ...


def start() -> Digest:
    """A new digest, to be fed piece by piece."""
    from cryptography.hazmat.primitives.hashes import SM3, Hash

    return Hash(SM3())


def sm3(data: bytes) -> bytes:
    """The 32 bytes of SM3 of ``data``."""
    digest = start()
    digest.update(data)
    return digest.finalize()


def hmac(key: bytes, data: bytes) -> bytes:
    """The 32 bytes of HMAC-SM3."""
    from cryptography.hazmat.primitives.hashes import SM3
    from cryptography.hazmat.primitives.hmac import HMAC

    code = HMAC(key, SM3())
    code.update(data)
    return code.finalize()
