"""IPTC Digital Source Type of AI media, in XMP or in a C2PA action (cv.iptc.org/newscodes/digitalsourcetype)."""

import re

from zhengming.ground.words import Words
from zhengming.labels.format import Entry
from zhengming.labels.trace import C2PA, Trace, local_name

#: The terms of the vocabulary that mean a trained model, or a composite with its output.
GENERATED = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia")
#: Algorithms or composites that may have nothing to do with a model.
UNSURE = ("algorithmicMedia", "compositeSynthetic", "algorithmicallyEnhanced")
_TERM = re.compile(r"(?:.*[/:])?(\w+)\s*")
_URI = "http://cv.iptc.org/newscodes/digitalsourcetype/"


class DigitalSourceType(Trace):
    name = "digital-source-type"
    title = Words("数字来源类型为 AI 生成", "digital source type of AI media")
    examples = (
        Entry("XMP", "Iptc4xmpExt:DigitalSourceType", _URI + "trainedAlgorithmicMedia"),
        Entry(C2PA, "digitalSourceType", _URI + "compositeWithTrainedAlgorithmicMedia"),
    )
    others = (
        Entry("XMP", "Iptc4xmpExt:DigitalSourceType", _URI + "digitalCapture"),
        Entry(C2PA, "digitalSourceType", "http://c2pa.org/digitalsourcetype/empty"),
    )

    def detail(self, entry: Entry) -> str | None:
        if local_name(entry) not in ("digitalsourcetype", "digitalsourcefiletype"):
            return None
        match = _TERM.fullmatch(entry.value.strip())
        return match[1] if match and match[1] in (*GENERATED, *UNSURE) else None

    def conclusive(self, entry: Entry) -> bool:
        return self.detail(entry) in GENERATED


TRACE = DigitalSourceType()
