"""Keys for tests: of 32 bytes, made from their names."""

import hashlib

from zhengming.identity.keys import KeyRing


def key(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def ring(*names: str) -> KeyRing:
    return KeyRing(names[0], {name: key(name) for name in names})
