"""A timestamping authority (可信时间戳, RFC 3161): it states when it saw the checkpoint."""

from secrets import randbits

from zhengming.ground.words import Words
from zhengming.ledger import timestamp
from zhengming.ledger.anchor import Anchor, Anchored, Place, Prove
from zhengming.ledger.note import Note
from zhengming.ledger.posting import check_taken, post


class TimestampAnchor(Anchor):
    name = "timestamp"
    title = Words("可信时间戳机构（RFC 3161）", "a timestamping authority (RFC 3161)")

    def keep(self, note: Note, place: Place, prove: Prove) -> Anchored:
        del prove
        text, nonce = note.text.encode(), randbits(63)
        status, token = post(place, timestamp.request(text, nonce), "application/timestamp-query")
        check_taken(place, status)
        timestamp.verified(token, text, place.authorities, nonce)
        return Anchored(note, token)


ANCHOR = TimestampAnchor()
