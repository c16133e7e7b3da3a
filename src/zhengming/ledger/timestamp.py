"""Timestamps of an authority (RFC 3161): asking for one, and verifying one against the authority's certificate.

Read are tokens with any order of certificates (OpenSSL's authority sends them unsorted, which strict readers of
DER refuse). Signed with RSA (PKCS #1 v1.5) or ECDSA over SHA-256, SHA-384 or SHA-512.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import new, sha256
from typing import TYPE_CHECKING

from zhengming.ground import der
from zhengming.ground.errors import BadFile, Refused, WrongInput

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

SHA256 = "2.16.840.1.101.3.4.2.1"
HASHES = {SHA256: "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512"}
SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
SET, TAGGED_0, TIME, BOOLEAN_TRUE = 0x31, 0xA0, 0x18, b"\x01\x01\xff"
MOMENT = re.compile(rb"(\d{14})(?:\.\d{1,9})?Z")
#: The most certificates of a token that are looked at, and the longest chain of them.
MOST_CERTIFICATES, LONGEST_CHAIN = 16, 4


@dataclass(frozen=True)
class Timestamp:
    """An authority states that it saw the text at ``time``. ``trusted``: it is one of those given, or under one."""

    time: datetime
    trusted: bool


@dataclass(frozen=True)
class _Signed:
    """The parts of a token that matter: what was signed, by whom, and how."""

    info: bytes
    certificates: "tuple[Certificate, ...]"
    issuer: bytes
    serial: int
    hash: str
    attributes: Mapping[str, bytes]
    signed: bytes
    signature: bytes


def request(text: bytes, nonce: int) -> bytes:
    """The request (DER) for a timestamp on ``text``, with the authority's certificates in the answer."""
    imprint = der.sequence(_algorithm(SHA256), der.element(der.OCTET_STRING, sha256(text).digest()))
    return der.sequence(der.integer(1), imprint, der.integer(nonce), BOOLEAN_TRUE)


def verified(token: bytes, text: bytes, authorities: Sequence[bytes] = (), nonce: int | None = None) -> Timestamp:
    """The time that ``token``, or the response that holds it, states for ``text``.

    ``authorities``: certificates (DER) of authorities or of who certifies them; with none, the token is checked
    against the certificate it brings along, and is not ``trusted``. Raises BadFile for what is no token, Refused for
    one that is wrong, for another text, or of another authority.
    """
    from cryptography.x509 import InvalidVersion

    try:
        return _verified(token, text, tuple(map(_certificate, authorities)), nonce)
    except WrongInput as error:
        raise error if isinstance(error, BadFile) else BadFile(*error.words) from None
    except (ValueError, InvalidVersion):  # certificates are read as they are looked into
        raise BadFile("时间戳里的证书损坏", "a certificate of the timestamp is damaged") from None


def _verified(token: bytes, text: bytes, known: "tuple[Certificate, ...]", nonce: int | None) -> Timestamp:
    signed = _signed(_token(token), known)
    time, signer = _time(signed.info, text, nonce), _signer(signed)
    _check_signature(signed, signer)
    _check_use(signer, time)
    trusted = _leads_to(signer, signed.certificates, known)
    if known and not trusted:
        raise Refused("时间戳不是所给的机构签的", "the timestamp is not by the authority given")
    return Timestamp(time, trusted)


def _algorithm(oid: str) -> bytes:
    return der.sequence(der.oid(oid), der.element(der.NULL, b""))


def _certificate(data: bytes) -> "Certificate":
    from cryptography.x509 import load_der_x509_certificate

    return load_der_x509_certificate(data)


def _token(data: bytes) -> bytes:
    """The token itself, out of the authority's response or bare. Raises Refused when the authority refused."""
    first, *rest = der.parts(data) or [der.Element(0, b"", b"")]
    if first.kind == der.OID:
        return data
    status = der.non_negative(der.take(der.parts(first.encoding), der.INTEGER))
    if status not in (0, 1) or not rest:
        raise Refused(f"时间戳机构拒绝了请求（状态 {status}）", f"the authority refused (status {status})")
    return rest[0].encoding


def _signed(token: bytes, known: "tuple[Certificate, ...]") -> _Signed:
    """The parts of a CMS SignedData (RFC 5652 §5) with one signer."""
    outer = der.parts(token)
    if der.dotted(der.take(outer, der.OID)) != SIGNED_DATA:
        raise BadFile("不是签名数据", "this is no signed data")
    _version, _hashes, content, *rest = _at_least(4, der.parts(der.one(der.take(outer, TAGGED_0).content).encoding))
    kind, holder = _at_least(2, der.parts(content.encoding))[:2]
    if der.dotted(kind) != TST_INFO or len(signers := der.parts(rest[-1].encoding, SET)) != 1:
        raise BadFile("不是时间戳，或签名者不止一个", "this is no timestamp, or not of one signer")
    info = der.one(holder.content, der.OCTET_STRING).content
    found = [each for each in rest if each.kind == TAGGED_0]
    own = [
        _certificate(each.encoding)
        for part in found
        for each in der.parts(part.encoding, TAGGED_0)[:MOST_CERTIFICATES]
    ]
    return _by(signers[0], info, (*own, *known))


def _by(signer: der.Element, info: bytes, certificates: "tuple[Certificate, ...]") -> _Signed:
    """The SignerInfo of a token, whose signer is named by issuer and serial number."""
    _version, who, hash_, attributes, _rsa_or_ec, signature = _at_least(6, der.parts(signer.encoding))[:6]
    issuer, serial = _at_least(2, der.parts(who.encoding))[:2]
    name = HASHES.get(der.dotted(_at_least(1, der.parts(hash_.encoding))[0]))
    if name is None:
        raise BadFile("时间戳用了不支持的散列", "the timestamp uses a hash that is not supported")
    members = der.parts(attributes.encoding, TAGGED_0)
    pairs = (_at_least(2, der.parts(member.encoding)) for member in members)
    values = {der.dotted(kind): value.content for kind, value, *_ in pairs}
    signed = der.element(SET, attributes.content)  # RFC 5652 §5.4: signed as a SET, not under the tag it stands under
    found = der.one(signature.encoding, der.OCTET_STRING).content
    return _Signed(info, certificates, issuer.encoding, der.non_negative(serial), name, values, signed, found)


def _time(info: bytes, text: bytes, nonce: int | None) -> datetime:
    """The time in a TSTInfo, which must be over ``text`` and answer ``nonce``."""
    members = der.parts(info)
    _version, _policy, imprint, _serial, moment, *rest = _at_least(5, members)
    hash_, value = _at_least(2, der.parts(imprint.encoding))[:2]
    name = HASHES.get(der.dotted(_at_least(1, der.parts(hash_.encoding))[0]))
    if name is None or value.content != new(name, text).digest():
        raise Refused("时间戳盖的不是这个检查点", "the timestamp is on another text")
    if nonce is not None and nonce not in [der.non_negative(each) for each in rest if each.kind == der.INTEGER]:
        raise Refused("时间戳不是对本次请求的答复", "the timestamp answers another request")
    try:
        found = MOMENT.fullmatch(der.one(moment.encoding, TIME).content)
        return datetime.strptime((found[1] if found else b"").decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise BadFile("时间戳的时间有误", "the time of the timestamp is malformed") from None


def _signer(signed: _Signed) -> "Certificate":
    """The certificate of the signer, to which the signed attributes must be bound (RFC 5035)."""
    for each in signed.certificates:
        if each.serial_number == signed.serial and each.issuer.public_bytes() == signed.issuer:
            if _bound(each, signed.attributes):
                return each
            raise Refused("时间戳绑定的是另一证书", "the timestamp is bound to another certificate")
    raise Refused("没有时间戳签名者的证书", "the certificate of the timestamp's signer is missing")


def _bound(certificate: "Certificate", attributes: Mapping[str, bytes]) -> bool:
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.serialization import Encoding

    encoded = certificate.public_bytes(Encoding.DER)
    if value := attributes.get(SIGNING_CERTIFICATE_2):
        id_ = _first(_first(der.one(value).encoding).encoding)
        members = der.parts(id_.encoding)
        stated = next((each.content for each in members if each.kind == der.OCTET_STRING), b"")
        named = [each for each in members[:1] if each.kind == der.SEQUENCE]
        name = HASHES.get(der.dotted(_first(named[0].encoding))) if named else "sha256"
        return name is not None and new(name, encoded).digest() == stated
    if value := attributes.get(SIGNING_CERTIFICATE):
        id_ = _first(_first(der.one(value).encoding).encoding)
        return certificate.fingerprint(SHA1()) == _first(id_.encoding).content  # noqa: S303  # fixed by RFC 2634
    return False


def _first(encoding: bytes) -> der.Element:
    return _at_least(1, der.parts(encoding))[0]


def _at_least(count: int, members: list[der.Element]) -> list[der.Element]:
    if len(members) < count:
        raise BadFile("时间戳缺少成员", "the timestamp lacks members")
    return members


def _check_signature(signed: _Signed, signer: "Certificate") -> None:
    """Attributes are signed, and they hold the digest of the info and its kind. Raises Refused."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    digest = der.element(der.OCTET_STRING, new(signed.hash, signed.info).digest())
    if signed.attributes.get(MESSAGE_DIGEST) != digest or signed.attributes.get(CONTENT_TYPE) != der.oid(TST_INFO):
        raise Refused("时间戳的内容与其摘要不符", "the timestamp's content is not what was signed")
    hash_ = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[signed.hash]
    try:
        key = signer.public_key()
        if isinstance(key, RSAPublicKey):
            key.verify(signed.signature, signed.signed, PKCS1v15(), hash_)
        elif isinstance(key, EllipticCurvePublicKey):
            key.verify(signed.signature, signed.signed, ECDSA(hash_))
        else:
            raise Refused("时间戳用了不支持的签名算法", "the timestamp's signature is of an unsupported kind")
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        raise Refused("时间戳的签名不对", "the timestamp's signature is wrong") from None


def _check_use(signer: "Certificate", time: datetime) -> None:
    """The certificate is for timestamps, and was valid then. Raises Refused."""
    from cryptography.x509 import ExtendedKeyUsage, ExtensionNotFound

    try:
        uses = [use.dotted_string for use in signer.extensions.get_extension_for_class(ExtendedKeyUsage).value]
    except (ExtensionNotFound, ValueError):
        uses = []
    if uses != [TIME_STAMPING]:
        raise Refused("签名证书不是时间戳证书", "the signer's certificate is not for timestamps")
    if not signer.not_valid_before_utc <= time <= signer.not_valid_after_utc:
        raise Refused("时间戳不在其证书的有效期内", "the timestamp lies outside its certificate's validity")


def _leads_to(signer: "Certificate", between: "Sequence[Certificate]", known: "Sequence[Certificate]") -> bool:
    """Whether ``signer`` is one of ``known`` or certified by one, over certificates of the token."""
    here = signer
    for _ in range(LONGEST_CHAIN):
        if here in known or any(_issued(here, each) for each in known):
            return True
        above = next((each for each in between if each != here and _issued(here, each)), None)
        if above is None:
            return False
        here = above
    return False


def _issued(below: "Certificate", above: "Certificate") -> bool:
    """Whether ``above`` is an authority that signed ``below``."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.x509 import BasicConstraints, ExtensionNotFound

    try:
        authority = above.extensions.get_extension_for_class(BasicConstraints).value.ca
        below.verify_directly_issued_by(above)
    except (ExtensionNotFound, InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return authority
