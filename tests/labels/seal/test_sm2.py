"""SM2: the standard's own example, openssl in both directions, and what must never verify."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengming.ground import der
from zhengming.ground.errors import WrongInput
from zhengming.labels.seal import sm2
from zhengming.labels.seal.key_files import private_pem, public_pem
from zhengming.labels.seal.private_keys import Sm2Key, generate
from zhengming.labels.seal.sm2_curve import B, G, N, P, decompressed, is_on_curve, times_g, times_g_plus
from zhengming.labels.seal.sm3 import sm3

# GB/T 32918.2-2016 annex A.2, over the curve of GB/T 32918.5-2017
PRIVATE = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
PUBLIC = (
    0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
    0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
)
MESSAGE = b"message digest"
Z = "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3"
E = 0xF0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640
NONCE = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl on this machine")


def test_sm3_gives_the_digests_of_the_standard() -> None:
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3(b"abcd" * 16).hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_the_standards_example_is_reproduced_step_by_step() -> None:
    assert sm2.public_key(PRIVATE) == PUBLIC
    assert sm2.identity_digest(PUBLIC).hex() == Z
    assert int.from_bytes(sm3(bytes.fromhex(Z) + MESSAGE), "big") == E
    assert sm2.signature_with(PRIVATE, E, NONCE) == (R, S)


def test_the_standards_signature_verifies() -> None:
    assert sm2.verify(PUBLIC, MESSAGE, sm2.encoded(R, S))


def test_another_message_key_or_user_id_does_not_verify() -> None:
    signature = sm2.encoded(R, S)
    assert not sm2.verify(PUBLIC, MESSAGE + b"!", signature)
    assert not sm2.verify(G, MESSAGE, signature)
    assert not sm2.verify(PUBLIC, MESSAGE, signature, user_id=b"ALICE123@YAHOO.COM")


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200), st.integers(1, N - 2), st.binary(max_size=40), st.binary(max_size=32))
def test_whatever_is_signed_verifies_and_nothing_else(message: bytes, key: int, user: bytes, entropy: bytes) -> None:
    public = sm2.public_key(key)
    signature = sm2.sign(key, message, user, entropy)
    assert sm2.verify(public, message, signature, user)
    assert not sm2.verify(public, message + b"\0", signature, user)
    r, s = sm2.decoded(signature)
    assert not sm2.verify(public, message, sm2.encoded(r, N - s), user)


def test_a_signature_is_the_same_without_entropy_and_another_with() -> None:
    assert sm2.sign(PRIVATE, MESSAGE) == sm2.sign(PRIVATE, MESSAGE)
    signatures = {sm2.sign(PRIVATE, MESSAGE, entropy=entropy) for entropy in (b"", b"1", b"2")}
    assert len(signatures) == 3
    assert all(sm2.verify(PUBLIC, MESSAGE, signature) for signature in signatures)


def test_the_same_entropy_never_repeats_a_nonce_over_two_messages() -> None:
    broken = bytes(32)
    r1, _ = sm2.decoded(sm2.sign(PRIVATE, b"1", entropy=broken))
    r2, _ = sm2.decoded(sm2.sign(PRIVATE, b"2", entropy=broken))
    e1, e2 = (int.from_bytes(sm3(bytes.fromhex(Z) + m), "big") for m in (b"1", b"2"))
    assert (r1 - e1) % N != (r2 - e2) % N  # the x coordinates of the two nonces


def test_a_nonce_that_would_give_the_key_away_is_not_used() -> None:
    point = times_g(NONCE)
    assert point
    r_is_zero = -point[0] % N
    r_plus_k_is_n = (-NONCE - point[0]) % N
    s_is_zero = (NONCE * pow(PRIVATE, -1, N) - point[0]) % N
    for e in (r_is_zero, r_plus_k_is_n, s_is_zero):
        assert sm2.signature_with(PRIVATE, e, NONCE) is None
        assert sm2.signature_with(PRIVATE, e + 1, NONCE)


@pytest.mark.parametrize(
    ("r", "s"),
    [
        (0, S),
        (R, 0),
        (N, S),
        (R, N),
        (R + N, S),
        (R, S + N),
        (N - 1, 1),
        (1, N - 1),
        (0, 0),
        (R, N - R),
        (2**256 - 1, S),
    ],
)
def test_numbers_out_of_range_never_verify(r: int, s: int) -> None:
    assert not sm2.verify(PUBLIC, MESSAGE, sm2.encoded(r, s))


GOOD = sm2.encoded(R, S)


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        GOOD[:-1],
        GOOD + b"\0",
        GOOD + GOOD,
        b"\x31" + GOOD[1:],
        der.sequence(der.integer(R)),
        der.sequence(der.integer(R), der.integer(S), der.integer(0)),
        der.sequence(der.element(der.INTEGER, b"\0\0" + R.to_bytes(32, "big")), der.integer(S)),  # not shortest
        der.sequence(der.element(der.INTEGER, R.to_bytes(32, "big")), der.integer(S)),  # negative
        der.sequence(der.element(der.INTEGER, b""), der.integer(S)),
        b"\x30\x81" + GOOD[1:],  # a long length where a short one does
        b"\x30\x80" + GOOD[2:] + b"\0\0",  # indefinite length
        R.to_bytes(32, "big") + S.to_bytes(32, "big"),
    ],
)
def test_an_encoding_other_than_strict_der_never_verifies(signature: bytes) -> None:
    assert not sm2.verify(PUBLIC, MESSAGE, signature)


@pytest.mark.parametrize("point", [(0, 0), (1, 1), (PUBLIC[0], PUBLIC[1] + 1), (PUBLIC[0] + P, PUBLIC[1]), (-1, 5)])
def test_a_key_off_the_curve_is_refused(point: tuple[int, int]) -> None:
    with pytest.raises(WrongInput, match="curve"):
        sm2.verify(point, MESSAGE, GOOD)


@pytest.mark.parametrize("scalar", [0, -1, N - 1, N, 2**256])
def test_a_private_key_out_of_range_is_refused(scalar: int) -> None:
    with pytest.raises(WrongInput):
        sm2.public_key(scalar)


def test_the_largest_and_smallest_private_keys_sign() -> None:
    for scalar in (1, 2, N - 2):
        assert sm2.verify(sm2.public_key(scalar), MESSAGE, sm2.sign(scalar, MESSAGE))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2 * N), st.integers(0, 2 * N), st.integers(1, N - 1))
def test_multiplication_keeps_the_laws_of_the_group(a: int, b: int, c: int) -> None:
    point = times_g(c)
    assert point
    assert is_on_curve(point)
    assert times_g_plus(a, b, point) == times_g(a + b * c)
    assert times_g_plus(0, b, point) == times_g(b * c)


def test_doubling_and_infinity_inside_a_sum() -> None:
    point = times_g(5)
    assert point
    assert times_g(0) is None
    assert times_g(N) is None
    assert times_g_plus(5, 1, point) == times_g(10)
    assert times_g_plus(N - 5, 1, point) is None
    assert times_g(N - 1) == (G[0], P - G[1])


def test_both_halves_of_a_compressed_point() -> None:
    x, y = PUBLIC
    assert {decompressed(x, odd=False), decompressed(x, odd=True)} == {(x, y), (x, P - y)}
    nowhere = next(x for x in range(1, 50) if pow(x**3 - 3 * x + B, (P - 1) // 2, P) == P - 1)
    with pytest.raises(WrongInput):
        decompressed(nowhere, odd=False)


def openssl(*arguments: str | Path) -> bytes:
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=20).stdout


@needs_openssl
@pytest.mark.parametrize("message", [b"", b"\0", b'"Label":"1"', bytes(range(256)) * 40])
def test_openssl_verifies_what_we_sign(tmp_path: Path, message: bytes) -> None:
    key = generate()
    (tmp_path / "key.pem").write_text(public_pem(key))
    (tmp_path / "message").write_bytes(message)
    (tmp_path / "signature").write_bytes(key.sign(message))
    said = openssl(
        "pkeyutl", "-verify", "-pubin", "-inkey", tmp_path / "key.pem", "-in", tmp_path / "message", "-rawin",
        "-digest", "sm3", "-sigfile", tmp_path / "signature", "-pkeyopt", "distid:1234567812345678",
    )  # fmt: skip
    assert b"Verified Successfully" in said


@needs_openssl
@pytest.mark.parametrize("message", [b"\0", b"message digest", bytes(5000)])
def test_we_verify_what_openssl_signs(tmp_path: Path, message: bytes) -> None:
    key = generate()
    assert isinstance(key, Sm2Key)
    (tmp_path / "key.pem").write_text(private_pem(key, None))
    (tmp_path / "message").write_bytes(message)
    signature = openssl(
        "pkeyutl", "-sign", "-inkey", tmp_path / "key.pem", "-in", tmp_path / "message", "-rawin",
        "-digest", "sm3", "-pkeyopt", "distid:1234567812345678",
    )  # fmt: skip
    public = sm2.public_key(key.scalar)
    assert sm2.verify(public, message, signature)
    assert not sm2.verify(public, message + b"x", signature)


@given(st.binary(max_size=80))
def test_der_of_any_bytes_gives_our_error_or_encodes_back(data: bytes) -> None:
    try:
        r, s = sm2.decoded(data)
    except WrongInput:
        return
    assert sm2.encoded(r, s) == data
