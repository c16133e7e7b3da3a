"""``zhengming formats``: which files can be labelled, where the label stands in each, and on what ground."""

from argparse import ArgumentParser, Namespace

from zhengming.cli.command import DONE, Command
from zhengming.cli.screen import Screen
from zhengming.ground.words import Words
from zhengming.labels.explicit.labeller import LABELLERS
from zhengming.labels.format import FORMATS, Format, Medium

CONFIDENCE = {
    "H": Words("确定", "high"),
    "M": Words("较确定", "medium"),
    "L": Words("不确定", "low"),
    "own": Words("本软件的选择", "our choice"),
}


class Formats(Command):
    name = "formats"
    summary = Words(
        "列出支持的文件格式、标识写入位置及其依据", "list the file formats, where the label stands, and why"
    )
    examples = ("zhengming formats", "zhengming formats --medium image", "zhengming formats --json")

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--medium", choices=list(Medium), help="只列一种媒介")

    def run(self, options: Namespace, screen: Screen) -> int:
        rows = [_row(format_) for format_ in FORMATS if options.medium in (None, format_.medium)]
        if screen.as_json:
            screen.json(rows)
            return DONE
        titles = [("格式", "format"), ("扩展名", "suffixes"), ("元数据标识位置", "place of the metadata label")]
        titles += [("依据", "source"), ("把握", "confidence"), ("显式标识", "explicit")]
        screen.table([screen.text(*title) for title in titles], [_cells(row, screen) for row in rows])
        return DONE


def _row(format_: Format) -> dict[str, object]:
    explicit = [labeller.name for labeller in LABELLERS if format_.name in labeller.formats]
    return {
        "name": format_.name,
        "title": format_.title,
        "medium": str(format_.medium),
        "suffixes": list(format_.suffixes),
        "media_type": format_.media_type,
        "place": format_.place.name,
        "source": format_.place.source,
        "confidence": format_.place.confidence,
        "explicit": explicit[0] if explicit else None,
    }


def _cells(row: dict[str, object], screen: Screen) -> list[str]:
    suffixes = row["suffixes"]
    assert isinstance(suffixes, list)
    confidence = CONFIDENCE[str(row["confidence"])].in_(screen.language)
    explicit = screen.text("有", "yes") if row["explicit"] else screen.text("无", "no")
    return [str(row["title"]), " ".join(suffixes), str(row["place"]), str(row["source"]), confidence, explicit]


COMMAND = Formats()
