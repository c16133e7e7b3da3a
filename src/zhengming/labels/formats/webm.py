"""WebM, the subset of Matroska with DocType webm: the label in a SimpleTag named AIGC (TC260-PG-20257A)."""

from zhengming.labels.format import Medium, Place
from zhengming.labels.structures.matroska.matroska import Matroska


class WebM(Matroska):
    name = "webm"
    title = "WebM 视频"
    medium = Medium.VIDEO
    suffixes = (".webm",)
    media_type = "video/webm"
    place = Place("Segment/Tags/Tag/SimpleTag，TagName 为 AIGC", "TC260-PG-20257A", "H")
    document_type = "webm"


FORMAT = WebM()
