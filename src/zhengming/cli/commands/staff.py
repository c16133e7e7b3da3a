"""``zhengming staff``: accounts and roles of the people who work here (工作人员)."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from zhengming.cli.desk import DeskCommand, at_desk, deeds, done, listed, needed
from zhengming.cli.screen import Screen
from zhengming.ground.errors import Refused
from zhengming.ground.words import Words

if TYPE_CHECKING:
    from zhengming.records.desk import Desk


def _first(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.models import Staff

    if Staff.objects.exists():
        raise Refused("已有工作人员，请由系统管理员办理 create", "there is staff: an administrator does create")
    return _create(options, desk, screen)


def _create(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.staff import create_staff

    needed(options, "name")
    password = create_staff(desk, options.name, options.role)
    return done(screen, "已建账号；口令只显示这一次", "the account is made; the password is shown this once",
                username=options.name, password=password)  # fmt: skip


def _renew(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.staff import renew_password

    needed(options, "name")
    return done(screen, "已换口令；只显示这一次", "there is a new password; it is shown this once",
                username=options.name, password=renew_password(desk, options.name))  # fmt: skip


def _recover(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.staff import recover_password

    needed(options, "name")
    password = recover_password(desk, options.name)
    screen.note("找回口令已记入台账", "the recovery is told on the ledger")
    return done(screen, "已换口令；只显示这一次", "there is a new password; it is shown this once",
                username=options.name, password=password)  # fmt: skip


def _close(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.staff import deactivate_staff

    needed(options, "name")
    deactivate_staff(desk, options.name)
    return done(screen, "已停用账号", "the account is closed", username=options.name)


def _list(_: Namespace, __: "Desk", screen: Screen) -> int:
    from zhengming.records.models import Staff

    rows: list[dict[str, object]] = [
        {"username": staff.username, "roles": "+".join(sorted(group.name for group in staff.groups.all())),
         "active": staff.is_active}
        for staff in Staff.objects.order_by("username").prefetch_related("groups")
    ]  # fmt: skip
    return listed(screen, {"username": Words("账号", "account"), "roles": Words("岗位", "roles"),
                           "active": Words("在用", "active")}, rows)  # fmt: skip


class Staff(DeskCommand):
    name = "staff"
    summary = Words("工作人员的账号与岗位", "accounts and roles of staff")
    examples = (
        "zhengming staff first wang",
        "zhengming staff create li --role reviewer --staff wang",
        "zhengming staff list --staff wang --json",
    )
    acts = deeds(
        first=("第一个账号（系统管理员，无须登录）", _first),
        create=("建账号", _create),
        renew=("换口令", _renew),
        recover=("无人能登录时找回（须能读密钥，记入台账）", _recover),
        close=("停用", _close),
        list=("列出", _list),
    )

    def own_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default="", metavar="账号", help="要办理的账号：小写字母、数字")
        parser.add_argument(
            "--role", action="append", default=[], metavar="岗位",
            choices=("administrator", "registrar", "safety", "reviewer"),
            help="administrator 系统管理、registrar 登记、safety 内容安全、reviewer 复核；可多次",
        )  # fmt: skip

    def run(self, options: Namespace, screen: Screen) -> int:
        if options.act not in ("first", "recover"):
            return super().run(options, screen)
        with at_desk(options, screen, signed_in=False) as desk:
            return self.acts[options.act][1](options, desk, screen)


COMMAND = Staff()
