"""What a trace (生成合成痕迹) of a generator is: the contract of the shelf :mod:`zhengming.labels.traces`.

Labelling Measures Art. 6(3): where there is no metadata label and no declaration, a platform that detects an
explicit label "or other traces" treats the content as suspected (疑似). A trace looks at metadata only. What a
C2PA manifest says is put before the traces as entries of the place ``C2PA``, so one contract serves both.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from zhengming.ground.shelf import Shelf
from zhengming.ground.words import Words
from zhengming.labels.format import Entry

#: The place of entries that come from a C2PA manifest; keys: digitalSourceType, claim_generator, softwareAgent,
#: action, issuer.
C2PA = "C2PA"
#: Characters of a value that a trace looks at.
LONGEST_LOOK = 256 * 1024


@dataclass(frozen=True)
class Seen:
    """A trace that was seen: ``name`` and ``title`` of what leaves it, the entry it is in, a short ``detail``.

    ``conclusive`` is False for a trace that fits camera or human work too; it is reported but decides nothing.
    """

    name: str
    title: Words
    place: str
    key: str
    detail: str
    conclusive: bool = True

    def json(self) -> dict[str, object]:
        """The trace in the JSON contract of docs/json.md."""
        return {
            "name": self.name, "title": self.title.zh, "title_en": self.title.en, "carrier": self.place,
            "key": self.key, "detail": self.detail, "conclusive": self.conclusive,
        }  # fmt: skip


class Trace(ABC):
    """The traces that one tool, or one convention, leaves in metadata. Instances have no state."""

    name: ClassVar[str]
    title: ClassVar[Words]
    #: Entries as the tool writes them, and entries that look alike and must not be taken for a trace.
    examples: ClassVar[tuple[Entry, ...]]
    others: ClassVar[tuple[Entry, ...]]

    @abstractmethod
    def detail(self, entry: Entry) -> str | None:
        """What of the trace ``entry`` shows, in a few words of the file itself; None when it is no trace."""

    def conclusive(self, entry: Entry) -> bool:  # noqa: ARG002 - most traces are, whatever the entry
        """Whether an entry that shows the trace means a generator and nothing else."""
        return True


TRACES: Shelf[Trace] = Shelf("zhengming.labels.traces", "TRACE")
LONGEST_DETAIL = 160


def traces_in(entries: Iterable[Entry]) -> Iterator[Seen]:
    """Every trace in the entries of a file, each kind once a place and key."""
    done: set[tuple[str, str, str]] = set()
    for entry in entries:
        looked = Entry(entry.place, entry.key, entry.value[:LONGEST_LOOK], entry.detail)
        for trace in TRACES:
            spot = (trace.name, entry.place, entry.key)
            detail = None if spot in done else trace.detail(looked)
            if detail is not None:
                done.add(spot)
                short = " ".join(detail.split())[:LONGEST_DETAIL]
                yield Seen(trace.name, trace.title, *spot[1:], short, trace.conclusive(looked))


def local_name(entry: Entry) -> str:
    """The key of an entry without prefix or path, in lower case: ``photoshop:Credit`` gives ``credit``."""
    return entry.key.replace("/", ":").rsplit(":", 1)[-1].strip(" \0").casefold()
