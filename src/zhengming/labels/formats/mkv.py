"""Matroska (RFC 9559): the label in a SimpleTag named AIGC (TC260-PG-20257A)."""

from zhengming.labels.format import Medium, Place
from zhengming.labels.structures.matroska.matroska import Matroska


class Mkv(Matroska):
    name = "mkv"
    title = "Matroska 视频"
    medium = Medium.VIDEO
    suffixes = (".mkv", ".mka", ".mks", ".mk3d")
    media_type = "video/x-matroska"
    place = Place("Segment/Tags/Tag/SimpleTag，TagName 为 AIGC", "TC260-PG-20257A", "H")
    document_type = "matroska"


FORMAT = Mkv()
