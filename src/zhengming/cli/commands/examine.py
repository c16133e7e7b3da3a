"""``zhengming examine``: read every label and trace of files (检验), Art. 18; Labelling Measures Art. 6."""

from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from zhengming.cli import batch
from zhengming.cli.batch import Source
from zhengming.cli.command import DONE, SOME_FAILED, Command
from zhengming.cli.screen import Screen
from zhengming.ground.errors import WrongInput
from zhengming.ground.system_errors import cannot_read
from zhengming.ground.words import Words
from zhengming.labels.edit import Progress
from zhengming.labels.examination import Examination, Terms, examine
from zhengming.labels.findings import Finding
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
                _page(result, screen)
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
    return examine(source.path, terms)


def _table(results: Sequence[Examination], screen: Screen) -> None:
    titles = (("文件", "file"), ("结论", "verdict"), ("提供者", "provider"), ("编号", "number"), ("须留意", "note"))
    screen.table([screen.text(*title) for title in titles], [_cells(result, screen) for result in results])
    counts = {verdict: sum(result.verdict is verdict for result in results) for verdict in type(results[0].verdict)}
    shown = "，".join(f"{verdict} {count}" for verdict, count in counts.items())
    screen.say(f"共 {len(results)} 个文件：{shown}", f"{len(results)} files: {shown}")


def _cells(result: Examination, screen: Screen) -> list[str]:
    fields = result.labels[0].fields if result.labels else {}
    provider = fields.get("ContentProducer") or fields.get("ContentPropagator", "")
    number = fields.get("ProduceID") or fields.get("PropagateID", "")
    notes = [finding.words.in_(screen.language) for finding in _findings(result) if finding.severity == "error"]
    if result.error:
        notes.insert(0, result.error.words.in_(screen.language))
    return [str(result.path), result.verdict, provider, number, "；".join(dict.fromkeys(notes))]


def _findings(result: Examination) -> Iterator[Finding]:
    yield from result.findings
    for reading in result.labels:
        yield from reading.findings
    for sealed in result.seals:
        yield from sealed.reading.findings


def _page(result: Examination, screen: Screen) -> None:
    """One file on a page of its own: the verdict first, then what it rests on, then what to do."""
    kind = result.format.title if result.format else screen.text("格式不明", "unknown format")
    screen.line(f"{result.path}（{kind}）")
    screen.line(f"  {screen.text('结论', 'verdict')}：{result.verdict}")
    for line in _lines(result, screen):
        screen.line(f"  {line}")
    screen.line()


def _lines(result: Examination, screen: Screen) -> Iterator[str]:
    text = screen.text
    if result.error:
        yield f"{text('读取中断', 'reading broke off')}：{result.error.words.in_(screen.language)}"
    for reading in result.labels:
        yield f"{text('元数据标识', 'metadata label')}（{reading.entry.place} {reading.entry.key}）"
        yield from (f"  {key} = {value}" for key, value in reading.fields.items() if value)
    for sealed in result.seals:
        yield f"{text('加封', 'seal')}（{sealed.key}）：{SEALS[sealed.reading.verdict].in_(screen.language)}"
    if result.c2pa:
        state = C2PA_STATES[result.c2pa.state].in_(screen.language)
        yield f"C2PA：{state}；{result.c2pa.claim_generator}；{result.c2pa.issuer}"
    for trace in result.traces:
        title = trace.title.in_(screen.language)
        yield f"{text('痕迹', 'trace')}：{title}（{trace.place} {trace.key}）{trace.detail}"
    for shown in result.explicit:
        yield f"{text('显式标识', 'explicit label')}：{shown}"
    for finding in _findings(result):
        detail = f"：{finding.detail}" if finding.detail else ""
        yield f"{SEVERITIES[finding.severity].in_(screen.language)} {finding.words.in_(screen.language)}{detail}"
    yield from _advice(result, screen)


def _advice(result: Examination, screen: Screen) -> Iterator[str]:
    advice = result.advice
    if advice.show:
        yield f"{screen.text('传播平台应提示', 'a platform shows')}：{advice.show.in_(screen.language)}"
    if advice.write:
        own = screen.text("（平台自己的）", "(its own)")
        keys = ", ".join(f"{key}={own if value is None else value}" for key, value in advice.write.items())
        yield f"{screen.text('并在元数据写入', 'and writes into the metadata')}：{keys}"


SEALS = {
    "good": Words("有效", "good"),
    "bad": Words("无效", "bad"),
    "unverifiable": Words("无法验证", "unverifiable"),
}
C2PA_STATES = {
    "trusted": Words("完整，签名者受信任", "intact, signer trusted"),
    "valid": Words("完整，签名者未知", "intact, signer unknown"),
    "invalid": Words("不成立", "invalid"),
}
SEVERITIES = {"error": Words("✗", "✗"), "warning": Words("!", "!"), "note": Words("·", "·")}
