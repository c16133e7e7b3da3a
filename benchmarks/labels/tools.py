"""The tools that are compared: ours and its peers, each as a batch over files in a cold process.

Run as a program (``tools.py NAME OUT FILE…``) this file is that cold process, for the tools that are libraries.
"""

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

PRODUCER = "001191000000000000000K10000"
JSON = (
    '{"Label":"1","ContentProducer":"001191000000000000000K10000","ProduceID":"n-1","ReservedCode1":"",'
    '"ContentPropagator":"","PropagateID":"","ReservedCode2":""}'
)
#: What ExifTool needs to write the property of TC260-PG-20259A.
EXIFTOOL_CONFIG = """%Image::ExifTool::UserDefined = ('Image::ExifTool::XMP::Main' => {
  TC260 => { SubDirectory => { TagTable => 'Image::ExifTool::UserDefined::TC260' } } });
%Image::ExifTool::UserDefined::TC260 = (GROUPS => { 0 => 'XMP', 1 => 'XMP-TC260', 2 => 'Other' },
  NAMESPACE => { 'TC260' => 'http://www.tc260.org.cn/ns/AIGC/1.0/' }, WRITABLE => 'string', AIGC => { });
1;
"""
XMP_FORMATS = {"jpeg", "png", "webp", "gif", "tiff", "heic", "avif", "mp4", "mov", "m4a", "pdf"}

C2PA_FORMATS = {
    "jpeg",
    "png",
    "webp",
    "gif",
    "tiff",
    "avif",
    "heic",
    "mp4",
    "mov",
    "m4a",
    "avi",
    "mp3",
    "wav",
    "flac",
}


@dataclass(frozen=True)
class Tool:
    """One tool. ``carrier`` says what it writes; ``command`` labels files into a folder in a fresh process."""

    name: str
    carrier: str
    formats: set[str]
    command: Callable[[Sequence[Path], Path], list[str]]
    needs: Callable[[], bool] = lambda: True


def _python(name: str) -> Callable[[Sequence[Path], Path], list[str]]:
    return lambda files, out: [sys.executable, __file__, name, str(out), *map(str, files)]


def _ours(files: Sequence[Path], out: Path) -> list[str]:
    program = str(Path(sys.executable).with_name("zhengming"))
    return [program, "label", *map(str, files), "--producer", PRODUCER, "--out", str(out), "--jobs", "1"]


def _exiftool(files: Sequence[Path], out: Path) -> list[str]:
    config = out.parent / "tc260.config"
    config.write_text(EXIFTOOL_CONFIG)
    return [
        "exiftool",
        "-config",
        str(config),
        "-q",
        "-q",
        f"-XMP-TC260:AIGC={JSON}",
        "-o",
        f"{out}/",
        *map(str, files),
    ]


def _ffmpeg(files: Sequence[Path], out: Path) -> list[str]:
    """ffmpeg takes one file a process: the batch is a shell loop, as in its users' scripts."""
    flags = "-map 0 -c copy -movflags use_metadata_tags"
    one = f'ffmpeg -v error -y -i "$f" {flags} -metadata AIGC="$0" "$1/${{f##*/}}" || exit 1'
    return [
        "sh",
        "-c",
        f'out=$1; shift; for f in "$@"; do set -- "$out"; {one}; done',
        JSON,
        str(out),
        *map(str, files),
    ]


def exempi(source: Path, target: Path) -> None:
    from libxmp import XMPFiles, XMPMeta

    shutil.copyfile(source, target)
    space = "http://www.tc260.org.cn/ns/AIGC/1.0/"
    XMPMeta.register_namespace(space, "TC260")
    file = XMPFiles(file_path=str(target), open_forupdate=True)
    packet = file.get_xmp() or XMPMeta()
    packet.set_property(space, "AIGC", JSON)
    if not file.can_put_xmp(packet):
        raise SystemExit(1)
    file.put_xmp(packet)
    file.close_file()


def metatoolkit(source: Path, target: Path) -> None:
    import metatoolkit as peer

    images, audio = {".jpg", ".png"}, {".mp3", ".wav"}
    if source.suffix in images:
        peer.add_image_metadata(str(source), custom_metadata={"AIGC": JSON}, output_path=str(target))
    elif source.suffix in audio:
        peer.add_audio_metadata(str(source), output_path=str(target), custom_metadata={"AIGC": JSON})
    else:
        peer.add_video_metadata(str(source), output_path=str(target), custom_metadata={"AIGC": JSON})


def mutagen(source: Path, target: Path) -> None:
    import mutagen as peer
    from mutagen.id3 import TXXX

    shutil.copyfile(source, target)
    file = peer.File(target)
    if source.suffix == ".mp3":
        file.tags or file.add_tags()
        file.tags.add(TXXX(encoding=3, desc="AIGC", text=[JSON]))
    elif source.suffix == ".m4a":
        file["----:com.apple.iTunes:AIGC"] = JSON.encode()
    else:
        file["AIGC"] = JSON
    file.save()


def pikepdf(source: Path, target: Path) -> None:
    import pikepdf as peer

    with peer.open(source) as pdf:
        pdf.docinfo["/AIGC"] = JSON
        pdf.save(target)


def c2pa(source: Path, target: Path) -> None:
    """c2pa-python writes another carrier, a signed manifest: shown for what it costs beside a label."""
    from datetime import UTC, datetime

    from zhengming.labels.c2pa.development import development_credentials
    from zhengming.labels.c2pa.signing import sign
    from zhengming.labels.metadata_label import MetadataLabel
    from zhengming.labels.recognition import recognise

    credentials = development_credentials(target.parent.parent / "keys", datetime.now(UTC))
    with source.open("rb") as reader, target.open("w+b") as writer:
        sign(reader, writer, recognise(reader, source.name), MetadataLabel(PRODUCER, "n-1"), credentials)


LIBRARIES = {tool.__name__: tool for tool in (exempi, metatoolkit, mutagen, pikepdf, c2pa)}

OURS = Tool("zhengming", "the place of the guide", set(), _ours)
PEERS = (
    Tool("exiftool", "XMP", XMP_FORMATS, _exiftool, lambda: bool(shutil.which("exiftool"))),
    Tool("exempi", "XMP", {"jpeg", "png", "tiff", "mp4", "mov", "wav", "avi", "mp3"}, _python("exempi")),
    Tool("metatoolkit", "own XMP, re-encodes images; ffmpeg", {"jpeg", "png", "mp4", "mp3"}, _python("metatoolkit")),
    Tool(
        "ffmpeg -c copy",
        "container tags",
        {"mp4", "mov", "mkv", "webm", "m4a", "mp3", "flac", "ogg", "opus"},
        _ffmpeg,
    ),
    Tool("mutagen", "tags", {"mp3", "flac", "ogg", "opus", "m4a"}, _python("mutagen")),
    Tool("pikepdf", "Info dictionary, whole file", {"pdf"}, _python("pikepdf")),
    Tool("c2pa-python", "C2PA manifest (another carrier)", C2PA_FORMATS, _python("c2pa")),
)


def main() -> None:
    name, out, *files = sys.argv[1:]
    for file in map(Path, files):
        LIBRARIES[name](file, Path(out) / file.name)


if __name__ == "__main__":
    main()
