"""Plain text: the label as the last line, ``{"AIGC":{…}}``.

A plain text has no place for metadata and the guides name none. Our choice: the shape of annex E on one line,
because a line survives every tool that moves text, and a reader finds it without parsing what precedes.
"""

from collections.abc import Iterator
from typing import BinaryIO

from zhengming.labels.edit import Edit, Kept
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.text.front_matter import blocks
from zhengming.labels.structures.text.text_encoding import (
    Change,
    Found,
    Span,
    is_binary,
    label_spans,
    read_text,
    taken_out,
)
from zhengming.labels.structures.text.text_labels import at_end, at_start, label_lines


class Txt(Format):
    name = "txt"
    title = "纯文本"
    medium = Medium.TEXT
    suffixes = (".txt", ".text")
    media_type = "text/plain"
    place = Place('最后一行 {"AIGC":{…}}', "GB 45438-2025 附录 E（纯文本的位置由本软件选定）", "own")

    def score(self, sample: Sample) -> int:
        return 50 if sample.suffix in self.suffixes and not is_binary(sample.start) else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        yield from (each.entry for each in _found(read_text(file).text))

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        document = read_text(file)
        old = taken_out(label_spans(_found(document.text)))
        end = len(document.text)
        new = _last_line(_kept_end(document.text, old), label.wrapped_json(), document.line_end)
        return document.edit([*old, Change(end, end, new)])

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        document = read_text(file)
        return document.kept(label_spans(_found(document.text)))

    def example(self) -> bytes:
        return "名不正，则言不顺。\n".encode()


FORMAT = Txt()


def content(text: str) -> Span:
    """What of a text people read: before the labels at its end."""
    ends = [each.span.start for each in _found(text) if not text[each.span.stop :].strip()]
    return Span(0, min([len(text), *ends]))


def _found(text: str) -> list[Found]:
    """The labels of a text, in its order; one that is found in two ways counts once."""
    found = [each for block in blocks(text) for each in block.labels(text)]
    first = at_start(text, 0)
    for each in sorted([*([first] if first else []), *label_lines(text), *at_end(text, 0)], key=_start):
        if not any(each.span.start < other.span.stop and other.span.start < each.span.stop for other in found[-2:]):
            found.append(each)
    return found


def _start(found: Found) -> int:
    return found.span.start


def _kept_end(text: str, old: list[Change]) -> str:
    """The last character that stays, or nothing."""
    end = len(text)
    for change in reversed(old):
        if change.stop < end:
            break
        end = change.start
    return text[end - 1 : end] if end else ""


def _last_line(before: str, label: str, line_end: str) -> str:
    """The label as a last line; a text that ended without a line end still does, so the old one can be had back."""
    return label + line_end if before in ("", "\r", "\n") else line_end + label
