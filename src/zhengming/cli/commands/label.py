"""``zhengming label``: label files (添加标识), Art. 16 and 17."""

from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from zhengming.cli import batch
from zhengming.cli.batch import Source
from zhengming.cli.command import DONE, SOME_FAILED, Command
from zhengming.cli.label_outcome import Outcome, outcome
from zhengming.cli.screen import Screen
from zhengming.ground.errors import WrongInput
from zhengming.ground.words import Words
from zhengming.labels.explicit.labeller import Wish
from zhengming.labels.labelling import Labelled, Order
from zhengming.labels.metadata_label import Attribute, MetadataLabel
from zhengming.labels.provider_code import Service, read

if TYPE_CHECKING:
    from zhengming.labels.c2pa.signing import Credentials
    from zhengming.labels.seal.signer import Signer

#: Files at a time in one process where nothing is drawn: the work is waiting until bytes are on disk.
THREADS = 8
#: The summary lists what was done up to so many files; what was not done, always.
MOST_ROWS = 60


class Label(Command):
    name = "label"
    summary = Words("为文件添加标识（隐式、显式）", "label files, implicitly and explicitly")
    examples = (
        "zhengming label 图.png --producer 001191110102MACQD9K64010000",
        "zhengming label 作品/ --recursive --explicit --out 已标识/ --producer 001191110102MACQD9K64010000",
        "zhengming label '*.mp4' --dry-run --producer 001191110102MACQD9K64010000",
        "zhengming label 转发.jpg --propagator 00119144030008867405X220001 --attribute 2",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="路径", help="文件、文件夹或通配符")
        who = parser.add_argument_group("谁、哪一件（元数据标识的七个字段）")
        who.add_argument("--producer", default="", metavar="编码", help="生成合成服务提供者：27 位编码或名称")
        who.add_argument("--produce-id", default="", metavar="编号", help="内容制作编号；不给则每个文件自动生成")
        who.add_argument(
            "--propagator", default="", metavar="编码", help="内容传播服务提供者；单独给出时只改传播者的三个字段"
        )
        who.add_argument("--propagate-id", default="", metavar="编号", help="内容传播编号；不给则自动生成")
        who.add_argument(
            "--attribute", default=Attribute.IS, choices=list(Attribute), help="1 属于，2 可能，3 疑似；默认 1"
        )
        _explicit_arguments(parser)
        _work_arguments(parser)

    def run(self, options: Namespace, screen: Screen) -> int:
        order = _order(options)
        sources = batch.gather(options.paths, options.recursive, options.out)
        batch.check_targets(sources, options.out)
        _warn_of_codes(order.label, screen)
        _warn_of_shared_number(order, sources, screen)
        work = partial(outcome, order=order, out=options.out, dry_run=options.dry_run)
        title = screen.text("添加标识", "labelling")
        outcomes = batch.run(work, sources, options.jobs, screen, title, 1 if order.explicit else THREADS)
        if screen.as_json:
            screen.json([one.json for one in outcomes])
        else:
            _summary(outcomes, options.dry_run, screen)
        return SOME_FAILED if any(one.failed for one in outcomes) else DONE


COMMAND = Label()


def _explicit_arguments(parser: ArgumentParser) -> None:
    shown = parser.add_argument_group("显式标识（人看得见、听得到的）")
    shown.add_argument("--explicit", action=BooleanOptionalAction, default=False, help="同时添加显式标识")
    shown.add_argument(
        "--text",
        default=Wish.text,
        metavar="文字",
        help=f"标识文字，默认“{Wish.text}”；须含人工智能和生成合成两个要素",
    )
    corners = ("bottom-right", "bottom-left", "top-right", "top-left")
    shown.add_argument("--corner", choices=corners, help="图像、视频、页面上的位置；默认选最平静的一角")
    shown.add_argument(
        "--position", choices=("start", "end", "both"), default=Wish.position, help="文本、音频中的位置"
    )
    shown.add_argument(
        "--height", type=float, default=Wish.height, metavar="比例", help="文字高度占最短边的比例，至少 0.05"
    )
    shown.add_argument("--seconds", type=float, metavar="秒", help="视频标识从首帧起显示的秒数，至少 2；默认全程")
    shown.add_argument(
        "--sound", choices=("voice", "rhythm"), default=Wish.sound, help="音频：语音，或节奏“短长 短短”"
    )


def _work_arguments(parser: ArgumentParser) -> None:
    work = parser.add_argument_group("怎样处理")
    work.add_argument("--out", type=Path, metavar="文件夹", help="结果写到此文件夹；不给则原地替换（原子操作）")
    work.add_argument("--recursive", action=BooleanOptionalAction, default=False, help="连同子文件夹")
    work.add_argument("--jobs", type=int, metavar="数", help="同时处理的进程数；文件多时默认用全部核心")
    work.add_argument("--dry-run", action="store_true", help="只说会做什么，不写任何文件")
    sign = parser.add_argument_group("签名（都可不用）")
    sign.add_argument(
        "--key", type=Path, metavar="文件", help="用此私钥为标识加封（SM2 或 Ed25519，见 zhengming keys）"
    )
    sign.add_argument("--passphrase-file", type=Path, metavar="文件", help="私钥口令所在的文件；不给则在终端询问")
    sign.add_argument("--c2pa-chain", type=Path, metavar="文件", help="同时写入 C2PA 清单：证书链 PEM，末级证书在前")
    sign.add_argument("--c2pa-key", type=Path, metavar="文件", help="C2PA 私钥 PEM")
    sign.add_argument(
        "--c2pa-development", type=Path, metavar="文件夹", help="用存于此处的自造开发证书写 C2PA（仅供试用）"
    )


def _order(options: Namespace) -> Order:
    """The order that the options give. Raises WrongInput before any file is touched."""
    if not (options.producer or options.propagator):
        raise WrongInput(
            "请用 --producer 给出您的服务提供者编码（zhengming code --uscc 信用代码 可得出；"
            "写进 zhengming.toml 的 [label] 一节则不必每次给）",
            "give your provider code with --producer (zhengming code --uscc makes one from your credit code; "
            "put into [label] of zhengming.toml, it need not be given each time)",
        )
    label = MetadataLabel(
        options.producer, options.produce_id, options.attribute,
        propagator=options.propagator, propagate_id=options.propagate_id,
    ).checked()  # fmt: skip
    if options.jobs is not None and options.jobs < 1:
        raise WrongInput("--jobs 至少为 1", "--jobs is at least 1")
    wish = Wish(options.text, options.corner, options.position, options.height, options.seconds, options.sound)
    signer = _signer(options.key, options.passphrase_file)
    return Order(label, wish.checked() if options.explicit else None, signer, _credentials(options))


def _signer(path: Path | None, passphrase: Path | None) -> "Signer | None":
    if path is None:
        return None
    from zhengming.cli.passphrase import asked_for
    from zhengming.labels.seal.key_files import read_private_key

    return read_private_key(path, asked_for(path, passphrase))


def _credentials(options: Namespace) -> "Credentials | None":
    chain, key, development = options.c2pa_chain, options.c2pa_key, options.c2pa_development
    if bool(chain) != bool(key) or (chain and development):
        raise WrongInput(
            "C2PA 签名须同时给 --c2pa-chain 和 --c2pa-key，或只给 --c2pa-development",
            "C2PA takes both --c2pa-chain and --c2pa-key, or --c2pa-development alone",
        )
    if chain:
        from zhengming.labels.c2pa.signing import Credentials

        return Credentials.from_files(chain, key)
    if development:
        from zhengming.labels.c2pa.development import development_credentials

        return development_credentials(development, datetime.now(UTC))
    return None


def _warn_of_codes(label: MetadataLabel, screen: Screen) -> None:
    """A mistyped code is written as it stands, since a name is allowed; whoever typed it should know."""
    for text, service in ((label.producer, Service.GENERATION), (label.propagator, Service.PROPAGATION)):
        for found in read(text, service)[1] if text else ():
            zh, en = found.words
            screen.note(f"注意：{text} 将原样写入，但{zh}", f"note: {text} is written as it stands, but {en}")


def _warn_of_shared_number(order: Order, sources: Sequence[Source], screen: Screen) -> None:
    if order.label.produce_id and len(sources) > 1:
        screen.note(
            f"注意：{len(sources)} 个文件将共用一个制作编号 {order.label.produce_id}；不给 --produce-id 则逐个生成",
            f"note: {len(sources)} files will share the number {order.label.produce_id}; "
            "without --produce-id each gets its own",
        )


def _summary(outcomes: Sequence[Outcome], dry_run: bool, screen: Screen) -> None:
    """What was done as a table, what was not line by line with its reason, and the counts."""
    done = [one.done for one in outcomes if one.done]
    if 0 < len(done) <= MOST_ROWS:
        _table(done, dry_run, screen)
    for one in outcomes:
        if one.error:
            head = screen.text("失败 ", "failed ") if one.failed else screen.text("跳过 ", "skipped ")
            screen.line(f"{head}{one.source.path}{screen.text('：', ': ')}{one.error.words.in_(screen.language)}")
    failed = sum(one.failed for one in outcomes)
    skipped = len(outcomes) - len(done) - failed
    screen.say(
        f"共 {len(outcomes)} 个文件：{'可添加' if dry_run else '完成'} {len(done)}，失败 {failed}，跳过 {skipped}",
        f"{len(outcomes)} files: {len(done)} {'can be labelled' if dry_run else 'done'}, {failed} failed, "
        f"{skipped} skipped",
    )


def _table(done: Sequence[Labelled], dry_run: bool, screen: Screen) -> None:
    titles = [("文件", "file"), ("编号", "number"), ("显式标识", "explicit label")]
    if dry_run:  # a number made now is not the one that the file will get
        titles[1] = ("隐式标识将写入", "place of the implicit label")
    screen.table([screen.text(*title) for title in titles], [_cells(one, dry_run, screen) for one in done])


def _cells(done: Labelled, dry_run: bool, screen: Screen) -> list[str]:
    number = done.label.produce_id if done.label.producer else done.label.propagate_id
    shown = f"{done.shown.text} {done.shown.where}" if done.shown else screen.text("无", "none")
    return [str(done.target), done.format.place.name if dry_run else number, shown]
