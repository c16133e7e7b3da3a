"""A metadata label as a YAML mapping, block or flow: every scalar stays the string that is written.

So ``001191320114777023172010000`` keeps its zeros and ``142569260085903360`` its last digit.
"""

import re

from zhengming.labels.metadata_label import KEYS

LONGEST_YAML = 64 * 1024
#: Levels and members of a mapping that are looked at.
DEEPEST = 5
MOST_MEMBERS = 64
#: What opens a level in YAML. A label has a handful; a parser recurses into each.
_NESTS = re.compile(r"[\[{]|[-?] ")
MOST_NESTS = 128

_KEY_NAMES = "|".join(KEYS)
_YAML = re.compile(
    rf"""^[ \t]*["']?(?:AIGC["']?[ \t]*:|(?:{_KEY_NAMES})["']?[ \t]*:\s)""", re.IGNORECASE | re.MULTILINE
)


def yaml_members(text: str) -> object | None:
    """The mapping in ``text`` as a list of pairs, or None where it is no YAML that could be a label."""
    if len(text) > LONGEST_YAML or not (text.startswith("{") or _YAML.search(text)):
        return None
    if len(_NESTS.findall(text)) > MOST_NESTS:
        return None
    return _value(re.sub(r"\A---\s*\n|\n---\s*\Z", "", text))


def _value(text: str) -> object | None:
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        return _of_node(yaml.compose(text, Loader=loader), DEEPEST)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None


def _of_node(node: object, deep: int) -> object | None:
    """A YAML node as strings and member lists; what lies deeper than a label ever does becomes None."""
    kind, value = getattr(node, "id", ""), getattr(node, "value", None)
    if kind == "scalar":
        plain_style = getattr(node, "style", None) is None
        return None if plain_style and value in ("null", "~") else value
    if kind == "mapping" and deep and isinstance(value, list):
        return [(str(key.value), _of_node(item, deep - 1)) for key, item in value[:MOST_MEMBERS]]
    return None
