"""``zhengming order``: orders of authorities (监管要求, Art. 21): in force within a second, lifted by two people."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from zhengming.cli.desk import DeskCommand, deeds, done, listed, needed
from zhengming.cli.screen import Screen
from zhengming.ground.words import Words
from zhengming.law.authorities import AUTHORITIES

if TYPE_CHECKING:
    from zhengming.records.desk import Desk


def _give(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.orders import give_order
    from zhengming.records.parts import OrderKind

    needed(options, "authority", "document")
    kind = OrderKind(options.act)
    id_ = give_order(desk, kind, options.authority, options.document, options.service, options.function, options.days)
    return done(screen, "已生效，一秒内及于各处", "in force, everywhere within a second", order=id_)


def _lift(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.proposals import propose

    needed(options, "order", "because")
    id_ = propose(desk, "lift-order", {"order": options.order}, options.because)
    return done(screen, "已拟办解除，待另一人复核", "proposed; another person approves it", proposal=id_)


def _list(_: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.identity.moments import written
    from zhengming.records.models import Order

    kept = Order.objects.filter(lifted_at=None).exclude(until__lte=desk.clock()).select_related("service")
    rows: list[dict[str, object]] = [
        {"order": row.id, "kind": row.kind, "authority": row.authority, "document": row.document,
         "service": row.service.code if row.service else "", "function": row.function, "until": written(row.until)}
        for row in kept.order_by("since")
    ]  # fmt: skip
    titles = {"order": Words("编号", "id"), "kind": Words("内容", "what"), "authority": Words("部门", "authority"),
              "document": Words("文号", "document"), "service": Words("服务", "service"),
              "function": Words("功能", "function"), "until": Words("至", "until")}  # fmt: skip
    return listed(screen, titles, rows)


class Order(DeskCommand):
    name = "order"
    summary = Words("主管部门的要求：停止更新、注册、功能、服务", "orders of authorities: what is to stop")
    examples = (
        "zhengming order stop-signups --authority cyberspace --document 文号 --staff wang",
        "zhengming order stop-function --authority police --document 文号 --service face --function swap",
        "zhengming order lift 6f1e… --because 已整改并经同意 --staff wang",
        "zhengming order list --staff wang",
    )
    acts = deeds(
        stop_updates=("暂停信息更新", _give),
        stop_signups=("暂停注册", _give),
        stop_function=("暂停功能", _give),
        stop_service=("暂停服务", _give),
        lift=("拟办解除", _lift),
        list=("列出", _list),
    )

    def own_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("order", nargs="?", default="", metavar="编号", help="要求的编号（lift）")
        parser.add_argument(
            "--authority", choices=tuple(AUTHORITIES), metavar="部门",
            help="、".join(f"{code} {each.words.zh}" for code, each in AUTHORITIES.items()),
        )  # fmt: skip
        parser.add_argument("--document", default="", metavar="文号", help="文件的文号")
        parser.add_argument("--service", default="", metavar="服务", help="哪项服务；不给则为全部")
        parser.add_argument("--function", default="", metavar="功能", help="哪项功能")
        parser.add_argument("--days", type=int, metavar="天数", help="期限；不给则到解除为止")
        parser.add_argument("--because", default="", metavar="理由", help="理由")


COMMAND = Order()
