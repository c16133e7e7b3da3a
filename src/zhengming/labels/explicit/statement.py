"""Sentences that are an explicit label already (显式标识), such as “本文由AI生成”, apart from prose about AI."""

import re

#: The longest line that is taken for a label.
LONGEST = 60
#: Brackets, marks of Markdown and blanks that people put around a label.
DRESS = " \t\r\n\ufeff>*_#`~|【】[]（）()「」《》—-－·:：。.!！"

_PATTERN = re.compile(
    r"(?:注|声明|提示|说明)?[：:]?(?:(?:本|以上|以下|该|此|上述|部分|全部)?"
    r"(?:文|内容|文本|文章|文字|回答|回复|文档|作品|页面|网页|故事|报告|场景)*)"
    r"(?:均|全部|部分|系|为|是|可能|疑似)*(?:由|使用|利用|通过|经)? ?"
    r"(?:人工智能|[AaＡａ][IiＩｉ])(?:技术|大模型|模型|工具|助手|辅助)* ?"
    r"(?:自动)?(?:生成|合成)(?:生成|合成)?的?(?:内容|文本|文章|文字|场景)?"
)
_AFTER = re.compile(r"[\s，,。.；;：:！!）)】\]」*_（(【<]")
#: The first characters that a label can have.
STARTS = frozenset("注声提说本以该此上部全文内回作页网故报场均系为是可疑由使利通经人AaＡａ")


def is_statement(line: str) -> bool:
    """Whether a line says that content is generated, and is not merely about generation."""
    line = line.strip(DRESS)
    match = _PATTERN.match(line)
    if not match or len(line) > LONGEST:
        return False
    return match.end() == len(line) or bool(_AFTER.match(line, match.end()))


def begins_with(text: str, label: str) -> bool | None:
    """Whether a text begins with a label, ``label`` itself or any other; None while more text could tell."""
    start = text.lstrip(DRESS)
    if len(text) - len(start) > LONGEST:
        return False
    # Never looks further than this, so that the answer does not depend on how much has come.
    start = start[: LONGEST + 1]
    if not start:
        return None
    if start[0] not in STARTS and start[0] != label[:1]:
        return False
    match = _PATTERN.match(start)
    ends = [len(label)] if start.startswith(label) else []
    ends += [match.end()] if match else []
    if any(_AFTER.match(start, end) for end in ends):
        return True
    over = len(start) > LONGEST or "\n" in start or "\r" in start
    return False if over else None


def is_label_text(text: str, label: str) -> bool:
    """Whether a whole text is a label: ``label`` itself or any other."""
    line = text.replace("\\", "").strip(DRESS)  # Markdown writes a backslash before its own signs
    return line == label.strip(DRESS) or is_statement(line)
