"""What puts an explicit label on a medium: the contract of the shelf :mod:`zhengming.labels.explicit.media`."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, ClassVar, Literal

from zhengming.ground.errors import Unavailable, WrongInput
from zhengming.ground.shelf import Shelf
from zhengming.labels.edit import Progress
from zhengming.labels.explicit.wording import DEFAULT, checked_wording

Corner = Literal["bottom-right", "bottom-left", "top-right", "top-left"]
Position = Literal["start", "end", "both"]

#: GB 45438-2025 §5.2 and §5.4: text height is at least this share of the shortest side. [H]
LEAST_HEIGHT = 0.05
#: GB 45438-2025 §5.4: shown at least this long from the first frame, at normal speed. [H]
LEAST_SECONDS = 2.0


@dataclass(frozen=True)
class Wish:
    """What explicit label is wanted. Every medium takes from it what concerns it.

    ``corner``: where on a picture or page; None lets the labeller choose the calmest one, so that the subject
    stays free. ``position``: where in a text or a sound. ``height``: text height as a share of the shortest
    side. ``seconds``: how long a video shows it from the first frame; None for throughout.
    ``sound``: a spoken prompt, or the rhythm 短长 短短.
    """

    text: str = DEFAULT
    corner: Corner | None = None
    position: Position = "start"
    height: float = LEAST_HEIGHT
    seconds: float | None = None
    sound: Literal["voice", "rhythm"] = "voice"

    def checked(self) -> "Wish":
        """This wish, when it meets GB 45438. Raises WrongInput that says what does not."""
        checked_wording(self.text)
        if not LEAST_HEIGHT <= self.height <= 0.5:
            raise WrongInput(
                f"文字高度须为最短边的 5% 至 50%，得到 {self.height:.1%}",
                f"text height is 5 % to 50 % of the shortest side, got {self.height:.1%}",
            )
        if self.seconds is not None and self.seconds < LEAST_SECONDS:
            raise WrongInput(
                f"视频标识至少显示 2 秒，得到 {self.seconds} 秒",
                f"a video shows its label for at least 2 seconds, got {self.seconds}",
            )
        return self


@dataclass(frozen=True)
class Shown:
    """What was put where: ``text`` as shown or spoken, ``where`` in words for a record, ``facts`` as measured.

    Facts by medium: ``box`` (left, top, right, bottom in pixels), ``contrast`` (WCAG ratio), ``height`` (pixels),
    ``seconds``, ``characters_per_minute``, ``pages``.
    """

    text: str
    where: str
    facts: dict[str, object] = field(default_factory=dict)


class Labeller(ABC):
    """One medium's way of showing an explicit label. Instances have no state."""

    name: ClassVar[str]
    title: ClassVar[str]
    formats: ClassVar[tuple[str, ...]]  # names on the shelf of formats

    @abstractmethod
    def put(
        self, source: BinaryIO, sink: BinaryIO, wish: Wish, format_name: str, progress: Progress | None = None
    ) -> Shown:
        """Write ``source`` to ``sink``, in the same format, with the explicit label of ``wish`` in it.

        Both are seekable binary files. Metadata other than labels is kept where the encoder allows. Raises
        BadFile, Refused, or Unavailable when a library the medium needs is not installed, naming the extra.
        """

    @abstractmethod
    def seen(self, file: BinaryIO, format_name: str) -> Iterator[str]:
        """Texts in the content that read as an explicit label, where that needs no heavy model."""


LABELLERS: Shelf[Labeller] = Shelf("zhengming.labels.explicit.media", "LABELLER")


def labeller_for(format_name: str) -> Labeller:
    """The labeller that serves a format. Raises Unavailable when none does."""
    for labeller in LABELLERS:
        if format_name in labeller.formats:
            return labeller
    raise Unavailable(
        f"{format_name} 文件还不能添加显式标识；可先只写隐式标识（不给 --explicit），"
        "显式标识须在呈现它的界面上另行添加",
        f"no explicit label can be put into {format_name} files yet; label without --explicit, and put the explicit "
        "label on the interface that shows the file",
    )
