"""Files that carry a given label text where real services put it, also where our writers never would."""

import struct
import zlib
from base64 import b64encode
from collections.abc import Callable
from html import escape
from io import BytesIO

from zhengming.labels.edit import applied
from zhengming.labels.format import FORMATS
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.structures.picture import xmp

Carrier = Callable[[str], tuple[str, bytes]]  # label text -> name and bytes of a file


def markdown(raw: str) -> tuple[str, bytes]:
    """The text as front matter, before a body."""
    return "a.md", f"{raw}\n# 正文\n\n名不正，则言不顺。\n".encode()


def markdown_end(raw: str) -> tuple[str, bytes]:
    """The text at the end of a document."""
    return "a.md", f"# 正文\n\n名不正，则言不顺。\n\n{raw}".encode()


def png_text(raw: str, keyword: str = "AIGC") -> tuple[str, bytes]:
    return "a.png", with_chunk(b"tEXt", keyword.encode("latin-1") + b"\0" + raw.encode())


def png_xmp(packet: str) -> tuple[str, bytes]:
    return "a.png", with_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet.encode())


def png_xmp_element(raw: str) -> tuple[str, bytes]:
    return png_xmp(_packet(f'xmlns:TC260="{xmp.NAMESPACE}"', f"<TC260:AIGC>{escape(raw)}</TC260:AIGC>"))


def png_xmp_attribute(raw: str, namespace: str = xmp.NAMESPACE) -> tuple[str, bytes]:
    """``raw`` is the attribute itself, name and quoted value."""
    return png_xmp(_packet(f'xmlns:TC260="{namespace}" {raw}', ""))


def png_foreign_namespace(raw: str) -> tuple[str, bytes]:
    """``raw`` ends in ``TC260:AIGC=`` after a namespace of its own: a value is put behind it."""
    value = escape('{"Label":"1","ContentProducer":"A","ProduceID":"b81c44"}')
    return png_xmp(_packet(f'{raw}"{value}"', ""))


def jpeg_user_comment(raw: str) -> tuple[str, bytes]:
    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + raw.encode()
    return "a.jpg", _with_exif(exif.tobytes())


def jpeg_description(raw: str) -> tuple[str, bytes]:
    from PIL import Image

    exif = Image.Exif()
    exif[0x010E] = raw
    return "a.jpg", _with_exif(exif.tobytes())


def mp4(raw: str) -> tuple[str, bytes]:
    return "a.mp4", _in_place_of_label("mp4", raw)


def mp3(raw: str) -> tuple[str, bytes]:
    return "a.mp3", _in_place_of_label("mp3", raw)


def png_text_base64(raw: str) -> tuple[str, bytes]:
    return png_text(b64encode(raw.encode()).decode())


def with_chunk(kind: bytes, data: bytes) -> bytes:
    """The smallest PNG with one more chunk after its header."""
    example = FORMATS["png"].example()
    chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return example[:33] + chunk + example[33:]


def _packet(attributes: str, content: str) -> str:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {attributes}>{content}</rdf:Description></rdf:RDF></x:xmpmeta>'
    )


def _with_exif(exif: bytes) -> bytes:
    example = FORMATS["jpeg"].example()
    return example[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + example[2:]


def _in_place_of_label(name: str, raw: str) -> bytes:
    """A file of the format whose label text is ``raw``: a label of the same size is written, then overwritten."""
    shortest = len(MetadataLabel("A", "").json())
    text = raw.encode().ljust(shortest)
    label = MetadataLabel("A", "b" * (len(text) - shortest))
    format_ = FORMATS[name]
    data = applied(format_.write(BytesIO(format_.example()), label), format_.example())
    assert data.count(label.json().encode()) == 1
    return data.replace(label.json().encode(), text)
