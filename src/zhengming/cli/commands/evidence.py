"""``zhengming evidence``: take evidence out, on the record; delete what need no longer be kept (Art. 16)."""

from argparse import ArgumentParser, Namespace
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from zhengming.cli.desk import DeskCommand, deeds, done, listed, needed, storage
from zhengming.cli.screen import Screen
from zhengming.ground.system_errors import cannot_write
from zhengming.ground.words import Words

if TYPE_CHECKING:
    from zhengming.records.desk import Desk
    from zhengming.records.evidence import EvidenceStore


def _read(options: Namespace, desk: "Desk", screen: Screen) -> int:
    """Write the content to a new file; half of it is not left lying about."""
    from zhengming.ledger.digest import Digest

    needed(options, "digest", "because", "to")
    try:
        with options.to.open("xb") as file:
            try:
                salt = _store(options).read(desk, Digest.parsed(options.digest), options.because, file.write)
            except BaseException:
                with suppress(OSError):
                    options.to.unlink()
                raise
    except OSError as error:
        raise cannot_write(options.to, error) from None
    facts = {"to": str(options.to), "prefix": salt.hex()}
    zh = "已取出；随机前缀与内容之 SHA-256 即台账所记摘要"
    return done(screen, zh, "taken out; SHA-256 of prefix and content is the digest in the ledger", **facts)


def _delete(options: Namespace, desk: "Desk", screen: Screen) -> int:
    """Delete all whose time is over, each of them an entry."""
    store = _store(options)
    due = store.due(desk.clock())
    for digest in due:
        store.delete(desk, digest)
    swept = 0 if desk.rehearsing else store.sweep(desk.clock() - timedelta(days=1))
    return done(
        screen, "到期证据已删除，台账不受影响", "deleted; the ledger is as it was", deleted=len(due), swept=swept
    )


def _list(_: Namespace, __: "Desk", screen: Screen) -> int:
    from zhengming.identity.moments import written
    from zhengming.records.models import Evidence

    rows: list[dict[str, object]] = [
        {"digest": row.digest, "kind": row.kind, "size": row.size, "until": written(row.keep_until),
         "deleted": written(row.deleted_at)}
        for row in Evidence.objects.order_by("kept_at")
    ]  # fmt: skip
    titles = {"digest": Words("摘要", "digest"), "kind": Words("种类", "kind"), "size": Words("字节", "bytes"),
              "until": Words("留存至", "kept until"), "deleted": Words("删除于", "deleted")}  # fmt: skip
    return listed(screen, titles, rows)


class Evidence(DeskCommand):
    name = "evidence"
    summary = Words("证据：取出、到期删除", "evidence: take out, delete when its time is over")
    examples = (
        "zhengming evidence read sha256:9f86… --because 投诉核查 --to 原文.txt --staff wang",
        "zhengming evidence delete --staff wang --dry-run",
        "zhengming evidence list --staff wang --json",
    )
    acts = deeds(read=("取出", _read), delete=("删除到期的", _delete), list=("列出", _list))

    def own_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("digest", nargs="?", default="", metavar="摘要", help="台账所记的摘要（read）")
        parser.add_argument("--because", default="", metavar="理由", help="为何查阅；与查阅一并入账")
        parser.add_argument("--to", type=Path, metavar="文件", help="写到哪里；不覆盖已有文件")


COMMAND = Evidence()


def _store(options: Namespace) -> "EvidenceStore":
    from zhengming.records.evidence import EvidenceStore

    return EvidenceStore(storage(options).evidence_folder)
