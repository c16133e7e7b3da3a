"""``zhengming examine``: read every label and trace of files (检验), Art. 18; Labelling Measures Art. 6."""

from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from zhengming.cli import batch, examination_page
from zhengming.cli.batch import Source
from zhengming.cli.command import DONE, SOME_FAILED, Command
from zhengming.cli.examination_page import NAMES, findings
from zhengming.cli.screen import Screen
from zhengming.ground.errors import WrongInput
from zhengming.ground.system_errors import cannot_read
from zhengming.ground.words import Words
from zhengming.labels.edit import Progress
from zhengming.labels.examination import Examination, Terms, examine
from zhengming.labels.verdict import BadSeal

if TYPE_CHECKING:
    from zhengming.labels.seal.verification_keys import Anchors

#: Up to so many files each gets a page of its own; more become one table.
MOST_PAGES = 4


class Examine(Command):
    name = "examine"
    summary = Words(
        "检验文件：读出一切标识和痕迹，得出结论", "examine files: read every label and trace, and conclude"
    )
    examples = (
        "zhengming examine 图.png",
        "zhengming examine 收件/ --recursive --json",
        "zhengming examine 上传.mp4 --declared",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="路径", help="文件、文件夹或通配符")
        parser.add_argument("--recursive", action=BooleanOptionalAction, default=False, help="连同子文件夹")
        parser.add_argument(
            "--declared", action=BooleanOptionalAction, default=False, help="使用者声明为生成合成内容"
        )
        parser.add_argument(
            "--bad-seal", choices=list(BadSeal), default=BadSeal.SUSPECTED,
            help="签名无效的标识：按疑似（suspected，默认）或按标识原文（as-labelled）；规则未定，由运营者选择",
        )  # fmt: skip
        parser.add_argument("--anchors", type=Path, metavar="文件", help="信任的公钥或证书（PEM），用于核验加封")
        parser.add_argument("--c2pa-anchors", type=Path, metavar="文件", help="信任的 C2PA 根证书（PEM）")
        parser.add_argument("--jobs", type=int, metavar="数", help="同时处理的进程数；文件多时默认用全部核心")

    def run(self, options: Namespace, screen: Screen) -> int:
        terms = _terms(options)
        sources = batch.gather(options.paths, options.recursive)
        title = screen.text("检验", "examining")
        results = batch.run(partial(examined, terms=terms), sources, options.jobs, screen, title)
        if screen.as_json:
            screen.json([result.json() for result in results])
        elif len(results) <= MOST_PAGES:
            for result in results:
                for words in examination_page.lines(result):
                    screen.line(words.in_(screen.language))
                screen.line()
        else:
            _table(results, screen)
        return SOME_FAILED if any(result.error for result in results) else DONE


COMMAND = Examine()


def _terms(options: Namespace) -> Terms:
    if options.jobs is not None and options.jobs < 1:
        raise WrongInput("--jobs 至少为 1", "--jobs is at least 1")
    c2pa = _text(options.c2pa_anchors) if options.c2pa_anchors else ""
    return Terms(options.declared, BadSeal(options.bad_seal), _anchors(options.anchors), c2pa)


def _anchors(path: Path | None) -> "Anchors | None":
    """Public keys and certificates of a PEM file, as whom to believe."""
    if path is None:
        return None
    from zhengming.labels.seal.key_files import read_anchors

    return read_anchors([path])


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise cannot_read(path, error) from None


def examined(source: Source, progress: Progress | None, terms: Terms) -> Examination:  # noqa: ARG001 - quick
    """The examination of one file."""
    try:
        return examine(source.path, terms)
    except Exception as error:  # a fault of ours or of a library: one file never stops the others
        return Examination(str(source.path), error=batch.unforeseen(error))


def _table(results: Sequence[Examination], screen: Screen) -> None:
    titles = (("文件", "file"), ("结论", "verdict"), ("提供者", "provider"), ("编号", "number"), ("须留意", "note"))
    screen.table([screen.text(*title) for title in titles], [_cells(result, screen) for result in results])
    counts = [(name, sum(result.verdict is verdict for result in results)) for verdict, name in NAMES.items()]
    zh = "，".join(f"{name.zh} {count}" for name, count in counts)
    en = ", ".join(f"{count} {name.en}" for name, count in counts)
    screen.say(f"共 {len(results)} 个文件：{zh}", f"{len(results)} files: {en}")


def _cells(result: Examination, screen: Screen) -> list[str]:
    fields = result.labels[0].fields if result.labels else {}
    provider = fields.get("ContentProducer") or fields.get("ContentPropagator", "")
    number = fields.get("ProduceID") or fields.get("PropagateID", "")
    notes = [finding.words.in_(screen.language) for finding in findings(result) if finding.severity == "error"]
    if result.error:
        notes.insert(0, result.error.words.in_(screen.language))
    verdict, note = NAMES[result.verdict].in_(screen.language), screen.text("；", "; ").join(dict.fromkeys(notes))
    return [str(result.path), verdict, provider, number, note]
