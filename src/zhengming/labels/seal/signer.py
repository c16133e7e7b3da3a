"""What signs a seal: the interface that key files fill here and a hardware token fills elsewhere."""

from collections.abc import Sequence
from typing import Protocol

#: Algorithms by the object identifier that stands in ``AlgID``.
SM2_WITH_SM3 = "1.2.156.10197.1.501"
ED25519 = "1.3.101.112"
RSA_WITH_SHA256 = "1.2.840.113549.1.1.11"


class Signer(Protocol):
    """Whoever holds a private key. Made so that a PKCS#11 token (密码机, 智能密码钥匙) can stand behind it.

    A token's adapter asks for ``CKM_VENDOR_SM2_SM3`` or hands over SM3(Z‖message) for a raw SM2 mechanism
    (:func:`zhengming.labels.seal.sm2.identity_digest` gives Z), then returns the signature in DER; it never
    needs the private key to leave the token. Put keys there when others share the machine: the signing in this
    package does not run in constant time.
    """

    @property
    def algorithm(self) -> str:
        """The object identifier of the signature algorithm, one of those above."""

    @property
    def public_key(self) -> bytes:
        """The public key as SubjectPublicKeyInfo, DER."""

    @property
    def certificates(self) -> Sequence[bytes]:
        """The X.509 chain in DER, the signer's own first; empty when there is none."""

    def sign(self, message: bytes) -> bytes:
        """The signature of ``message``: DER for SM2, 64 bytes for Ed25519. Raises Unavailable."""
