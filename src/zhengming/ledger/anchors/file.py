"""A file on another disk, a mounted share, or write-once media: checkpoints one after the other."""

import os
from pathlib import Path

from zhengming.ground.errors import Unavailable
from zhengming.ground.system_errors import reason
from zhengming.ground.words import Words
from zhengming.ledger.anchor import Anchor, Anchored, Place, Prove
from zhengming.ledger.note import Note


class FileAnchor(Anchor):
    name = "file"
    title = Words("另一处的文件", "a file elsewhere")

    def keep(self, note: Note, place: Place, prove: Prove) -> Anchored:
        del prove
        try:
            handle = os.open(Path(place.address), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            with os.fdopen(handle, "wb") as file:
                file.write(note.encoded() + b"\n")
                file.flush()
                os.fsync(handle)
        except OSError as error:
            why = reason(error)
            raise Unavailable(
                f"写不了锚点文件 {place.address}：{why.zh}", f"cannot write {place.address}: {why.en}"
            ) from None
        return Anchored(note)


ANCHOR = FileAnchor()
