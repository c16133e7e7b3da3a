"""Sealing what is too large for one piece: AES-256-GCM in chunks, each bound to its place and the last to the end.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): chunk i is sealed under the nonce "i, is it
the last", so none can be left out, moved, or cut off unseen. A key is used for one blob only.
"""

from collections.abc import Iterator
from typing import BinaryIO

from zhengming.ground.errors import BadFile

CHUNK = 1 << 20
TAG = 16


def sealed(key: bytes, source: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks of ``source`` sealed. ``key``: 32 fresh random bytes. Memory: two chunks."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher, number = AESGCM(key), 0
    held = next(source, b"")
    for following in source:
        yield cipher.encrypt(_nonce(number, last=False), held, None)
        held, number = following, number + 1
    yield cipher.encrypt(_nonce(number, last=True), held, None)


def unsealed(key: bytes, file: BinaryIO) -> Iterator[bytes]:
    """The chunks of what :func:`sealed` wrote into ``file``. Raises BadFile where a byte of it is another."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher, number = AESGCM(key), 0
    held = file.read(CHUNK + TAG)
    while True:
        following = file.read(CHUNK + TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), held, None)
        except InvalidTag:
            raise BadFile("证据文件已损坏或被改动", "the file of the evidence is damaged or was altered") from None
        if not following:
            return
        held, number = following, number + 1


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def chunks(file: BinaryIO, first: bytes = b"") -> Iterator[bytes]:
    """``first`` and then ``file``, cut into chunks of one size, the last one shorter."""
    held = first
    while data := file.read(CHUNK - len(held)):
        held += data
        if len(held) == CHUNK:
            yield held
            held = b""
    yield held
