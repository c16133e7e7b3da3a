"""Fooocus: ``fooocus_scheme`` and JSON parameters with its version."""

import re

from zhengming.ground.words import Words
from zhengming.labels.format import Entry
from zhengming.labels.trace import Trace, local_name

_VERSION = re.compile(r"\bFooocus[ _v]*\d[\w.]*")


class Fooocus(Trace):
    name = "fooocus"
    title = Words("Fooocus 生成参数", "Fooocus metadata")
    examples = (
        Entry("PNG tEXt", "fooocus_scheme", "fooocus"),
        Entry("PNG tEXt", "parameters", '{"prompt": "a cat", "version": "Fooocus v2.5.5", "seed": "1"}'),
        Entry("EXIF", "Software", "Fooocus v2.5.5"),
    )
    others = (Entry("EXIF", "Software", "Hocus Focus 1.0"), Entry("XMP", "dc:title", "How to install Fooocus 2"))

    def detail(self, entry: Entry) -> str | None:
        key = local_name(entry)
        if key == "fooocus_scheme":
            return entry.value
        match = _VERSION.search(entry.value) if key in ("parameters", "usercomment", "comment", "software") else None
        return match[0] if match else None


TRACE = Fooocus()
