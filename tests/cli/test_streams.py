"""What a command prints, whatever the names, the files, the locale and the other end of the pipe."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from zhengming.cli.printable import printable
from zhengming.labels.format import FORMATS

MAIN = "import sys; from zhengming.app import main; sys.exit(main())"


def ran(*arguments: object, code: str = MAIN, **environment: str) -> subprocess.CompletedProcess[bytes]:
    line = [sys.executable, "-c", code, *map(os.fsencode, map(str, arguments))]
    return subprocess.run(line, capture_output=True, check=False, env=os.environ | environment)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a\udcff\x1b[31m\n结论：属于\u202e.png"
    path.write_bytes(FORMATS["png"].example())
    return path


@pytest.mark.parametrize("encoding", ["utf-8:strict", "utf-8:surrogateescape", "ascii", "gbk", "latin-1"])
def test_json_is_json_in_any_locale_for_any_name(encoding: str, picture: Path) -> None:
    done = ran("examine", picture, "--json", PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    [result] = json.loads(done.stdout.decode(encoding.partition(":")[0]))
    assert result["path"] == str(picture)


@pytest.mark.parametrize("encoding", ["utf-8:strict", "ascii", "gbk"])
@pytest.mark.parametrize("command", [["examine"], ["label", "--dry-run", "--producer", "x"]], ids=" ".join)
def test_no_name_fails_the_screen_or_fakes_what_is_on_it(command: list[str], encoding: str, picture: Path) -> None:
    done = ran(*command, picture, PYTHONIOENCODING=encoding, COLUMNS="300")
    assert done.returncode == 0, done.stderr
    shown = done.stdout.decode(encoding.partition(":")[0])
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert r"\udcff\x1b[31m\n" in shown


def test_what_is_fit_to_show_stays() -> None:
    assert printable("图 é 😀 [b]\n", keep="\n") == "图 é 😀 [b]\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")  # noqa: PTH110
def test_a_full_disk_under_the_output_is_told(picture: Path) -> None:
    for arguments in (["examine", picture], ["examine", picture, "--json"], ["formats"]):
        line = [sys.executable, "-c", MAIN, *map(os.fsencode, map(str, arguments))]
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(line, stdout=full, stderr=subprocess.PIPE, check=False)
        assert done.returncode == 1
        assert "结果输出不了" in done.stderr.decode()
        assert "Traceback" not in done.stderr.decode()


def test_a_reader_that_leaves_early_ends_it_quietly(picture: Path) -> None:
    for arguments in (["examine", picture], ["formats"]):
        reading, writing = os.pipe()
        os.close(reading)
        line = [sys.executable, "-c", MAIN, *map(os.fsencode, map(str, arguments))]
        done = subprocess.run(line, stdout=writing, stderr=subprocess.PIPE, check=False)
        os.close(writing)
        assert (done.returncode, done.stderr) == (130, b"")


def test_what_libraries_print_is_not_heard_and_what_we_print_is() -> None:
    code = """
import logging, os, sys, warnings
from zhengming.cli import streams
streams.prepare(); streams.silence_logs()
logging.getLogger("pikepdf").warning("heard"); warnings.warn("heard"); os.write(2, b"heard")
print("ours 正名", file=sys.stderr)
"""
    assert ran(code=code, PYTHONIOENCODING="utf-8").stderr.decode() == "ours 正名\n"
    assert ran(code=code, PYTHONDEVMODE="1").stderr.count(b"heard") >= 3
