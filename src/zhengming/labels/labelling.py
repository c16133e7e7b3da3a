"""The labelling of a file (添加标识), Art. 16 and 17: show → seal → write → read back → sign → put in place.

The order of the steps is forced: what people see changes the content, the seal binds the content, and a C2PA
manifest binds every byte, so it comes last.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO

from zhengming.ground.errors import Refused, ZhengmingError
from zhengming.ground.ids import content_number
from zhengming.ground.system_errors import cannot_read
from zhengming.labels.edit import Edit, Progress, copy, new_size
from zhengming.labels.explicit.labeller import Shown, Wish, labeller_for
from zhengming.labels.format import Format
from zhengming.labels.metadata_label import KEYS, Attribute, MetadataLabel
from zhengming.labels.reading import MOST_LABELS, Reading, is_label, mentions_label, read_label
from zhengming.labels.recognition import recognise
from zhengming.labels.replace import apply, locked, replacing, same
from zhengming.labels.witness import Witness

if TYPE_CHECKING:
    from zhengming.labels.c2pa.signing import Credentials
    from zhengming.labels.seal.signer import Signer


@dataclass(frozen=True)
class Order:
    """What is wanted on a file.

    ``label``: the metadata label (隐式标识). Where it names no producer it is a propagator's update: the
    producer's keys of the label in the file stay, and only the propagator's three are written.
    ``explicit``: what people shall see or hear (显式标识). ``signer``: who seals the label.
    ``credentials``: who signs a C2PA manifest. Each of these three may be None.
    """

    label: MetadataLabel
    explicit: Wish | None = None
    signer: "Signer | None" = None
    credentials: "Credentials | None" = None


@dataclass(frozen=True)
class Labelled:
    """What was done to a file: where it is now, which label it carries, and what stood there before.

    ``size``: bytes of the labelled file, a C2PA manifest not counted. ``written``: False after a dry run.
    """

    path: Path
    target: Path
    format: Format
    label: MetadataLabel
    replaced: tuple[Reading, ...]
    shown: Shown | None
    signed: bool
    size: int
    written: bool


def label(
    path: str | Path,
    producer: str = "",
    produce_id: str = "",
    *,
    out: str | Path | None = None,
    explicit: bool | Wish = False,
    attribute: str = Attribute.IS,
    propagator: str = "",
    propagate_id: str = "",
    signer: "Signer | None" = None,
    credentials: "Credentials | None" = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Labelled:
    """Label one file, in place or as ``out`` (a file, or a folder that exists).

    ``producer``: provider code (27 characters) or name; with ``propagator`` alone, a propagator's update.
    ``produce_id``, ``propagate_id``: content numbers, made when empty. ``explicit``: True for the usual label
    of the medium, or a :class:`Wish`. ``attribute``: "1" 属于, "2" 可能, "3" 疑似. ``signer`` seals the label,
    ``credentials`` sign a C2PA manifest. ``dry_run``: everything but the writing.

    Raises the errors of :mod:`zhengming.ground.errors`; on any of them the file is as it was.
    """
    wish = Wish() if explicit is True else explicit or None
    fields = MetadataLabel(producer, produce_id, attribute, propagator=propagator, propagate_id=propagate_id)
    source, target = Path(path), Path(out) if out else Path(path)
    target = target / source.name if target.is_dir() else target
    return label_file(source, target, Order(fields, wish, signer, credentials), dry_run=dry_run, progress=progress)


def label_file(
    source: Path, target: Path, order: Order, *, dry_run: bool = False, progress: Progress | None = None
) -> Labelled:
    """The journey of one file. ``source`` and ``target`` may be the same path."""
    with opened(source, shared=dry_run or not same(source, target)) as file:
        witness = Witness(source, file)
        format_ = recognise(file, source.name)
        before = labels_in(format_, file)
        known = before if before or order.label.producer else labels_in(format_, file, mentioned=True)
        shown_file, shown = show(file, format_, order, target.parent, progress)
        with shown_file if shown else nullcontext():
            label = seal(ordered_label(order, known), order, format_, shown_file)
            edit = format_.write(shown_file, label)
            if not dry_run:
                work = Work(source if shown is None else None, target, format_, label, edit, witness)
                put_in_place(work, shown_file, order.credentials, progress)
    signed = order.credentials is not None
    return Labelled(source, target, format_, label, before, shown, signed, new_size(edit), not dry_run)


@contextmanager
def opened(path: Path, shared: bool = True) -> Iterator[BinaryIO]:
    """A file for reading, locked. Raises WrongInput, in words a person can act on, when it cannot be opened."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(locked(path, shared))
        except (OSError, ValueError) as error:
            raise cannot_read(path, error) from None
        yield file


def labels_in(format_: Format, file: BinaryIO, mentioned: bool = False) -> tuple[Reading, ...]:
    """The metadata labels of a file, in its order, MOST_LABELS at most.

    ``mentioned``: those too that stand within other metadata, which writing a label leaves as it is.
    """
    entries = (one for one in format_.entries(file) if is_label(one) or (mentioned and mentions_label(one)))
    return tuple(map(read_label, islice(entries, MOST_LABELS)))


def ordered_label(order: Order, before: tuple[Reading, ...]) -> MetadataLabel:
    """The label to write: the ordered one, or, for a propagator, the one in the file with his keys in it."""
    own = numbered(order.label.checked())
    if own.producer or not before:
        return _not_weaker(own, before)
    present = {tuple(reading.fields.items()) for reading in before}
    if len(present) > 1 or len(before) == MOST_LABELS:
        raise Refused(
            "文件里有多个互相矛盾的元数据标识，传播者不能替制作者取舍；请先检验该文件（zhengming examine）",
            "the file has several contradicting labels and a propagator may not choose for the producer; "
            "examine the file first (zhengming examine)",
        )
    fields = {attribute: before[0].fields.get(key, "") for key, attribute in KEYS.items()}
    fields["attribute"] = fields["attribute"] or own.attribute  # nobody's statement is changed where there is none
    return MetadataLabel(**fields).propagated(own.propagator, own.propagate_id, own.reserved2)


def _not_weaker(own: MetadataLabel, before: tuple[Reading, ...]) -> MetadataLabel:
    """``own``, unless it says less than a label that it would replace: Art. 18, no label is altered (篡改)."""
    stated = [value for reading in before if (value := reading.fields.get("Label")) in set(Attribute)]
    if stated and own.attribute > min(stated):
        raise Refused(
            f"文件的标识已声明 Label 为 {min(stated)}，不能改写为较弱的 {own.attribute}（第十八条：不得篡改标识）",
            f"the label in the file states {min(stated)} and is not replaced by the weaker {own.attribute} (Art. 18)",
        )
    return own


def numbered(label: MetadataLabel) -> MetadataLabel:
    """``label`` with a fresh content number for each provider that has none."""
    return replace(
        label,
        produce_id=label.produce_id or (content_number() if label.producer else ""),
        propagate_id=label.propagate_id or (content_number() if label.propagator else ""),
    )


def show(
    file: BinaryIO, format_: Format, order: Order, folder: Path, progress: Progress | None
) -> tuple[BinaryIO, Shown | None]:
    """The content as people shall see it: with the explicit label in it where one is wanted."""
    if order.explicit is None:
        return file, None
    wish = order.explicit.checked()
    labeller = labeller_for(format_.name)
    sink = TemporaryFile(dir=folder)  # noqa: SIM115  # handed on, and closed by who gets it
    try:
        return sink, labeller.put(file, sink, wish, format_.name, progress)
    except BaseException:
        sink.close()
        raise


def seal(label: MetadataLabel, order: Order, format_: Format, file: BinaryIO) -> MetadataLabel:
    """The label with a seal of its signer over label and content (TC260-PG-202511A), where one is wanted.

    A producer seals in ReservedCode1, a propagator in ReservedCode2.
    """
    if order.signer is None:
        return label
    from zhengming.labels.seal import sealing
    from zhengming.labels.seal.message import body_digest

    return sealing.seal(label, order.signer, body_digest(file, format_.body(file)), 1 if order.label.producer else 2)


@dataclass(frozen=True)
class Work:
    """An edit that waits to take effect. ``source`` is None when the edit is not of a file with a name."""

    source: Path | None
    target: Path
    format: Format
    label: MetadataLabel
    edit: Edit
    witness: Witness

    def check(self, fresh: BinaryIO) -> None:
        """Read back what was written, before it takes effect, and make sure that it was made of what is there."""
        read_back(self.format, fresh, self.label)
        self.witness.check(fresh)


def put_in_place(work: Work, file: BinaryIO, credentials: "Credentials | None", progress: Progress | None) -> None:
    """Write, read back, sign where wanted, and let the result take the place of the target in one step."""
    if credentials is not None:
        _signed_in_place(work, file, credentials, progress)
    elif work.source is not None:
        apply(work.edit, file, work.source, work.target, progress, work.check)
    else:
        with replacing(work.target) as fresh:
            copy(work.edit, file, fresh, progress)
            work.check(fresh)


def _signed_in_place(work: Work, file: BinaryIO, credentials: "Credentials", progress: Progress | None) -> None:
    from zhengming.labels.c2pa.signing import sign

    with TemporaryFile(dir=work.target.parent) as labelled, replacing(work.target) as fresh:
        copy(work.edit, file, labelled, progress)
        sign(labelled, fresh, work.format, work.label, credentials)
        work.check(fresh)


def read_back(format_: Format, file: BinaryIO, label: MetadataLabel) -> None:
    """Read what was written before it takes effect. Raises ZhengmingError unless it is just that one label."""
    found = labels_in(format_, file)
    if [reading.fields for reading in found] != [label.fields()]:
        raise ZhengmingError(
            f"写入后回读不符（读到 {len(found)} 个标识），原文件未改动；请报告此文件",
            f"what was written does not read back ({len(found)} labels read); the file was left as it was",
        )
