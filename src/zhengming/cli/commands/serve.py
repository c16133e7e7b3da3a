"""``zhengming serve``: the gateway. What goes through it is admitted, screened, labelled and on the ledger."""

from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from zhengming.cli.command import DONE, Command
from zhengming.cli.screen import Screen
from zhengming.ground.errors import Unavailable
from zhengming.ground.words import Words

if TYPE_CHECKING:
    from zhengming.gateway.server import Up


class Serve(Command):
    name = "serve"
    summary = Words(
        "启动网关：内容经准入、审核、标识、记录后放行", "serve the gateway: admitted, screened, labelled, recorded"
    )
    examples = ("zhengming serve --demo", "zhengming serve --data 数据/ --port 8600")

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--data", type=Path, metavar="文件夹", default=Path("out/data"), help="数据文件夹，默认 out/data"
        )
        parser.add_argument("--database", metavar="地址", default="", help="数据库地址；默认为数据文件夹里的 SQLite")
        parser.add_argument("--keys", type=Path, metavar="文件夹", help="密钥文件夹，默认在数据文件夹内")
        parser.add_argument(
            "--library", type=Path, metavar="文件", help="特征库快照，默认为数据文件夹里的 library.zm"
        )
        parser.add_argument("--host", metavar="地址", default="127.0.0.1", help="监听地址，默认 127.0.0.1")
        parser.add_argument("--port", type=int, metavar="端口", default=8600, help="端口，默认 8600；0 由系统选取")
        parser.add_argument(
            "--origin", metavar="名称", default="zhengming.local/ledger", help="台账名称，签在检查点上，定后不改"
        )
        parser.add_argument(
            "--silence", type=float, metavar="秒", default=120.0, help="上游多久不答即放弃，秒，默认 120"
        )
        parser.add_argument(
            "--demo", action="store_true",
            help="演示：内置演示上游（无模型）、演示服务与使用者、新密钥、起步特征库；只供试用",
        )  # fmt: skip
        parser.add_argument(
            "--unscreened-media", action=BooleanOptionalAction, default=None,
            help="放行没有手段审核的图像、声音（台账逐件注明）；默认不放行，演示时放行",
        )  # fmt: skip

    def run(self, options: Namespace, screen: Screen) -> int:
        try:
            from zhengming.gateway.server import Serving, checked_port, serve
            from zhengming.gateway.upstreams import Patience
        except ImportError as error:
            raise Unavailable(
                f"缺少服务端组件 {error.name}，请安装：pip install 'zhengming[server]'",
                f"{error.name} is missing: pip install 'zhengming[server]'",
            ) from None
        from zhengming.records.database import Storage

        allowed = options.demo if options.unscreened_media is None else options.unscreened_media
        serving = Serving(
            Storage(options.data.absolute(), options.database, options.keys),
            (options.library or options.data / "library.zm").absolute(),
            options.host,
            checked_port(options.port),
            options.origin,
            options.demo,
            allowed,
            Patience(silence=options.silence),
        )
        serve(serving, lambda up: _tell(up, screen))
        return DONE


COMMAND = Serve()


def _tell(up: "Up", screen: Screen) -> None:
    """What there is to know now. A key is shown here once, and nowhere else."""
    from zhengming.cli import streams

    if screen.as_json:
        screen.json({"url": up.url, "key": up.key or None, "made": [str(path) for path in up.made]})
    screen.say(f"网关：{up.url}/v1（Ctrl+C 结束）", f"gateway: {up.url}/v1 (Ctrl+C ends it)")
    if up.made:
        folder = up.made[0].parent
        screen.say(f"新建了密钥，请备份：{folder}", f"keys were made, back them up: {folder}")
    if up.key:
        screen.say(
            f"演示密钥（只显示这一次）：{up.key}\n模型：demo-text、demo-image、demo-speech、demo-embedding\n"
            "起步特征库只有两个演示词，不能用于真实服务",
            f"demo key, shown this once: {up.key}\nmodels: demo-text, demo-image, demo-speech, demo-embedding\n"
            "the starter library holds two words for the demo and protects nobody",
        )
        screen.say(
            f"from openai import OpenAI\nOpenAI(base_url='{up.url}/v1', api_key='{up.key}')",
            f"from openai import OpenAI\nOpenAI(base_url='{up.url}/v1', api_key='{up.key}')",
        )
    streams.flush()
