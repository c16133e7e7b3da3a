"""Reading the tables of this folder, which are TOML so that a lawyer can read and mend them."""

import tomllib
from importlib.resources import files
from typing import Any

from zhengming.ground.words import Words


def table(name: str) -> dict[str, Any]:
    """The table ``name`` of this folder."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def words(row: dict[str, Any]) -> Words:
    """The texts of a row that has ``zh`` and ``en``."""
    return Words(row["zh"], row["en"])
