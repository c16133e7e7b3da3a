"""The SM2 curve (GB/T 32918.5-2017) and multiplication on it.

y² = x³ − 3x + b over a prime field of 256 bits. Points are affine ``(x, y)`` outside this file and Jacobian
``(X, Y, Z)`` inside: x = X/Z², y = Y/Z³, Z = 0 at infinity. Python's integers do not run in constant time:
see docs/decisions/sm2.md before signing on a machine that others share.
"""

from collections.abc import Sequence
from functools import cache

from zhengming.ground.errors import WrongInput

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
#: Bytes of a coordinate, and of a scalar.
SIZE = 32
#: Bits of a digit of the table for G: 64 rows of 15 points, made once in some 15 ms.
_DIGIT = 4
_WINDOW = 5

Point = tuple[int, int]
_Jacobian = tuple[int, int, int]
_INFINITY: _Jacobian = (1, 1, 0)


def is_on_curve(point: Point) -> bool:
    """Whether ``point`` has coordinates in the field and lies on the curve. The cofactor is 1: that is enough."""
    x, y = point
    return 0 <= x < P and 0 <= y < P and (y * y - (x * x + A) * x - B) % P == 0


def decompressed(x: int, odd: bool) -> Point:
    """The point with this ``x`` whose y is odd or even. Raises WrongInput when there is none."""
    if 0 <= x < P:
        y = pow((x * x + A) * x + B, (P + 1) // 4, P)
        if bool(y & 1) != odd:
            y = P - y
        if is_on_curve((x, y)):
            return x, y
    raise WrongInput("SM2 公钥不在曲线上", "the SM2 public key is not on the curve")


def times_g(scalar: int) -> Point | None:
    """``scalar``·G, or None at infinity."""
    return _affine(_times_g(scalar % N))


def times_g_plus(scalar: int, other: int, point: Point) -> Point | None:
    """``scalar``·G + ``other``·``point``, or None at infinity."""
    return _affine(_sum(_times_g(scalar % N), _times(other % N, point)))


def _times_g(scalar: int) -> _Jacobian:
    result = _INFINITY
    for row in _table():
        if digit := scalar & (1 << _DIGIT) - 1:
            result = _sum_affine(result, row[digit - 1])
        scalar >>= _DIGIT
    return result


@cache
def _table() -> tuple[tuple[Point, ...], ...]:
    """Row i holds 1, 2, … 15 times 16^i·G."""
    points: list[_Jacobian] = []
    base: _Jacobian = (*G, 1)
    for _ in range(256 // _DIGIT):
        multiple = base
        for _ in range((1 << _DIGIT) - 1):
            points.append(multiple)
            multiple = _sum(multiple, base)
        base = multiple
    flat, width = _all_affine(points), (1 << _DIGIT) - 1
    return tuple(tuple(flat[at : at + width]) for at in range(0, len(flat), width))


def _times(scalar: int, point: Point) -> _Jacobian:
    """Left to right over signed odd digits of a few bits (width-w NAF)."""
    odd = _odd_multiples(point)
    result = _INFINITY
    for digit in reversed(_signed_digits(scalar)):
        result = _double(result)
        if digit > 0:
            result = _sum_affine(result, odd[digit >> 1])
        elif digit < 0:
            x, y = odd[-digit >> 1]
            result = _sum_affine(result, (x, P - y))
    return result


def _odd_multiples(point: Point) -> list[Point]:
    """1, 3, 5, … times ``point``."""
    multiples: list[_Jacobian] = [(*point, 1)]
    double = _double(multiples[0])
    for _ in range((1 << _WINDOW - 2) - 1):
        multiples.append(_sum(multiples[-1], double))
    return _all_affine(multiples)


def _signed_digits(scalar: int) -> list[int]:
    digits, full = [], 1 << _WINDOW
    while scalar:
        digit = 0
        if scalar & 1:
            digit = scalar & full - 1
            digit -= full if digit >= full >> 1 else 0
            scalar -= digit
        digits.append(digit)
        scalar >>= 1
    return digits


def _double(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    zz = z * z % P
    yy = y * y % P
    s = 4 * x * yy % P
    m = 3 * (x - zz) * (x + zz) % P
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * yy * yy) % P, 2 * y * z % P


def _sum_affine(point: _Jacobian, other: Point) -> _Jacobian:
    x1, y1, z1 = point
    x2, y2 = other
    if not z1:
        return x2, y2, 1
    zz = z1 * z1 % P
    h = (x2 * zz - x1) % P
    r = (y2 * zz * z1 - y1) % P
    return _chord(x1, y1, z1, h, r, (x1, y1, z1))


def _sum(point: _Jacobian, other: _Jacobian) -> _Jacobian:
    x1, y1, z1 = point
    x2, y2, z2 = other
    if not z1:
        return other
    if not z2:
        return point
    zz1, zz2 = z1 * z1 % P, z2 * z2 % P
    u, s = x1 * zz2 % P, y1 * zz2 * z2 % P
    return _chord(u, s, z1 * z2 % P, (x2 * zz1 - u) % P, (y2 * zz1 * z1 - s) % P, point)


def _chord(u: int, s: int, z: int, h: int, r: int, point: _Jacobian) -> _Jacobian:
    """The end of both additions. ``h`` and ``r`` are zero where the two points agree in x and in y."""
    if not h:
        return _double(point) if not r else _INFINITY
    hh = h * h % P
    hhh = h * hh % P
    v = u * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - s * hhh) % P, z * h % P


def _affine(point: _Jacobian) -> Point | None:
    return _all_affine([point])[0] if point[2] else None


def _all_affine(points: Sequence[_Jacobian]) -> list[Point]:
    """All of ``points``, none at infinity, with one inversion between them."""
    products, product = [], 1
    for _, _, z in points:
        products.append(product)
        product = product * z % P
    inverse, result = pow(product, -1, P), []
    for (x, y, z), before in zip(reversed(points), reversed(products), strict=True):
        own = inverse * before % P
        inverse = inverse * z % P
        square = own * own % P
        result.append((x * square % P, y * square * own % P))
    return result[::-1]
