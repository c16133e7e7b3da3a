"""ZIP archives under documents: odd but valid ones are edited, broken ones give our error."""

import struct
import zipfile
from io import BytesIO

import pytest

from labels.formats.document_tools import LABEL, labelled, labels, members
from zhengming.ground.errors import BadFile, Refused
from zhengming.labels.edit import Kept, applied
from zhengming.labels.formats.docx import FORMAT as DOCX
from zhengming.labels.formats.ofd import FORMAT as OFD
from zhengming.labels.structures.archive.zip_archive import read_archive
from zhengming.labels.structures.archive.zip_edit import with_members


class Unseekable(BytesIO):
    """A sink that makes zipfile write data descriptors."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise OSError("not seekable")

    def tell(self) -> int:
        raise OSError("not seekable")


def ofd(sink: BytesIO | None = None, comment: bytes = b"", force_zip64: bool = False) -> bytes:
    sink = sink or BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members(OFD.example()).items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=force_zip64) as member:
                member.write(content)
        archive.comment = comment
    return sink.getvalue()


ODD = {
    "plain": ofd(),
    "data descriptors": ofd(Unseekable()),
    "data descriptors of 64 bits": ofd(Unseekable(), force_zip64=True),
    "64-bit sizes": ofd(force_zip64=True),
    "a comment": ofd(comment=b"kept \xff"),
    "bytes before the archive": b"#!/bin/sh\n" * 7 + ofd(),
    "bytes after the archive": ofd() + b"\0" * 5,
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_an_odd_archive_is_labelled_and_nothing_else_in_it_changes(data: bytes) -> None:
    once = labelled(OFD, data)
    assert [found["ProduceID"] for found in labels(OFD, once)] == [LABEL.produce_id]
    before, after = members(data), members(once)
    assert {name for name in before if before[name] != after[name]} == {"OFD.xml"}
    assert list(before) == list(after)
    assert zipfile.ZipFile(BytesIO(once)).comment == zipfile.ZipFile(BytesIO(data)).comment
    assert len(labelled(OFD, once)) == len(once)


def test_a_comment_that_looks_like_an_end_record_does_not_hide_the_real_one() -> None:
    data = ofd(comment=b"PK\x05\x06" + bytes(30))
    assert len(read_archive(BytesIO(data)).members) == 3
    assert len(labels(OFD, labelled(OFD, data))) == 1


def test_other_members_are_kept_from_the_source_and_never_copied_to_memory() -> None:
    data = ofd()
    edit = OFD.write(BytesIO(data), LABEL)
    page = read_archive(BytesIO(data)).find("Doc_0/Pages/Page_0/Content.xml")
    assert page is not None
    assert any(isinstance(piece, Kept) and piece.start <= page.offset < piece.stop for piece in edit)


def test_a_replaced_member_keeps_its_date_and_attributes() -> None:
    sink = BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, content in members(OFD.example()).items():
            info = zipfile.ZipInfo(name, (2024, 5, 6, 7, 8, 10))
            info.external_attr, info.comment = 0o100640 << 16, b"why"
            archive.writestr(info, content)
    before = zipfile.ZipFile(sink).getinfo("OFD.xml")
    after = zipfile.ZipFile(BytesIO(labelled(OFD, sink.getvalue()))).getinfo("OFD.xml")
    for fact in ("date_time", "external_attr", "comment", "compress_type", "create_system"):
        assert getattr(after, fact) == getattr(before, fact)


def test_a_zip64_directory_stays_one() -> None:
    data = ofd()
    archive = read_archive(BytesIO(data))
    count, size, offset = len(archive.members), len(archive.directory), archive.directory.start
    facts = struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, archive.directory.stop, 1)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    wide = data[: archive.directory.stop] + b"PK\x06\x06" + facts + locator + end
    once = labelled(OFD, wide)
    assert read_archive(BytesIO(once)).is_zip64
    assert labels(OFD, once)
    assert members(once).keys() == members(data).keys()


def test_an_offset_beyond_4_gib_goes_into_a_zip64_field() -> None:
    from zhengming.labels.structures.archive.zip_archive import widened
    from zhengming.labels.structures.archive.zip_edit import _at_offset

    record = read_archive(BytesIO(ofd(comment=b""))).members[0].record
    for offset in (5, 2**32 - 2, 2**32 + 7, 2**40):
        record = _at_offset(record, offset)
        compressed, size, short = struct.unpack("<I", record[20:24])[0], 0, struct.unpack("<I", record[42:46])[0]
        assert widened(record, [size, compressed, short])[2] == offset


def test_a_member_that_inflates_without_end_is_not_inflated() -> None:
    sink = BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("OFD.xml", b" " * (64 << 20))
    with pytest.raises(BadFile, match="inflates"):
        labels(OFD, sink.getvalue())


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(ofd())
    directory = read_archive(BytesIO(bytes(data))).directory.start
    for at in (6, directory + 8):
        data[at] |= 1
    with pytest.raises(Refused, match="encrypted"):
        labels(OFD, bytes(data))


def test_two_members_of_one_name_are_an_error() -> None:
    sink = BytesIO()
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("OFD.xml", "<a/>")
        archive.writestr("OFD.xml", "<b/>")
    with pytest.raises(BadFile, match="members named"):
        labels(OFD, sink.getvalue())


def test_overlapping_members_are_an_error() -> None:
    data = bytearray(ofd())
    archive = read_archive(BytesIO(bytes(data)))
    first, second = archive.members[:2]
    record = data.find(second.record)
    data[record : record + len(second.record)] = (
        second.record[:42] + struct.pack("<I", first.offset) + second.record[46:]
    )
    with pytest.raises(BadFile):
        labelled(OFD, bytes(data))


@pytest.mark.parametrize("count", [0, 1, 2, 4, 0xFFFE])
def test_a_wrong_count_of_members_is_an_error(count: int) -> None:
    data = bytearray(ofd())
    data[-14:-10] = struct.pack("<HH", count, count)
    with pytest.raises(BadFile):
        labels(OFD, bytes(data))


def test_an_archive_without_an_end_is_an_error() -> None:
    for data in (b"", b"PK", b"PK\x03\x04", ofd()[:-30], b"PK\x05\x06" * 20000):
        with pytest.raises(BadFile):
            labels(OFD, data)


def test_a_large_archive_is_not_read_to_be_labelled() -> None:
    """Twenty thousand members: time and the size of the edit grow with the directory, not with the data."""
    sink = BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, content in members(DOCX.example()).items():
            archive.writestr(name, content)
        for number in range(3000):
            archive.writestr(f"word/media/image{number}.bin", bytes(2000))
    data = sink.getvalue()
    edit = DOCX.write(BytesIO(data), LABEL)
    assert sum(len(piece) for piece in edit if isinstance(piece, bytes)) < 400_000
    assert len(members(applied(edit, data))) == len(members(data)) + 1


def test_a_stored_archive_gets_stored_members() -> None:
    sink = BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a", "1")
    data = sink.getvalue()
    result = applied(with_members(read_archive(BytesIO(data)), {"b": b"2" * 100}), data)
    assert {info.compress_type for info in zipfile.ZipFile(BytesIO(result)).infolist()} == {zipfile.ZIP_STORED}
