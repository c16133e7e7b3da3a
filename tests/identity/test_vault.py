"""Keys, keyed digests, and numbers sealed at rest."""

import base64
import hashlib
import hmac
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.rings import key, ring
from zhengming.ground.errors import Refused, Unavailable, WrongInput, ZhengmingError
from zhengming.identity.digests import Digester
from zhengming.identity.keys import KeyRing
from zhengming.identity.lookup import subjects
from zhengming.identity.secret import Secret
from zhengming.identity.vault import Vault

NUMBER = Secret("11010519491231002X")


def test_what_is_sealed_opens_and_shows_nothing(vault: Vault) -> None:
    sealed = vault.seal(NUMBER, "resident_id", "user-1")
    assert vault.open(sealed, "resident_id", "user-1") == NUMBER
    assert NUMBER.reveal() not in sealed
    assert base64.urlsafe_b64decode(sealed.split(".")[3]) != NUMBER.reveal().encode()


def test_two_seals_of_one_text_differ(vault: Vault) -> None:
    assert vault.seal(NUMBER, "a", "b") != vault.seal(NUMBER, "a", "b")


@pytest.mark.parametrize(
    ("kind", "owner"), [("mobile", "user-1"), ("resident_id", "user-2"), ("resident_i", "duser-1")]
)
def test_a_seal_does_not_open_for_another_owner_or_kind(vault: Vault, kind: str, owner: str) -> None:
    with pytest.raises(Refused, match="does not open"):
        vault.open(vault.seal(NUMBER, "resident_id", "user-1"), kind, owner)


def test_any_altered_character_is_found(vault: Vault) -> None:
    sealed = vault.seal(NUMBER, "resident_id", "user-1")
    for place, mark in enumerate(sealed):
        altered = sealed[:place] + ("A" if mark != "A" else "B") + sealed[place + 1 :]
        with pytest.raises(ZhengmingError):
            vault.open(altered, "resident_id", "user-1")


def test_rotation_opens_the_old_seals_the_new_and_says_when_a_key_is_gone() -> None:
    old = Vault(ring("2025"))
    sealed = old.seal(NUMBER, "k", "o")
    both = Vault(ring("2026", "2025"))
    assert not both.is_current(sealed)
    renewed = both.renew(sealed, "k", "o")
    assert both.is_current(renewed)
    assert both.renew(renewed, "k", "o") == renewed
    assert Vault(ring("2026")).open(renewed, "k", "o") == NUMBER
    with pytest.raises(Unavailable, match="'2025' is missing"):
        Vault(ring("2026")).open(sealed, "k", "o")


def test_another_key_under_the_same_name_is_told(vault: Vault) -> None:
    other = Vault(KeyRing("seal-1", {"seal-1": key("something else")}))
    with pytest.raises(Refused, match="is not the key that sealed it"):
        other.open(vault.seal(NUMBER, "k", "o"), "k", "o")


@given(st.text(max_size=60) | st.from_regex(r"zm1\.[a-z0-9-]{1,8}\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_=-]{0,60}"))
def test_any_text_as_a_seal_gives_our_error(text: str) -> None:
    with pytest.raises(ZhengmingError):
        Vault(ring("seal-1")).open(text, "k", "o")


@given(st.text())
def test_any_text_can_be_sealed_and_comes_back(text: str) -> None:
    vault = Vault(ring("seal-1"))
    assert vault.open(vault.seal(Secret(text), "k", "o"), "k", "o").reveal() == text


def test_a_digest_is_an_hmac_of_kind_and_text() -> None:
    expected = hmac.new(key("k"), b"zhengming identity 1\0mobile\x0013812345678", hashlib.sha256).hexdigest()
    assert Digester(ring("k")).digest("mobile", "13812345678") == f"hmac-sha256:k:{expected}"


@given(st.text(max_size=80) | st.from_regex("hmac-s(m3|ha256):[a-z]{1,4}:.{60,64}", fullmatch=True))
def test_any_text_as_a_digest_gives_our_error_or_does_not_match(text: str) -> None:
    with suppress(ZhengmingError):
        assert not Digester(ring("k")).matches(text, "mobile", "13812345678")


def test_a_digest_by_sm3_agrees_with_hashlib() -> None:
    if "sm3" not in hashlib.algorithms_available:
        pytest.skip("this OpenSSL has no SM3")
    expected = hmac.new(key("k"), b"zhengming identity 1\0mobile\x001", "sm3").hexdigest()
    assert Digester(ring("k"), "hmac-sm3").digest("mobile", "1") == f"hmac-sm3:k:{expected}"


def test_a_look_up_finds_a_number_however_written_and_under_older_keys() -> None:
    before = Digester(ring("2025")).digest("mobile", "13812345678")
    found = subjects(Digester(ring("2026", "2025")), "mobile", "＋86 138-1234-5678", date(2026, 1, 1))
    assert found[1] == before
    assert found[0].startswith("hmac-sha256:2026:")
    assert Digester(ring("2026", "2025")).matches(before, "mobile", "13812345678")
    assert not Digester(ring("2026", "2025")).matches(before, "code", "13812345678")
    with pytest.raises(WrongInput):
        subjects(Digester(ring("2025")), "name", "示例", date(2026, 1, 1))


def test_keys_come_from_files_and_the_first_is_current(tmp_path: Path) -> None:
    (tmp_path / "2026.key").write_text(key("a").hex() + "\n")
    (tmp_path / "2025.key").write_bytes(base64.b64encode(key("b")))
    for file in tmp_path.iterdir():
        file.chmod(0o600)
    read = KeyRing.read([tmp_path / "2026.key", tmp_path / "2025.key"])
    assert read.current == "2026"
    assert read.keys == {"2026": key("a"), "2025": key("b")}
    assert key("a").hex() not in repr(read)
    assert repr(key("a")) not in repr(read)


@pytest.mark.parametrize("content", ["", "00", "0" * 64, "ab" * 32, "x" * 64, "AAAA", "中" * 20])
def test_a_file_without_a_real_key_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "k.key"
    file.write_text(content)
    file.chmod(0o600)
    with pytest.raises(WrongInput) as caught:
        KeyRing.read([file])
    assert not content or content not in str(caught.value)


def test_there_is_no_default_key_and_none_that_anyone_may_read(tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match="no default key"):
        KeyRing.read([])
    with pytest.raises(Unavailable):
        KeyRing.read([tmp_path / "absent.key"])
    file = tmp_path / "open.key"
    file.write_text(key("a").hex())
    file.chmod(0o644)
    with pytest.raises(Refused, match="anyone may read"):
        KeyRing.read([file])
