"""PDF: the label is added as an incremental update, whatever kind of file it is added to."""

import hashlib
import json
import struct
import subprocess
import zlib
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from labels.formats.document_tools import LABEL, SECOND, entries, labelled, labels
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Kept
from zhengming.labels.formats.pdf import FORMAT as PDF
from zhengming.labels.structures.pdf.pdf_update import size_without_own_update
from zhengming.labels.structures.picture import xmp


def document(pages: int = 2) -> pikepdf.Pdf:
    """Pages with something to see, an Info dictionary and an attachment."""
    pdf = pikepdf.new()
    for number in range(pages):
        pdf.add_blank_page(page_size=(200, 100))
        drawing = b"1 0 0 rg %d 10 50 40 re f 0 0 1 RG 4 w 10 %d m 190 90 l S" % (10 + 20 * number, 5 + number)
        pdf.pages[-1].Contents = pdf.make_stream(drawing)
    pdf.docinfo["/Title"] = "题名 (1\\2)"
    pdf.docinfo["/Producer"] = "a (b) c"
    pdf.docinfo["/Count"] = 3
    pdf.attachments["a.txt"] = b"attached"
    return pdf


def saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    sink = BytesIO()
    pdf.save(sink, static_id=True, fix_metadata_version=False, **options)
    return sink.getvalue()


def with_packet(packet: bytes, compress: bool = False) -> bytes:
    """By hand, because qpdf never leaves an XMP stream compressed."""
    packet = zlib.compress(packet, 9) if compress else packet
    filter_ = b"/Filter /FlateDecode" if compress else b""
    head = b"<< /Type /Metadata /Subtype /XML %b /Length %d >>" % (filter_, len(packet))
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R /Metadata 4 0 R >>",
        b"<< /Type /Pages /Kids [ 3 0 R ] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 30 30 ] /Resources << >> >>",
        b"%b\nstream\n%b\nendstream" % (head, packet),
    )
    data, table = b"%PDF-1.7\n", b"0000000000 65535 f \n"
    for number, content in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(data)
        data += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    trailer = b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(data)
    return data + b"xref\n0 5\n" + table + trailer


def without_information() -> bytes:
    pdf = document()
    del pdf.trailer["/Info"]
    return saved(pdf)


def hybrid() -> bytes:
    """As Word writes it: an empty table points to a cross-reference stream, which alone knows the Info dictionary."""
    data, offsets = b"%PDF-1.5\n", {}
    info = b"<< /Title (hybrid) >>"
    packed = zlib.compress(b"4 0 " + info)
    for number, content in {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [ 3 0 R ] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 30 30 ] /Resources << >> >>",
        5: b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream"
        % (len(packed), packed),
    }.items():
        offsets[number] = len(data)
        data += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    section = struct.pack(">BIH", 2, 5, 0)
    offsets[6] = len(data)
    head = b"/Type /XRef /W [ 1 4 2 ] /Index [ 4 1 ] /Size 7 /Root 1 0 R /Length %d" % len(section)
    data += b"6 0 obj\n<< %b >>\nstream\n%b\nendstream\nendobj\n" % (head, section)
    at = len(data)
    data += b"xref\n0 7\n0000000004 65535 f \n"
    for number in range(1, 7):
        data += b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 65535 f \n"
    data += b"trailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % at
    trailer = b"xref\n0 0\ntrailer\n<< /Size 7 /Root 1 0 R /Info 4 0 R /Prev %d /XRefStm %d >>\n"
    return data + trailer % (at, offsets[6]) + b"startxref\n%d\n%%%%EOF\n" % len(data)


KINDS = {
    "table": saved(document(), object_stream_mode=pikepdf.ObjectStreamMode.disable, force_version="1.4"),
    "cross-reference stream": saved(document(), object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "linearized table": saved(document(), linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.disable),
    "linearized stream": saved(document(), linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "hybrid": hybrid(),
    "without Info": without_information(),
    "bytes before the header": b"junk\n" * 9 + saved(document(), object_stream_mode=pikepdf.ObjectStreamMode.disable),
    "bytes after the end": saved(document()) + b"\r\n\0\0\0",
    "no line feed at the end": saved(document()).rstrip(),
    "many pages": saved(document(30)),
}

every_kind = pytest.mark.parametrize("data", KINDS.values(), ids=KINDS)


def pictures(data: bytes) -> list[str]:
    with pypdfium2.PdfDocument(data) as pdf:
        return [hashlib.sha256(page.render(scale=2).to_numpy().tobytes()).hexdigest() for page in pdf]


def checked_by_qpdf(data: bytes, folder: Path) -> bool:
    path = folder / "checked.pdf"
    path.write_bytes(data)
    return subprocess.run(["qpdf", "--check", path], capture_output=True).returncode == 0


@every_kind
def test_the_old_file_is_a_prefix_of_the_new_and_every_page_looks_the_same(data: bytes) -> None:
    once = labelled(PDF, data)
    assert once.startswith(data)
    assert len(once) - len(data) < 1500
    assert pictures(once) == pictures(data)


@every_kind
def test_independent_readers_see_the_label(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(labelled(PDF, labelled(PDF, data), SECOND))
    with pikepdf.open(path, attempt_recovery=False) as pdf:
        assert str(pdf.docinfo["/AIGC"]) == SECOND.json()
        assert pdf.get_warnings() == []
    with pypdfium2.PdfDocument(path) as pdf:
        raw = pdf.get_metadata_value("AIGC")
    assert raw == SECOND.json()
    shown = subprocess.run(["pdfinfo", "-custom", path], capture_output=True, text=True).stdout
    assert f"AIGC:            {SECOND.json()}" in shown
    assert checked_by_qpdf(path.read_bytes(), tmp_path) == checked_by_qpdf(data, tmp_path)


@every_kind
def test_the_other_information_stays(data: bytes) -> None:
    once = labelled(PDF, data)
    with pikepdf.open(BytesIO(data)) as before, pikepdf.open(BytesIO(once)) as after:
        old = dict(before.docinfo.items()) if "/Info" in before.trailer else {}
        new = dict(after.docinfo.items())
        assert {key: value for key, value in new.items() if key != "/AIGC"} == old
        assert dict(after.attachments).keys() == dict(before.attachments).keys()


@every_kind
def test_writing_again_replaces_our_own_update(data: bytes) -> None:
    once = labelled(PDF, data)
    assert labelled(PDF, labelled(PDF, once, SECOND)) == once
    assert size_without_own_update(BytesIO(once)) == len(data)
    (kept, new) = PDF.write(BytesIO(once), SECOND)
    assert kept == Kept(0, len(data)) and isinstance(new, bytes)


def test_exiftool_reads_our_label_and_we_read_what_it_adds_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(labelled(PDF, KINDS["table"]))
    shown = subprocess.run(["exiftool", "-s3", "-AIGC", path], capture_output=True, text=True).stdout
    assert shown.strip() == LABEL.json()
    subprocess.run(["exiftool", "-q", "-Title=新题名", path], check=True, capture_output=True)
    data = path.read_bytes()
    assert len(labels(PDF, data)) == 1
    once = labelled(PDF, data, SECOND)
    assert once.startswith(data), "an update by another tool is never cut"
    assert [found["ProduceID"] for found in labels(PDF, once)] == [SECOND.produce_id]
    assert "新题名" in [entry.value for entry in entries(PDF, once)]


def test_a_document_that_pikepdf_labelled_is_read() -> None:
    pdf = document()
    pdf.docinfo["/AIGC"] = '{"Label":"1","ContentProducer":"甲","ProduceID":"x"}'
    assert labels(PDF, saved(pdf))[0]["ContentProducer"] == "甲"


def test_labels_under_other_keys_are_taken_over() -> None:
    pdf = document()
    pdf.docinfo["/aigc"] = '{"Label":"1","ContentProducer":"x"}'
    pdf.docinfo["/Keywords"] = 'AIGC{"Label":"1","ContentProducer":"x","ProduceID":"y"}'
    data = saved(pdf)
    assert len(labels(PDF, data)) == 2
    assert [found["ProduceID"] for found in labels(PDF, labelled(PDF, data))] == [LABEL.produce_id]


def test_a_label_that_is_no_string_is_read_and_taken_over() -> None:
    for key, value in (
        ("/AIGC", pikepdf.Dictionary(Label="1", ContentProducer="x", ProduceID="old")),
        ("/aigc", pikepdf.Array([1, 2])),
        ("/aigc", 3),
    ):
        pdf = document()
        pdf.docinfo[key] = value
        data = saved(pdf)
        (found,) = labels(PDF, data)
        assert found.get("ProduceID", "") == ("old" if key == "/AIGC" else "")
        assert [one["ProduceID"] for one in labels(PDF, labelled(PDF, data))] == [LABEL.produce_id]


def test_labels_of_real_services_come_back_as_they_were_written(samples: Path) -> None:
    for line in (samples / "labels_in_the_wild.jsonl").read_text().splitlines():
        raw = json.loads(line)["raw"]
        pdf = document()
        pdf.docinfo["/AIGC"] = raw
        assert [entry.value for entry in entries(PDF, saved(pdf)) if entry.key == "AIGC"] == [raw]


@pytest.mark.parametrize("compress", [False, True])
def test_a_label_in_the_xmp_stream_is_taken_over_and_its_rest_stays(compress: bool) -> None:
    plain = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" pdf:Producer="p"/></rdf:RDF>'
        b"</x:xmpmeta>"
    )
    data = with_packet(xmp.labelled(plain, '{"Label":"1"}'), compress)
    assert len(labels(PDF, data)) == 1
    once = labelled(PDF, data)
    assert [entry.place for entry in entries(PDF, once) if "AIGC" in entry.key] == ["PDF Info"]
    with pikepdf.open(BytesIO(once)) as pdf:
        assert pdf.Root.Metadata.read_bytes() == plain
        assert pdf.Root.Metadata.Subtype == pikepdf.Name.XML
    assert labelled(PDF, labelled(PDF, once, SECOND)) == once


def test_an_xmp_stream_without_a_label_is_not_written_again() -> None:
    data = with_packet(b"<not-even-xml")
    assert labelled(PDF, data)[len(data) :].count(b" obj\n") <= 2


def test_an_encrypted_document_is_refused() -> None:
    for user, words in (("", "encrypted"), ("secret", "password")):
        data = saved_encrypted(user)
        with pytest.raises(Refused, match=words):
            labelled(PDF, data)
    assert any(entry.value.startswith("题名") for entry in entries(PDF, saved_encrypted("")))


def saved_encrypted(user: str) -> bytes:
    sink = BytesIO()
    document().save(sink, encryption=pikepdf.Encryption(owner="owner", user=user))
    return sink.getvalue()


def signed(lock: bool = False) -> tuple[bytes, bytes]:
    """A document signed over everything but the signature itself, and the certificate of the signer."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import pkcs7

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "signer")])
    start = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(start).not_valid_after(start.replace(year=2125))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pdf = document()
    value = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Sig, Filter=pikepdf.Name("/Adobe.PPKLite"),
            SubFilter=pikepdf.Name("/adbe.pkcs7.detached"), Contents=pikepdf.String(bytes([255]) * 4000),
            ByteRange=pikepdf.Array([0, 1111111111, 2111111111, 1311111111]),
        )
    )  # fmt: skip
    if lock:
        value.Reference = [pikepdf.Dictionary(Type=pikepdf.Name.SigRef, TransformMethod=pikepdf.Name.DocMDP)]
    field = pikepdf.Dictionary(FT=pikepdf.Name.Sig, T=pikepdf.String("s"), V=value, Rect=[0, 0, 0, 0],
                               Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, F=132)  # fmt: skip
    field = pdf.make_indirect(field)
    pdf.pages[0].Annots = pikepdf.Array([field])
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3)
    data = saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
    start_of_hole = data.index(b"<" + b"ff" * 4000)
    end_of_hole = start_of_hole + 8002
    numbers = b"0 %d %d %d" % (start_of_hole, end_of_hole, len(data) - end_of_hole)
    data = data.replace(b"0 1111111111 2111111111 1311111111", numbers.ljust(34))
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data[:start_of_hole] + data[end_of_hole:])
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    proof = builder.add_signer(certificate, key, hashes.SHA256()).sign(serialization.Encoding.DER, options)
    hole = proof.hex().encode().ljust(8000, b"0")
    return data[: start_of_hole + 1] + hole + data[end_of_hole - 1 :], proof


def test_an_approval_signature_stays_valid(tmp_path: Path) -> None:
    data, _ = signed()
    for name, content in (("before", data), ("after", labelled(PDF, data))):
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(content)
        shown = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True).stdout
        assert "Signature is Valid" in shown, shown


def test_a_certified_or_locked_document_is_refused() -> None:
    certified = document()
    certified.Root.Perms = pikepdf.Dictionary(DocMDP=pikepdf.Dictionary(Type=pikepdf.Name.Sig))
    for data in (signed(lock=True)[0], saved(certified)):
        with pytest.raises(Refused, match="permits no such change"):
            labelled(PDF, data)


def test_a_damaged_index_is_refused_with_advice_and_still_read() -> None:
    data = KINDS["table"].replace(b"startxref\n", b"startxref\n9")
    with pytest.raises(Refused, match="qpdf"):
        labelled(PDF, data)
    assert any(entry.key == "Title" for entry in entries(PDF, data))


def test_another_update_that_imitates_ours_belongs_to_the_body() -> None:
    """Otherwise a seal would not notice pages that are changed behind our mark."""
    data = KINDS["table"]
    once = labelled(PDF, data)
    for forged in (once.replace(b'"Label":"1"', b'"Label":"1" '), once + once[len(data) :]):
        assert [*PDF.body(BytesIO(forged))] == [Kept(0, len(forged))]
    assert [*PDF.body(BytesIO(once))] == [Kept(0, len(data))]


def test_the_bytes_of_an_update_are_the_same_with_every_version() -> None:
    """They are how an update of our own is known again, so a seal depends on them."""
    added = labelled(PDF, PDF.example())[len(PDF.example()) :]
    assert hashlib.sha256(added).hexdigest() == "cca35dcd85fb84832fff0c6675658b160345b7f1955e76463166fe607b3d7226"
    data = KINDS["hybrid"]
    added = labelled(PDF, data)[len(data) :].decode()
    assert added.split("endobj")[0] == (
        f"\n%AIGC label (GB 45438-2025) added to the first {len(data)} bytes\n"
        f"4 0 obj\n<< /AIGC ({LABEL.json()}) /Title (hybrid) >>\n"
    )


def knotted_form() -> bytes:
    pdf = document()
    field = pdf.make_indirect(pikepdf.Dictionary(T=pikepdf.String("a")))
    field.Kids = pikepdf.Array([field, field])
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field])
    return saved(pdf)


def test_a_knotted_form_ends() -> None:
    assert len(labels(PDF, labelled(PDF, knotted_form()))) == 1


def test_metadata_that_inflates_without_end_is_not_inflated() -> None:
    with pytest.raises(BadFile, match="inflates"):
        entries(PDF, with_packet(bytes(64 << 20), compress=True))


def object_stream(content: bytes) -> bytes:
    """A document whose Info dictionary is object 4 in the object stream 5."""
    data, offsets = b"%PDF-1.5\n", {}
    packed = zlib.compress(b"4 0 " + content, 9)
    for number, text in {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [ ] /Count 0 >>",
        5: b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream"
        % (len(packed), packed),
    }.items():
        offsets[number] = len(data)
        data += b"%d 0 obj\n%b\nendobj\n" % (number, text)
    rows = (
        (0, 0, 0),
        (1, offsets[1], 0),
        (1, offsets[2], 0),
        (0, 0, 0),
        (2, 5, 0),
        (1, offsets[5], 0),
        (1, len(data), 0),
    )
    section = b"".join(struct.pack(">BIH", *row) for row in rows)
    head = b"/Type /XRef /W [ 1 4 2 ] /Size 7 /Root 1 0 R /Info 4 0 R /Length %d" % len(section)
    tail = b"6 0 obj\n<< %b >>\nstream\n%b\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
    return data + tail % (head, section, len(data))


def test_an_object_stream_that_inflates_without_end_is_not_inflated() -> None:
    """And the limits of qpdf, which are those of the whole process, are as they were afterwards."""
    before = pikepdf.settings.get_qpdf_limits()
    assert "x" in [entry.value for entry in entries(PDF, object_stream(b"<< /Title (x) >>"))]
    with pytest.raises((BadFile, Refused)):
        labelled(PDF, object_stream(b"<< /Title (x) >>" + b" " * (80 << 20)))
    assert pikepdf.settings.get_qpdf_limits() == before


@pytest.mark.parametrize(
    "data",
    [
        b"", b"%PDF-", b"%PDF-1.7\nstartxref\n0\n%%EOF", b"not a pdf" * 50,
        b"%PDF-1.7\n" + b"[" * 100_000,
        KINDS["table"].replace(b"/Size ", b"/Size -"),
        KINDS["table"].replace(b"/Root", b"/Ruth"),
        KINDS["table"].replace(b"/Size ", b"/Size 1 %"),
    ],
)  # fmt: skip
def test_hostile_bytes_give_our_error(data: bytes) -> None:
    with pytest.raises((BadFile, Refused)):
        labelled(PDF, data)


@pytest.mark.slow
def test_a_gigabyte_is_labelled_without_being_read(tmp_path: Path) -> None:
    """A hole of one gigabyte in a stream: the edit keeps the file and adds some hundred bytes."""
    head = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    pages = b"2 0 obj\n<< /Type /Pages /Kids [ ] /Count 0 >>\nendobj\n"
    hole = b"3 0 obj\n<< /Length 1073741824 >>\nstream\n"
    path = tmp_path / "big.pdf"
    with path.open("w+b") as file:
        file.write(head + pages + hole)
        file.seek(2**30, 1)
        file.write(b"\nendstream\nendobj\n")
        at = file.tell()
        places = (9, len(head), len(head + pages))
        file.write(b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places))
        file.write(b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % at)
        edit = PDF.write(file, LABEL)
    assert edit[0] == Kept(0, path.stat().st_size)
    assert len(edit[1]) < 1000
