"""Markdown: the label in the YAML front matter, as the mapping ``AIGC:`` (TC260-PG-20258A §6.5)."""

from collections.abc import Iterator
from typing import BinaryIO

from zhengming.ground.errors import Refused
from zhengming.labels.edit import Edit, Kept
from zhengming.labels.format import Entry, Format, Medium, Place, Sample
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.reading import is_label
from zhengming.labels.structures.text.front_matter import Block, blocks
from zhengming.labels.structures.text.text_encoding import (
    Change,
    Found,
    Span,
    TextFile,
    is_binary,
    read_text,
    taken_out,
)
from zhengming.labels.structures.text.text_labels import at_end, at_start
from zhengming.labels.structures.text.yaml_mapping import yaml_label


class Markdown(Format):
    name = "markdown"
    title = "Markdown 文档"
    medium = Medium.TEXT
    suffixes = (".md", ".markdown", ".mdx", ".mkd", ".qmd")
    media_type = "text/markdown"
    place = Place("YAML 前置元数据（AIGC: 映射）", "TC260-PG-20258A §6.5", "H")

    def score(self, sample: Sample) -> int:
        if is_binary(sample.start):
            return 0
        return 60 if sample.suffix in self.suffixes else 30 if sample.start.startswith((b"---\n", b"---\r\n")) else 0

    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        fenced, loose = _found(read_text(file).text)
        for block in fenced:
            yield from (each.entry for each in block.found)
        yield from (each.entry for each in loose)

    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        document = read_text(file)
        _check_front_matter(document.text)
        fenced, loose = _found(document.text)
        new, old = _placed(document, fenced[0] if fenced else None, label)
        spans = [span for block in fenced[1:] for span in block.label_spans(document.text)]
        spans += [each.span for block in fenced[:1] for each in block.found if is_label(each.entry)]
        spans += [each.span for each in loose]
        return document.edit([new, *taken_out(span for span in spans if span != old)])

    def body(self, file: BinaryIO) -> Iterator[Kept]:
        document = read_text(file)
        fenced, loose = _found(document.text)
        labels = [span for block in fenced for span in block.label_spans(document.text)]
        return document.kept([*labels, *(each.span for each in loose)])

    def example(self) -> bytes:
        return "# 正名\n\n名不正，则言不顺。\n".encode()


FORMAT = Markdown()


def content(text: str) -> Span:
    """What of a Markdown text people read: after the front matter, before labels at the end."""
    fenced, loose = _found(text)
    start = fenced[-1].span.stop if fenced else 0
    ends = [each.span.start for each in loose if not text[each.span.stop :].strip() or each.span.start > start]
    return Span(start, max(start, min([len(text), *ends])))


def _found(text: str) -> tuple[list[Block], list[Found]]:
    """The blocks of front matter, and the labels that stand in the text itself, in the order of the file."""
    fenced = list(blocks(text))
    start = fenced[-1].span.stop if fenced else 0
    loose = list(at_end(text, start))[::-1]
    first = at_start(text, start)
    if first and all(each.span.start > first.span.start for each in loose):
        loose.insert(0, first)
    return fenced, loose


def _placed(document: TextFile, block: Block | None, label: MetadataLabel) -> tuple[Change, Span | None]:
    """The change that puts the label in: over the old one in the front matter, at its end, or in a new one."""
    end = document.line_end
    text = yaml_label(label, end)
    if not block:
        return Change(0, 0, f"---{end}{text}---{end}"), None
    for each in block.found:
        # One that is indented belongs to another key: it is taken out, and the new one stands on its own.
        if is_label(each.entry) and document.text[each.span.start] not in " \t":
            return Change(each.span.start, each.span.stop, text), each.span
    return Change(block.inside.stop, block.inside.stop, text), None


def _check_front_matter(text: str) -> None:
    in_fences = text[:4096].lstrip("-").lstrip() if text.startswith("---") else text[:3].replace("\r", "\n")
    if text.startswith("+++") or in_fences.startswith("{" if text.startswith("---") else "{\n"):
        raise Refused(
            "前置元数据是 TOML 或 JSON，标识只能写入 YAML；请先改为 YAML（--- 围栏）",
            "the front matter is TOML or JSON and the label goes into YAML; turn it into YAML between --- first",
        )
