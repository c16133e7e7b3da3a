"""JSON (RFC 8259): the label as the member ``AIGC`` of the top-level object.

The guides name no place. Our choice: the shape that annex E itself prints, ``{"AIGC":{…}}``.
"""

from collections.abc import Iterator
from typing import BinaryIO

from zhengming.ground.errors import Refused
from zhengming.labels.edit import Edit, Kept
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.text.json_members import (
    Member,
    Object,
    added,
    object_at,
    proved,
    replaced,
    string_at,
    without,
)
from zhengming.labels.structures.text.text_encoding import Span, TextFile, is_binary, read_text, taken_out
from zhengming.labels.structures.text.yaml_mapping import reads_as_label

KEY = "AIGC"
PLACE = "JSON member"


class Json(Format):
    name = "json"
    title = "JSON 数据"
    medium = Medium.TEXT
    suffixes = (".json",)
    media_type = "application/json"
    place = Place("顶层对象的成员 AIGC", "GB 45438-2025 附录 E（位置由本软件选定）", "own")

    def score(self, sample: Sample) -> int:
        if is_binary(sample.start):
            return 0
        begins = sample.start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").startswith((b"{", b"["))
        return 60 if sample.suffix in self.suffixes else 20 if begins and not sample.suffix else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        document = _proved(file)
        for owner, path in _owners(document.text):
            for member in _labels(document.text, owner):
                yield Entry(PLACE, path + member.key, string_at(document.text, member))

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        document = _proved(file)
        text = document.text
        top = object_at(text, 0)
        if not top:
            raise Refused(
                "JSON 顶层不是对象，没有可放标识的成员；请包成 {…} 再添加标识",
                "the JSON is no object at its top: there is no member to hold a label; wrap it in {…} first",
            )
        labels = _labels(text, top)
        _check_free(top, labels)
        old = next((each for each in labels if each.key == KEY), None)
        new = replaced(text, top, old, label.fields()) if old else added(text, top, KEY, label.fields())
        return document.edit([*taken_out(_spans(text, keep=old)), new])

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        document = _proved(file)
        return document.kept(_spans(document.text))

    def example(self) -> bytes:
        return b'{"text":"1"}'


FORMAT = Json()


def _proved(file: BinaryIO) -> TextFile:
    document = read_text(file)
    proved(document.text)
    return document


def _owners(text: str) -> Iterator[tuple[Object, str]]:
    """The top-level object and, as some services wrap what they return, the objects one level below."""
    top = object_at(text, 0)
    if top:
        yield top, ""
        for member in top.members:
            inner = object_at(text, member.value) if text[member.value] == "{" else None
            if inner and member.key.casefold() != "aigc":
                yield inner, f"{member.key}."


def _labels(text: str, owner: Object) -> list[Member]:
    """The members named AIGC in any case that hold a label or a failed attempt at one, but not other data."""
    return [each for each in owner.members if each.key.casefold() == "aigc" and _may_be_label(string_at(text, each))]


def _may_be_label(value: str) -> bool:
    return value.strip() in ("", "{}", "null", "true", "false", "1", "2", "3") or reads_as_label(value)


def _spans(text: str, keep: Member | None = None) -> list[Span]:
    spans: list[Span] = []
    for owner, _ in _owners(text):
        spans += without(owner, [each for each in _labels(text, owner) if each != keep])
    return spans


def _check_free(top: Object, labels: list[Member]) -> None:
    if sum(each.key == KEY for each in top.members) > sum(each.key == KEY for each in labels):
        raise Refused(
            "顶层成员 AIGC 已用于别的数据，写入标识会毁掉它",
            "the top-level member AIGC holds other data, which a label would destroy",
        )
