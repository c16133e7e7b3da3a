"""Zhengming 正名: call synthetic content by its right name, and prove it.

    import zhengming
    zhengming.label("picture.png", producer="001191110102MACQD9K64010000", explicit=True)
    print(zhengming.examine("picture.png").verdict)

Reading the law as data: :mod:`zhengming.law`. Labels in files: :mod:`zhengming.labels`.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["examine", "label"]

if TYPE_CHECKING:
    from zhengming.labels.examination import examine
    from zhengming.labels.labelling import label


def __getattr__(name: str) -> Any:
    """Load the two journeys on first use, so that ``import zhengming`` costs nothing."""
    if name == "label":
        from zhengming.labels.labelling import label

        return label
    if name == "examine":
        from zhengming.labels.examination import examine

        return examine
    raise AttributeError(f"module 'zhengming' has no attribute {name!r}")
