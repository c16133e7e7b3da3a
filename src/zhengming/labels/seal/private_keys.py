"""Private keys that live in this process: SM2 and Ed25519, each a :class:`~.signer.Signer`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from secrets import token_bytes
from typing import ClassVar

from zhengming.ground.errors import WrongInput
from zhengming.labels.seal import sm2
from zhengming.labels.seal.signer import ED25519, SM2_WITH_SM3
from zhengming.labels.seal.spki import ed25519_spki, sm2_spki

Random = Callable[[int], bytes]


@dataclass(frozen=True)
class Sm2Key:
    """An SM2 private key. ``random`` feeds the nonces; its failure costs no secrecy (see :func:`sm2.sign`)."""

    algorithm: ClassVar[str] = SM2_WITH_SM3
    scalar: int = field(repr=False)
    certificates: Sequence[bytes] = ()
    random: Random = field(default=token_bytes, repr=False, compare=False)

    def __post_init__(self) -> None:
        sm2.public_key(self.scalar)

    @property
    def public_key(self) -> bytes:
        return sm2_spki(sm2.public_key(self.scalar))

    def sign(self, message: bytes) -> bytes:
        return sm2.sign(self.scalar, message, entropy=self.random(32))


@dataclass(frozen=True)
class Ed25519Key:
    """An Ed25519 private key, by its 32-byte seed (RFC 8032)."""

    algorithm: ClassVar[str] = ED25519
    seed: bytes = field(repr=False)
    certificates: Sequence[bytes] = ()

    def __post_init__(self) -> None:
        if len(self.seed) != 32:
            raise WrongInput("Ed25519 私钥应为 32 字节", "an Ed25519 private key has 32 bytes")

    @property
    def public_key(self) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return ed25519_spki(Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


PrivateKey = Sm2Key | Ed25519Key


def generate(kind: str = "sm2", random: Random = token_bytes) -> PrivateKey:
    """A new key, ``"sm2"`` or ``"ed25519"``. ``random`` gives so many random bytes as it is asked for."""
    if kind == "sm2":
        return Sm2Key(sm2.private_key(random(48)))
    if kind == "ed25519":
        return Ed25519Key(random(32))
    raise WrongInput(f"密钥种类应为 sm2 或 ed25519，得到“{kind}”", f"the kind of key is sm2 or ed25519, got {kind!r}")


def with_certificates(key: PrivateKey, chain: Sequence[bytes]) -> PrivateKey:
    """``key`` with its X.509 chain (DER, own first). Raises WrongInput when the first is not for this key."""
    from zhengming.labels.seal.certificates import certificate_spki

    if chain and certificate_spki(chain[0]) != key.public_key:
        raise WrongInput("证书与私钥不配对", "the certificate does not belong to the private key")
    return replace(key, certificates=tuple(chain))
