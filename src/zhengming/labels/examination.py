"""The examination of a file (检验): recognise → entries → labels → seals → C2PA → traces → explicit text.

From these follow the verdict and the advice (Labelling Measures Art. 6, 标识办法第六条). Nothing is trusted and
nothing is raised: what breaks on the way is reported beside all that was found before it. The result as JSON
is a stable contract, documented in docs/json.md.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from zhengming.ground.errors import ZhengmingError
from zhengming.ground.system_errors import cannot_read
from zhengming.labels.advice import Advice, advice
from zhengming.labels.c2pa.manifest import Manifest, read_manifest
from zhengming.labels.explicit.labeller import LABELLERS
from zhengming.labels.findings import Finding, finding
from zhengming.labels.format import Entry, Format
from zhengming.labels.label_place import place_findings
from zhengming.labels.label_text import LONGEST_TEXT
from zhengming.labels.reading import MOST_LABELS, Reading, is_label, mentions_label, read_label
from zhengming.labels.recognition import recognise
from zhengming.labels.replace import locked
from zhengming.labels.trace import Seen, traces_in
from zhengming.labels.verdict import BadSeal, Verdict, of_label, verdict

if TYPE_CHECKING:
    from zhengming.labels.seal.examination import SealReading
    from zhengming.labels.seal.verification_keys import Anchors

#: Bounds on what one file may make us keep.
MOST_ENTRIES = 100_000
MOST_TEXTS = 32


@dataclass(frozen=True)
class Terms:
    """On what terms a file is examined.

    ``declared``: its user declares it as generated (Art. 6(2)). ``bad_seal``: what a label with a bad seal is
    worth. ``anchors``: keys and certificates known for seals. ``c2pa_anchors``: PEM certificates for C2PA.
    """

    declared: bool = False
    bad_seal: BadSeal = BadSeal.SUSPECTED
    anchors: "Anchors | None" = None
    c2pa_anchors: str = ""


@dataclass(frozen=True)
class Sealed:
    """The seal in one reserved code of one label: the label's index, the key, what the seal is worth."""

    label: int
    key: str
    reading: "SealReading"

    def json(self) -> dict[str, object]:
        return {"label": self.label, "key": self.key, **self.reading.json()}


@dataclass(frozen=True)
class Examination:
    """All that was read of a file, and what follows. ``error`` ended the reading where it stands, if any."""

    path: str | None
    verdict: Verdict = Verdict.NOT_SEEN
    format: Format | None = None
    labels: tuple[Reading, ...] = ()
    seals: tuple[Sealed, ...] = ()
    c2pa: Manifest | None = None
    traces: tuple[Seen, ...] = ()
    explicit: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    advice: Advice = field(default_factory=lambda: advice(Verdict.NOT_SEEN, set()))
    error: ZhengmingError | None = None

    def json(self) -> dict[str, object]:
        """The examination in the JSON contract of docs/json.md."""
        return {
            "path": self.path,
            "format": self.format.name if self.format else None,
            "medium": self.format.medium.value if self.format else None,
            "verdict": self.verdict.value,
            "labels": [_label_json(reading) for reading in self.labels],
            "seals": [sealed.json() for sealed in self.seals],
            "c2pa": self.c2pa.json() if self.c2pa else None,
            "traces": [seen.json() for seen in self.traces],
            "explicit": list(self.explicit),
            "findings": [found.json() for found in self.findings],
            "advice": self.advice.json(),
            "error": self.error.json() if self.error else None,
        }


def examine(
    source: str | Path | BinaryIO, terms: Terms | None = None, *, declared: bool = False, name: str = ""
) -> Examination:
    """Examine a path, or a seekable binary file that may be called ``name``. Never raises for what is in it.

    ``declared`` is short for ``Terms(declared=True)``.
    """
    terms = replace(terms or Terms(), declared=declared or (terms is not None and terms.declared))
    shown = str(source) if isinstance(source, str | Path) else name or None
    try:
        with _opened(source) as (file, sidecar):
            return _journey(file, shown, sidecar, terms)
    except ZhengmingError as error:
        return _concluded(Examination(shown, error=error), terms)


def _journey(file: BinaryIO, path: str | None, sidecar: BinaryIO | None, terms: Terms) -> Examination:
    format_ = recognise(file, path or "")
    entries, error = _entries(format_, file)
    labels = _labels(format_, entries)
    seals = _seals(format_, file, labels, terms)
    manifest, c2pa_findings = read_manifest(file, format_, sidecar, terms.c2pa_anchors)
    traces = tuple(traces_in((*entries, *(manifest.entries() if manifest else ()))))
    explicit, explicit_findings = _explicit(format_, file)
    findings = (*_between(labels, manifest), *c2pa_findings, *explicit_findings)
    found = Examination(
        path, format=format_, labels=labels, seals=seals, c2pa=manifest, traces=traces, explicit=explicit,
        findings=findings, error=error,
    )  # fmt: skip
    return _concluded(found, terms)


def _concluded(found: Examination, terms: Terms) -> Examination:
    """What follows from all that was found: the verdict, and the advice for a platform."""
    bad = {sealed.label for sealed in found.seals if sealed.reading.verdict == "bad"}
    attributes = [reading.fields.get("Label", "") for reading in found.labels]
    of_labels = [of_label(attribute, index in bad, terms.bad_seal) for index, attribute in enumerate(attributes)]
    traces = bool(found.explicit) or any(seen.conclusive for seen in found.traces)
    word = verdict(of_labels, terms.declared, traces)
    return replace(found, verdict=word, advice=advice(word, set(attributes)))


def _entries(format_: Format, file: BinaryIO) -> tuple[list[Entry], ZhengmingError | None]:
    """The entries up to the first error, and the error."""
    entries: list[Entry] = []
    try:
        entries.extend(islice(format_.entries(file), MOST_ENTRIES))  # extend keeps what came before an error
    except ZhengmingError as error:
        return entries, error
    return entries, None


def _labels(format_: Format, entries: Sequence[Entry]) -> tuple[Reading, ...]:
    found = (read_label(entry) for entry in entries if is_label(entry) or mentions_label(entry))
    return tuple(
        replace(reading, findings=(*place_findings(reading, format_), *reading.findings))
        for reading in islice(found, MOST_LABELS)
    )


def _seals(format_: Format, file: BinaryIO, labels: Sequence[Reading], terms: Terms) -> tuple[Sealed, ...]:
    """What the reserved codes of every label are worth; the empty ones are left out."""
    from zhengming.labels.seal.examination import examine_seal
    from zhengming.labels.seal.message import body_digest

    def digest() -> bytes:
        return body_digest(file, format_.body(file))

    found = [
        Sealed(index, f"ReservedCode{which}", examine_seal(reading.fields, which, digest, terms.anchors))
        for index, reading in enumerate(labels)
        for which in (1, 2)
    ]
    return tuple(sealed for sealed in found if sealed.reading.verdict != "none")


def _explicit(format_: Format, file: BinaryIO) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """The explicit labels that can be read without a heavy model."""
    texts: list[str] = []
    for labeller in LABELLERS:
        if format_.name in labeller.formats:
            try:
                texts.extend(islice(labeller.seen(file, format_.name), MOST_TEXTS))
            except ZhengmingError as error:
                return tuple(texts), (finding("not-looked-at", str(error)),)
    return tuple(dict.fromkeys(texts)), ()


def _between(labels: Sequence[Reading], manifest: Manifest | None) -> Iterator[Finding]:
    """What the labels of a file are guilty of together: more than one, or contradicting ones."""
    if len(labels) > 1:
        yield finding("duplicate", str(len(labels)))
    every = [reading.fields for reading in labels]
    if manifest and manifest.label:
        every.append(manifest.label)
    for key in ("Label", "ContentProducer", "ProduceID", "ContentPropagator", "PropagateID"):
        values = {fields[key] for fields in every if fields.get(key)}
        if len(values) > 1:
            yield finding("conflict", f"{key}: {', '.join(sorted(values))}")


@contextmanager
def _opened(source: str | Path | BinaryIO) -> Iterator[tuple[BinaryIO, BinaryIO | None]]:
    """The file, and the ``.c2pa`` beside it where there is one. Raises WrongInput when it cannot be read."""
    if not isinstance(source, str | Path):
        yield source, None
        return
    path = Path(source)
    with ExitStack() as stack:
        try:
            file = stack.enter_context(locked(path, shared=True))
            beside = [
                one for one in (path.with_suffix(".c2pa"), Path(f"{path}.c2pa")) if one != path and one.is_file()
            ]
            sidecar = stack.enter_context(beside[0].open("rb")) if beside else None
        except (OSError, ValueError) as error:
            raise cannot_read(path, error) from None
        yield file, sidecar


def _label_json(reading: Reading) -> dict[str, object]:
    return {
        "carrier": reading.entry.place, "key": reading.entry.key, "fields": reading.fields, "extra": reading.extra,
        "raw": reading.raw[:LONGEST_TEXT], "findings": [found.json() for found in reading.findings],
    }  # fmt: skip
