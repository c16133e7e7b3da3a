"""``zhengming keys``: make and look at the keys that seal labels (标识签名密钥)."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from zhengming.cli.command import DONE, Command
from zhengming.cli.passphrase import VARIABLE, asked_for, chosen
from zhengming.cli.screen import Screen
from zhengming.ground.errors import WrongInput
from zhengming.ground.words import Words

PUBLIC_SUFFIX = ".pub.pem"
NAMES = {"1.2.156.10197.1.501": "SM2", "1.3.101.112": "Ed25519", "1.2.840.113549.1.1.11": "RSA"}


class Keys(Command):
    name = "keys"
    summary = Words("生成、查看标识签名密钥", "make and look at the keys that seal labels")
    examples = (
        "zhengming keys 密钥.pem --new",
        "zhengming keys 密钥.pem --new --kind ed25519",
        "zhengming keys 密钥.pub.pem --json",
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, metavar="文件", help="密钥文件（PEM）；私钥、公钥、证书皆可查看")
        parser.add_argument(
            "--new", action="store_true", help=f"在此生成新私钥，并在旁边写出公钥 {PUBLIC_SUFFIX}；不覆盖已有文件"
        )
        parser.add_argument("--kind", choices=("sm2", "ed25519"), default="sm2", help="密钥种类，默认 sm2（国密）")
        parser.add_argument("--in-the-open", action="store_true", help="私钥不加密保存；不写此项则用口令加密")
        parser.add_argument(
            "--passphrase-file", type=Path, metavar="文件", help=f"口令所在的文件；不给则取 {VARIABLE} 或在终端询问"
        )

    def run(self, options: Namespace, screen: Screen) -> int:
        shown = _make(options, screen) if options.new else options.path
        _show(options.path, *_public_key(shown, options.passphrase_file), screen)
        return DONE


COMMAND = Keys()


def _make(options: Namespace, screen: Screen) -> Path:
    """Write both files; where the public one is comes back. Nothing is written where either name is taken."""
    from zhengming.labels.seal.key_files import public_pem, write_new, write_private_key
    from zhengming.labels.seal.private_keys import generate

    path = options.path
    public: Path = path.with_name(path.name.removesuffix(".pem") + PUBLIC_SUFFIX)
    for taken in (path, public):
        if taken.exists():
            raise WrongInput(f"文件已存在，不覆盖：{taken}", f"the file exists and is not overwritten: {taken}")
    key = generate(options.kind)
    passphrase = None if options.in_the_open else chosen(path, options.passphrase_file)
    write_private_key(path, key, passphrase, in_the_open=options.in_the_open)
    write_new(public, public_pem(key), 0o644)
    screen.say(f"已写出私钥 {path}（仅本人可读）和公钥 {public}", f"wrote {path} (yours alone) and {public}")
    screen.say(
        "请备份私钥；公布公钥或其指纹，别人才能据以确认是您签的",
        "back the private key up; publish the public one or its fingerprint, so that others know it is yours",
    )
    return public


def _show(path: Path, spki: bytes, holder: str, screen: Screen) -> None:
    from zhengming.labels.seal.spki import pem
    from zhengming.labels.seal.verification_keys import key_of_spki

    key = key_of_spki(spki)
    kind, public = NAMES[key.algorithm], pem("PUBLIC KEY", key.spki)
    if screen.as_json:
        screen.json(
            {"path": str(path), "kind": kind, "algorithm": key.algorithm, "fingerprint": key.fingerprint,
             "holder": holder, "public_key": public}
        )  # fmt: skip
        return
    screen.say(f"种类 {kind}", f"kind {kind}")
    screen.say(
        f"指纹 {key.fingerprint}（公钥 DER 的 SM3）", f"fingerprint {key.fingerprint} (SM3 of the public key's DER)"
    )
    if holder:
        screen.say(f"持有者 {holder}", f"holder {holder}")
    print(public, end="")


def _public_key(path: Path, passphrase_file: Path | None) -> tuple[bytes, str]:
    """The public key in a file of any kind, and the name in its certificate."""
    from zhengming.labels.seal.certificates import certificate_spki, holder
    from zhengming.labels.seal.key_files import private_key_of, read_text
    from zhengming.labels.seal.spki import pem_blocks

    text = read_text(path)
    blocks = dict(reversed(pem_blocks(text)))
    if certificate := blocks.get("CERTIFICATE"):
        return certificate_spki(certificate), holder(certificate).name
    if public := blocks.get("PUBLIC KEY"):
        return public, ""
    return private_key_of(text, asked_for(path, passphrase_file)).public_key, ""
