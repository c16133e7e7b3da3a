"""The operator's settings."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from identity.rings import key
from zhengming.ground.errors import Refused, Unavailable, WrongInput
from zhengming.identity.adapters import alibaba, template, tencent
from zhengming.identity.configuration import read


def put(folder: Path, name: str, content: str) -> str:
    file = folder / name
    file.write_text(content + "\n")
    file.chmod(0o600)
    return str(file)


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Any]:
    return {
        "lookup_keys": [put(tmp_path, "look-1.key", key("look-1").hex())],
        "sealing_keys": [put(tmp_path, "seal-2.key", key("2").hex()), put(tmp_path, "seal-1.key", key("1").hex())],
    }


def test_keys_are_enough_for_the_manual_method(keys: dict[str, Any]) -> None:
    setup = read(keys)
    assert (setup.sending, setup.checks, setup.validity.days) == (None, {}, 365)
    assert setup.vault.ring.current == "seal-2"


def test_services_are_set_up_from_a_table(keys: dict[str, Any], tmp_path: Path) -> None:
    file = put(tmp_path, "secret", "hidden-credential")
    cloud = {"key_id": "LTAI", "secret_file": file}
    setup = read(
        {
            **keys,
            "digest": "hmac-sm3",
            "validity_days": 90,
            "sms": {"service": "alibaba", **cloud, "sign_name": "正名", "template": "SMS_1"},
            "checks": {
                "resident": {"service": "tencent", **cloud},
                "mobile": {"service": "alibaba", **cloud},
                "organisation": {
                    "service": "json",
                    "title": "某企业核验",
                    "url": "https://check.example/",
                    "body": {"n": "{organisation}", "c": "{uscc}"},
                    "headers": {"Authorization": "Bearer {secret:token}"},
                    "secret_files": {"token": file},
                    "verdict_path": "data.0",
                    "match": ["1"],
                    "mismatch": ["2"],
                },
            },
        }
    )
    assert isinstance(setup.sending, alibaba.SendSms)
    assert isinstance(setup.checks["resident"], tencent.IdCardVerification)
    assert isinstance(setup.checks["mobile"], alibaba.Mobile3MetaSimpleVerify)
    assert isinstance(setup.checks["organisation"], template.JsonCheck)
    assert (setup.digester.algorithm, setup.validity.days) == ("hmac-sm3", 90)
    assert "hidden-credential" not in repr(setup)


def test_the_table_in_the_guide_works_as_it_stands(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "identity.md").read_text(encoding="utf-8")
    example = text.split("```toml")[1].split("```")[0].replace("/etc/zhengming/", f"{tmp_path}/")
    for name in ("lookup-2026.key", "seal-2026.key"):
        put(tmp_path, name, key(name).hex())
    for name in ("aliyun.secret", "tencent.secret", "registry.token", "network.token"):
        put(tmp_path, name, "credential")
    setup = read(tomllib.loads(example)["identity"])
    assert setup.sending
    assert set(setup.checks) == {"resident", "mobile", "organisation", "network"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"lookup_keys": []}, "lookup_keys"),
        ({"sealing_keys": "x"}, "sealing_keys"),
        ({"lockup": 1}, "lockup"),
        ({"digest": "md5"}, "md5"),
        ({"validity_days": 0}, "validity_days"),
        ({"sms": {"service": "pigeon"}}, "sms.service"),
        ({"sms": 1}, "sms"),
        ({"checks": {"face": {}}}, "face"),
        ({"checks": {"organisation": {"service": "tencent"}}}, "organisation.service"),
        ({"checks": {"resident": {"service": "tencent"}}}, "key_id"),
        ({"checks": {"resident": {"service": "tencent", "colour": "red"}}}, "colour"),
        ({"checks": {"resident": {"service": "json", "url": "https://x.example/"}}}, "lacks"),
        ({"checks": {"resident": {"service": "json", "url": 1}}}, "texts"),
        ({"checks": {"resident": {"service": "json", "headers": [1]}}}, "headers"),
        ({"checks": {"resident": {"service": "json", "headers": {"a": 1}}}}, "texts"),
        ({"checks": {"resident": {"service": "json", "url": "https://x.example/", "match": [1]}}}, "match"),
        ({"validity_days": True}, "validity_days"),
        ({"checks": {"resident": {"service": "json", "secret_files": {"a": 1}}}}, "secret_files.a"),
        ({"checks": {"resident": {"service": "json", "secret_files": "x"}}}, "secret_files"),
        ({"checks": {"resident": {"service": "json", "url": "https://x.example/", "match": "1"}}}, "list of texts"),
        ({"checks": {"resident": {"service": "tencent", "endpoint": "https://x.example/"}}}, "endpoint"),
        ({"checks": {"resident": {"service": "json", "url": "https://x.example/", "verdict_path": ["a"]}}}, "a text"),
    ],
)
def test_a_mistake_is_named(keys: dict[str, Any], change: dict[str, Any], told: str) -> None:
    with pytest.raises(WrongInput, match=told):
        read({**keys, **change})


def test_look_up_and_sealing_do_not_share_a_key(keys: dict[str, Any]) -> None:
    with pytest.raises(WrongInput, match="share"):
        read({**keys, "sealing_keys": keys["lookup_keys"]})


def test_a_check_may_not_ask_for_more_than_its_role(keys: dict[str, Any]) -> None:
    row = {
        "service": "json",
        "url": "https://x.example/",
        "body": {"c": "{network_credential}", "n": "{name}"},
        "verdict_path": "a",
        "match": ["1"],
        "mismatch": ["2"],
    }
    with pytest.raises(WrongInput, match="may not ask for name"):
        read({**keys, "checks": {"network": row}})


def test_a_credential_that_anyone_may_read_or_that_is_missing_is_told(keys: dict[str, Any], tmp_path: Path) -> None:
    file = Path(put(tmp_path, "secret", "hidden-credential"))
    row = {"service": "tencent", "key_id": "x", "secret_file": str(file)}
    file.chmod(0o604)
    with pytest.raises(Refused, match="anyone may read"):
        read({**keys, "checks": {"resident": row}})
    file.chmod(0o600)
    file.write_text("two\nlines\n")
    with pytest.raises(WrongInput, match="one line"):
        read({**keys, "checks": {"resident": row}})
    file.write_text("x" * 5000)
    with pytest.raises(WrongInput, match="larger than"):
        read({**keys, "checks": {"resident": row}})
    file.unlink()
    with pytest.raises(Unavailable):
        read({**keys, "checks": {"resident": row}})
