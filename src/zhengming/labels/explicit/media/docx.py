"""Explicit labels in DOCX (ISO/IEC 29500 WordprocessingML): GB 45438-2025 §5.1, a text prompt at start or end.

A paragraph of the body, which goes along when the text is copied, and the header of every section, which shows
on every page. Black on a white ground of its own, whatever the page looks like.
"""

from collections.abc import Iterator
from typing import BinaryIO

from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Progress, copy
from zhengming.labels.explicit.labeller import Labeller, Shown, Wish
from zhengming.labels.explicit.page.office_parts import Parts, opened, related, texts
from zhengming.labels.explicit.page.text_lines import labels_among
from zhengming.labels.structures.archive.ooxml import STRICT, TRANSITIONAL
from zhengming.labels.structures.archive.package import in_text
from zhengming.labels.structures.archive.xml_splice import Change, Element, Xml

HEADER_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
#: A first section needs one header of each, or the first page or the even pages show none.
KINDS = ("default", "first", "even")
#: Font size in half points: 五号, the usual one of small Chinese text. Our choice; the standard fixes none.
HALF_POINTS = 21
PLACES = {"start": "文首", "end": "文末", "both": "文首和文末"}


class Docx(Labeller):
    name = "docx"
    title = "Word 文档"
    formats = ("docx",)

    def put(
        self,
        source: BinaryIO,
        sink: BinaryIO,
        wish: Wish,
        format_name: str,  # noqa: ARG002  one format only
        progress: Progress | None = None,
    ) -> Shown:
        wish = wish.checked()
        parts = opened(source)
        document = parts.main()
        old_headers = [found.part for found in related(parts, document, "header")]
        _label_body(parts, document, wish)
        _label_sections(parts, document, wish.text)
        for header in dict.fromkeys(old_headers):
            xml = parts.xml(header)
            parts.change(header, xml, [xml.appending(xml.root, _paragraph(wish.text, xml.root.uri))])
        copy(parts.edit(), source, sink, progress)
        return Shown(wish.text, f"{PLACES[wish.position]}，每节页眉", {"contrast": 21.0, "points": HALF_POINTS / 2})

    def seen(self, file: BinaryIO, format_name: str) -> Iterator[str]:  # noqa: ARG002  one format only
        """Labels among the paragraphs of headers, footers and body."""
        parts = opened(file)
        document = parts.main()
        names = [found.part for kind in ("header", "footer") for found in related(parts, document, kind)]
        yield from labels_among(line for name in (*names, document) for line in texts(parts.xml(name), "p", "t"))


LABELLER = Docx()


def _label_body(parts: Parts, document: str, wish: Wish) -> None:
    xml = parts.xml(document)
    body = xml.first("body")
    if body is None:
        raise BadFile("Word 文档没有正文", "the document has no body")
    if body.stop == body.inside:  # <w:body/>
        raise BadFile("Word 文档正文为空", "the body of the document is empty")
    paragraph = _paragraph(wish.text, xml.root.uri)
    last = _last_section(xml, body)
    end = last.start if last else body.close
    places = {"start": [body.inside], "end": [end], "both": [body.inside, end]}[wish.position]
    changes = [Change(at, at, paragraph) for at in dict.fromkeys(places)]
    parts.change(document, xml, changes)


def _last_section(xml: Xml, body: Element) -> Element | None:
    """The properties of the last section, which stand directly in the body; the others stand in paragraphs."""
    return next((one for one in xml.all("sectPr") if one.parent is body), None)


def _label_sections(parts: Parts, document: str, text: str) -> None:
    """Give the first section the headers it lacks; a later section without its own inherits them."""
    xml = parts.xml(document)
    body = xml.first("body")
    section = next((one for one in xml.all("sectPr") if one.parent and one.parent.local != "sectPrChange"), None)
    present = {one.attributes.get("type", "default") for one in xml.all("headerReference") if one.parent is section}
    lacking = [kind for kind in KINDS if kind not in present]
    if not lacking or body is None:
        return
    references = _references(xml.root.uri, lacking, _new_header(parts, document, text, xml.root.uri), parts)
    if section is None:
        new = f'<w:sectPr xmlns:w="{xml.root.uri}">{references}</w:sectPr>'
        parts.change(document, xml, [Change(body.close, body.close, new.encode())])
    else:
        parts.change(document, xml, [_opening(xml, section, references.encode())])


def _new_header(parts: Parts, document: str, text: str, uri: str) -> str:
    """Add a header part with the label; returns the id of the relationship to it."""
    name = parts.fresh_name("word/header{}.xml")
    paragraph = _paragraph(text, uri).decode()
    parts.add(name, f'<w:hdr xmlns:w="{uri}">{paragraph}</w:hdr>', HEADER_TYPE)
    return parts.relate(document, "header", name)


def _references(uri: str, kinds: list[str], relationship: str, parts: Parts) -> str:
    office = (STRICT if parts.is_strict() else TRANSITIONAL).document.rsplit("/", 1)[0]
    return "".join(
        f'<w:headerReference xmlns:w="{uri}" w:type="{kind}" xmlns:r="{office}" r:id="{relationship}"/>'
        for kind in kinds
    )


def _opening(xml: Xml, element: Element, new: bytes) -> Change:
    """The change that puts ``new`` as the first content of ``element``."""
    if element.stop != element.inside:
        return Change(element.inside, element.inside, new)
    return xml.appending(element, new)


def _paragraph(text: str, uri: str) -> bytes:
    properties = (
        '<w:b/><w:color w:val="000000"/>'
        f'<w:sz w:val="{HALF_POINTS}"/><w:szCs w:val="{HALF_POINTS}"/>'
        '<w:shd w:val="clear" w:color="auto" w:fill="FFFFFF"/>'
    )
    return (
        f'<w:p xmlns:w="{uri}"><w:pPr><w:jc w:val="right"/></w:pPr><w:r><w:rPr>{properties}</w:rPr>'
        f'<w:t xml:space="preserve">{in_text(text)}</w:t></w:r></w:p>'
    ).encode()
