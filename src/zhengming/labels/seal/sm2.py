"""SM2 signatures with SM3 (SM2 椭圆曲线数字签名算法, GB/T 32918.2-2016), in Python.

No well-kept Python library has SM2: docs/decisions/sm2.md says why it is here and what it is not. Signatures
are DER (GB/T 35276), keys are validated, nothing here runs in constant time.
"""

from zhengming.ground import der
from zhengming.ground.errors import WrongInput
from zhengming.labels.seal.sm2_curve import SIZE, A, B, G, N, Point, is_on_curve, times_g, times_g_plus
from zhengming.labels.seal.sm3 import hmac, sm3

#: 用户身份标识, the user id of GB/T 32918.2 annex A and of the guide's signatures. [H]
USER_ID = b"1234567812345678"


def public_key(private: int) -> Point:
    """The public key of ``private``. Raises WrongInput unless it is in [1, n−2] (GB/T 32918.1 §6.1)."""
    if not 1 <= private <= N - 2:
        raise WrongInput("SM2 私钥不在 [1, n-2] 内", "the SM2 private key is not in [1, n-2]")
    point = times_g(private)
    assert point, "a scalar below the order never gives infinity"
    return point


def checked(point: Point) -> Point:
    """``point``, when it may be a public key. Raises WrongInput when it is not on the curve."""
    if not is_on_curve(point):
        raise WrongInput("SM2 公钥不在曲线上", "the SM2 public key is not on the curve")
    return point


def private_key(random: bytes) -> int:
    """A private key out of 48 random bytes; the surplus makes the bias of the reduction negligible."""
    if len(random) != SIZE + 16:
        raise WrongInput("需要 48 个随机字节", "48 random bytes are needed")
    return int.from_bytes(random, "big") % (N - 2) + 1


def identity_digest(public: Point, user_id: bytes = USER_ID) -> bytes:
    """Z_A, the 32 bytes that bind curve, key and user id (GB/T 32918.2 §5.5)."""
    if len(user_id) > 0x1FFF:
        raise WrongInput("用户标识过长", "the user id is too long")
    numbers = (A, B, *G, *public)
    return sm3((8 * len(user_id)).to_bytes(2, "big") + user_id + b"".join(map(_octets, numbers)))


def sign(private: int, message: bytes, user_id: bytes = USER_ID, entropy: bytes = b"") -> bytes:
    """The DER signature of ``message`` (GB/T 32918.2 §6.1).

    The nonce is derived from key and message as in RFC 6979, with HMAC-SM3, and from ``entropy``: a broken
    source of randomness then costs nothing, and with 32 fresh bytes no two signatures share a nonce.
    """
    digest = sm3(identity_digest(public_key(private), user_id) + message)
    nonces = _Nonces(private, digest, entropy)
    while True:
        if pair := signature_with(private, int.from_bytes(digest, "big"), nonces.next()):
            return encoded(*pair)


def signature_with(private: int, e: int, k: int) -> tuple[int, int] | None:
    """r and s for the digest ``e`` and the nonce ``k``, or None where the standard asks for another nonce.

    Only for those who have a nonce from elsewhere, such as the standard's own example; :func:`sign` derives it.
    """
    point = times_g(k)
    assert point, "a nonce below the order never gives infinity"
    r = (e + point[0]) % N
    s = pow(1 + private, -1, N) * (k - r * private) % N
    return (r, s) if r and s and (r + k) % N else None


def verify(public: Point, message: bytes, signature: bytes, user_id: bytes = USER_ID) -> bool:
    """Whether ``signature`` (DER) of ``message`` is good under ``public`` (GB/T 32918.2 §7.1).

    Raises WrongInput when the key is not on the curve; a malformed signature is just not good.
    """
    checked(public)
    try:
        r, s = decoded(signature)
    except WrongInput:
        return False
    t = (r + s) % N
    if not (1 <= r < N and 1 <= s < N and t):
        return False
    e = int.from_bytes(sm3(identity_digest(public, user_id) + message), "big")
    point = times_g_plus(s, t, public)
    return point is not None and (e + point[0]) % N == r


def encoded(r: int, s: int) -> bytes:
    """A signature in DER: SEQUENCE of two INTEGERs (GB/T 35276)."""
    return der.sequence(der.integer(r), der.integer(s))


def decoded(signature: bytes) -> tuple[int, int]:
    """r and s of a signature in DER. Raises WrongInput for anything else."""
    parts = der.parts(signature)
    r, s = (der.non_negative(der.take(parts, der.INTEGER)) for _ in range(2))
    if parts:
        raise WrongInput("SM2 签名有多余成员", "the SM2 signature has a member too many")
    return r, s


def _octets(number: int) -> bytes:
    return number.to_bytes(SIZE, "big")


class _Nonces:
    """Nonces in [1, n−1] as RFC 6979 §3.2 and §3.6 derive them, with HMAC-SM3."""

    def __init__(self, private: int, digest: bytes, entropy: bytes) -> None:
        self._key, self._value = bytes(SIZE), b"\1" * SIZE
        seed = _octets(private) + _octets(int.from_bytes(digest, "big") % N) + entropy
        for mark in (b"\0", b"\1"):
            self._stir(mark + seed)

    def next(self) -> int:
        while True:
            self._value = hmac(self._key, self._value)
            nonce = int.from_bytes(self._value, "big")
            self._stir(b"\0")
            if 1 <= nonce < N:
                return nonce

    def _stir(self, data: bytes) -> None:
        self._key = hmac(self._key, self._value + data)
        self._value = hmac(self._key, self._value)
