"""Draw Things: the creator tool ``Draw Things`` and its settings as JSON."""

from zhengming.ground.words import Words
from zhengming.labels.format import Entry
from zhengming.labels.trace import Trace, local_name


class DrawThings(Trace):
    name = "draw-things"
    title = Words("Draw Things 生成参数", "Draw Things metadata")
    examples = (
        Entry("XMP", "xmp:CreatorTool", "Draw Things"),
        Entry(
            "XMP",
            "exif:UserComment",
            '{"c":"a cat","model":"sd_v1.5_f16.ckpt","sampler":"DPM++","scale":7.5,"seed":1}',
        ),
    )
    others = (
        Entry("XMP", "dc:description", "How to draw things"),
        Entry("XMP", "exif:UserComment", '{"model":"X100"}'),
    )

    def detail(self, entry: Entry) -> str | None:
        key, value = local_name(entry), entry.value
        if key in ("creatortool", "software") and value.startswith("Draw Things"):
            return value
        settings = all(f'"{name}":' in value for name in ("c", "model", "sampler", "scale", "seed"))
        return "c, model, sampler, scale, seed" if key == "usercomment" and settings else None


TRACE = DrawThings()
