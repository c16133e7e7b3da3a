"""What a file format is to this house: the contract of the shelf :mod:`zhengming.labels.formats`.

A format tells two things about a file and nothing more: which pieces of metadata it holds, wherever they may
be (:meth:`Format.entries`), and which edit leaves exactly one metadata label in it (:meth:`Format.write`).
Whether an entry is a label, well-formed or not, is for :mod:`zhengming.labels.reading` to say.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, ClassVar, Literal

from zhengming.ground.shelf import Shelf
from zhengming.labels.edit import Edit, Kept
from zhengming.labels.metadata_label import MetadataLabel


class Medium(StrEnum):
    """The kinds of content of Art. 3 of the Labelling Measures, documents counted as text in a page."""

    TEXT = "text"
    DOCUMENT = "document"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    SCENE = "scene"


@dataclass(frozen=True)
class Entry:
    """One piece of metadata as it stands in a file.

    ``place`` names the structure (``"XMP"``, ``"PNG tEXt"``, ``"ID3 TXXX"``), ``key`` the name it has there
    (``"TC260:AIGC"``, ``"AIGC"``, ``"parameters"``), ``value`` its text, undecoded where it is itself JSON.
    ``detail`` carries what is odd about the place, e.g. the namespace URI of an XMP property.
    """

    place: str
    key: str
    value: str
    detail: str = ""


@dataclass(frozen=True)
class Place:
    """Where a format's metadata label is written, and why there.

    ``confidence``: H, M or L as in the labelling facts, or ``own`` where the guides are silent and the
    place is our choice (the container's own standard place for metadata).
    """

    name: str
    source: str
    confidence: Literal["H", "M", "L", "own"]


@dataclass(frozen=True)
class Sample:
    """What is known of a file before its format is: its first 4096 bytes, its suffix, the file itself."""

    start: bytes
    suffix: str
    file: BinaryIO


class Format(ABC):
    """A file format on the shelf. Instances have no state: they are shared by threads and processes.

    Every method that takes a file takes a seekable binary file, reads any bytes in bounded time and memory,
    leaves it open, and lets out no exception but those of :mod:`zhengming.ground.errors`.
    """

    name: ClassVar[str]
    title: ClassVar[str]  # for people, e.g. "PNG 图像"
    medium: ClassVar[Medium]
    suffixes: ClassVar[tuple[str, ...]]  # lower case, with the dot, the usual one first
    media_type: ClassVar[str]
    place: ClassVar[Place]

    @abstractmethod
    def score(self, sample: Sample) -> int:
        """How sure this format is that the file is its own: 0 not at all, 50 by suffix only, 100 certain."""

    @abstractmethod
    def entries(self, file: BinaryIO) -> Iterator[Entry]:
        """Every piece of textual metadata, in the order of the file. Yields what it can before BadFile."""

    @abstractmethod
    def write(self, file: BinaryIO, label: MetadataLabel) -> Edit:
        """The edit after which the file holds ``label`` in :attr:`place` and no other metadata label.

        Labels in any other place of the file that this format knows are taken over by the new one; every
        other piece of metadata stays byte for byte. Raises BadFile, or Refused where the file cannot be
        labelled without harm (encrypted, for example), saying why.
        """

    @abstractmethod
    def body(self, file: BinaryIO) -> Iterator[Kept]:
        """The media data proper, in order: what no labelling ever changes. Binds a seal to the content."""

    @abstractmethod
    def example(self) -> bytes:
        """The smallest valid file of this format, without a label."""


FORMATS: Shelf[Format] = Shelf("zhengming.labels.formats", "FORMAT")
