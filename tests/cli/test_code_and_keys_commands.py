"""``zhengming code`` and ``zhengming keys``: what they do, what they say, how they end."""

import json
import stat
from io import StringIO
from pathlib import Path

import pytest

from zhengming.cli import line
from zhengming.cli.command import DONE, SOME_FAILED, WRONG_USE
from zhengming.labels.format import FORMATS
from zhengming.labels.labelling import labels_in, opened
from zhengming.labels.recognition import recognise
from zhengming.labels.seal.examination import Verdict, examine_seal
from zhengming.labels.seal.key_files import read_anchors

CODE = "001191110102MACQD9K64010000"
Captured = pytest.CaptureFixture[str]


def test_a_code_is_composed(capsys: Captured) -> None:
    assert line.run(["code", "--uscc", "91110102MACQD9K640", "--extension", "0000"], {}) == DONE
    assert capsys.readouterr().out == CODE + "\n"


def test_a_good_code_is_taken_apart(capsys: Captured) -> None:
    assert line.run(["code", CODE, "--json"], {}) == DONE
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["valid"], row["uscc"], row["service"], row["extension"]) == (True, "91110102MACQD9K640", "1", "0000")
    assert row["findings"] == []


def test_a_bad_code_is_explained(capsys: Captured) -> None:
    assert line.run(["code", CODE, "doubao", CODE.lower()], {}) == SOME_FAILED
    out = capsys.readouterr().out
    assert "服务提供者是名称而不是编码" in out
    assert "小写" in out


@pytest.mark.parametrize("arguments", [[], ["--uscc", "91110102MACQD9K640", CODE], ["--uscc", "1"]])
def test_wrong_use_of_code_is_told(arguments: list[str], capsys: Captured) -> None:
    assert line.run(["code", *arguments], {}) == WRONG_USE
    assert "错误" in capsys.readouterr().err


@pytest.fixture
def passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHENGMING_KEY_PASSPHRASE", "芝麻开门")


@pytest.mark.usefixtures("passphrase")
@pytest.mark.parametrize("kind", ["sm2", "ed25519"])
def test_a_new_key_is_written_shown_and_never_overwritten(kind: str, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "密钥.pem"
    assert line.run(["keys", str(path), "--new", "--kind", kind, "--json"], {}) == DONE
    made = json.loads(capsys.readouterr().out)
    assert "ENCRYPTED" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (tmp_path / "密钥.pub.pem").read_text() == made["public_key"]
    for shown in (path, tmp_path / "密钥.pub.pem"):
        assert line.run(["keys", str(shown), "--json"], {}) == DONE
        assert json.loads(capsys.readouterr().out) == made | {"path": str(shown)}
    before = path.read_bytes()
    assert line.run(["keys", str(path), "--new"], {}) == WRONG_USE
    assert path.read_bytes() == before


@pytest.mark.usefixtures("passphrase")
def test_a_wrong_passphrase_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    path = str(tmp_path / "key.pem")
    assert line.run(["keys", path, "--new"], {}) == DONE
    monkeypatch.setenv("ZHENGMING_KEY_PASSPHRASE", "wrong")
    assert line.run(["keys", path], {}) == WRONG_USE
    assert "口令不对" in capsys.readouterr().err


def test_without_a_passphrase_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.delenv("ZHENGMING_KEY_PASSPHRASE", raising=False)
    monkeypatch.setattr("sys.stdin", StringIO())
    assert line.run(["keys", str(tmp_path / "key.pem"), "--new"], {}) == WRONG_USE
    assert "ZHENGMING_KEY_PASSPHRASE" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_labelled_with_a_seal_that_examines_good(tmp_path: Path, capsys: Captured) -> None:
    key, image = tmp_path / "某某公司.pem", tmp_path / "a.png"
    assert line.run(["keys", str(key), "--new", "--in-the-open"], {}) == DONE
    image.write_bytes(FORMATS["png"].example())
    assert line.run(["label", str(image), "--producer", CODE, "--key", str(key)], {}) == DONE
    assert line.run(["label", str(image), "--propagator", CODE[:22] + "20000", "--key", str(key)], {}) == DONE
    with opened(image) as file:
        (reading,) = labels_in(recognise(file, image.name), file)
    anchors = read_anchors([tmp_path / "某某公司.pub.pem"])
    for which in (1, 2):
        seal = examine_seal(reading.fields, which, anchors=anchors)  # type: ignore[arg-type]
        assert (seal.verdict, seal.trusted) == (Verdict.GOOD, True)
    assert examine_seal(dict(reading.fields) | {"ProduceID": "x"}, 1).verdict == Verdict.BAD
    capsys.readouterr()
    assert line.run(["examine", str(image), "--json", "--anchors", str(tmp_path / "某某公司.pub.pem")], {}) == DONE
    (found,) = json.loads(capsys.readouterr().out)
    assert [seal["holder"] for seal in found["seals"]] == ["某某公司", "某某公司"]
    assert all(seal["verdict"] == "good" and "content" in seal["covers"] for seal in found["seals"])


def test_an_extension_of_another_length_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert line.run(["code", "--uscc", "91110102MACQD9K640", "--extension", "12"], {}) == WRONG_USE
    assert "扩展码（模型或应用代码）应为 4 位，得到“12”" in capsys.readouterr().err
