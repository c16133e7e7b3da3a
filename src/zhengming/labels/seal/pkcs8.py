"""PKCS#8 (RFC 5958) for SM2 and Ed25519, encrypted with PBES2 (RFC 8018): what openssl writes and reads.

The cryptography library cannot serialise SM2, so the structure is put together here; ciphers and key
derivation are the library's.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from zhengming.ground import der
from zhengming.ground.errors import WrongInput
from zhengming.labels.seal.private_keys import Ed25519Key, PrivateKey, Sm2Key
from zhengming.labels.seal.sm2_curve import SIZE
from zhengming.labels.seal.spki import (
    EC_PUBLIC_KEY,
    ED25519,
    ED25519_ALGORITHM,
    SM2_ALGORITHM,
    SM2_CURVE,
    point_of_octets,
    sm2_octets,
    sm2_point,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

PBES2, PBKDF2, SCRYPT = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12", "1.3.6.1.4.1.11591.4.11"
HMAC_SHA1, HMAC_SHA256 = "1.2.840.113549.2.7", "1.2.840.113549.2.9"
AES_256_CBC = "2.16.840.1.101.3.4.1.42"
#: Rounds written; and the most that are believed, so that a hostile file costs seconds and not hours.
ROUNDS = 600_000
MOST_ROUNDS = 10_000_000
MOST_SCRYPT_BYTES = 256 * 1024 * 1024
_CONTEXT_1 = 0xA1


def encoded(key: PrivateKey) -> bytes:
    """PrivateKeyInfo of ``key``."""
    if isinstance(key, Sm2Key):
        inner = der.sequence(
            der.integer(1),
            der.element(der.OCTET_STRING, key.scalar.to_bytes(SIZE, "big")),
            der.element(_CONTEXT_1, der.bit_string(sm2_octets(sm2_point(key.public_key)))),
        )
        return der.sequence(der.integer(0), SM2_ALGORITHM, der.element(der.OCTET_STRING, inner))
    inner = der.element(der.OCTET_STRING, key.seed)
    return der.sequence(der.integer(0), ED25519_ALGORITHM, der.element(der.OCTET_STRING, inner))


def decoded(data: bytes) -> PrivateKey:
    """The key of a PrivateKeyInfo. Raises WrongInput for other algorithms and broken structures."""
    members = der.parts(data)
    der.take(members, der.INTEGER)
    algorithm = der.parts(der.take(members, der.SEQUENCE).encoding)
    content = der.take(members, der.OCTET_STRING).content
    name = der.dotted(der.take(algorithm, der.OID))
    if name == ED25519:
        return Ed25519Key(der.one(content, der.OCTET_STRING).content)
    if name == EC_PUBLIC_KEY and algorithm and der.dotted(algorithm[0]) == SM2_CURVE:
        return _sm2_key(content)
    raise WrongInput(f"只支持 SM2 和 Ed25519 私钥（{name}）", f"only SM2 and Ed25519 private keys are known ({name})")


def decoded_ec(data: bytes) -> PrivateKey:
    """The key of a bare ECPrivateKey (``BEGIN EC PRIVATE KEY``), whose curve must be stated and be SM2."""
    curves = [part for part in der.parts(data) if part.kind == 0xA0]
    if not curves or der.dotted(der.one(curves[0].content)) != SM2_CURVE:
        raise WrongInput("不是 SM2 曲线的私钥", "not a private key on the SM2 curve")
    return _sm2_key(data)


def _sm2_key(data: bytes) -> Sm2Key:
    members = der.parts(data)
    der.take(members, der.INTEGER)
    key = Sm2Key(int.from_bytes(der.take(members, der.OCTET_STRING).content, "big"))
    for member in members:
        if member.kind == _CONTEXT_1:
            stated = point_of_octets(der.whole_octets(der.one(member.content)))
            if stated != sm2_point(key.public_key):
                raise WrongInput("文件里的公钥与私钥不配对", "the public key in the file is not the private key's")
    return key


def encrypted(data: bytes, passphrase: bytes, random: Callable[[int], bytes]) -> bytes:
    """EncryptedPrivateKeyInfo: PBKDF2 with HMAC-SHA-256, AES-256 in CBC mode."""
    salt, start = random(16), random(16)
    derivation = der.sequence(
        der.oid(PBKDF2),
        der.sequence(
            der.element(der.OCTET_STRING, salt),
            der.integer(ROUNDS),
            der.sequence(der.oid(HMAC_SHA256), der.element(der.NULL, b"")),
        ),
    )
    cipher = der.sequence(der.oid(AES_256_CBC), der.element(der.OCTET_STRING, start))
    key = _pbkdf2(passphrase, salt, ROUNDS, HMAC_SHA256, 32)
    scheme = der.sequence(der.oid(PBES2), der.sequence(derivation, cipher))
    return der.sequence(scheme, der.element(der.OCTET_STRING, _encrypt(key, start, data)))


def decrypted(data: bytes, passphrase: bytes) -> bytes:
    """The PrivateKeyInfo inside. Raises WrongInput on a wrong passphrase, as far as the padding tells."""
    members = der.parts(data)
    scheme = der.parts(der.take(members, der.SEQUENCE).encoding)
    content = der.take(members, der.OCTET_STRING).content
    if der.dotted(der.take(scheme, der.OID)) != PBES2:
        raise WrongInput("私钥的加密方式不是 PBES2", "the key is not encrypted with PBES2")
    derivation, cipher = (der.parts(part.encoding) for part in der.parts(der.take(scheme, der.SEQUENCE).encoding)[:2])
    algorithm, size = _cipher(der.dotted(der.take(cipher, der.OID)))
    start = der.take(cipher, der.OCTET_STRING).content
    return _decrypt(algorithm, _derived(derivation, passphrase, size), start, content)


def _derived(derivation: list[der.Element], passphrase: bytes, size: int) -> bytes:
    name = der.dotted(der.take(derivation, der.OID))
    parameters = der.parts(der.take(derivation, der.SEQUENCE).encoding)
    salt = der.take(parameters, der.OCTET_STRING).content
    numbers = []
    while parameters and parameters[0].kind == der.INTEGER:
        numbers.append(der.non_negative(parameters.pop(0)))
    if name == PBKDF2 and numbers:
        prf = der.dotted(der.parts(parameters[0].encoding)[0]) if parameters else HMAC_SHA1
        return _pbkdf2(passphrase, salt, numbers[0], prf, size)
    if name == SCRYPT and len(numbers) >= 3:
        return _scrypt(passphrase, salt, (numbers[0], numbers[1], numbers[2]), size)
    raise WrongInput(f"不支持的密钥派生方式（{name}）", f"unknown key derivation ({name})")


def _pbkdf2(passphrase: bytes, salt: bytes, rounds: int, prf: str, size: int) -> bytes:
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

    if not 1 <= rounds <= MOST_ROUNDS:
        raise WrongInput(f"密钥派生轮数 {rounds} 不合理", f"{rounds} rounds of key derivation make no sense")
    return PBKDF2HMAC(_hash(prf), size, salt, rounds).derive(passphrase)


def _scrypt(passphrase: bytes, salt: bytes, cost: tuple[int, int, int], size: int) -> bytes:
    from hashlib import scrypt

    n, r, p = cost
    try:
        return scrypt(passphrase, salt=salt, n=n, r=r, p=p, maxmem=MOST_SCRYPT_BYTES, dklen=size)
    except (ValueError, OverflowError):
        raise WrongInput("scrypt 参数不合理", "the scrypt parameters make no sense") from None


def _hash(prf: str) -> "HashAlgorithm":
    from cryptography.hazmat.primitives import hashes

    known: dict[str, type[HashAlgorithm]] = {
        HMAC_SHA1: hashes.SHA1,
        HMAC_SHA256: hashes.SHA256,
        "1.2.840.113549.2.10": hashes.SHA384,
        "1.2.840.113549.2.11": hashes.SHA512,
        "1.2.156.10197.1.401.2": hashes.SM3,
    }
    if prf not in known:
        raise WrongInput(f"不支持的 PBKDF2 杂凑（{prf}）", f"unknown hash in PBKDF2 ({prf})")
    return known[prf]()


def _cipher(name: str) -> tuple[type["BlockCipherAlgorithm"], int]:
    """The block cipher of a CBC mode, and the size of its key in bytes."""
    from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4

    known: dict[str, tuple[type[BlockCipherAlgorithm], int]] = {
        "2.16.840.1.101.3.4.1.2": (AES, 16),
        "2.16.840.1.101.3.4.1.22": (AES, 24),
        AES_256_CBC: (AES, 32),
        "1.2.156.10197.1.104.2": (SM4, 16),
    }
    if name not in known:
        raise WrongInput(f"不支持的私钥加密算法（{name}）", f"unknown cipher around the key ({name})")
    return known[name]


def _encrypt(key: bytes, start: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    padding = 16 - len(data) % 16
    encryptor = Cipher(AES(key), CBC(start)).encryptor()
    return encryptor.update(data + bytes([padding]) * padding) + encryptor.finalize()


def _decrypt(algorithm: type["BlockCipherAlgorithm"], key: bytes, start: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    if len(start) != 16 or not data or len(data) % 16:
        raise WrongInput("加密的私钥不完整", "the encrypted key is incomplete")
    decryptor = Cipher(algorithm(key), CBC(start)).decryptor()  # type: ignore[call-arg]
    plain = decryptor.update(data) + decryptor.finalize()
    padding = plain[-1]
    if not 1 <= padding <= 16 or plain[-padding:] != bytes([padding]) * padding:
        raise WrongInput("口令不对", "wrong passphrase")
    return plain[:-padding]
