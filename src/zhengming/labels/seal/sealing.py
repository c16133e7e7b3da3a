"""Sealing a label (元数据安全防护, TC260-PG-202511A): a signature in ReservedCode1 or ReservedCode2."""

from dataclasses import replace

from zhengming.ground.errors import WrongInput
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.seal import envelope
from zhengming.labels.seal.envelope import KeyEntry, SecurityData, SignatureEntry
from zhengming.labels.seal.message import (
    CONTENT_SELECTION,
    PRODUCER_KEYS,
    PROPAGATOR_KEYS,
    PROPAGATOR_SELECTION,
    Which,
    binding_value,
    label_message,
)
from zhengming.labels.seal.signer import Signer


def seal(label: MetadataLabel, signer: Signer, body_digest: bytes | None = None, which: Which = 1) -> MetadataLabel:
    """``label`` with the seal of its producer (``which`` 1) or of its propagator (2).

    ``body_digest`` (:func:`.message.body_digest`) binds the seal to the content as well; without it the seal
    covers the label alone. A seal already there is replaced. Raises WrongInput on a label that cannot be
    sealed without doubt about what was signed, and what ``signer`` raises.
    """
    keys = PRODUCER_KEYS if which == 1 else PROPAGATOR_KEYS
    message = label_message(_sealable(label, keys), keys)
    signatures = [_signed(signer, "label", message, PROPAGATOR_SELECTION if which == 2 else "")]
    bindings = []
    if body_digest is not None:
        bindings.append(envelope.binding(CONTENT_SELECTION, binding_value(message, body_digest)))
        signatures.append(_signed(signer, "binding", bindings[0].message))
    data = SecurityData(tuple(signatures), _keys(signer), tuple(bindings))
    text = envelope.write(data)
    return (replace(label, reserved1=text) if which == 1 else replace(label, reserved2=text)).checked()


def _sealable(label: MetadataLabel, keys: tuple[str, ...]) -> dict[str, str]:
    fields = label.checked().fields()
    for key in keys:
        if not fields[key]:
            raise WrongInput(f"{key} 为空，不能签名", f"{key} is empty: nothing to seal")
        if '"' in fields[key]:
            raise WrongInput(
                f"{key} 含引号，签名的含义会不确定",
                f"{key} holds a quotation mark: what was signed would be in doubt",
            )
    return fields


def _signed(signer: Signer, over: str, message: bytes, selection: str = "") -> SignatureEntry:
    return SignatureEntry(signer.algorithm, over, signer.sign(message).hex().upper(), selection=selection)


def _keys(signer: Signer) -> tuple[KeyEntry, ...]:
    """The certificates where there are any, else the bare key."""
    values = signer.certificates or (signer.public_key,)
    return tuple(KeyEntry(signer.algorithm, value.hex().upper()) for value in values)
