"""The name of a generator where files tell what made them: Software, Make, CreatorTool, encoder, C2PA agents."""

import re

from zhengming.ground.words import Words
from zhengming.labels.format import Entry
from zhengming.labels.trace import C2PA, Trace, local_name

#: Products that do nothing but generate, by the names they write. A suite with an AI function is not here.
_GENERATORS = re.compile(
    r"\b(?:DALL[·\-. ]?E|ChatGPT|OpenAI[- ]API|GPT-4o|gpt-image|Sora|Adobe[ _]Firefly|Midjourney|Stable ?Diffusion|"
    r"Google Imagen|Google Generative AI|Google AI|Bing Image Creator|Microsoft Designer Image Creator|"
    r"Leonardo\.?AI|Ideogram|Suno(?: AI)?|Udio|ElevenLabs|Runway(?:ML)?|Pika Labs|Kling(?:AI)?|Hailuo|Vidu|"
    r"Dreamina|Seedream|Seedance)\b"
    r"|即梦|可灵|通义万相|文心一格",
    re.IGNORECASE,
)
#: Where such a name means the maker and is no mere subject or title.
_MAKERS = {
    "software", "creatortool", "make", "processingsoftware", "encoder", "encoded_by", "encodedby", "tool",
    "claim_generator", "softwareagent", "issuer", "credit", "generator", "©too", "tsse", "tenc",
}  # fmt: skip


class GeneratorName(Trace):
    name = "generator-name"
    title = Words("生成工具名称", "name of a generator")
    examples = (
        Entry("EXIF", "Software", "Midjourney 6"),
        Entry(C2PA, "softwareAgent", "DALL·E"),
        Entry(C2PA, "claim_generator", "ChatGPT"),
        Entry(C2PA, "softwareAgent", "Adobe Firefly"),
        Entry("XMP", "photoshop:Credit", "Made with Google AI"),
        Entry("ID3", "TENC", "Suno AI"),
    )
    others = (
        Entry("EXIF", "Software", "Adobe Photoshop 26.0"),
        Entry("EXIF", "Make", "Panasonic"),
        Entry("XMP", "dc:title", "Midjourney, a review"),
        Entry("EXIF", "Artist", "Sora Tanaka"),
        Entry(C2PA, "claim_generator", "make_test_images/0.33.1 c2pa-rs/0.33.1"),
    )

    def detail(self, entry: Entry) -> str | None:
        if local_name(entry) not in _MAKERS:
            return None
        match = _GENERATORS.search(entry.value)
        return match[0] if match else None


TRACE = GeneratorName()
