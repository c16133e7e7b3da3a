"""ComfyUI: the texts ``prompt`` and ``workflow``, graphs of nodes in JSON."""

import re

from zhengming.ground.words import Words
from zhengming.labels.format import Entry
from zhengming.labels.trace import Trace, local_name

_PROMPT = re.compile(r'"class_type"\s*:\s*"([^"]{1,80})"')
_WORKFLOW = re.compile(r'"(?:last_node_id|last_link_id)"\s*:\s*\d')


class ComfyUI(Trace):
    name = "comfyui"
    title = Words("ComfyUI 工作流", "ComfyUI workflow")
    examples = (
        Entry("PNG tEXt", "prompt", '{"3": {"inputs": {"seed": 5, "steps": 20}, "class_type": "KSampler"}}'),
        Entry("PNG tEXt", "workflow", '{"last_node_id": 9, "last_link_id": 9, "nodes": []}'),
        Entry("MP4 mdta", "comment", '{"prompt": "{\\"3\\": {\\"class_type\\": \\"KSampler\\", \\"inputs\\": {}}}"}'),
        Entry("EXIF", "Make", 'workflow:{"last_node_id": 9, "nodes": []}'),
    )
    others = (
        Entry("PNG tEXt", "prompt", "Please enter your name"),
        Entry("PNG tEXt", "workflow", '{"steps": ["scan", "crop", "archive"]}'),
    )

    def detail(self, entry: Entry) -> str | None:
        if local_name(entry) not in _KEYS and not entry.value.startswith(("workflow:", "prompt:")):
            return None
        text = entry.value.replace('\\"', '"')
        nodes = dict.fromkeys(_PROMPT.findall(text))
        if nodes and '"inputs"' in text:
            return ", ".join(nodes)
        match = _WORKFLOW.search(text)
        return "workflow" if match else None


_KEYS = ("prompt", "workflow", "comment", "usercomment", "imagedescription", "description")
TRACE = ComfyUI()
