"""DOCX, XLSX, PPTX: the label is a custom property as Office and the text guide have it."""

import json
import re
import subprocess
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from lxml import etree

from labels.formats.document_tools import LABEL, SECOND, entries, labelled, labels, members, with_parts
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.format import Format
from zhengming.labels.formats.docx import FORMAT as DOCX
from zhengming.labels.formats.pptx import FORMAT as PPTX
from zhengming.labels.formats.xlsx import FORMAT as XLSX
from zhengming.labels.recognition import recognise

PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
CUSTOM = "docProps/custom.xml"
EMPTY = f'<Properties xmlns="{PROPERTIES}" xmlns:vt="{TYPES}"/>'

every_one = pytest.mark.parametrize("format_", [DOCX, XLSX, PPTX], ids=lambda format_: format_.name)


def real_docx() -> bytes:
    """A document as python-docx makes it, with core and app properties and styles."""
    import docx

    document = docx.Document()
    document.add_heading("深度合成", 1)
    document.add_paragraph("正文 " * 200)
    document.core_properties.title = "题名"
    sink = BytesIO()
    document.save(sink)
    return sink.getvalue()


def with_custom(part: str, data: bytes | None = None) -> bytes:
    """A document that has custom properties already."""
    data = data or real_docx()
    return with_parts(labelled(DOCX, data), {CUSTOM: part})


def property_(pid: int, name: str, value: str, fmtid: str = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}") -> str:
    return f'<property fmtid="{fmtid}" pid="{pid}" name="{name}"><vt:lpwstr>{value}</vt:lpwstr></property>'


def properties(*inner: str) -> str:
    return f'<Properties xmlns="{PROPERTIES}" xmlns:vt="{TYPES}">{"".join(inner)}</Properties>'


@every_one
def test_the_label_is_a_property_of_the_guides_fmtid_and_type(format_: Format) -> None:
    root = etree.fromstring(members(labelled(format_, format_.example()))[CUSTOM])
    (found,) = root.findall(f"{{{PROPERTIES}}}property")
    assert found.attrib == {"fmtid": "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}", "pid": "2", "name": "AIGC"}
    assert found.findtext(f"{{{TYPES}}}lpwstr") == LABEL.json()


@every_one
def test_the_new_part_is_related_and_typed_once(format_: Format) -> None:
    parts = members(labelled(format_, labelled(format_, format_.example()), SECOND))
    assert parts["_rels/.rels"].count(b"relationships/custom-properties") == 1
    assert parts["[Content_Types].xml"].count(b'PartName="/docProps/custom.xml"') == 1
    for name in ("_rels/.rels", "[Content_Types].xml"):
        etree.fromstring(parts[name])


def test_python_docx_opens_what_is_written_and_reads_the_same_text() -> None:
    import docx

    data = real_docx()
    before, after = docx.Document(BytesIO(data)), docx.Document(BytesIO(labelled(DOCX, data)))
    assert [one.text for one in before.paragraphs] == [one.text for one in after.paragraphs]
    assert after.core_properties.title == "题名"
    (part,) = [part for part in after.part.package.iter_parts() if part.partname == f"/{CUSTOM}"]
    assert part.content_type == "application/vnd.openxmlformats-officedocument.custom-properties+xml"


def test_exiftool_reads_the_label(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(labelled(DOCX, real_docx()))
    shown = subprocess.run(["exiftool", "-s3", "-AIGC", path], capture_output=True, text=True).stdout
    assert shown.strip() == LABEL.json()


def test_only_metadata_and_plumbing_change() -> None:
    data = real_docx()
    before, after = members(data), members(labelled(DOCX, data))
    assert {name for name in after if after[name] != before.get(name)} == {
        CUSTOM,
        "_rels/.rels",
        "[Content_Types].xml",
    }


def test_other_custom_properties_stay_byte_for_byte_and_the_pid_is_free() -> None:
    others = property_(2, "客户", "甲&amp;乙"), property_(4, "x", "1", "{AAAAAAAA-0000-0000-0000-000000000000}")
    after = members(labelled(DOCX, with_custom(properties(*others))))[CUSTOM].decode()
    assert all(other in after for other in others)
    assert re.search(r'pid="3" name="AIGC"', after)
    assert after.startswith(properties(*others).removesuffix("</Properties>"))


@pytest.mark.parametrize("part", [EMPTY, properties(), f"\ufeff{EMPTY}"])
def test_an_empty_custom_part_is_filled(part: str) -> None:
    assert len(labels(DOCX, labelled(DOCX, with_custom(part)))) == 1


def test_a_custom_part_in_utf_16_is_understood() -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?>' + properties(property_(2, "客户", "甲"))
    data = with_parts(labelled(DOCX, real_docx()), {CUSTOM: text.encode("utf-16")})
    after = labelled(DOCX, data)
    assert labels(DOCX, after)[0]["ProduceID"] == LABEL.produce_id
    assert "甲" in [entry.value for entry in entries(DOCX, after)]


def test_the_strict_dialect_keeps_its_namespaces() -> None:
    strict = with_parts(
        DOCX.example(),
        {
            "_rels/.rels": members(DOCX.example())["_rels/.rels"].replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
        },
    )
    parts = members(labelled(DOCX, strict))
    assert b"http://purl.oclc.org/ooxml/officeDocument/customProperties" in parts[CUSTOM]
    assert b"http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes" in parts[CUSTOM]
    assert b"http://purl.oclc.org/ooxml/officeDocument/relationships/customProperties" in parts["_rels/.rels"]
    assert len(labels(DOCX, labelled(DOCX, labelled(DOCX, strict)))) == 1


def test_a_custom_part_elsewhere_is_found_by_its_relationship() -> None:
    data = labelled(DOCX, real_docx())
    parts = members(data)
    moved = with_parts(
        data,
        {
            CUSTOM: None,
            "props/own.xml": properties(property_(2, "AIGC", '{"Label":"1","ContentProducer":"x"}')),
            "_rels/.rels": parts["_rels/.rels"].replace(b"docProps/custom.xml", b"/props/own.xml"),
        },
    )
    assert labels(DOCX, moved)[0]["ContentProducer"] == "x"
    after = labelled(DOCX, moved)
    assert CUSTOM not in members(after)
    assert [found["ProduceID"] for found in labels(DOCX, after)] == [LABEL.produce_id]


def test_a_label_in_the_right_place_tells_the_same_place_in_every_file() -> None:
    strict = "http://purl.oclc.org/ooxml/officeDocument/customProperties"
    for part in (properties(), properties().replace(PROPERTIES, strict)):
        (found,) = [entry for entry in entries(DOCX, labelled(DOCX, with_custom(part))) if entry.key == "AIGC"]
        assert (found.place, found.detail) == ("OOXML custom property", "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}")
    elsewhere = with_custom(MALFORMED["other fmtid"])
    assert {entry.detail for entry in entries(DOCX, elsewhere) if entry.key == "AIGC"} == {
        "{00000000-0000-0000-0000-000000000000}"
    }


MALFORMED = {
    "wrapped": properties(property_(2, "AIGC", '{"AIGC":{"Label":"1","ContentProducer":"x"}}')),
    "lower case": properties(property_(2, "aigc", '{"Label":"1","ContentProducer":"x"}')),
    "other fmtid": properties(property_(2, "AIGC", '{"Label":"1"}', "{00000000-0000-0000-0000-000000000000}")),
    "other type": properties(property_(2, "AIGC", '{"Label":"1"}').replace("lpwstr", "lpstr")),
    "no JSON": properties(property_(2, "AIGC", "AI Assistant")),
    "empty": properties(property_(2, "AIGC", "")),
    "twice": properties(property_(2, "AIGC", '{"Label":"1"}'), property_(2, "AIGC", '{"Label":"2"}')),
    "other name": properties(property_(2, "label", '{"Label":"1","ContentProducer":"x","ProduceID":"y"}')),
}


@pytest.mark.parametrize("part", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_label_is_surfaced_and_taken_over(part: str) -> None:
    data = with_custom(part)
    assert labels(DOCX, data)
    after = labelled(DOCX, data)
    assert [found["ProduceID"] for found in labels(DOCX, after)] == [LABEL.produce_id]
    assert len(etree.fromstring(members(after)[CUSTOM])) == 1


def test_labels_of_real_services_come_back_as_they_were_written(samples: Path) -> None:
    for line in (samples / "labels_in_the_wild.jsonl").read_text().splitlines():
        raw = json.loads(line)["raw"]
        data = with_parts(labelled(DOCX, DOCX.example()), {CUSTOM: properties(property_(2, "AIGC", escape(raw)))})
        assert [entry.value for entry in entries(DOCX, data)] == [raw]


def test_a_label_in_the_core_properties_is_taken_over_and_their_rest_stays() -> None:
    data = real_docx()
    core = members(data)["docProps/core.xml"].decode()
    text = '{"AIGC":{"Label":"1","ContentProducer":"x","ProduceID":"y"}}'
    held = re.sub(r"<dc:description>[^<]*</dc:description>", f"<dc:description>{text}</dc:description>", core)
    assert held != core
    data = with_parts(data, {"docProps/core.xml": held})
    assert labels(DOCX, data)[0]["ProduceID"] == "y"
    after = labelled(DOCX, data)
    assert [found["ProduceID"] for found in labels(DOCX, after)] == [LABEL.produce_id]
    assert members(after)["docProps/core.xml"].decode() == held.replace(
        f"<dc:description>{text}</dc:description>", ""
    )


def test_a_signed_document_is_refused() -> None:
    with pytest.raises(Refused, match="signed"):
        labelled(DOCX, with_parts(DOCX.example(), {"_xmlsignatures/sig1.xml": "<a/>"}))


def test_an_encrypted_document_is_recognised_and_refused() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert recognise(BytesIO(data), "secret.docx") is DOCX
    for act in (labels, labelled):
        with pytest.raises(Refused, match="encrypted"):
            act(DOCX, data)


def test_templates_and_forms_with_macros_are_recognised_by_content() -> None:
    for format_, suffixes in ((DOCX, "dotx docm dotm"), (XLSX, "xltx xlsm xltm"), (PPTX, "potx ppsx pptm")):
        for suffix in suffixes.split():
            assert f".{suffix}" in format_.suffixes
            assert recognise(BytesIO(format_.example()), f"a.{suffix}") is format_
        assert recognise(BytesIO(format_.example()), "nameless") is format_


HOSTILE = {
    "entities": '<!DOCTYPE a [<!ENTITY b "c">]><Properties>&b;</Properties>',
    "nesting": "<a>" * 5000 + "</a>" * 5000,
    "elements": "<a>" + "<b/>" * 200_000 + "</a>",
    "broken": "<Properties><property name='AIGC'>",
    "not XML": "{}",
    "wrong encoding": '<?xml version="1.0" encoding="x-no-such"?><a/>',
    "a root named as a label": '<Properties name="AIGC">{"Label":"1"}</Properties>',
}


@pytest.mark.parametrize("part", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_part_gives_our_error(part: str) -> None:
    with pytest.raises(BadFile):
        labelled(DOCX, with_custom(part))
