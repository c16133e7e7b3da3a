"""Public keys as seals in the wild carry them, and whom one may believe them to be.

Seen: SPKI in DER (StepFun), 00‖X (MiniMax); the guide also names X.509 certificates. Read besides: 04‖X‖Y,
X‖Y, 02|03‖X, PKCS#1, PEM; in hex or base64.
"""

from base64 import b64decode, urlsafe_b64decode
from binascii import Error
from collections.abc import Mapping
from dataclasses import dataclass, field

from zhengming.ground import der
from zhengming.ground.errors import WrongInput
from zhengming.labels.seal import sm2
from zhengming.labels.seal.certificates import certificate_spki
from zhengming.labels.seal.signer import ED25519, RSA_WITH_SHA256, SM2_WITH_SM3
from zhengming.labels.seal.sm3 import sm3
from zhengming.labels.seal.spki import RSA, ed25519_spki, pem_blocks, point_of_octets, sm2_point, sm2_spki, split

#: Sizes in bytes of a key without any structure; no SPKI and no certificate has one of them.
RAW_SIZES = {SM2_WITH_SM3: (32, 33, 64, 65), ED25519: (32,)}
ALGORITHMS = (SM2_WITH_SM3, ED25519, RSA_WITH_SHA256)


@dataclass(frozen=True)
class Anchors:
    """Whom to believe: root or pinned certificates (DER), and published keys (SPKI in DER) with their holders."""

    certificates: tuple[bytes, ...] = ()
    keys: Mapping[bytes, str] = field(default_factory=dict)


@dataclass(frozen=True)
class VerificationKey:
    """A public key for one signature algorithm; ``certificate`` is the one it came in, if it did."""

    algorithm: str
    spki: bytes
    certificate: bytes | None = None

    @property
    def fingerprint(self) -> str:
        """SM3 of the SPKI, 64 hex digits: what to compare with a published one."""
        return sm3(self.spki).hex()

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether ``signature`` of ``message`` is good. SM2 is taken as DER or as r‖s."""
        if self.algorithm == SM2_WITH_SM3:
            return sm2.verify(sm2_point(self.spki), message, _sm2_der(signature))
        return _library_verifies(self, message, signature)

    def digest(self, message: bytes) -> bytes:
        """The hash that some sign in place of the message, which is then hashed twice (StepFun)."""
        from hashlib import sha256

        return sm3(message) if self.algorithm == SM2_WITH_SM3 else sha256(message).digest()


def key_of(value: str, algorithm: str) -> VerificationKey:
    """The key in a ``KeyValue`` for ``algorithm``. Raises WrongInput for an unknown form or a wrong key."""
    data = octets_of(value)
    if algorithm not in ALGORITHMS:
        raise WrongInput(f"不支持的签名算法 {algorithm}", f"unknown signature algorithm {algorithm}")
    if len(data) in RAW_SIZES.get(algorithm, ()):
        return VerificationKey(algorithm, _raw(data, algorithm))
    certificate = data if _is_certificate(data) else None
    spki = certificate_spki(data) if certificate else _wrapped(data, algorithm)
    return VerificationKey(algorithm, _fitting(spki, algorithm), certificate)


def key_of_spki(spki: bytes) -> VerificationKey:
    """The key in an SPKI in DER, with the signature algorithm that goes with it. Raises WrongInput."""
    name = split(spki)[0]
    algorithm = {RSA: RSA_WITH_SHA256, ED25519: ED25519}.get(name, SM2_WITH_SM3)
    return VerificationKey(algorithm, _fitting(spki, algorithm))


def octets_of(text: str) -> bytes:
    """The bytes of a text in hex, PEM or base64 (also URL-safe). Raises WrongInput for anything else."""
    if "-----BEGIN " in text and (blocks := pem_blocks(text)):
        return blocks[0][1]
    plain = "".join(text.split())
    try:
        if len(plain) % 2 == 0 and plain.isascii():
            return bytes.fromhex(plain)
    except ValueError:
        pass
    decode = urlsafe_b64decode if "-" in plain or "_" in plain else b64decode
    try:
        return decode(plain.encode() + b"=" * (-len(plain) % 4))
    except (Error, ValueError, UnicodeEncodeError):
        raise WrongInput("既不是十六进制也不是 Base64", "neither hex nor base64") from None


def _raw(data: bytes, algorithm: str) -> bytes:
    if algorithm == SM2_WITH_SM3:
        return sm2_spki(point_of_octets(data))
    if algorithm == ED25519 and len(data) == 32:
        return ed25519_spki(data)
    raise WrongInput("不认识的公钥形式", "unknown form of public key")


def _is_certificate(data: bytes) -> bool:
    """SEQUENCE { SEQUENCE { [0] or INTEGER …: a key starts with an OID there or has an INTEGER at once."""
    members = der.parts(data)
    if len(members) != 3 or members[0].kind != der.SEQUENCE:
        return False
    inner = der.parts(members[0].encoding)
    return bool(inner) and inner[0].kind != der.OID


def _wrapped(data: bytes, algorithm: str) -> bytes:
    members = der.parts(data)
    if members and members[0].kind == der.INTEGER and algorithm == RSA_WITH_SHA256:  # PKCS#1
        return der.sequence(der.sequence(der.oid(RSA), der.element(der.NULL, b"")), der.bit_string(data))
    return data


def _fitting(spki: bytes, algorithm: str) -> bytes:
    """``spki``, when it is a key for ``algorithm``; SM2 keys in one form only, so that they compare."""
    if algorithm == SM2_WITH_SM3:
        return sm2_spki(sm2_point(spki))
    if split(spki)[0] != (ED25519 if algorithm == ED25519 else RSA):
        raise WrongInput("公钥与签名算法不符", "the key does not fit the signature algorithm")
    return spki


def _sm2_der(signature: bytes) -> bytes:
    if len(signature) == 64:
        return sm2.encoded(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    return signature


def _library_verifies(key: VerificationKey, message: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        public = load_der_public_key(key.spki)
        if isinstance(public, Ed25519PublicKey):
            public.verify(signature, message)
        elif isinstance(public, RSAPublicKey):
            public.verify(signature, message, PKCS1v15(), SHA256())
        else:
            return False
    except InvalidSignature:
        return False
    except (ValueError, UnsupportedAlgorithm):
        raise WrongInput("公钥读不出来", "the public key cannot be read") from None
    return True
