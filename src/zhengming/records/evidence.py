"""The evidence store (留存有关记录): prompts, outputs and documents apart from the ledger, sealed, found by digest.

The ledger holds a commitment: SHA-256 over 32 random bytes and the content. Who is given evidence can check it
against the ledger without us; who has only the ledger cannot try out what a short prompt may have been. The random
bytes stand at the head of the sealed content and are gone with it.

Deletion takes the key out of the row and the file out of the folder; the entries, and so the ledger, stay as they
are. Reading and deleting are entries themselves.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from django.db.models import Q

from zhengming.ground.errors import BadFile, Refused, Unavailable, WrongInput
from zhengming.ledger.digest import Digest
from zhengming.ledger.file_store import sync_folder
from zhengming.records import finding
from zhengming.records.desk import Desk
from zhengming.records.models import Evidence
from zhengming.records.sealing import CHUNK, TAG, chunks, sealed, unsealed

#: 网络安全法 and its regulations ask that logs be kept for at least six months; 184 days is the longest six months.
LEAST = timedelta(days=184)
SALT, PACKS = 32, "packs"


@dataclass(frozen=True)
class EvidenceStore:
    """Evidence in ``folder``. ``retention``: how long it is kept unless more is asked for; never below the floor."""

    folder: Path
    retention: timedelta = LEAST

    def __post_init__(self) -> None:
        if self.retention < LEAST:
            raise WrongInput(
                f"留存期不得短于六个月（{LEAST.days} 天），得到 {self.retention.days} 天",
                f"evidence is kept for at least six months ({LEAST.days} days), got {self.retention.days}",
            )

    def keep(self, desk: Desk, content: BinaryIO, kind: str, retention: timedelta | None = None) -> Digest:
        """Keep ``content`` from where it stands; the commitment by which it is found comes back.

        The file is durable before the row and the entry are. ``kind``: a code, such as ``prompt``.
        """
        lasting = max(retention or self.retention, self.retention)
        key, salt = desk.random(32), desk.random(SALT)
        found, size = sha256(), 0

        def seen() -> Iterator[bytes]:
            nonlocal size
            for chunk in chunks(content, salt):
                found.update(chunk)
                size += len(chunk)
                yield chunk

        fresh = self._write(desk, sealed(key, seen()))
        digest = Digest("sha256", found.digest())
        try:
            self._put(fresh, self._path(digest))
            with desk.act("evidence.kept", turn=False) as act:
                Evidence.objects.create(
                    digest=str(digest),
                    kind=finding.code(kind),
                    size=size - SALT,
                    key_sealed=desk.seal(key.hex(), "evidence-key", str(digest)),
                    kept_at=act.now,
                    keep_until=act.now + lasting,
                )
                act.tells(evidence=kind, size=size - SALT)
                act.digests["evidence"] = digest
                act.ends(act.now + lasting)
            if desk.rehearsing:
                self._path(digest).unlink()
        except BaseException:
            fresh.unlink(missing_ok=True)
            self._path(digest).unlink(missing_ok=True)
            raise
        return digest

    def keep_bytes(self, desk: Desk, content: bytes, kind: str, retention: timedelta | None = None) -> Digest:
        """:meth:`keep` for what is small."""
        return self.keep(desk, BytesIO(content), kind, retention)

    def keep_all(
        self, desk: Desk, pieces: Sequence[tuple[bytes, str]], retention: timedelta | None = None
    ) -> list[Digest]:
        """Keep many small contents, each with its kind, in one file and one transaction; their commitments come back.

        For the request path: no entry is written, since whoever keeps names the digests in an entry of his own.
        A content has less than 1 MiB; larger ones go through :meth:`keep`.
        """
        if any(len(content) > CHUNK - SALT for content, _ in pieces):
            raise WrongInput("单件超过 1 MiB，请用 keep", "a piece has more than 1 MiB: use keep")
        now, lasting = desk.clock(), max(retention or self.retention, self.retention)
        rows, blobs, at, pack = list[Evidence](), list[bytes](), 0, desk.random(16).hex()
        for content, kind in pieces:
            key, salted = desk.random(32), desk.random(SALT) + content
            digest = Digest.of(salted)
            row = Evidence(digest=str(digest), kind=finding.code(kind), size=len(content), pack=pack, offset=at)
            row.key_sealed = desk.seal(key.hex(), "evidence-key", str(digest))
            row.kept_at, row.keep_until = now, now + lasting
            rows.append(row)
            blobs.append(b"".join(sealed(key, iter([salted]))))
            at += len(blobs[-1])
        path = self._pack(pack)
        try:
            self._put(self._write(desk, iter(blobs)), path)
            with desk.changing():
                Evidence.objects.bulk_create(rows)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return [Digest.parsed(row.digest) for row in rows]

    def read(self, desk: Desk, digest: Digest, reasons: str, into: Callable[[bytes], object]) -> bytes:
        """Write the content to ``into``, chunk by chunk, after the entry that it was read. Needs ``read_evidence``.

        What comes back are the random bytes: their SHA-256 with the content behind them is ``digest``, which anybody
        can check. Raises BadFile, perhaps after some chunks, where it is not what was kept.
        """
        with desk.act("evidence.read", "read_evidence", turn=False) as act:
            kept = self._row(digest)
            act.digests |= {
                "evidence": digest, "statement": desk.digest("statement", finding.statement(reasons)),
            }  # fmt: skip
            key = bytes.fromhex(desk.opened(kept.key_sealed, "evidence-key", str(digest)))
        found, salt = sha256(), b""
        for chunk in self._opened(key, kept):
            found.update(chunk)
            into(chunk if salt else chunk[SALT:])
            salt = salt or chunk[:SALT]
        if found.digest() != digest.value:
            raise BadFile("证据与其摘要不符", "the evidence does not match its digest")
        return salt

    def delete(self, desk: Desk, digest: Digest) -> None:
        """Delete evidence whose time is over. Needs ``delete_evidence``; Refused before its time."""
        with desk.act("evidence.deleted", "delete_evidence", turn=False) as act:
            kept = self._row(digest)
            if act.now < kept.keep_until:
                raise Refused(
                    f"留存期到 {kept.keep_until:%Y-%m-%d}，此前不得删除", f"kept until {kept.keep_until:%Y-%m-%d}"
                )
            kept.key_sealed, kept.deleted_at = "", act.now
            kept.save(update_fields=["key_sealed", "deleted_at"])
            act.digests["evidence"] = digest
        if desk.rehearsing:
            return
        if not kept.pack:
            self._path(digest).unlink(missing_ok=True)
        elif not Evidence.objects.filter(pack=kept.pack, deleted_at=None).exists():
            self._pack(kept.pack).unlink(missing_ok=True)

    def due(self, now: datetime) -> list[Digest]:
        """What may be deleted at ``now``, the oldest first."""
        rows = Evidence.objects.filter(deleted_at=None, keep_until__lte=now).order_by("keep_until")
        return [Digest.parsed(text) for text in rows.values_list("digest", flat=True)]

    def sweep(self, before: datetime) -> int:
        """Remove files older than ``before`` that no row speaks of: what a crash left. Their number comes back.

        ``before`` lies an hour or more back: of a file that is being kept the row comes last.
        """
        count = 0
        for path in self.folder.glob("*/*"):
            is_old, spoken_of = path.stat().st_mtime < before.timestamp(), Q(digest=f"sha256:{path.name}")
            if path.parent.name == PACKS:
                spoken_of = Q(pack=path.name)
            if is_old and not Evidence.objects.filter(spoken_of, deleted_at=None).exists():
                path.unlink(missing_ok=True)
                count += 1
        return count

    def _row(self, digest: Digest) -> Evidence:
        kept = finding.one(Evidence, "证据", digest=str(digest))
        if kept.deleted_at:
            raise Refused(f"证据已于 {kept.deleted_at:%Y-%m-%d} 删除", f"deleted on {kept.deleted_at:%Y-%m-%d}")
        return kept

    def _opened(self, key: bytes, kept: Evidence) -> Iterator[bytes]:
        try:
            if kept.pack:
                with self._pack(kept.pack).open("rb") as file:
                    file.seek(kept.offset)
                    yield from unsealed(key, BytesIO(file.read(kept.size + SALT + TAG)))
            else:
                with self._path(Digest.parsed(kept.digest)).open("rb") as file:
                    yield from unsealed(key, file)
        except OSError as error:
            raise Unavailable(f"读不了证据文件：{error}", f"cannot read the evidence: {error}") from None

    def _put(self, fresh: Path, path: Path) -> None:
        path.parent.mkdir(exist_ok=True, mode=0o700)
        fresh.replace(path)
        sync_folder(path.parent)

    def _path(self, digest: Digest) -> Path:
        name = digest.value.hex()
        return self.folder / name[:2] / name

    def _pack(self, name: str) -> Path:
        return self.folder / PACKS / name

    def _write(self, desk: Desk, data: Iterator[bytes]) -> Path:
        """A durable file of ``data`` under a passing name."""
        fresh = self.folder / "new" / desk.random(16).hex()
        try:
            fresh.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                for chunk in data:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise Unavailable(f"写不了证据文件：{error}", f"cannot write the evidence: {error}") from None
        return fresh
