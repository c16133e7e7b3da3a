"""``zhengming consent``: the separate consent (单独同意) of the person whose face or voice is edited (Art. 14.2)."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from zhengming.cli.desk import DeskCommand, deeds, done, listed, needed
from zhengming.cli.screen import Screen
from zhengming.ground.system_errors import cannot_read
from zhengming.ground.words import Words

if TYPE_CHECKING:
    from zhengming.records.desk import Desk


def _request(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.ledger.digest import Digest
    from zhengming.records.acts.consents import request_consent

    needed(options, "service", "function", "material", "purpose", "days")
    try:
        with options.material.open("rb") as file:
            material = Digest.of_file(file)
    except OSError as error:
        raise cannot_read(options.material, error) from None
    id_, token = request_consent(desk, options.service, options.function, material, options.purpose, options.days)
    return done(screen, "请把一次性令牌交给本人；只显示这一次", "give this one-time token to the person; shown once",
                request=id_, token=token, material=str(material))  # fmt: skip


def _withdraw(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.consents import withdraw_consent_for

    needed(options, "consent")
    withdraw_consent_for(desk, options.consent)
    return done(screen, "同意已撤回，一秒内在各处停止使用", "the consent is withdrawn, everywhere within a second")


def _erase(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.proposals import propose

    needed(options, "consent", "because")
    id_ = propose(desk, "erase-consent", {"consent": options.consent}, options.because)
    return done(screen, "已拟办删除，待另一人复核", "proposed; another person approves it", proposal=id_)


def _list(_: Namespace, __: "Desk", screen: Screen) -> int:
    from zhengming.identity.moments import written
    from zhengming.records.models import Consent

    rows: list[dict[str, object]] = [
        {"consent": row.id, "service": row.service.code, "function": row.function, "purpose": row.purpose,
         "until": written(row.until), "withdrawn": written(row.withdrawn_at)}
        for row in Consent.objects.filter(erased_at=None).select_related("service").order_by("-since")
    ]  # fmt: skip
    titles = {"consent": Words("编号", "id"), "service": Words("服务", "service"),
              "function": Words("功能", "function"), "purpose": Words("目的", "purpose"),
              "until": Words("有效至", "until"), "withdrawn": Words("撤回", "withdrawn")}  # fmt: skip
    return listed(screen, titles, rows)


class Consent(DeskCommand):
    name = "consent"
    summary = Words("被编辑个人的单独同意", "separate consent of the person edited")
    examples = (
        "zhengming consent request --service face --function swap --material 人脸.jpg --purpose 短片 --days 30",
        "zhengming consent withdraw 6f1e… --staff wang",
        "zhengming consent erase 6f1e… --because 本人要求 --staff wang",
        "zhengming consent list --staff wang --json",
    )
    acts = deeds(
        request=("发起", _request), withdraw=("代为撤回", _withdraw), erase=("拟办删除", _erase), list=("列出", _list)
    )

    def own_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("consent", nargs="?", default="", metavar="编号", help="同意的编号（withdraw、erase）")
        parser.add_argument("--service", default="", metavar="服务", help="哪项服务")
        parser.add_argument("--function", default="", metavar="功能", help="哪项功能")
        parser.add_argument("--material", type=Path, metavar="文件", help="被编辑的人脸、人声素材；只留摘要")
        parser.add_argument("--purpose", default="", metavar="目的", help="用于什么")
        parser.add_argument("--days", type=int, metavar="天数", help="同意的有效天数")
        parser.add_argument("--because", default="", metavar="理由", help="理由")


COMMAND = Consent()
