"""The explicit label (显式标识) of texts in an answer: Art. 17(1), once for each choice, in streams and without."""

from collections.abc import Iterable
from dataclasses import dataclass

from zhengming.labels.explicit.labeller import Position
from zhengming.labels.explicit.stream import StreamLabeller
from zhengming.labels.explicit.wording import DEFAULT
from zhengming.synthesis.parts import Part, Path


@dataclass(frozen=True)
class TextLabel:
    """How a service labels its texts: the wording, where it stands, what parts it from the text."""

    text: str = DEFAULT
    position: Position = "start"
    between: str = "\n\n"

    def labeller(self) -> StreamLabeller:
        """A labeller for one more text. Raises WrongInput where the wording lacks an element."""
        return StreamLabeller(self.text, self.position, self.between)

    def changes(self, parts: Iterable[Part]) -> dict[Path, str]:
        """What the answers among ``parts`` become, by path: each choice labelled once."""
        choices: dict[tuple[int, ...], list[Part]] = {}
        for part in parts:
            if part.use == "answer":
                choices.setdefault(part.choice, []).append(part)
        changes: dict[Path, str] = {}
        for answers in choices.values():
            labeller = self.labeller()
            for part in answers:
                changes[part.path] = labeller.feed(part.value)
            changes[answers[-1].path] += labeller.close()
        return changes
