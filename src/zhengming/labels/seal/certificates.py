"""X.509 certificates around seal keys: their key, their holder, and the way up to an anchor that is trusted.

The cryptography library reads the certificates and checks all signatures but those of SM2, which are ours.
Revocation is not looked up: nothing here goes to the network.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from warnings import catch_warnings, simplefilter

from zhengming.ground import der
from zhengming.ground.errors import WrongInput
from zhengming.labels.seal import sm2
from zhengming.labels.seal.signer import SM2_WITH_SM3
from zhengming.labels.seal.spki import is_sm2, sm2_point

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

#: Certificates between a seal and its anchor; also bounds the search through hostile ones.
LONGEST_CHAIN = 4
#: User ids tried on a certificate's SM2 signature: that of GM/T 0015, and none, as openssl 3 writes by default.
USER_IDS = (sm2.USER_ID, b"")


@dataclass(frozen=True)
class Holder:
    """Whom a certificate names: ``name`` is its subject (RFC 4514), ``issuer`` the anchor's or the next above."""

    name: str
    issuer: str


def certificate_spki(data: bytes) -> bytes:
    """The public key of a certificate in DER, as SPKI in DER. Raises WrongInput."""
    members = der.parts(_certificate(data).tbs_certificate_bytes)
    return members[6 if members[0].kind == 0xA0 else 5].encoding


def holder(data: bytes) -> Holder:
    """Whom the certificate names, believed or not. Raises WrongInput."""
    certificate = _certificate(data)
    try:
        return Holder(certificate.subject.rfc4514_string(), certificate.issuer.rfc4514_string())
    except ValueError:
        raise WrongInput("证书里的名称读不出来", "the names in the certificate cannot be read") from None


def reaches_anchor(leaf: bytes, others: Sequence[bytes], anchors: Collection[bytes], at: datetime | None) -> bool:
    """Whether a chain of good signatures leads from ``leaf`` over ``others`` to one of ``anchors`` (all DER).

    Every certificate above the leaf must be a CA's. ``at`` (with time zone) asks that all were valid then;
    None leaves validity aside, since a seal does not say when it was made.
    """
    if not anchors:
        return False
    try:
        here, top = _certificate(leaf), [_certificate(anchor) for anchor in anchors]
    except WrongInput:
        return False
    return _climb(here, list(_readable(others)), top, at, LONGEST_CHAIN)


def _climb(
    here: "Certificate", others: "list[Certificate]", anchors: "list[Certificate]", at: datetime | None, left: int
) -> bool:
    if at and not here.not_valid_before_utc <= at <= here.not_valid_after_utc:
        return False
    if here in anchors or any(_may_issue(anchor) and _issued(here, anchor) for anchor in anchors):
        return True
    return left > 0 and any(
        _is_authority(above) and _issued(here, above)
        and _climb(above, [other for other in others if other != above], anchors, at, left - 1)
        for above in others
    )  # fmt: skip


def _may_issue(anchor: "Certificate") -> bool:
    """An anchor is a CA by its own word, or an old root of version 1; a pinned leaf stands for itself only."""
    from cryptography.x509 import Version

    return _is_authority(anchor) or (anchor.version is Version.v1 and anchor.issuer == anchor.subject)


def _issued(below: "Certificate", above: "Certificate") -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    if below.issuer != above.subject:
        return False
    try:
        if below.signature_algorithm_oid.dotted_string == SM2_WITH_SM3:
            return _sm2_issued(below, above)
        below.verify_directly_issued_by(above)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError, WrongInput):
        return False
    return True


def _sm2_issued(below: "Certificate", above: "Certificate") -> bool:
    spki = certificate_spki(_encoding(above))
    if not is_sm2(spki):
        return False
    point, signed = sm2_point(spki), below.tbs_certificate_bytes
    return any(sm2.verify(point, signed, below.signature, user_id) for user_id in USER_IDS)


def _is_authority(certificate: "Certificate") -> bool:
    from cryptography.x509 import (
        BasicConstraints,
        DuplicateExtension,
        ExtensionNotFound,
        UnsupportedGeneralNameType,
    )

    try:
        return certificate.extensions.get_extension_for_class(BasicConstraints).value.ca
    except (ExtensionNotFound, DuplicateExtension, UnsupportedGeneralNameType, ValueError):
        return False


def _readable(certificates: Sequence[bytes]) -> "Iterator[Certificate]":
    for data in certificates[:LONGEST_CHAIN]:
        try:
            yield _certificate(data)
        except WrongInput:
            continue


def _encoding(certificate: "Certificate") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


def _certificate(data: bytes) -> "Certificate":
    from cryptography.utils import CryptographyDeprecationWarning
    from cryptography.x509 import InvalidVersion, load_der_x509_certificate

    try:
        with catch_warnings():  # a serial number out of range is the certificate's business, not our user's
            simplefilter("ignore", CryptographyDeprecationWarning)
            certificate = load_der_x509_certificate(data)
        # read now what is read lazily, so that a broken part shows here
        _ = certificate.subject, certificate.issuer, certificate.signature_algorithm_oid
        der.whole_octets(der.parts(data)[-1])  # cryptography reads a signature of 511 bits as one of 512
    except (ValueError, InvalidVersion) as error:
        raise WrongInput(f"证书读不出来：{error}", f"the certificate cannot be read: {error}") from None
    return certificate
