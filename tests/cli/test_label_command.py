"""``zhengming label``: what it does, what it says, how it ends."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from zhengming.cli import batch, line
from zhengming.cli.command import DONE, SOME_FAILED, WRONG_USE
from zhengming.cli.screen import Screen
from zhengming.ground.errors import Unavailable
from zhengming.labels.format import FORMATS, Entry, Format
from zhengming.labels.labelling import labels_in, opened
from zhengming.labels.recognition import recognise

PRODUCER = "001191110102MACQD9K64010000"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    works = tmp_path / "作品"
    (works / "内").mkdir(parents=True)
    for name in ("甲.png", "乙.png", "内/丙.png"):
        (works / name).write_bytes(FORMATS["png"].example())
    (works / "notes.xyz").write_bytes(b"\x00nothing of ours")
    return works


def run(*arguments: object) -> int:
    return line.run([str(argument) for argument in arguments], {})


def ran(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[dict]]:
    status = run(*arguments, "--json")
    return status, json.loads(capsys.readouterr().out)


def number(path: Path) -> list[str]:
    with opened(path) as file:
        return [reading.fields["ProduceID"] for reading in labels_in(recognise(file, path.name), file)]


def test_json_is_one_object_a_file(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("label", folder / "甲.png", "--producer", PRODUCER, "--produce-id", "n-1", "--out", tmp_path / "out")
    status, [result] = ran(capsys, *arguments)
    assert status == DONE
    assert result["out"] == str(tmp_path / "out" / "甲.png")
    assert result["label"]["ProduceID"] == "n-1"
    assert (result["format"], result["error"], result["explicit"]) == ("png", None, None)
    assert number(tmp_path / "out" / "甲.png") == ["n-1"]
    assert number(folder / "甲.png") == []


def test_a_folder_means_its_files_and_with_recursive_those_below(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, results = ran(capsys, "label", folder, "--producer", PRODUCER, "--dry-run")
    assert len(results) == 3
    status, _ = ran(capsys, "label", folder, "--recursive", "--producer", PRODUCER, "--out", tmp_path / "out")
    assert status == DONE
    assert len(number(tmp_path / "out" / "内" / "丙.png")) == 1


def test_what_lies_in_a_folder_and_is_no_known_format_is_skipped(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("label", folder, "--producer", PRODUCER) == DONE
    assert "跳过 1" in capsys.readouterr().out


def test_what_lies_in_a_folder_and_is_not_what_its_name_says_is_a_failure(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "空.png").write_bytes(b"")
    assert run("label", folder, "--producer", PRODUCER) == SOME_FAILED
    out = capsys.readouterr().out
    assert f"失败 {folder / '空.png'}：扩展名是 .png，内容却不是任何支持的格式" in out
    assert f"跳过 {folder / 'notes.xyz'}：不认识的文件格式" in out
    assert "完成 2，失败 1，跳过 1" in out


def test_a_table_that_nobody_watches_is_not_folded(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    long = folder / ("很长的名字" * 8 + ".png")
    (folder / "甲.png").rename(long)
    run("label", long, "--producer", PRODUCER, "--produce-id", "n" * 32)
    (row,) = [line for line in capsys.readouterr().out.splitlines() if "n" * 32 in line]
    assert long.name in row


def test_a_dry_run_tells_the_place_and_no_number_that_will_not_be_written(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "240")
    run("label", folder, "--producer", PRODUCER, "--dry-run")
    out = capsys.readouterr().out
    assert "隐式标识将写入" in out
    assert "可添加 2" in out
    assert FORMATS["png"].place.name in out


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (PRODUCER + "X", "不是 27 位"),
        (PRODUCER[:21] + "9" + PRODUCER[22:], "校验不通过"),
        (PRODUCER.replace("010000", "020000"), "与所在的键不符"),
        ("doubao", "名称而不是编码"),
    ],
)
def test_a_doubtful_code_is_written_and_told(
    folder: Path, code: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("label", folder / "甲.png", "--producer", code) == DONE
    assert f"注意：{code} 将原样写入" in (said := capsys.readouterr().err)
    assert why in said


def test_a_good_code_is_not_commented_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("label", folder / "甲.png", "--producer", PRODUCER)
    assert capsys.readouterr().err == ""


def test_what_is_named_and_fails_is_listed_and_stops_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "甲.png").write_bytes(FORMATS["png"].example()[:40])
    arguments = ("label", folder / "甲.png", folder / "notes.xyz", folder / "乙.png", "--producer", PRODUCER)
    status, results = ran(capsys, *arguments)
    assert status == SOME_FAILED
    assert [result["error"] and result["error"]["kind"] for result in results] == ["bad-file", "unknown-format", None]
    assert len(number(folder / "乙.png")) == 1


@pytest.mark.parametrize(("fault", "kind"), [(KeyError("x"), "error"), (MemoryError(), "unavailable")], ids=repr)
@pytest.mark.parametrize("command", [["label", "--producer", PRODUCER], ["examine"]], ids=lambda words: words[0])
def test_a_fault_of_ours_stops_no_other_file(
    command: list[str], fault: Exception, kind: str, folder: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    entries = type(FORMATS["png"]).entries

    def faulty(format_: Format, file: BinaryIO) -> Iterator[Entry]:
        if str(file.name).endswith("甲.png"):
            raise fault
        return entries(format_, file)

    monkeypatch.setattr(type(FORMATS["png"]), "entries", faulty)
    status, results = ran(capsys, *command, folder / "甲.png", folder / "乙.png")
    assert status == SOME_FAILED
    assert [result["error"] and result["error"]["kind"] for result in results] == [kind, None]


def test_a_process_that_the_system_ends_is_told() -> None:
    sources = [batch.Source(Path(str(number)), Path(), named=True) for number in range(4)]
    with pytest.raises(Unavailable, match="--jobs 1"):
        batch.run(killed, sources, 2, Screen(), "")  # type: ignore[arg-type]


def killed(source: batch.Source, progress: None) -> None:
    os._exit(9)


def test_a_dry_run_changes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / "甲.png").read_bytes()
    status, [result] = ran(capsys, "label", folder / "甲.png", "--producer", PRODUCER, "--dry-run")
    assert (status, result["dry_run"], result["out"]) == (DONE, True, None)
    assert (folder / "甲.png").read_bytes() == before


def test_several_processes_do_the_same_in_the_same_order(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(folder.glob("*.png"))
    _, results = ran(capsys, "label", *files, "--producer", PRODUCER, "--jobs", 2)
    assert [result["path"] for result in results] == list(map(str, files))
    assert len({result["label"]["ProduceID"] for result in results}) == len(files)


def test_results_of_an_earlier_run_are_not_labelled_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("label", folder, "--recursive", "--producer", PRODUCER, "--out", folder / "out")
    first, second = ran(capsys, *arguments)[1], ran(capsys, *arguments)[1]
    assert [result["path"] for result in first] == [result["path"] for result in second]
    assert not (folder / "out" / "out").exists()
    status, results = ran(capsys, "label", folder / "out", "--producer", PRODUCER, "--out", folder / "out")
    assert (status, len(results)) == (DONE, 2)


def test_a_shared_number_is_warned_of(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("label", folder / "甲.png", folder / "乙.png", "--producer", PRODUCER, "--produce-id", "n-1")
    assert "共用一个制作编号" in capsys.readouterr().err


def test_two_results_never_land_on_one_file(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "内" / "甲.png").write_bytes(FORMATS["png"].example())
    files = (folder / "甲.png", folder / "内" / "甲.png")
    assert run("label", *files, "--producer", PRODUCER, "--out", tmp_path / "out") == WRONG_USE
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--producer", "有空格 的"],
        [],
        ["--producer", PRODUCER, "--explicit", "--text", "你好"],
        ["--producer", PRODUCER, "--explicit", "--height", "0.01"],
        ["--producer", PRODUCER, "--explicit", "--seconds", "1"],
        ["--producer", PRODUCER, "--jobs", "0"],
    ],
)
def test_wrong_use_is_told_before_any_file_is_touched(
    folder: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = (folder / "甲.png").read_bytes()
    assert run("label", folder / "甲.png", *arguments) == WRONG_USE
    assert capsys.readouterr().err.startswith("错误：")
    assert (folder / "甲.png").read_bytes() == before


@pytest.mark.parametrize("name", ["无.png", "*.pn?", "nowhere.png", "long" * 1000], ids=str.__len__)
def test_what_is_not_there_is_told(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nowhere.png").symlink_to("absent.png")
    assert run("label", tmp_path / name, "--producer", PRODUCER) == WRONG_USE
    assert name in capsys.readouterr().err


def test_a_folder_that_may_not_be_written_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "甲.png"  # a file where a folder should be
    status, [result] = ran(capsys, "label", folder / "乙.png", "--producer", PRODUCER, "--out", out)
    assert status == SOME_FAILED
    assert "写不了" in result["error"]["message"]


def test_english_on_request(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("label", folder / "甲.png", "--producer", PRODUCER, "--lang", "en")
    assert "1 files: 1 done" in capsys.readouterr().out
