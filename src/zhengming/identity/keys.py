"""Secret keys from files: 32 bytes each, named by their file, several at once so that they can be rotated."""

import base64
import binascii
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from zhengming.ground.errors import Refused, Unavailable, WrongInput
from zhengming.identity.secret import Unwritten

SIZE = 32
_NAME = re.compile("[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True)
class KeyRing(Unwritten):
    """Keys by their name. The one called ``current`` is used for what is new, the others for what is old.

    There is no default key: without a file there is no ring.
    """

    current: str
    keys: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        for name, key in self.keys.items():
            if not _NAME.fullmatch(name):
                raise WrongInput("密钥名只用字母、数字、- 和 _", "a key's name holds letters, digits, - and _ only")
            if len(key) != SIZE:
                raise WrongInput(f"密钥 {name} 应为 {SIZE} 字节", f"the key {name} should have {SIZE} bytes")
            if len(set(key)) < SIZE // 4:
                raise WrongInput(f"密钥 {name} 不是随机数", f"the key {name} is not random")
        self.key(self.current)

    def key(self, name: str) -> bytes:
        """The key called ``name``. Raises Unavailable that says which one is missing."""
        try:
            return self.keys[name]
        except KeyError:
            known = "、".join(self.keys)
            raise Unavailable(
                f"缺少密钥“{name}”，现有：{known}；轮换后须保留旧密钥直到全部重新加密",
                f"the key {name!r} is missing, there are: {known}; keep old keys until all is sealed again",
            ) from None

    @classmethod
    def read(cls, paths: Sequence[Path]) -> "KeyRing":
        """The ring of key files, the current one first. The name of a file without its suffix names the key."""
        if not paths:
            raise WrongInput("没有指定密钥文件；不提供默认密钥", "no key file is named, and there is no default key")
        keys: dict[str, bytes] = {}
        for path in paths:
            if path.stem in keys:
                raise WrongInput(f"两个密钥同名：{path.stem}", f"two keys are called {path.stem}")
            keys[path.stem] = read_key(path)
        return cls(paths[0].stem, keys)


def read_key(path: Path) -> bytes:
    """The key in a file: 32 bytes as 64 hex digits or as base64."""
    content = private_bytes(path, 1024).strip()
    try:
        return (
            bytes.fromhex(content.decode()) if len(content) == 2 * SIZE else base64.b64decode(content, validate=True)
        )
    except (ValueError, binascii.Error):
        raise WrongInput(
            f"{path} 应为 64 位十六进制或 base64（openssl rand -hex 32）",
            f"{path} should hold 64 hex digits or base64 (openssl rand -hex 32)",
        ) from None


def private_bytes(path: Path, most: int) -> bytes:
    """What a file of up to ``most`` bytes holds. Raises Refused where anyone may read it, WrongInput if larger."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & stat.S_IROTH:
            raise Refused(f"任何人都可读：{path}（chmod 600）", f"anyone may read {path} (chmod 600)")
        with path.open("rb") as file:
            content = file.read(most + 1)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        raise Unavailable(f"无法读取 {path}：{error}", f"cannot read {path}: {error}") from None
    if len(content) > most:
        raise WrongInput(f"文件超过 {most} 字节：{path}", f"the file is larger than {most} bytes: {path}")
    return content
