"""``zhengming code``: compose, read and check provider codes (服务提供者编码, TC260-PG-20252A)."""

from argparse import ArgumentParser, Namespace

from zhengming.cli.command import DONE, SOME_FAILED, Command
from zhengming.cli.screen import Screen
from zhengming.ground.errors import WrongInput
from zhengming.ground.words import Words
from zhengming.labels.findings import Finding
from zhengming.labels.provider_code import ProviderCode, Service, compose, parse, read

SERVICES = {
    Service.NONE: Words("未登记服务", "no service registered"),
    Service.GENERATION: Words("生成合成", "generation"),
    Service.PROPAGATION: Words("内容传播", "propagation"),
}


class Code(Command):
    name = "code"
    summary = Words("编制、解析、校验服务提供者编码", "compose, read and check provider codes")
    examples = (
        "zhengming code --uscc 91110102MACQD9K640 --extension 0001",
        "zhengming code 001191110102MACQD9K64010000 doubao",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("codes", nargs="*", metavar="编码", help="要解析的编码，可多个")
        parser.add_argument("--uscc", metavar="信用代码", help="用 18 位统一社会信用代码编制")
        services = "、".join(f"{service} {words.zh}" for service, words in SERVICES.items())
        parser.add_argument(
            "--service", default=Service.GENERATION, choices=list(Service), help=f"服务类型：{services}"
        )
        parser.add_argument("--extension", default="0000", metavar="四位", help="模型或应用代码，默认 0000")

    def run(self, options: Namespace, screen: Screen) -> int:
        if bool(options.uscc) == bool(options.codes):
            raise WrongInput("请给出要解析的编码，或用 --uscc 编制", "give codes to read, or --uscc to compose one")
        if options.uscc:
            return _compose(options, screen)
        rows = [_json(text, *read(text)) for text in options.codes]
        if screen.as_json:
            screen.json(rows)
        else:
            for text in options.codes:
                _show(text, *read(text), screen)
        return DONE if all(row["valid"] for row in rows) else SOME_FAILED


COMMAND = Code()


def _compose(options: Namespace, screen: Screen) -> int:
    code = compose(options.uscc, options.service, options.extension)
    if screen.as_json:
        screen.json([_json(str(code), code, ())])
    else:
        print(code)
    return DONE


def _json(text: str, code: ProviderCode | None, findings: tuple[Finding, ...]) -> dict[str, object]:
    return {
        "text": text,
        "valid": _is_valid(text),
        "uscc": code.uscc if code else None,
        "service": code.service if code else None,
        "extension": code.extension if code else None,
        "findings": [finding.json() for finding in findings],
    }


def _show(text: str, code: ProviderCode | None, findings: tuple[Finding, ...], screen: Screen) -> None:
    verdict = (
        screen.text("符合编码规则", "well-formed") if _is_valid(text) else screen.text("不合规则", "not well-formed")
    )
    print(f"{text}  {verdict}")
    if code:
        service = SERVICES.get(Service(code.service)) if code.service in set(Service) else None
        shown = service.in_(screen.language) if service else code.service
        screen.say(
            f"  统一社会信用代码 {code.uscc}，服务类型 {shown}，扩展码 {code.extension}",
            f"  USCC {code.uscc}, service {shown}, extension {code.extension}",
        )
    for finding in findings:
        print(
            f"  · {finding.words.in_(screen.language)}" + (f" [{finding.detail}]" if finding.detail != text else "")
        )


def _is_valid(text: str) -> bool:
    try:
        parse(text)
    except WrongInput:
        return False
    return True
