"""``zhengming upstream``: model servers and the technical supporters behind them (技术支持者; Art. 8, 15)."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from zhengming.cli.desk import DeskCommand, deeds, done, end_of_day, listed, needed
from zhengming.cli.screen import Screen
from zhengming.ground.words import Words

if TYPE_CHECKING:
    from zhengming.records.desk import Desk


def _supporter(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.upstreams import register_supporter

    needed(options, "title")
    id_ = register_supporter(desk, options.code, options.title)
    return done(screen, "已登记技术支持者", "the supporter is registered", supporter=id_)


def _register(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.upstreams import register_upstream

    needed(options, "url", "model", "service")
    id_ = register_upstream(
        desk, options.code, options.protocol, options.url, options.model, options.service, options.supporter,
        options.key_file,
    )  # fmt: skip
    return done(screen, "已登记上游，尚未启用", "the upstream is registered, and off", upstream=id_)


def _offer(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.upstreams import offer_to

    offer_to(desk, options.code, options.service)
    return done(screen, "已改为供这些服务使用", "these services may use it", services=options.service)


def _assess(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.upstreams import assess_upstream

    needed(options, "until")
    assess_upstream(desk, options.code, options.until)
    return done(screen, "已记录评估", "the assessment is entered")


def _switch(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.upstreams import switch_upstream

    on = options.act == "on"
    switch_upstream(desk, options.code, on)
    return done(screen, "已启用" if on else "已停用", "it is on" if on else "it is off")


def _list(_: Namespace, __: "Desk", screen: Screen) -> int:
    from zhengming.identity.moments import written
    from zhengming.records import loading
    from zhengming.records.parts import Upstream as Part

    rows: list[dict[str, object]] = [
        {"code": part.code, "protocol": part.protocol, "url": part.url, "models": "、".join(part.models),
         "services": "、".join(part.services), "on": part.is_on, "assessed": written(part.assessed_until)}
        for part in sorted(loading.whole().all(Part), key=lambda part: part.code)
    ]  # fmt: skip
    titles = {"code": Words("代号", "code"), "protocol": Words("协议", "protocol"), "url": Words("地址", "URL"),
              "models": Words("模型", "models"), "services": Words("服务", "services"), "on": Words("启用", "on"),
              "assessed": Words("评估至", "assessed until")}  # fmt: skip
    return listed(screen, titles, rows)


class Upstream(DeskCommand):
    name = "upstream"
    summary = Words("上游模型服务与技术支持者", "upstream model servers and technical supporters")
    examples = (
        "zhengming upstream supporter lab --title 某实验室 --staff wang",
        "zhengming upstream register local --url http://127.0.0.1:8000/v1 --model qwen --service chat",
        "zhengming upstream assess local --until 2027-06-30 --staff wang",
        "zhengming upstream on local --staff wang",
    )
    acts = deeds(
        supporter=("登记技术支持者", _supporter),
        register=("登记上游", _register),
        offer=("改供哪些服务", _offer),
        assess=("记录评估", _assess),
        on=("启用", _switch),
        off=("停用", _switch),
        list=("列出", _list),
    )

    def own_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", nargs="?", default="", metavar="代号", help="上游或技术支持者的代号")
        parser.add_argument("--title", default="", metavar="名称", help="技术支持者的名称")
        parser.add_argument("--protocol", default="openai_chat", metavar="协议", help="上游的协议，默认 openai_chat")
        parser.add_argument("--url", default="", metavar="地址", help="上游的地址")
        parser.add_argument("--model", action="append", default=[], metavar="模型", help="可请求的模型名，可多次")
        parser.add_argument("--service", action="append", default=[], metavar="服务", help="可用它的服务，可多次")
        parser.add_argument("--supporter", default="", metavar="代号", help="它的技术支持者")
        parser.add_argument("--key-file", default="", metavar="文件", help="上游密钥所在文件；密钥本身不入库")
        parser.add_argument("--until", type=end_of_day, metavar="日期", help="评估有效至，如 2027-06-30")


COMMAND = Upstream()
