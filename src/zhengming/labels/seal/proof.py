"""Finding the key, the message and the way of hashing under which a signature is good."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zhengming.ground.errors import WrongInput
from zhengming.labels.seal.verification_keys import Anchors, VerificationKey, key_of, octets_of


@dataclass(frozen=True)
class Proof:
    """A signature that verified: the key, the keys of the label it covers, how the message was hashed."""

    key: VerificationKey
    covers: tuple[str, ...]
    message: bytes
    hashed: str


def first_proof(
    keys: Sequence[VerificationKey], messages: Sequence[tuple[tuple[str, ...], bytes]], signature: str
) -> Proof | None:
    """The first key, message and way of hashing under which ``signature`` is good."""
    try:
        octets = octets_of(signature)
    except WrongInput:
        return None
    for key in keys:
        for covers, message in messages:
            for hashed, signed in (("once", message), ("twice", key.digest(message))):
                if _is_good(key, signed, octets):
                    return Proof(key, covers, message, hashed)
    return None


def _is_good(key: VerificationKey, message: bytes, signature: bytes) -> bool:
    try:
        return key.verify(message, signature)
    except WrongInput:
        return False


def published(anchors: Anchors, algorithm: str) -> Iterator[VerificationKey]:
    for spki in anchors.keys:
        try:
            yield key_of(spki.hex(), algorithm)
        except WrongInput:  # a published key of another algorithm
            continue
