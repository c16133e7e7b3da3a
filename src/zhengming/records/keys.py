"""The keys of an installation: made once in its key folder, readable by its owner alone. There are no default keys.

    sealing-1.key   encrypts what is kept of people and the keys of evidence; further ones after a rotation
    digest-1.key    makes the keyed digests by which people are looked up; never lose it
    ledger.key      signs the checkpoints of the ledger
    web.key         signs sessions and links of the web side

The highest number is the one in use. A new one is made by writing ``sealing-2.key`` (``openssl rand -hex 32``).
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from zhengming.ground.errors import Unavailable
from zhengming.identity.digests import Digester
from zhengming.identity.keys import KeyRing, read_key
from zhengming.identity.vault import Vault

NAMES = ("sealing-1.key", "digest-1.key", "ledger.key", "web.key")
_NUMBERED = re.compile(r"(sealing|digest)-(\d{1,6})\.key")


@dataclass(frozen=True)
class Keys:
    """What the keys are used for. ``made``: the files that were made just now, to be told aloud and backed up."""

    vault: Vault
    digester: Digester
    ledger_seed: bytes
    web: bytes
    made: tuple[Path, ...] = ()


def keys(folder: Path) -> Keys:
    """The keys in ``folder``, made where the folder holds none at all.

    Raises Unavailable where some are there and others are missing: making a new one would lose what the old sealed.
    """
    made = () if any((folder / name).exists() for name in NAMES) else _make(folder)
    if missing := [name for name in NAMES if not (folder / name).exists()]:
        raise Unavailable(
            f"密钥文件夹 {folder} 缺少 {'、'.join(missing)}；请从备份恢复，不会自动重建",
            f"{', '.join(missing)} missing in {folder}: restore from your backup, they are not made anew",
        )
    sealing, digest = (KeyRing.read(_newest_first(folder, kind)) for kind in ("sealing", "digest"))
    return Keys(Vault(sealing), Digester(digest), read_key(folder / "ledger.key"), read_key(folder / "web.key"), made)


def _make(folder: Path) -> tuple[Path, ...]:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in NAMES:
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(token_hex(32) + "\n")
                file.flush()
                os.fsync(handle)
    except OSError as error:
        raise Unavailable(f"无法写密钥文件 {folder}：{error}", f"cannot write keys to {folder}: {error}") from None
    return tuple(folder / name for name in NAMES)


def _newest_first(folder: Path, kind: str) -> list[Path]:
    found = ((_NUMBERED.fullmatch(path.name), path) for path in folder.iterdir())
    numbered = [(int(match[2]), path) for match, path in found if match and match[1] == kind]
    return [path for _, path in sorted(numbered, reverse=True)]
