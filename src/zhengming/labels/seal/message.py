"""What a seal signs: the message of the label, and the value that binds it to the content.

The producer's message is that of the guide, annex A.1: ``"Label":"1","ContentProducer":"X","ProduceID":"Y"``. [H]
For a propagator's seal in ReservedCode2 no source gives the message, and for the content no source gives the
selection of bytes. Both are our choice; each carries a name of ours, so that no reader mistakes it for the guide's.
"""

from collections.abc import Iterable, Mapping
from typing import BinaryIO, Literal

from zhengming.ground.errors import BadFile
from zhengming.labels.edit import STEP, Kept
from zhengming.labels.seal.sm3 import sm3, start

Which = Literal[1, 2]

PRODUCER_KEYS = ("Label", "ContentProducer", "ProduceID")
PROPAGATOR_KEYS = ("Label", "ContentPropagator", "PropagateID")
#: Our name for the propagator's message, in ``TBSData.MdSel``.
PROPAGATOR_SELECTION = "zhengming:propagator:1"
#: Our name for SM3(message of the label ‖ SM3(media data)), in ``CntSel``.
CONTENT_SELECTION = "zhengming:body:1"


def label_message(fields: Mapping[str, str], keys: Iterable[str]) -> bytes:
    """The members ``keys`` of the label, joined by commas, without braces and blanks."""
    return ",".join(f'"{key}":"{fields.get(key, "")}"' for key in keys).encode("utf-8", "surrogatepass")


def binding_value(message: bytes, body_digest: bytes) -> str:
    """The value of a binding of ours: 64 hex digits. It holds label and content together, so that neither the
    binding nor the label can be exchanged for one of another file by the same signer."""
    return sm3(message + body_digest).hex()


def body_digest(file: BinaryIO, spans: Iterable[Kept]) -> bytes:
    """SM3 over the media data of ``file``: the bytes of ``spans`` (:meth:`Format.body`), one after the other.

    Raises BadFile when the file ends before a span does; lets out what ``spans`` lets out.
    """
    digest = start()
    for span in spans:
        at = span.start
        while at < span.stop:
            file.seek(at)
            data = file.read(min(STEP, span.stop - at))
            if not data:
                raise BadFile("媒体数据不完整", "the media data is incomplete", at)
            digest.update(data)
            at += len(data)
    return digest.finalize()
