"""A text for people in the two languages of the product."""

from typing import Literal, NamedTuple

Language = Literal["zh", "en"]


class Words(NamedTuple):
    """One text, Chinese first and English second."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        """The text in ``language``."""
        return self.en if language == "en" else self.zh

    def fill(self, **values: object) -> "Words":
        """Both texts with ``{name}`` replaced by ``values``."""
        return Words(self.zh.format(**values), self.en.format(**values))
