"""The labelling of one file out of many: what became of it, for the summary and for ``--json`` (docs/json.md)."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zhengming.cli.batch import Source, unforeseen
from zhengming.ground.errors import ZhengmingError
from zhengming.ground.system_errors import cannot_write
from zhengming.labels.edit import Progress
from zhengming.labels.labelling import Labelled, Order, label_file
from zhengming.labels.recognition import UnknownFormat


@dataclass(frozen=True)
class Outcome:
    """What became of one file: labelled, skipped because nothing labels such files, or failed.

    A skipped file has an ``error`` too, which says why.
    """

    source: Source
    target: Path
    done: Labelled | None = None
    error: ZhengmingError | None = None
    skipped: bool = False
    json: dict[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether the file should have been labelled and was not."""
        return self.error is not None and not self.skipped


def outcome(source: Source, progress: Progress | None, order: Order, out: Path | None, dry_run: bool) -> Outcome:
    """Label one file; an error that belongs to this file is part of the outcome."""
    target = source.target(out)
    try:
        if not dry_run:
            target.parent.mkdir(parents=True, exist_ok=True)
        done = label_file(source.path, target, order, dry_run=dry_run, progress=progress)
    except UnknownFormat as error:
        # lay in a folder beside others and is of no kind that we label: nothing was asked of it
        skipped = not source.named and not error.misnamed
        return Outcome(source, target, error=error, skipped=skipped, json=_json(source, target, error=error))
    except ZhengmingError as error:
        return Outcome(source, target, error=error, json=_json(source, target, error=error))
    except OSError as error:
        failure: ZhengmingError = cannot_write(target, error)
        return Outcome(source, target, error=failure, json=_json(source, target, error=failure))
    except Exception as error:  # a fault of ours or of a library: one file never stops the others
        failure = unforeseen(error)
        return Outcome(source, target, error=failure, json=_json(source, target, error=failure))
    return Outcome(source, target, done, json=_json(source, target, done))


def _json(
    source: Source, target: Path, done: Labelled | None = None, error: ZhengmingError | None = None
) -> dict[str, Any]:
    """One object of the JSON contract (docs/json.md)."""
    shown = done.shown if done else None
    return {
        "path": str(source.path),
        "out": str(target) if done and done.written else None,
        "format": done.format.name if done else None,
        "carrier": done.format.place.name if done else None,
        "label": done.label.fields() if done else None,
        "replaced": [reading.fields for reading in done.replaced] if done else [],
        "sealed": bool(done and (done.label.reserved1 if done.label.producer else done.label.reserved2)),
        "c2pa": bool(done and done.signed),
        "explicit": {"text": shown.text, "where": shown.where, **shown.facts} if shown else None,
        "size": done.size if done else None,
        "dry_run": bool(done and not done.written),
        "error": error.json() if error else None,
    }
