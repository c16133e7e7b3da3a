"""Midjourney: the prompt with ``Job ID: <uuid>`` as description."""

import re

from zhengming.ground.words import Words
from zhengming.labels.format import Entry
from zhengming.labels.trace import Trace, local_name

_JOB = re.compile(r"\bJob ID: ?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


class Midjourney(Trace):
    name = "midjourney"
    title = Words("Midjourney 生成信息", "Midjourney job")
    examples = (
        Entry("PNG tEXt", "Description", "a cat --v 6.0 Job ID: 4dfb2e5c-9d5a-4f5e-8a11-2a6bd1d7c0de"),
        Entry("XMP", "dc:description", "a cat --ar 3:2 Job ID: 4dfb2e5c-9d5a-4f5e-8a11-2a6bd1d7c0de"),
    )
    others = (Entry("XMP", "dc:description", "Print order, Job ID: 20391"),)

    def detail(self, entry: Entry) -> str | None:
        if local_name(entry) not in ("description", "imagedescription", "caption-abstract", "usercomment"):
            return None
        match = _JOB.search(entry.value)
        return match[0] if match else None


TRACE = Midjourney()
