"""The labelling of a file: all of it or nothing of it."""

import json
import os
from pathlib import Path
from typing import BinaryIO

import pytest
from PIL import Image

from zhengming.ground.errors import Refused, Unavailable, WrongInput, ZhengmingError
from zhengming.labels.edit import Edit
from zhengming.labels.examination import examine
from zhengming.labels.format import FORMATS, Format
from zhengming.labels.labelling import label, labels_in, opened
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import MOST_LABELS
from zhengming.labels.structures.picture import xmp

PRODUCER = "001191110102MACQD9K64010000"
PROPAGATOR = "00119144030008867405X220001"
PNG = FORMATS["png"]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "图 1.png"
    path.write_bytes(PNG.example())
    return path


def fields(path: Path) -> dict[str, str]:
    with opened(path) as file:
        (reading,) = labels_in(PNG, file)
    return reading.fields


def test_three_lines_label_a_file_in_place(picture: Path) -> None:
    import zhengming

    done = zhengming.label(picture, PRODUCER)
    assert fields(picture) == done.label.fields()
    assert done.label.producer == PRODUCER


def test_each_file_gets_a_number_of_its_own(picture: Path) -> None:
    assert label(picture, PRODUCER).label.produce_id != label(picture, PRODUCER).label.produce_id


def test_a_label_in_another_place_leaves_the_file_as_it_was(picture: Path, tmp_path: Path) -> None:
    before = picture.read_bytes()
    (tmp_path / "out").mkdir()
    done = label(picture, PRODUCER, "n-1", out=tmp_path / "out")
    assert done.target == tmp_path / "out" / picture.name
    assert fields(done.target)["ProduceID"] == "n-1"
    assert picture.read_bytes() == before


def test_a_dry_run_writes_nothing_and_tells_the_size(picture: Path) -> None:
    before = picture.read_bytes()
    done = label(picture, PRODUCER, "n-1", dry_run=True)
    assert picture.read_bytes() == before
    label(picture, PRODUCER, "n-1")
    assert done.size == picture.stat().st_size


def test_writing_again_tells_what_it_replaced(picture: Path) -> None:
    label(picture, PRODUCER, "n-1")
    (replaced,) = label(picture, PRODUCER, "n-2").replaced
    assert replaced.fields["ProduceID"] == "n-1"
    assert fields(picture)["ProduceID"] == "n-2"


def test_a_propagator_touches_only_his_own_three_keys(picture: Path) -> None:
    label(picture, PRODUCER, "n-1")
    label(picture, propagator=PROPAGATOR, propagate_id="p-1", attribute="2")
    expected = MetadataLabel(PRODUCER, "n-1", propagator=PROPAGATOR, propagate_id="p-1")
    assert fields(picture) == expected.fields()


def test_a_propagator_labels_what_its_user_declares(picture: Path) -> None:
    label(picture, propagator=PROPAGATOR, propagate_id="p-1", attribute="2")
    assert (fields(picture)["Label"], fields(picture)["ContentProducer"]) == ("2", "")


def test_a_propagator_keeps_what_a_producer_wrote_against_the_rules(picture: Path) -> None:
    odd = json.dumps({"Label": "AIGC", "ContentProducer": "Minimax Agent AI", "ProduceID": "000"})
    chunk = PNG.write.__globals__["_xmp_chunk"](xmp.labelled(None, odd))
    data = picture.read_bytes()
    picture.write_bytes(data[:33] + chunk + data[33:])
    label(picture, propagator=PROPAGATOR, propagate_id="p-1")
    assert fields(picture)["ContentProducer"] == "Minimax Agent AI"
    assert fields(picture)["Label"] == "AIGC"


def with_text(picture: Path, keyword: str, value: str) -> None:
    data = picture.read_bytes()
    chunk = PNG.write.__globals__["_chunk"](b"tEXt", f"{keyword}\0{value}".encode())
    picture.write_bytes(data[:33] + chunk + data[33:])


def test_a_propagator_states_the_attribute_where_nobody_has(picture: Path) -> None:
    with_text(picture, "AIGC", "{{{")
    label(picture, propagator=PROPAGATOR, attribute="3")
    assert fields(picture)["Label"] == "3"


def test_a_propagator_keeps_the_producer_that_other_metadata_mentions(picture: Path) -> None:
    mention = json.dumps({"AIGC": MetadataLabel(PRODUCER, "n-1").fields(), "software": "a generator"})
    with_text(picture, "Description", mention)
    label(picture, propagator=PROPAGATOR, propagate_id="p-1", attribute="3")
    expected = MetadataLabel(PRODUCER, "n-1", propagator=PROPAGATOR, propagate_id="p-1")
    assert fields(picture) == expected.fields()
    assert mention.encode() in picture.read_bytes()


@pytest.mark.parametrize(("stated", "weaker"), [("1", "2"), ("1", "3"), ("2", "3")])
def test_what_a_label_states_is_never_weakened(stated: str, weaker: str, picture: Path) -> None:
    label(picture, PRODUCER, "n-1", attribute=stated)
    before = picture.read_bytes()
    with pytest.raises(Refused, match="第十八条"):
        label(picture, PROPAGATOR, "n-2", attribute=weaker)
    assert picture.read_bytes() == before
    label(picture, PRODUCER, "n-3", attribute="1")
    assert (fields(picture)["Label"], fields(picture)["ProduceID"]) == ("1", "n-3")


def test_a_file_full_of_labels_costs_little_and_ends_with_one(picture: Path) -> None:
    data = picture.read_bytes()
    chunk = PNG.write.__globals__["_chunk"](b"tEXt", b'AIGC\0{"Label":"1"}')
    picture.write_bytes(data[:33] + chunk * 20_000 + data[33:])
    with pytest.raises(Refused, match="contradicting"):
        label(picture, propagator=PROPAGATOR)
    assert len(label(picture, PRODUCER, "n-1").replaced) == MOST_LABELS
    assert fields(picture)["ProduceID"] == "n-1"


def test_a_propagator_does_not_choose_between_contradicting_labels(picture: Path) -> None:
    text = b"AIGC\0" + MetadataLabel("someone", "other").json().encode()
    label(picture, PRODUCER, "n-1")
    data = picture.read_bytes()
    picture.write_bytes(data[:33] + PNG.write.__globals__["_chunk"](b"tEXt", text) + data[33:])
    with pytest.raises(Refused, match="contradicting"):
        label(picture, propagator=PROPAGATOR)


@pytest.mark.parametrize("producer", ["某某科技有限公司", "two words", "back\\slash", "tab\t"])
def test_characters_outside_clause_j_are_refused_by_name(picture: Path, producer: str) -> None:
    with pytest.raises(WrongInput, match="ContentProducer"):
        label(picture, producer)


def test_a_number_that_is_no_number_by_its_length_is_refused(picture: Path) -> None:
    with pytest.raises(WrongInput, match="ProduceID has 20000 "):
        label(picture, PRODUCER, "n" * 20_000)


def test_no_provider_and_no_attribute_outside_the_three_is_written(picture: Path) -> None:
    with pytest.raises(WrongInput, match="provider"):
        label(picture)
    with pytest.raises(WrongInput, match="Label"):
        label(picture, PRODUCER, attribute="4")


def test_a_file_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match="absent"):
        label(tmp_path / "absent.png", PRODUCER)


@pytest.mark.parametrize("name", ["pipe.png", "circle.png", "folder.png", "a\0b.png"])
def test_what_is_no_file_is_refused_instead_of_waited_for(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "circle.png").symlink_to("circle.png")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(WrongInput, match=r"\.png|null"):
        label(tmp_path / name, PRODUCER)
    assert isinstance(examine(tmp_path / name).error, WrongInput)


@pytest.mark.parametrize("change", ["written to", "replaced"])
@pytest.mark.parametrize("explicit", [False, True])
def test_what_another_program_writes_meanwhile_is_not_overwritten(
    change: str, explicit: bool, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (300, 200)).save(picture)
    write, newer = type(PNG).write, picture.read_bytes() + b"more"

    def write_while_changed(format_: Format, file: BinaryIO, label: MetadataLabel) -> Edit:
        edit = write(PNG, file, label)
        there = picture if change == "written to" else picture.with_name("other.png")
        there.write_bytes(newer)
        there.replace(picture)
        return edit

    monkeypatch.setattr(type(PNG), "write", write_while_changed)
    with pytest.raises(Unavailable, match="别的程序"):
        label(picture, PRODUCER, explicit=explicit)
    assert picture.read_bytes() == newer


def test_what_does_not_read_back_never_takes_the_place_of_the_file(
    picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard of "nothing leaves unnamed": a carrier that loses the label is caught before the file changes."""

    def loses_the_label(self: object, file: object, label: object) -> Edit:
        return [PNG.example()]

    before = picture.read_bytes()
    monkeypatch.setattr(type(PNG), "write", loses_the_label)
    with pytest.raises(ZhengmingError, match="read back"):
        label(picture, PRODUCER)
    assert picture.read_bytes() == before
    assert [path.name for path in picture.parent.iterdir()] == [picture.name]
