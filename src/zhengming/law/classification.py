"""Art. 2, 17 and 23: which technology (深度合成技术) a service applies, and into which class it falls."""

from dataclasses import dataclass

from zhengming.ground.errors import WrongInput
from zhengming.ground.words import Words
from zhengming.law.tables import table, words


@dataclass(frozen=True)
class ServiceClass:
    """A class of Art. 17: "1" to "5" are marked where the public may be misled, "other" on request."""

    code: str
    words: Words

    @property
    def must_be_marked(self) -> bool:
        """Whether Art. 17.1 applies (显著标识), rather than 17.2 (提供显著标识功能)."""
        return self.code != "other"


@dataclass(frozen=True)
class Technology:
    """A technology of Art. 23. ``usual_class`` is our reading, for an operator to start from and to change."""

    code: str
    words: Words
    media: tuple[str, ...]
    usual_class: ServiceClass


_TABLE = table("classification")
SERVICE_CLASSES = {row["code"]: ServiceClass(row["code"], words(row)) for row in _TABLE["service_class"]}
TECHNOLOGIES = {
    row["code"]: Technology(row["code"], words(row), tuple(row["media"]), SERVICE_CLASSES[row["usual_class"]])
    for row in _TABLE["technology"]
}


def technology(code: str) -> Technology:
    """The technology ``code``. A service that applies none of the six is not a deep-synthesis service (Art. 2)."""
    try:
        return TECHNOLOGIES[code]
    except KeyError:
        known = ", ".join(TECHNOLOGIES)
        raise WrongInput(
            f"没有技术类别“{code}”；有：{known}", f"no technology {code!r}; there are: {known}"
        ) from None
