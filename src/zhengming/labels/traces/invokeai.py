"""InvokeAI: the texts ``invokeai_metadata``, ``invokeai_graph``; ``sd-metadata``, ``Dream`` of old versions."""

from zhengming.ground.words import Words
from zhengming.labels.format import Entry
from zhengming.labels.trace import Trace, local_name


class InvokeAI(Trace):
    name = "invokeai"
    title = Words("InvokeAI 生成参数", "InvokeAI metadata")
    examples = (
        Entry("PNG tEXt", "invokeai_metadata", '{"generation_mode": "txt2img", "positive_prompt": "a cat"}'),
        Entry("PNG tEXt", "sd-metadata", '{"model": "stable diffusion", "app_id": "invoke-ai/InvokeAI"}'),
        Entry("PNG tEXt", "Dream", '"a cat" -s 50 -S 42 -W 512 -H 512 -C 7.5 -A k_lms'),
    )
    others = (Entry("PNG tEXt", "Dream", "I had a dream last night"),)

    def detail(self, entry: Entry) -> str | None:
        key = local_name(entry)
        if key in ("invokeai_metadata", "invokeai_graph", "invokeai_workflow", "sd-metadata"):
            return key
        return entry.value if key == "dream" and " -s " in entry.value and " -S " in entry.value else None


TRACE = InvokeAI()
