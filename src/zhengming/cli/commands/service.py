"""``zhengming service``: services and functions by technology and class (Art. 17, 19, 20, 23, 24)."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from zhengming.cli.desk import DeskCommand, deeds, done, end_of_day, listed, needed
from zhengming.cli.screen import Screen
from zhengming.ground.errors import WrongInput
from zhengming.ground.words import Words
from zhengming.law.classification import SERVICE_CLASSES, TECHNOLOGIES, technology

if TYPE_CHECKING:
    from zhengming.records.desk import Desk

TRUTH = {"yes": True, "no": False}


def _register(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.services import register_service

    needed(options, "title", "technology", "producer")
    id_ = register_service(desk, options.code, options.title, options.technology, options.producer)
    return done(screen, "已登记服务，尚未启用", "the service is registered, and off", service=id_)


def _change(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.services import CHANGEABLE, change_service

    given = {name: value for name, value in vars(options).items() if name in CHANGEABLE and value is not None}
    for name in {"moves_opinion", "release_without"} & set(given):
        given[name] = TRUTH[given[name]]
    if options.until:
        given["assessed_until"] = options.until
    if not given:
        raise WrongInput("没有写明要改什么", "nothing to change is given")
    change_service(desk, options.code, given)
    return done(screen, "已变更服务", "the service is changed", changed=sorted(given))


def _function(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.services import set_function

    needed(options, "function", "technology")
    class_ = options.service_class or technology(options.technology).usual_class.code
    edits = TRUTH[options.edits_person]
    set_function(desk, options.code, options.function, options.technology, class_, edits)
    return done(screen, "已登记功能，尚未启用", "the function is registered, and off", service_class=class_)


def _assess(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.services import assess_function, change_service

    needed(options, "until")
    if options.function:
        assess_function(desk, options.code, options.function, options.until)
    else:
        change_service(desk, options.code, {"assessed_until": options.until})
    return done(screen, "已记录安全评估", "the assessment is entered")


def _permit(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.services import set_permit

    needed(options, "permit")
    set_permit(desk, options.code, options.permit, options.number, options.until)
    return done(screen, "已记录许可", "the permit is entered", held=bool(options.number))


def _switch(options: Namespace, desk: "Desk", screen: Screen) -> int:
    from zhengming.records.acts.services import switch_function, switch_service

    on = options.act == "on"
    if options.function:
        switch_function(desk, options.code, options.function, on)
    else:
        switch_service(desk, options.code, on)
    return done(screen, "已启用" if on else "已停用", "it is on" if on else "it is off")


def _list(_: Namespace, __: "Desk", screen: Screen) -> int:
    from zhengming.identity.moments import written
    from zhengming.records import loading
    from zhengming.records.parts import Service as Part

    rows: list[dict[str, object]] = [
        {"code": part.code, "class": part.service_class, "on": part.is_on, "filing": part.filing_number,
         "assessed": written(part.assessed_until),
         "functions": "、".join(each.code + ("" if each.is_on else "（停）") for each in part.functions)}
        for part in sorted(loading.whole().all(Part), key=lambda part: part.code)
    ]  # fmt: skip
    titles = {"code": Words("代号", "code"), "class": Words("类别", "class"), "on": Words("启用", "on"),
              "filing": Words("备案编号", "filing number"), "assessed": Words("评估至", "assessed until"),
              "functions": Words("功能", "functions")}  # fmt: skip
    return listed(screen, titles, rows)


class Service(DeskCommand):
    name = "service"
    summary = Words(
        "服务与功能：分类、备案、评估、许可", "services and functions: class, filing, assessment, permits"
    )
    examples = (
        "zhengming service register chat --title 智能对话 --technology text --producer 001… --staff wang",
        "zhengming service assess chat --until 2027-06-30 --staff wang",
        "zhengming service change chat --filing-number 网信算备… --text-label end --staff wang",
        "zhengming service function face --function swap --technology biometric-image --edits-person yes",
        "zhengming service on chat --staff wang",
        "zhengming service list --staff wang",
    )
    acts = deeds(
        register=("登记", _register),
        change=("变更", _change),
        function=("登记功能", _function),
        assess=("记录安全评估", _assess),
        permit=("记录许可", _permit),
        on=("启用", _switch),
        off=("停用", _switch),
        list=("列出", _list),
    )

    def own_arguments(self, parser: ArgumentParser) -> None:
        truth: dict[str, Any] = {"choices": tuple(TRUTH), "metavar": "是否"}
        parser.add_argument("code", nargs="?", default="", metavar="代号", help="服务的代号：小写字母、数字")
        parser.add_argument("--title", metavar="名称", help="服务名称")
        parser.add_argument("--technology", choices=tuple(TECHNOLOGIES), metavar="技术", help="第二十三条的技术类别")
        parser.add_argument("--service-class", choices=tuple(SERVICE_CLASSES), metavar="类别", help="第十七条的类别")
        parser.add_argument("--producer", metavar="编码", help="标识里的服务提供者编码（zhengming code）")
        parser.add_argument("--function", metavar="代号", help="功能的代号")
        parser.add_argument("--edits-person", default="no", **truth, help="yes：编辑人脸、人声等，须单独同意和评估")
        parser.add_argument("--until", type=end_of_day, metavar="日期", help="评估或许可有效至，如 2027-06-30")
        parser.add_argument("--permit", metavar="种类", help="许可种类的代号")
        parser.add_argument("--number", default="", metavar="编号", help="许可编号；不给则为须有而未取得")
        parser.add_argument("--filing-number", metavar="编号", help="备案编号（第十九条）")
        parser.add_argument("--moves-opinion", **truth, help="yes 或 no：具有舆论属性或者社会动员能力")
        parser.add_argument(
            "--identity-on", choices=("publishing", "generating"), metavar="何时", help="何时须已认证身份"
        )
        parser.add_argument("--identity-level", type=int, choices=(1, 2, 3), metavar="等级", help="认证等级 1 至 3")
        parser.add_argument(
            "--text-label", choices=("start", "end", "interface"), metavar="位置", help="文本标识位置"
        )
        parser.add_argument("--wording", metavar="文字", help="标识用语；不给则用默认")
        parser.add_argument("--release-without", **truth, help="yes：可应用户要求提供无显式标识的内容（办法第九条）")


COMMAND = Service()
