"""Content numbers (内容制作编号, 内容传播编号)."""

from uuid import uuid4


def content_number() -> str:
    """A fresh number for one piece of content: 32 hex digits of a random UUID, unique without a registry."""
    return uuid4().hex
