"""Stable Diffusion WebUI and its kin (Forge, SD.Next): the text ``parameters`` with prompt and settings."""

import re

from zhengming.ground.words import Words
from zhengming.labels.format import Entry
from zhengming.labels.trace import Trace, local_name

#: The settings are on one line; the sampler or the seed stand early in it.
_SETTINGS = re.compile(r"\bSteps: \d{1,4}, [^\n]{0,200}?\b(?:Sampler|CFG scale|Schedule type|Seed): ")
_PARAMETERS = (
    "a cat on a roof, best quality\nNegative prompt: blurry\n"
    "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 12345, Size: 512x512, Model hash: 6ce0161689"
)


class StableDiffusionWebUI(Trace):
    name = "stable-diffusion-webui"
    title = Words("Stable Diffusion WebUI 生成参数", "Stable Diffusion WebUI parameters")
    examples = (Entry("PNG tEXt", "parameters", _PARAMETERS), Entry("EXIF", "UserComment", _PARAMETERS))
    others = (
        Entry("PNG tEXt", "parameters", "exposure=1/200; iso=100"),
        Entry("PNG tEXt", "Comment", "Steps: 3, then turn left at the church"),
    )

    def detail(self, entry: Entry) -> str | None:
        if local_name(entry) not in ("parameters", "usercomment", "comment", "description", "imagedescription"):
            return None
        match = _SETTINGS.search(entry.value)
        return entry.value[match.start() :] if match else None


TRACE = StableDiffusionWebUI()
