"""Key files: PEM, readable by openssl and by their owner only."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from secrets import token_bytes

from zhengming.ground.errors import Refused, Unavailable, WrongInput
from zhengming.ground.system_errors import reason
from zhengming.labels.seal import pkcs8
from zhengming.labels.seal.private_keys import PrivateKey, with_certificates
from zhengming.labels.seal.spki import pem, pem_blocks
from zhengming.labels.seal.verification_keys import Anchors, key_of_spki

LARGEST_FILE = 1024 * 1024
#: Asks its user for a passphrase, only when one is needed.
Ask = Callable[[], bytes]


def private_pem(key: PrivateKey, passphrase: bytes | None, random: Callable[[int], bytes] = token_bytes) -> str:
    """PKCS#8 in PEM: encrypted under ``passphrase``, or in the open for None."""
    plain = pkcs8.encoded(key)
    if passphrase is None:
        return pem("PRIVATE KEY", plain)
    if not passphrase:
        raise WrongInput("口令不能为空", "the passphrase is empty")
    return pem("ENCRYPTED PRIVATE KEY", pkcs8.encrypted(plain, passphrase, random))


def public_pem(key: PrivateKey) -> str:
    """The public key in PEM."""
    return pem("PUBLIC KEY", key.public_key)


def private_key_of(text: str, ask: Ask | None = None) -> PrivateKey:
    """The private key in a PEM text, with the certificates that stand beside it. Raises WrongInput.

    Read are PKCS#8, open and encrypted (``ask`` gives the passphrase), and the bare forms EC and SM2 PRIVATE KEY.
    """
    blocks = pem_blocks(text)
    chain = [content for kind, content in blocks if kind == "CERTIFICATE"]
    for kind, content in blocks:
        if kind == "PRIVATE KEY":
            return with_certificates(pkcs8.decoded(content), chain)
        if kind in ("EC PRIVATE KEY", "SM2 PRIVATE KEY"):  # as older and newer openssl name it
            return with_certificates(pkcs8.decoded_ec(content), chain)
        if kind == "ENCRYPTED PRIVATE KEY":
            return with_certificates(_opened(content, ask), chain)
    raise WrongInput("文件里没有私钥（PEM）", "the file holds no private key in PEM")


def _opened(content: bytes, ask: Ask | None) -> PrivateKey:
    if ask is None:
        raise WrongInput("私钥已加密，需要口令", "the private key is encrypted; a passphrase is needed")
    plain = pkcs8.decrypted(content, ask())
    try:
        return pkcs8.decoded(plain)
    except WrongInput:  # the padding fitted by chance, one time in 256
        raise WrongInput("口令不对，或不是 SM2、Ed25519 私钥", "wrong passphrase, or no SM2 or Ed25519 key") from None


def write_private_key(path: Path, key: PrivateKey, passphrase: bytes | None, *, in_the_open: bool = False) -> None:
    """Write ``key`` to a new file that only its owner may read. Never overwrites.

    Without a passphrase it is refused unless ``in_the_open`` says that this is meant.
    """
    if passphrase is None and not in_the_open:
        raise Refused(
            "私钥须用口令加密；确需明文保存请明确说明", "a private key is stored encrypted unless you say otherwise"
        )
    write_new(path, private_pem(key, passphrase), 0o600)


def write_new(path: Path, text: str, mode: int) -> None:
    """Write a new file with ``mode``, complete on disk before this returns. Raises Refused when it exists."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise Refused(f"文件已存在，不覆盖：{path}", f"the file exists and is not overwritten: {path}") from None
    except OSError as error:
        why = reason(error)
        raise Unavailable(f"写不了 {path}：{why.zh}", f"cannot write {path}: {why.en}") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def read_private_key(path: Path, ask: Ask | None = None) -> PrivateKey:
    """The private key in the file at ``path``. Raises WrongInput, or Unavailable when it cannot be read."""
    return private_key_of(read_text(path), ask)


def read_anchors(paths: Iterable[Path]) -> Anchors:
    """Whom to believe, from PEM files: certificates as roots, public keys under the name of their file.

    Raises WrongInput for a file without either, or with a key of another algorithm.
    """
    certificates: list[bytes] = []
    keys: dict[bytes, str] = {}
    for path in paths:
        blocks = pem_blocks(read_text(path))
        roots = [content for kind, content in blocks if kind == "CERTIFICATE"]
        public = [key_of_spki(content).spki for kind, content in blocks if kind == "PUBLIC KEY"]
        if not roots and not public:
            raise WrongInput(f"{path} 里没有证书或公钥（PEM）", f"{path} holds no certificate or public key in PEM")
        certificates += roots
        keys |= dict.fromkeys(public, path.stem.removesuffix(".pub"))
    return Anchors(tuple(certificates), keys)


def read_text(path: Path) -> str:
    """The text of a small file. Raises WrongInput when it is large, Unavailable when it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        why = reason(error)
        raise Unavailable(f"读不了 {path}：{why.zh}", f"cannot read {path}: {why.en}") from None
    if len(data) > LARGEST_FILE:
        raise WrongInput(f"文件过大，不是密钥文件：{path}", f"too large for a key file: {path}")
    return data.decode("utf-8", "replace")
