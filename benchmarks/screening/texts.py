"""Ordinary Chinese text for benchmarks, from packages of Debian's documentation that lie unpacked in a folder.

    apt-get download manpages-zh fortunes-zh debian-reference-zh-cn libreoffice-help-zh-cn gimp-help-zh-cn \\
        debian-faq-zh-cn maint-guide-zh-cn debian-edu-doc-zh-cn
    for each in *.deb; do dpkg-deb -x $each unpacked; done
    python benchmarks/screening/texts.py unpacked texts
"""

import gzip
import html
import re
import sys
from collections.abc import Iterator
from pathlib import Path


def documents(folder: Path) -> Iterator[str]:
    """The words of every HTML file and Chinese manual page in ``folder`` that is in Chinese for the most part."""
    for path in sorted(folder.rglob("*")):
        words = _words(path)
        if len(re.findall("[\u4e00-\u9fff]", words)) > 0.15 * len(words) > 0:
            yield re.sub(r"\s*\n\s*", "\n", words)


def _words(path: Path) -> str:
    if path.suffix == ".html":
        page = re.sub(r"(?s)<(script|style).*?</\1>", "", path.read_text("utf-8", "ignore"))
        return html.unescape(re.sub("<[^>]+>", "", page))
    if path.suffix == ".gz" and "man/zh_CN" in str(path):
        page = gzip.decompress(path.read_bytes()).decode("utf-8", "ignore")
        return re.sub(r"(?m)^[.'].{0,3}\s?", "", page).replace("\\", "")
    return ""


def ordinary(folder: Path | None, size: int) -> tuple[str, str]:
    """``size`` characters of ordinary text and what they are: documents of ``folder``, or random characters."""
    if folder and folder.is_dir():
        text = "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.txt")))
        return text[:size], "Debian's Chinese documentation"
    import random

    chance = random.Random(7)
    return "".join(
        chance.choices("".join(map(chr, range(0x4E00, 0x5E00))) + "，。" * 300, k=size)
    ), "random characters"


if __name__ == "__main__":
    target = Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    (target / "documents.txt").write_text("\n".join(documents(Path(sys.argv[1]))), encoding="utf-8")
