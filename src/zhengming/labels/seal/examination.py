"""What a seal is worth (TC260-PG-202511A): good, bad, unverifiable or none, and why.

A seal proves two different things, told apart here: that nothing was changed since (integrity), which any key
can show, and who sealed (identity), which only a key known from elsewhere can show.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from zhengming.ground.errors import WrongInput, ZhengmingError
from zhengming.labels.findings import Finding, finding
from zhengming.labels.seal import envelope
from zhengming.labels.seal.certificates import holder, reaches_anchor
from zhengming.labels.seal.envelope import Binding, Form, KeyEntry, SecurityData, SignatureEntry
from zhengming.labels.seal.message import (
    CONTENT_SELECTION,
    PRODUCER_KEYS,
    PROPAGATOR_KEYS,
    PROPAGATOR_SELECTION,
    Which,
    binding_value,
    label_message,
)
from zhengming.labels.seal.proof import Proof, first_proof, published
from zhengming.labels.seal.reasons import reason
from zhengming.labels.seal.signer import SM2_WITH_SM3
from zhengming.labels.seal.verification_keys import ALGORITHMS, Anchors, VerificationKey, key_of, octets_of

MOST_KEYS = 4


class Verdict(StrEnum):
    """What a seal is worth."""

    GOOD = "good"  # 有效
    BAD = "bad"  # 无效
    UNVERIFIABLE = "unverifiable"  # 无法验证
    NONE = "none"  # 没有


@dataclass(frozen=True)
class SealReading:
    """A seal as read.

    ``covers`` names the keys of the label that the signature vouches for, and ``content`` where the media data
    is bound and was compared. ``hashed`` is ``once`` or ``twice``: how the message was handed to the algorithm.
    ``trusted`` is whether the key is known from an anchor; ``holder`` is then its name, and otherwise only what
    a certificate in the label claims. ``fingerprint`` is SM3 of the public key.
    """

    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    covers: tuple[str, ...] = ()
    algorithm: str = ""
    hashed: str = ""
    trusted: bool = False
    holder: str = ""
    fingerprint: str = ""

    def json(self) -> dict[str, Any]:
        """The reading in the JSON contract of docs/json.md."""
        return {
            "verdict": self.verdict.value, "covers": list(self.covers), "algorithm": self.algorithm,
            "hashed": self.hashed, "trusted": self.trusted, "holder": self.holder,
            "key_fingerprint": self.fingerprint, "findings": [one.json() for one in self.findings],
        }  # fmt: skip


def examine_seal(
    fields: Mapping[str, str],
    which: Which,
    body_digest: Callable[[], bytes] | None = None,
    anchors: Anchors | None = None,
    at: datetime | None = None,
) -> SealReading:
    """What the seal in ReservedCode1 or ReservedCode2 of the label ``fields`` is worth. Never raises.

    ``body_digest`` is called when a binding of ours is there to be compared. ``at`` asks that certificates were
    valid then. The seal of a propagator that is not ours cannot be bad, since its message is nowhere defined.
    """
    text = str(fields.get(f"ReservedCode{which}") or "")
    content = envelope.read(text)
    if content is Form.EMPTY:
        return SealReading(Verdict.NONE)
    if content is Form.SIGNATURE:
        bare = SignatureEntry(SM2_WITH_SM3, "label", text)
        content = SecurityData((bare,), ())
    if isinstance(content, Form):
        return SealReading(Verdict.UNVERIFIABLE, (finding("seal-opaque", content.value),))
    return _Examination(fields, which, content, anchors or Anchors(), body_digest, at).reading()


@dataclass
class _Examination:
    """One examination under way; ``findings`` and ``bad`` grow."""

    fields: Mapping[str, str]
    which: Which
    data: SecurityData
    anchors: Anchors
    body_digest: Callable[[], bytes] | None
    at: datetime | None
    findings: list[Finding] = field(default_factory=list)
    bad: bool = False

    def reading(self) -> SealReading:
        proofs = [proof for entry in self.data.signatures if (proof := self._label_proof(entry))]
        for spelling in self.data.spellings:
            self._note("seal-spelling", spelling)
        if not proofs:
            return self._without_proof()
        best = next((proof for proof in proofs if self._trusts(proof.key)), proofs[0])
        covers = best.covers + (("content",) if self._content_is_bound(best) else ())
        if best.hashed == "twice":
            self._note("seal-hashed-twice")
        trusted = self._trusts(best.key)
        headline = [] if self.bad or trusted else [finding("seal-untrusted-key", best.key.fingerprint)]
        headline.insert(0, finding("seal-bad" if self.bad else "seal-good"))
        return SealReading(
            Verdict.BAD if self.bad else Verdict.GOOD, (*headline, *self.findings), () if self.bad else covers,
            best.key.algorithm, best.hashed, trusted, self._holder(best.key), best.key.fingerprint,
        )  # fmt: skip

    def _without_proof(self) -> SealReading:
        headline = finding("seal-bad" if self.bad else "seal-unverifiable")
        verdict = Verdict.BAD if self.bad else Verdict.UNVERIFIABLE
        if not self.data.signatures:
            self._note("seal-no-signature")
        algorithm = self.data.signatures[0].algorithm if self.data.signatures else ""
        return SealReading(verdict, (headline, *self.findings), algorithm=algorithm)

    def _label_proof(self, entry: SignatureEntry) -> Proof | None:
        """The proof that ``entry`` gives for the label; notes why where it gives none."""
        if entry.over == "binding":
            return None
        if entry.over != "label":
            self._note("seal-covers-unknown", entry.over)
            return None
        keys, own = self._keys(entry)
        messages = list(self._messages(entry))
        proof = first_proof(keys, messages, entry.value)
        if not proof and keys and own:
            self._label_failed(entry)
        elif not proof and keys:
            self._note("seal-key-missing")
        return proof

    def _label_failed(self, entry: SignatureEntry) -> None:
        if self.which == 1 or entry.selection == PROPAGATOR_SELECTION:
            self.bad = True
            self._note("seal-label-changed")
        else:
            self._note("seal-message-unknown")

    def _messages(self, entry: SignatureEntry) -> Iterator[tuple[tuple[str, ...], bytes]]:
        """What the signature may be over: the guide's message, and for a propagator ours before it."""
        if self.which == 2:
            yield PROPAGATOR_KEYS, label_message(self.fields, PROPAGATOR_KEYS)
        if not (self.which == 2 and entry.selection == PROPAGATOR_SELECTION):
            yield PRODUCER_KEYS, label_message(self.fields, PRODUCER_KEYS)

    def _keys(self, entry: SignatureEntry) -> tuple[list[VerificationKey], bool]:
        """The keys to try, and whether they come with the label; without any, the published ones are tried."""
        if entry.algorithm not in ALGORITHMS:
            self._note("seal-algorithm", entry.algorithm)
            return [], False
        stated = [key for key in self.data.keys if key.algorithm in (entry.algorithm, "")]
        named = [key for key in stated if key.key_id == entry.key_id] or stated
        keys = [key for one in named[:MOST_KEYS] if (key := self._key(one, entry.algorithm))]
        if keys:
            return keys, True
        if not named:
            self._note("seal-key-missing")
        return list(published(self.anchors, entry.algorithm)), False

    def _key(self, entry: KeyEntry, algorithm: str) -> VerificationKey | None:
        try:
            return key_of(entry.value, algorithm)
        except WrongInput as error:
            self._note("seal-key-unreadable", error.words.zh)
            return None

    def _content_is_bound(self, proof: Proof) -> bool:
        """Whether a binding of ours, signed by the key of the label, fits the content."""
        bound = False
        for binding in self.data.bindings:
            if binding.selection != CONTENT_SELECTION:
                self._note("seal-binding-foreign", binding.selection)
            elif not self._binding_is_signed(binding, proof.key):
                self.bad = True
                self._note("seal-binding-unsigned")
            else:
                bound = self._fits_content(binding, proof.message) or bound
        return bound

    def _binding_is_signed(self, binding: Binding, key: VerificationKey) -> bool:
        entries = [entry for entry in self.data.signatures if entry.over == "binding"]
        messages = [((), binding.message)]
        return any(first_proof([key], messages, entry.value) for entry in entries if entry.algorithm == key.algorithm)

    def _fits_content(self, binding: Binding, message: bytes) -> bool:
        try:
            digest = self.body_digest() if self.body_digest else None
        except ZhengmingError as error:
            self._note("seal-content-unchecked", error.words.zh)
            return False
        if digest is None:
            self._note("seal-content-unchecked")
            return False
        if binding.value.casefold() == binding_value(message, digest):
            return True
        self.bad = True
        self._note("seal-content-changed")
        return False

    def _trusts(self, key: VerificationKey) -> bool:
        return key.spki in self.anchors.keys or (
            key.certificate is not None
            and reaches_anchor(key.certificate, self._chain(), self.anchors.certificates, self.at)
        )

    def _chain(self) -> Sequence[bytes]:
        found = []
        for entry in self.data.keys:
            try:
                found.append(octets_of(entry.value))
            except WrongInput:
                continue
        return found

    def _holder(self, key: VerificationKey) -> str:
        if name := self.anchors.keys.get(key.spki):
            return name
        try:
            return holder(key.certificate).name if key.certificate else ""
        except WrongInput:
            return ""

    def _note(self, code: str, detail: str = "") -> None:
        if (one := reason(code, detail)) not in self.findings:
            self.findings.append(one)
