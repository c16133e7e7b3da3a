"""Key files: openssl reads ours, we read openssl's, and nobody else reads either."""

import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengming.ground import der
from zhengming.ground.errors import Refused, Unavailable, WrongInput, ZhengmingError
from zhengming.labels.seal import pkcs8
from zhengming.labels.seal.key_files import (
    private_key_of,
    private_pem,
    public_pem,
    read_private_key,
    write_private_key,
)
from zhengming.labels.seal.private_keys import Ed25519Key, PrivateKey, Sm2Key, generate
from zhengming.labels.seal.spki import pem, pem_blocks

KINDS = ("sm2", "ed25519")
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl on this machine")


def openssl(*arguments: str | Path) -> str:
    return subprocess.run(
        ["openssl", *map(str, arguments)], check=True, capture_output=True, text=True, timeout=20
    ).stdout


def fixed(size: int) -> bytes:
    return bytes(range(size))


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_comes_back_from_its_encrypted_file(tmp_path: Path, kind: str) -> None:
    key = generate(kind)
    write_private_key(tmp_path / "key.pem", key, "口令".encode())
    assert read_private_key(tmp_path / "key.pem", "口令".encode) == key


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_file_is_for_its_owner_only(tmp_path: Path, kind: str) -> None:
    write_private_key(tmp_path / "key.pem", generate(kind), None, in_the_open=True)
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600


def test_a_key_is_not_stored_in_the_open_unless_asked_for(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        write_private_key(tmp_path / "key.pem", generate(), None)
    assert not (tmp_path / "key.pem").exists()


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("the only copy")
    with pytest.raises(Refused):
        write_private_key(tmp_path / "key.pem", generate(), None, in_the_open=True)
    assert (tmp_path / "key.pem").read_text() == "the only copy"


def test_an_empty_passphrase_is_refused() -> None:
    with pytest.raises(WrongInput):
        private_pem(generate(), b"")


def test_a_wrong_passphrase_is_told() -> None:
    text = private_pem(generate(), b"right", fixed)
    for wrong in (b"", b"Right", b"right "):
        with pytest.raises(WrongInput, match="passphrase"):
            private_key_of(text, lambda wrong=wrong: wrong)


def test_an_encrypted_key_without_anybody_to_ask_is_told() -> None:
    with pytest.raises(WrongInput, match="passphrase is needed"):
        private_key_of(private_pem(generate(), b"secret", fixed))


def test_the_passphrase_is_not_asked_for_when_none_is_needed() -> None:
    key = generate()
    assert private_key_of(private_pem(key, None), lambda: pytest.fail("asked")) == key


def test_a_key_is_not_shown_in_its_representation() -> None:
    for key in (Sm2Key(0x1234567890), Ed25519Key(b"s" * 32)):
        assert "1234567890" not in repr(key)
        assert str(0x1234567890) not in repr(key)
        assert "ssss" not in repr(key)


def test_a_missing_file_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        read_private_key(tmp_path / "none.pem")


@needs_openssl
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("passphrase", [None, b"geheim"])
def test_openssl_reads_our_key_files(tmp_path: Path, kind: str, passphrase: bytes | None) -> None:
    key = generate(kind)
    write_private_key(tmp_path / "key.pem", key, passphrase, in_the_open=True)
    said = openssl("pkey", "-in", tmp_path / "key.pem", "-passin", "pass:geheim", "-pubout")
    assert said == public_pem(key)


@needs_openssl
@pytest.mark.parametrize(
    "options",
    [
        [],
        ["-v2", "aes-128-cbc"],
        ["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512"],
        ["-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA1"],
        ["-v2", "sm4-cbc"],
        ["-scrypt"],
    ],
)
@pytest.mark.parametrize("kind", ["SM2", "ED25519"])
def test_we_read_what_openssl_encrypts(tmp_path: Path, options: list[str], kind: str) -> None:
    openssl("genpkey", "-algorithm", kind, "-out", tmp_path / "open.pem")
    openssl(
        "pkcs8", "-topk8", "-in", tmp_path / "open.pem", "-out", tmp_path / "key.pem", "-passout", "pass:x", *options
    )
    key = read_private_key(tmp_path / "key.pem", lambda: b"x")
    assert key == read_private_key(tmp_path / "open.pem")
    assert public_pem(key) == openssl("pkey", "-in", tmp_path / "open.pem", "-pubout")


@needs_openssl
def test_we_read_what_openssl_ecparam_writes(tmp_path: Path) -> None:
    openssl("ecparam", "-name", "SM2", "-genkey", "-out", tmp_path / "key.pem")
    key = read_private_key(tmp_path / "key.pem")
    openssl("ec", "-in", tmp_path / "key.pem", "-out", tmp_path / "old.pem")
    bare = (tmp_path / "old.pem").read_text()
    assert "SM2 PRIVATE KEY" in bare or "EC PRIVATE KEY" in bare
    assert private_key_of(bare) == key
    assert private_key_of(bare.replace("SM2 PRIVATE", "EC PRIVATE")) == key


@needs_openssl
def test_a_key_of_another_algorithm_is_told(tmp_path: Path) -> None:
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", tmp_path / "key.pem")
    with pytest.raises(WrongInput, match="SM2 and Ed25519"):
        read_private_key(tmp_path / "key.pem")


def test_the_old_encryption_is_told_with_the_way_out() -> None:
    text = "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END EC PRIVATE KEY-----\n"
    with pytest.raises(WrongInput, match="openssl pkcs8"):
        private_key_of(text)


def test_a_private_key_with_anothers_public_key_is_refused() -> None:
    one, other = (pkcs8.encoded(Sm2Key(scalar)) for scalar in (5, 6))
    public = other[-64:]
    with pytest.raises(WrongInput, match="not the private key's"):
        pkcs8.decoded(one[:-64] + public)


def test_a_file_that_asks_for_hours_of_derivation_is_refused() -> None:
    salt = der.element(der.OCTET_STRING, b"12345678")
    hours = der.sequence(der.oid(pkcs8.PBKDF2), der.sequence(salt, der.integer(2**40)))
    cipher = der.sequence(der.oid(pkcs8.AES_256_CBC), der.element(der.OCTET_STRING, bytes(16)))
    scheme = der.sequence(der.oid(pkcs8.PBES2), der.sequence(hours, cipher))
    with pytest.raises(WrongInput, match="make no sense"):
        pkcs8.decrypted(der.sequence(scheme, der.element(der.OCTET_STRING, bytes(16))), b"x")


PLAIN: list[PrivateKey] = [Sm2Key(7), Ed25519Key(bytes(32))]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLAIN), st.data())
def test_a_damaged_key_file_gives_our_error_or_a_key(key: PrivateKey, data: st.DataObject) -> None:
    damaged = bytearray(pkcs8.encoded(key))
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    for candidate in (bytes(damaged), bytes(damaged[:cut])):
        try:
            private_key_of(pem("PRIVATE KEY", candidate))
        except ZhengmingError:
            continue


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda data: pem("ENCRYPTED PRIVATE KEY", data)))
def test_any_text_gives_our_error(text: str) -> None:
    with pytest.raises(ZhengmingError):
        private_key_of(text, lambda: b"x")


def test_pem_comes_back() -> None:
    assert pem_blocks("noise\n" + pem("A", b"1" * 100) + pem("B C", b"")) == [("A", b"1" * 100), ("B C", b"")]
