"""``zhengming examine``: what a person reads."""

from pathlib import Path

import pytest

import zhengming
from zhengming.cli import line
from zhengming.cli.command import DONE, SOME_FAILED
from zhengming.cli.examination_page import NAMES, VERDICTS
from zhengming.labels.format import FORMATS
from zhengming.labels.seal.key_files import public_pem
from zhengming.labels.seal.private_keys import Sm2Key
from zhengming.labels.verdict import Verdict

PRODUCER = "001191110102MACQD9K64010000"
KEY = Sm2Key(0x1234567890)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "图.png"
    path.write_bytes(FORMATS["png"].example())
    return path


def read(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = DONE) -> str:
    assert line.run(["examine", *map(str, arguments)], {}) == status
    return capsys.readouterr().out


def test_the_verdict_comes_first_in_words_of_the_measures(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "结论：未见标识或痕迹（不证明不是生成合成内容）" in read(capsys, picture)
    zhengming.label(picture, PRODUCER, produce_id="n-1")
    title, verdict, *rest = read(capsys, picture).splitlines()
    assert title == f"{picture}（PNG 图像）"
    assert verdict == "  结论：属于生成合成内容"
    assert "    ProduceID = n-1" in rest
    assert "  传播平台应提示：本内容由人工智能生成或合成" in rest


@pytest.mark.parametrize("count", [1, 6])
def test_english_is_english_to_the_last_mark(
    count: int, picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    zhengming.label(picture, PRODUCER, signer=KEY)
    files = [tmp_path / f"{number}.png" for number in range(count)]
    for file in files:
        file.write_bytes(picture.read_bytes())
    out = read(capsys, *files, "--lang", "en")
    assert "generated" in out
    assert not [mark for mark in out if "\u3000" <= mark <= "\u9fff" or "\uff00" <= mark <= "\uffef"]


def test_a_seal_is_shortened_and_its_known_signer_named(
    picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    anchor = tmp_path / "某某公司.pub.pem"
    anchor.write_text(public_pem(KEY))
    zhengming.label(picture, PRODUCER, signer=KEY)
    out = read(capsys, picture, "--anchors", anchor)
    assert "加封（ReservedCode1）：有效，内容也未改动；签名者受信任：某某公司" in out
    assert "个字符，全文见 --json" in out
    assert max(map(len, out.splitlines())) < 150


def test_what_cannot_be_read_to_its_end_is_told(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture.write_bytes(picture.read_bytes()[:40])
    assert "  没有读完：文件不完整" in read(capsys, picture, status=SOME_FAILED)


def test_every_verdict_has_its_words() -> None:
    assert set(VERDICTS) == set(NAMES) == set(Verdict)
    assert [NAMES[verdict].zh for verdict in Verdict] == [str(verdict) for verdict in Verdict]
