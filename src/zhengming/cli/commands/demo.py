"""``zhengming demo``: the journey on files it makes itself: pictures, sound, text, a page, and every format."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from zhengming.cli import procedural
from zhengming.cli.command import DONE, SOME_FAILED, Command
from zhengming.cli.screen import Screen
from zhengming.ground.errors import Unavailable, ZhengmingError
from zhengming.ground.words import Words
from zhengming.labels.examination import examine
from zhengming.labels.format import FORMATS
from zhengming.labels.labelling import Labelled, label

#: A code made for the demonstration: valid in form, and nobody's (its organisation code is all zeros).
PRODUCER = "001191000000000000000K10000"


Rows = list[dict[str, object]]


class Demo(Command):
    name = "demo"
    summary = Words("自造一批文件，添加标识并检验给您看", "make some files, label and examine them before your eyes")
    examples = ("zhengming demo", "zhengming demo --out 演示/")

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--out", type=Path, metavar="文件夹", default=Path("out/demo"), help="放文件的文件夹，默认 out/demo"
        )

    def run(self, options: Namespace, screen: Screen) -> int:
        screen.say(
            f"在 {options.out} 中造文件、添加标识、检验（示例编码，不属于任何单位）：",
            f"making files in {options.out}, labelling and examining them (the provider code is nobody's):",
        )
        works = list(_works(options.out, screen))
        formats = list(_every_format(options.out / "every-format", screen))
        if screen.as_json:
            screen.json([*works, *formats])
        else:
            _show(options.out, works, formats, screen)
            _next_steps(options.out, screen)
        return DONE if all(row["ok"] for row in [*works, *formats]) else SOME_FAILED


COMMAND = Demo()


def _works(folder: Path, screen: Screen) -> Iterator[dict[str, object]]:
    works = procedural.make(folder)
    with screen.bar(screen.text("作品", "works"), len(works)) as bar:
        for path in works:
            yield _labelled_and_examined(path, explicit=True)
            bar.step()


def _every_format(folder: Path, screen: Screen) -> Iterator[dict[str, object]]:
    folder.mkdir(parents=True, exist_ok=True)
    with screen.bar(screen.text("每种格式", "every format"), len(FORMATS)) as bar:
        for format_ in FORMATS:
            path = folder / f"smallest{format_.suffixes[0]}"
            path.write_bytes(format_.example())
            yield _labelled_and_examined(path, explicit=False)
            bar.step()


def _labelled_and_examined(path: Path, explicit: bool) -> dict[str, object]:
    """Label one file and examine it again; an error is shown in its row and stops nothing."""
    row: dict[str, object] = {"path": str(path), "shown": "", "verdict": "", "ok": False, "error": None}
    try:
        done = _label(path, explicit)
        verdict = examine(path).verdict
    except ZhengmingError as error:
        return row | {"error": error.json()}
    shown = f"{done.shown.text} {done.shown.where}" if done.shown else ""
    return row | {"shown": shown, "verdict": str(verdict), "ok": verdict == "属于", "number": done.label.produce_id}


def _label(path: Path, explicit: bool) -> Labelled:
    try:
        return label(path, PRODUCER, explicit=explicit)
    except Unavailable:  # an extra is not installed: the metadata label still is written
        return label(path, PRODUCER)


def _show(folder: Path, works: Rows, formats: Rows, screen: Screen) -> None:
    """A table of the works; of the formats only the count and what failed."""
    titles = (("文件", "file"), ("显式标识", "explicit label"), ("检验结论", "verdict"))
    rows = [*works, *(row for row in formats if not row["ok"])]
    screen.table([screen.text(*title) for title in titles], [_cells(folder, row, screen) for row in rows])
    good = sum(bool(row["ok"]) for row in formats)
    screen.say(
        f"另有 {len(formats)} 种格式的最小文件，在 {folder / 'every-format'}：{good} 个已标识、回读、检验为“属于”",
        f"and the smallest file of {len(formats)} formats in {folder / 'every-format'}: "
        f"{good} labelled, read back and examined",
    )


def _cells(folder: Path, row: dict[str, object], screen: Screen) -> list[str]:
    name, error = str(Path(str(row["path"])).relative_to(folder)), row["error"]
    if isinstance(error, dict):
        return [name, "", screen.text("失败：", "failed: ") + str(error["message"])]
    return [name, str(row["shown"]), str(row["verdict"])]


def _next_steps(folder: Path, screen: Screen) -> None:
    screen.say(
        f"打开看看：{folder / 'picture.png'}\n"
        f"检验任何文件：.venv/bin/zhengming examine {folder}\n"
        "标识自己的文件：.venv/bin/zhengming label 文件 --producer 您的27位编码 --explicit\n"
        "由统一社会信用代码得出编码：.venv/bin/zhengming code --help",
        f"look at it: {folder / 'picture.png'}\n"
        f"examine any file: .venv/bin/zhengming examine {folder}\n"
        "label your own: .venv/bin/zhengming label FILE --producer YOUR_CODE --explicit\n"
        "make the code from your USCC: .venv/bin/zhengming code --help",
    )
