"""Wording of an explicit label in a field that people read: title, description, comment, text content."""

from zhengming.ground.words import Words
from zhengming.labels.explicit.wording import is_wording
from zhengming.labels.format import Entry
from zhengming.labels.trace import Trace, local_name

_LONGEST = 400
_READ_BY_PEOPLE = {
    "title", "description", "imagedescription", "comment", "usercomment", "subject", "headline", "caption-abstract",
    "keywords", "©cmt", "©nam", "comm", "tit2", "copyright", "rights", "credit", "xpcomment", "xptitle",
}  # fmt: skip


class VisibleText(Trace):
    name = "visible-text"
    title = Words("说明文字写有 AI 生成", "a text for people says AI-generated")
    examples = (
        Entry("XMP", "dc:description", "内容由AI生成"),
        Entry("ID3", "COMM", "人工智能合成语音"),
        Entry("EXIF", "ImageDescription", "图片由ＡＩ生成，仅供参考"),
    )
    others = (
        Entry("XMP", "dc:description", "BAIDU 生成报告"),
        Entry("XMP", "dc:description", "人工智能课程的课堂照片"),
        Entry("XMP", "dc:creator", "AI生成"),
    )

    def detail(self, entry: Entry) -> str | None:
        if local_name(entry) not in _READ_BY_PEOPLE or len(entry.value) > _LONGEST:
            return None
        return entry.value if is_wording(entry.value) else None


TRACE = VisibleText()
