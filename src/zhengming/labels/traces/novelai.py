"""NovelAI: Software ``NovelAI`` with the prompt in Description and the settings as JSON in Comment."""

from zhengming.ground.words import Words
from zhengming.labels.format import Entry
from zhengming.labels.trace import Trace, local_name


class NovelAI(Trace):
    name = "novelai"
    title = Words("NovelAI 生成参数", "NovelAI metadata")
    examples = (
        Entry("PNG tEXt", "Software", "NovelAI"),
        Entry("PNG tEXt", "Source", "NovelAI Diffusion V4 37442FCA"),
        Entry("PNG tEXt", "Comment", '{"prompt": "1girl", "steps": 28, "uc": "lowres", "sampler": "k_euler"}'),
    )
    others = (Entry("PNG tEXt", "Comment", '{"prompt": "C:>", "os": "DOS"}'), Entry("XMP", "dc:source", "a novel"))

    def detail(self, entry: Entry) -> str | None:
        key, value = local_name(entry), entry.value
        if key in ("software", "source", "title") and value.startswith("NovelAI"):
            return value
        settings = value.startswith("{") and all(
            f'"{name}"' in value for name in ("prompt", "sampler", "steps", "uc")
        )
        return "prompt, sampler, steps, uc" if key == "comment" and settings else None


TRACE = NovelAI()
