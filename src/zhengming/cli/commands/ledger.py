"""``zhengming ledger``: look into a ledger, take out proofs and exports, verify them offline (Art. 16, 留存记录)."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from zhengming.cli.bar import Bar
from zhengming.cli.command import DONE, SOME_FAILED, Command
from zhengming.cli.screen import Screen
from zhengming.ground.errors import WrongInput
from zhengming.ground.system_errors import cannot_read, cannot_write
from zhengming.ground.words import Words

if TYPE_CHECKING:
    from zhengming.ledger.findings import Finding
    from zhengming.ledger.ledger import View
    from zhengming.ledger.note import VerifierKey
    from zhengming.ledger.verification import Trust, Verification

#: The bar moves once for so many bytes read, or entries written.
BYTES, ENTRIES = 1 << 22, 1 << 14
ACTS = ("verify", "show", "prove", "export")


class Ledger(Command):
    name = "ledger"
    summary = Words(
        "查看台账、取出证明与导出、离线核验", "look into a ledger, take out proofs and exports, verify offline"
    )
    examples = (
        "zhengming ledger verify 导出.zml --key 公钥.vkey --anchor 锚点.txt",
        "zhengming ledger verify 证明.tlog-proof --key 公钥.vkey --json",
        "zhengming ledger show 台账/",
        "zhengming ledger prove 台账/ 17 --to 证明.tlog-proof",
        "zhengming ledger export 台账/ --to 导出.zml",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "act", choices=ACTS, metavar="做什么", help="verify 核验、show 查看、prove 取证明、export 导出"
        )
        parser.add_argument("path", type=Path, metavar="路径", help="台账文件夹；verify 则为导出文件或证明文件")
        parser.add_argument("index", type=int, nargs="?", metavar="第几条", help="条目编号，从 0 起（show、prove）")
        parser.add_argument("--to", type=Path, metavar="文件", help="写到哪里；不覆盖已有文件（prove、export）")
        parser.add_argument(
            "--key", action="append", default=[], metavar="公钥",
            help="从别处得知的台账或见证方公钥（vkey），或存放它的文件；不给则只能查出改动，不能查出伪造",
        )  # fmt: skip
        parser.add_argument(
            "--anchor", type=Path, action="append", default=[], metavar="文件",
            help="存于别处的检查点；旁有同名 .tsr 时间戳则一并核验；没有锚点查不出尾部被截",
        )  # fmt: skip
        parser.add_argument(
            "--tsa", type=Path, action="append", default=[], metavar="证书", help="时间戳机构或其上级的证书（PEM）"
        )

    def run(self, options: Namespace, screen: Screen) -> int:
        acts: dict[str, Callable[[Namespace, Screen], int]] = {
            "verify": _verify, "show": _show, "prove": _prove, "export": _export,
        }  # fmt: skip
        return acts[options.act](options, screen)


COMMAND = Ledger()


def _verify(options: Namespace, screen: Screen) -> int:
    from zhengming.ledger.proof_file import FIRST_LINE, LARGEST_FILE, ProofFile, verify_proof

    trust = _trust(options)
    try:
        with options.path.open("rb") as file:
            start = file.read(LARGEST_FILE + 1)
            if start.startswith(FIRST_LINE.encode()):
                proof = ProofFile.parsed(start)
                if not trust.keys:
                    raise WrongInput("核验证明须用 --key 给出公钥", "to verify a proof give --key")
                return _tell_proof(proof.index, proof.entry, verify_proof(proof, trust.keys), screen)
            file.seek(0)
            return _tell(_verified(file, options.path, trust, screen), screen)
    except OSError as error:
        raise cannot_read(options.path, error) from None


def _trust(options: Namespace) -> "Trust":
    from zhengming.ledger.anchoring import read_anchors
    from zhengming.ledger.verification import Trust

    anchors = [anchor for path in options.anchor for anchor in read_anchors(path)]
    authorities = [certificate for path in options.tsa for certificate in _certificates(path)]
    return Trust(tuple(map(_key, options.key)), tuple(anchors), tuple(authorities))


def _key(text: str) -> "VerifierKey":
    """The key that ``text`` is, or that stands in the file so named."""
    from zhengming.ledger.note import VerifierKey

    path = Path(text)
    try:
        return VerifierKey.parsed(path.read_text("utf-8")[:1024] if path.is_file() else text)
    except (OSError, UnicodeDecodeError) as error:
        raise cannot_read(path, error) from None


def _certificates(path: Path) -> list[bytes]:
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return [each.public_bytes(Encoding.DER) for each in load_pem_x509_certificates(path.read_bytes())]
    except OSError as error:
        raise cannot_read(path, error) from None
    except ValueError:
        raise WrongInput(f"{path} 里没有证书（PEM）", f"{path} holds no certificate in PEM") from None


def _verified(file: BinaryIO, path: Path, trust: "Trust", screen: Screen) -> "Verification":
    from zhengming.ledger.verification import verify_export

    with screen.bar(screen.text("核验", "verifying"), path.stat().st_size // BYTES) as bar:
        return verify_export(file, trust, _stepping(bar, BYTES))


def _stepping(bar: Bar, every: int) -> Callable[[int], None]:
    """Moves ``bar`` once for each ``every`` that are done."""
    shown = 0

    def progress(done: int) -> None:
        nonlocal shown
        for _ in range(shown, done // every):
            bar.step()
        shown = done // every

    return progress


def _tell(found: "Verification", screen: Screen) -> int:
    if screen.as_json:
        screen.json(_json(found))
    else:
        _say(found, screen)
    return DONE if found.good else SOME_FAILED


def _say(found: "Verification", screen: Screen) -> None:
    screen.say(
        f"台账 {found.origin}：{found.size} 条，{found.checkpoints} 个检查点，{found.anchors} 个锚点",
        f"ledger {found.origin}: {found.size} entries, {found.checkpoints} checkpoints, {found.anchors} anchors",
    )
    for each in found.witnessed:
        unknown = (
            "" if each.trusted else screen.text("（未经 --tsa 或 --key 确认）", " (not known by --tsa or --key)")
        )
        time = f"{each.time:%Y-%m-%d %H:%M:%S} UTC"
        screen.say(
            f"{each.by} 于 {time} 见证了前 {each.size} 条{unknown}",
            f"{each.by} saw the first {each.size} entries at {time}{unknown}",
        )
    _say_findings(found.findings, screen)
    if found.more:
        screen.say(f"……另有 {found.more} 项", f"… and {found.more} more")
    if not found.good:
        screen.say("核验未通过", "NOT verified")
        return
    screen.say(
        "核验通过：每一条都与签名的检查点相符", "verified: every entry is what the checkpoints were signed for"
    )
    if not found.trusted:
        screen.say(
            "注意：只用了文件自带的公钥，查不出整本伪造；请用 --key 给出从别处得知的公钥",
            "note: only the key in the file itself was used, which shows no forgery of the whole; give --key",
        )
    if not found.anchors:
        screen.say("注意：没有锚点，查不出尾部被截；请用 --anchor", "note: without --anchor a cut tail is not seen")


def _say_findings(findings: "Sequence[Finding]", screen: Screen) -> None:
    for finding in findings:
        screen.say(f"✗ {finding.words.zh}", f"✗ {finding.words.en}")


def _json(found: "Verification") -> dict[str, object]:
    return {
        "verified": found.good,
        "origin": found.origin,
        "size": found.size,
        "entries": found.entries,
        "root": found.root.hex() if found.root else None,
        "checkpoints": found.checkpoints,
        "key_trusted": found.trusted,
        "anchors": found.anchors,
        "witnessed": [
            {"by": each.by, "size": each.size, "time": each.time.isoformat(), "trusted": each.trusted}
            for each in found.witnessed
        ],
        "findings": [_finding(each) for each in found.findings],
        "more_findings": found.more,
    }


def _finding(each: "Finding") -> dict[str, object]:
    return {"code": each.code, "index": each.index, "message": each.words.zh, "message_en": each.words.en}


def _tell_proof(index: int, entry: bytes, findings: "list[Finding]", screen: Screen) -> int:
    if screen.as_json:
        text = entry.decode("utf-8", "replace")
        screen.json(
            {
                "verified": not findings,
                "index": index,
                "entry": text,
                "findings": [_finding(each) for each in findings],
            }
        )
    else:
        _say_findings(findings, screen)
        screen.line(entry.decode("utf-8", "replace"))
        if findings:
            screen.say("核验未通过", "NOT verified")
        else:
            screen.say(f"核验通过：第 {index} 条在台账中", f"verified: entry {index} is in the ledger")
    return SOME_FAILED if findings else DONE


@contextmanager
def _view(options: Namespace) -> "Iterator[View]":
    from zhengming.ledger.file_store import FileStore
    from zhengming.ledger.ledger import View

    with closing(FileStore(options.path, writing=False)) as store:
        yield View(store)


def _show(options: Namespace, screen: Screen) -> int:
    with _view(options) as view:
        if options.index is not None:
            screen.line(view.entry(options.index).decode())
            return DONE
        note, keys, size = view.checkpoint, view.store.keys(), view.store.size
    text = note.encoded().decode() if note else None
    if screen.as_json:
        screen.json({"size": size, "checkpoint": text, "keys": list(keys)})
        return DONE
    screen.say(f"{size} 条", f"{size} entries")
    for key in keys:
        screen.say(f"公钥 {key}", f"key {key}")
    screen.say(f"最近的检查点：\n{text or '无'}", f"latest checkpoint:\n{text or 'none'}")
    return DONE


def _prove(options: Namespace, screen: Screen) -> int:
    from zhengming.ledger.proof_file import prove

    if options.index is None:
        raise WrongInput("请给出条目编号", "give the number of the entry")
    with _view(options) as view:
        data = prove(view, options.index).encoded()
    if options.to is None:
        screen.line(data.decode().removesuffix("\n"))
        return DONE
    with _new(options.to) as sink:
        sink.write(data)
    screen.say(f"已写出 {options.to}", f"wrote {options.to}")
    return DONE


def _export(options: Namespace, screen: Screen) -> int:
    from zhengming.ledger.export import write_export

    if options.to is None:
        raise WrongInput("请用 --to 给出写到哪里", "say with --to where to write")
    with _view(options) as view, _new(options.to) as sink:
        total = view.store.size // ENTRIES
        with screen.bar(screen.text("导出", "exporting"), total) as bar:
            size = write_export(view, sink, progress=_stepping(bar, ENTRIES))
    if screen.as_json:
        screen.json({"path": str(options.to), "size": size})
    screen.say(f"已写出 {options.to}：{size} 条", f"wrote {options.to}: {size} entries")
    return DONE


@contextmanager
def _new(path: Path) -> Iterator[BinaryIO]:
    """A new file at ``path``; gone again when it is not finished."""
    try:
        file = path.open("xb")
    except OSError as error:
        raise cannot_write(path, error) from None
    try:
        with file:
            yield file
    except OSError as error:
        path.unlink(missing_ok=True)
        raise cannot_write(path, error) from None
    except BaseException:
        path.unlink(missing_ok=True)
        raise
