"""SubjectPublicKeyInfo (RFC 5280 §4.1, RFC 5480, RFC 8410, GB/T 35276): public keys as DER and PEM."""

from base64 import b64decode, b64encode
from binascii import Error
from textwrap import wrap

from zhengming.ground import der
from zhengming.ground.errors import WrongInput
from zhengming.labels.seal import sm2
from zhengming.labels.seal.sm2_curve import SIZE, Point, decompressed

EC_PUBLIC_KEY = "1.2.840.10045.2.1"
SM2_CURVE = "1.2.156.10197.1.301"
ED25519 = "1.3.101.112"
RSA = "1.2.840.113549.1.1.1"

SM2_ALGORITHM = der.sequence(der.oid(EC_PUBLIC_KEY), der.oid(SM2_CURVE))
ED25519_ALGORITHM = der.sequence(der.oid(ED25519))


def sm2_spki(point: Point) -> bytes:
    """The DER of an SM2 public key, uncompressed."""
    return der.sequence(SM2_ALGORITHM, der.bit_string(sm2_octets(point)))


def ed25519_spki(raw: bytes) -> bytes:
    """The DER of an Ed25519 public key of 32 bytes."""
    return der.sequence(ED25519_ALGORITHM, der.bit_string(raw))


def sm2_octets(point: Point) -> bytes:
    """04 ‖ X ‖ Y."""
    return b"\4" + b"".join(number.to_bytes(SIZE, "big") for number in point)


def split(spki: bytes) -> tuple[str, str, bytes]:
    """Algorithm, its parameter where that is an identifier, and the key's own bytes. Raises WrongInput."""
    members = der.parts(spki)
    algorithm = der.parts(der.take(members, der.SEQUENCE).encoding)
    key = der.whole_octets(der.take(members, der.BIT_STRING))
    if members:
        raise WrongInput("公钥结构有多余成员", "the public key has a member too many")
    name = der.dotted(der.take(algorithm, der.OID))
    parameter = der.dotted(algorithm[0]) if algorithm and algorithm[0].kind == der.OID else ""
    return name, parameter, key


def is_sm2(spki: bytes) -> bool:
    """Whether a well-formed ``spki`` names the SM2 curve."""
    return split(spki)[:2] == (EC_PUBLIC_KEY, SM2_CURVE)


def sm2_point(spki: bytes) -> Point:
    """The point of an SM2 public key. Raises WrongInput."""
    if not is_sm2(spki):
        raise WrongInput("不是 SM2 公钥", "not an SM2 public key")
    return point_of_octets(split(spki)[2])


def point_of_octets(octets: bytes) -> Point:
    """A point from 04‖X‖Y, X‖Y, 02‖X, 03‖X, and from 00‖X or X alone, which mean the even y (MiniMax). [M]"""
    if len(octets) == 2 * SIZE + 1 and octets[0] == 4:
        octets = octets[1:]
    if len(octets) == 2 * SIZE:
        return sm2.checked((int.from_bytes(octets[:SIZE], "big"), int.from_bytes(octets[SIZE:], "big")))
    if len(octets) == SIZE:
        octets = b"\0" + octets
    if len(octets) == SIZE + 1 and octets[0] in (0, 2, 3):
        return decompressed(int.from_bytes(octets[1:], "big"), odd=octets[0] == 3)
    raise WrongInput(f"不认识的 SM2 公钥形式（{len(octets)} 字节）", f"unknown form of SM2 key ({len(octets)} bytes)")


def pem(kind: str, content: bytes) -> str:
    """``content`` under ``kind``, such as ``"PUBLIC KEY"``."""
    return "\n".join((f"-----BEGIN {kind}-----", *wrap(b64encode(content).decode(), 64), f"-----END {kind}-----", ""))


def pem_blocks(text: str) -> list[tuple[str, bytes]]:
    """Every block of a PEM text: kind and content. Blocks with headers (old encryption) raise WrongInput."""
    blocks = []
    for part in text.split("-----BEGIN ")[1:]:
        kind, _, rest = part.partition("-----")
        body = rest.partition("-----END ")[0]
        if "Proc-Type" in body:
            raise WrongInput(
                "旧式加密的私钥文件；请先用 openssl pkcs8 -topk8 转换",
                "a key file in the old encrypted form; convert it with openssl pkcs8 -topk8",
            )
        try:
            blocks.append((kind, b64decode("".join(body.split()), validate=True)))
        except (Error, ValueError):
            raise WrongInput(f"PEM 块 {kind} 不是 Base64", f"the PEM block {kind} is not base64") from None
    return blocks
