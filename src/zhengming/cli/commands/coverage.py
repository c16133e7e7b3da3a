"""``zhengming coverage``: of the works given out, how many have all that they must have on the ledger (Art. 16)."""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from zhengming.cli.command import DONE, SOME_FAILED, Command
from zhengming.cli.screen import Screen
from zhengming.ground.errors import WrongInput
from zhengming.ground.words import Words

if TYPE_CHECKING:
    from zhengming.synthesis.coverage import Coverage

#: While a service runs, a stream without an end that is younger than this, in seconds, may still be under way.
UNDER_WAY = 3600


class CoverageCommand(Command):
    name = "coverage"
    summary = Words(
        "统计已放行内容的准入、审核、标识、记录是否齐全", "count works given out with all that they must have"
    )
    examples = (
        "zhengming coverage out/data/ledger",
        "zhengming coverage 台账/ --since 2026-11-01 --until 2026-12-01",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="路径", help="台账文件夹")
        parser.add_argument("--since", metavar="时刻", default="", help="从何时起（含），如 2026-11-01；无时区按 UTC")
        parser.add_argument("--until", metavar="时刻", default="", help="到何时止（不含）")

    def run(self, options: Namespace, screen: Screen) -> int:
        from zhengming.ledger.file_store import FileStore
        from zhengming.synthesis.coverage import NEVER, coverage, entries_in, moment

        if not (options.path / "entries").is_file():
            raise WrongInput(f"{options.path} 不是台账文件夹", f"{options.path} is no folder of a ledger")
        since = moment(options.since) if options.since else 0
        until = moment(options.until) if options.until else NEVER
        with closing(FileStore(options.path, writing=False)) as store:
            found = coverage(entries_in(store), since, until, _settled(options.path))
        if screen.as_json:
            screen.json(found.json())
        _say(found, screen)
        return DONE if found.is_complete else SOME_FAILED


COMMAND = CoverageCommand()


def _settled(folder: Path) -> int:
    """Streams opened before this have ended or were interrupted: all of them where nobody writes the ledger."""
    import fcntl
    from time import time

    from zhengming.synthesis.coverage import NEVER

    try:
        with (folder / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return int((time() - UNDER_WAY) * 1_000_000)
    return NEVER


def _say(found: "Coverage", screen: Screen) -> None:
    screen.say(
        f"已放行 {found.given} 件，齐全 {found.whole} 件；未放行 {sum(found.stopped.values())} 件",
        f"{found.given} works given out, {found.whole} with all they must have; "
        f"{sum(found.stopped.values())} not given out",
    )
    if found.under_way:
        screen.say(f"另有 {found.under_way} 件正在输出", f"{found.under_way} more are under way")
    if found.unscreened:
        screen.say(
            f"其中 {found.unscreened} 件含没有手段审核的媒体，按运营者的设置放行",
            f"{found.unscreened} of them with media that nothing could screen, let pass by the operator's setting",
        )
    for gap in found.gaps:
        screen.say(
            f"✗ 作品 {gap.work}（第 {gap.index} 条）缺：{gap.missing}",
            f"✗ work {gap.work} (entry {gap.index}) lacks: {gap.missing}",
        )
    if found.more_gaps:
        screen.say(f"……另有 {found.more_gaps} 项", f"… and {found.more_gaps} more")
