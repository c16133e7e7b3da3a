"""A web address of somebody else's: the checkpoint is posted there as it stands, and kept there."""

from zhengming.ground.words import Words
from zhengming.ledger.anchor import Anchor, Anchored, Place, Prove
from zhengming.ledger.note import Note
from zhengming.ledger.posting import check_taken, post


class Webhook(Anchor):
    name = "webhook"
    title = Words("向外部地址发送检查点", "post the checkpoint to an address elsewhere")

    def keep(self, note: Note, place: Place, prove: Prove) -> Anchored:
        del prove
        status, _ = post(place, note.encoded(), "text/plain; charset=utf-8")
        check_taken(place, status)
        return Anchored(note)


ANCHOR = Webhook()
