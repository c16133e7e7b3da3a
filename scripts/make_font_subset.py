"""Make the shipped label font from Debian's fonts-noto-cjk: the vocabulary of labels and ASCII, as TrueType.

    apt-get install fonts-noto-cjk && pip install fonttools && python scripts/make_font_subset.py

TrueType outlines, not the CFF ones of the source: PDF embeds them without a CID map, and reading an outline for
SVG takes a page of code. The font is under the SIL Open Font License 1.1, whose text is put beside it.
"""

import re
from pathlib import Path

from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

SOURCE = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
FAMILY = "Noto Sans CJK SC"
COPYRIGHT = Path("/usr/share/doc/fonts-noto-cjk/copyright")
DATA = Path(__file__).parent.parent / "src/zhengming/labels/explicit/data"
NAME = "NotoSansSC-labels"

VOCABULARY = """
人工智能生成合成由本内容此图片图像照片画面音频视频声文字文本文章文档文件页作品部分全部均经过使用模型技术
制作创作编辑修改辅助深度虚拟场景数字人脸换虚拟主播标识提示注意仅供参考请甄别谨慎核实真实非真人
可能疑似属于未见已为是的含有与及或和了该个中国第集标注说明服务提供者编号平台用户声明
，。、：；！？（）《》【】“”‘’—…·～
"""
ASCII = "".join(map(chr, range(0x20, 0x7F)))
#: Distance in font units (1/1000 em) that the quadratic outlines may stray from the cubic ones.
ERROR = 1.0


def main() -> None:
    source = next(font for font in TTCollection(SOURCE).fonts if font["name"].getDebugName(1) == FAMILY)
    notice = source["name"].getDebugName(0)
    _keep(source, sorted(set("".join(VOCABULARY.split())) | set(ASCII)))
    font = _truetype(source, notice)
    font.save(DATA / f"{NAME}.ttf")
    (DATA / f"{NAME}.LICENSE.txt").write_text(f"{notice}\n\n{_licence()}\n", encoding="utf-8")


def _keep(font: TTFont, characters: list[str]) -> None:
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, drop_tables=["GSUB", "GPOS"])
    tool = subset.Subsetter(options)
    tool.populate(text="".join(characters))
    tool.subset(font)


def _truetype(source: TTFont, notice: str) -> TTFont:
    glyphs, names = source.getGlyphSet(), source.getGlyphOrder()
    drawn = {}
    for name in names:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, ERROR, reverse_direction=True))
        drawn[name] = pen.glyph()
    builder = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(source.getBestCmap())
    builder.setupGlyf(drawn)
    builder.setupHorizontalMetrics(
        {name: (source["hmtx"][name][0], getattr(drawn[name], "xMin", 0)) for name in names}
    )
    builder.setupHorizontalHeader(ascent=source["hhea"].ascent, descent=source["hhea"].descent)
    builder.setupNameTable({"copyright": notice, "familyName": "Noto Sans SC Labels", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, sCapHeight=733)
    builder.setupPost(keepGlyphNames=False)
    builder.font.recalcTimestamp = False  # the same source gives the same bytes
    builder.updateHead(created=0, modified=0)
    return builder.font


def _licence() -> str:
    """The licence text as Debian's copyright file holds it, unindented."""
    stanza = re.search(r"SIL OPEN FONT LICENSE.*?OTHER DEALINGS IN THE FONT SOFTWARE\.", COPYRIGHT.read_text(), re.S)
    if stanza is None:
        raise SystemExit(f"no licence text in {COPYRIGHT}")
    return re.sub(r"^ (\.$)?", "", stanza.group(), flags=re.M)


if __name__ == "__main__":
    main()
