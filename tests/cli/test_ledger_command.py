"""``zhengming ledger``: what is written out is verified, what was changed is told, how it ends."""

import json
import shutil
from pathlib import Path

import pytest

from ledger.authority import Authority
from ledger.making import FORGER, SIGNER, entry, exported, grown, viewed
from zhengming.cli import line
from zhengming.cli.command import DONE, SOME_FAILED, WRONG_USE
from zhengming.ledger.timestamp import request

Captured = pytest.CaptureFixture[str]
KEY = str(SIGNER.key)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return grown(tmp_path / "ledger", 3, 300)


@pytest.fixture
def export(folder: Path, tmp_path: Path, capsys: Captured) -> Path:
    path = tmp_path / "export.zml"
    assert line.run(["ledger", "export", str(folder), "--to", str(path)], {}) == DONE
    assert "300 条" in capsys.readouterr().out
    return path


def test_an_export_is_verified(export: Path, capsys: Captured) -> None:
    assert line.run(["ledger", "verify", str(export), "--key", KEY], {}) == DONE
    out = capsys.readouterr().out
    assert "核验通过" in out
    assert "--key" not in out
    assert "--anchor" in out


def test_without_a_key_it_says_what_that_does_not_show(export: Path, capsys: Captured) -> None:
    assert line.run(["ledger", "verify", str(export), "--lang", "en"], {}) == DONE
    assert "give --key" in capsys.readouterr().out


def test_a_change_is_told_with_its_number(export: Path, capsys: Captured) -> None:
    data = export.read_bytes()
    export.write_bytes(data.replace(entry(7).encoded, entry(7, "work.refused").encoded))
    assert line.run(["ledger", "verify", str(export), "--key", KEY], {}) == SOME_FAILED
    out = capsys.readouterr().out
    assert "第 7 条的内容被改动" in out
    assert "核验未通过" in out
    assert line.run(["ledger", "verify", str(export), "--json"], {}) == SOME_FAILED
    found = json.loads(capsys.readouterr().out)
    assert found["verified"] is False
    assert found["findings"][0]["code"] == "changed-entry"
    assert found["findings"][0]["index"] == 7


def test_a_cut_tail_is_told_by_an_anchor(export: Path, tmp_path: Path, capsys: Captured) -> None:
    short = tmp_path / "short.zml"
    short.write_bytes(exported(grown(tmp_path / "short", 3)))
    kept = tmp_path / "kept.txt"
    with viewed(tmp_path / "ledger") as view:
        assert view.checkpoint
        kept.write_bytes(view.checkpoint.encoded())
    assert line.run(["ledger", "verify", str(short), "--key", KEY], {}) == DONE
    assert line.run(["ledger", "verify", str(short), "--key", KEY, "--anchor", str(kept)], {}) == SOME_FAILED
    assert "尾部被截" in capsys.readouterr().out
    assert line.run(["ledger", "verify", str(export), "--key", KEY, "--anchor", str(kept)], {}) == DONE


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl plays the timestamping authority")
def test_a_timestamp_beside_an_anchor_is_verified(export: Path, tmp_path: Path, capsys: Captured) -> None:
    authority, kept = Authority(tmp_path / "tsa"), tmp_path / "kept.txt"
    with viewed(tmp_path / "ledger") as view:
        assert view.checkpoint
        kept.write_bytes(view.checkpoint.encoded())
        (tmp_path / "kept.txt.tsr").write_bytes(authority.reply(request(view.checkpoint.text.encode(), 1)))
    arguments = ["ledger", "verify", str(export), "--key", KEY, "--anchor", str(kept), "--tsa"]
    assert line.run([*arguments, str(tmp_path / "tsa" / "ca.pem")], {}) == DONE
    assert "RFC 3161 于 2" in capsys.readouterr().out
    other = Authority(tmp_path / "other")
    assert line.run([*arguments, str(other.folder / "ca.pem")], {}) == SOME_FAILED
    assert "时间戳" in capsys.readouterr().out
    assert line.run([*arguments, str(kept)], {}) == WRONG_USE


def test_the_key_may_stand_in_a_file_and_a_forged_ledger_is_told(tmp_path: Path, capsys: Captured) -> None:
    forged, key = tmp_path / "forged.zml", tmp_path / "公钥.vkey"
    forged.write_bytes(exported(grown(tmp_path / "forged", 3, signer=FORGER)))
    key.write_text(KEY + "\n")
    assert line.run(["ledger", "verify", str(forged), "--key", str(key)], {}) == SOME_FAILED
    assert "伪造" in capsys.readouterr().out


def test_a_proof_is_taken_out_and_verified(folder: Path, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "17.tlog-proof"
    assert line.run(["ledger", "prove", str(folder), "17", "--to", str(path)], {}) == DONE
    capsys.readouterr()
    assert line.run(["ledger", "verify", str(path), "--key", KEY, "--json"], {}) == DONE
    found = json.loads(capsys.readouterr().out)
    assert (found["verified"], found["index"], found["entry"]) == (True, 17, entry(17).encoded.decode())
    assert line.run(["ledger", "verify", str(path)], {}) == WRONG_USE
    assert line.run(["ledger", "verify", str(path), "--key", str(FORGER.key)], {}) == SOME_FAILED
    path.write_bytes(path.read_bytes().replace(b"index 17\n", b"index 18\n"))
    assert line.run(["ledger", "verify", str(path), "--key", KEY], {}) == SOME_FAILED
    assert "第 18 条" in capsys.readouterr().out


def test_a_ledger_and_an_entry_are_shown(folder: Path, capsys: Captured) -> None:
    assert line.run(["ledger", "show", str(folder), "--json"], {}) == DONE
    found = json.loads(capsys.readouterr().out)
    assert found["size"] == 300
    assert found["keys"] == [KEY]
    assert "\n300\n" in found["checkpoint"]
    assert line.run(["ledger", "show", str(folder)], {}) == DONE
    assert "300 条" in capsys.readouterr().out
    assert line.run(["ledger", "show", str(folder), "299"], {}) == DONE
    assert capsys.readouterr().out.strip() == entry(299).encoded.decode()


@pytest.mark.parametrize(
    "arguments",
    [["show", "nothing"], ["verify", "nothing"], ["prove", "ledger"], ["prove", "ledger", "300"],
     ["export", "ledger"], ["show", "ledger", "300"], ["show", "ledger", "-1"], ["verify", "full", "--key", "x"],
     ["export", "ledger", "--to", "full"], ["verify", "full", "--anchor", "full"], ["verify", "."]],
)  # fmt: skip
def test_wrong_use_is_told(
    arguments: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (folder.parent / "full").write_text("text")
    monkeypatch.chdir(folder.parent)
    try:
        status = line.run(["ledger", *arguments], {})
    except SystemExit as end:
        status = int(end.code or 0)
    assert status == WRONG_USE
    assert capsys.readouterr().err
    assert (folder.parent / "full").read_text() == "text"


def test_what_is_no_export_is_told(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "text"
    path.write_text("text\n")
    assert line.run(["ledger", "verify", str(path)], {}) == SOME_FAILED
    assert "不是台账导出文件" in capsys.readouterr().out
