"""Labelling what goes out (添加标识), Art. 16 and 17, and reading it back: texts in the answer, media as files.

Whether the explicit label is due follows from the class of the function (Art. 17.1, 17.2), where it stands in a
text from the setting of the service. The implicit label of a medium (隐式标识) is always written; its content
number is the number of the work. Nothing counts as labelled before the label was read in the very bytes that go out.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from zhengming.ground.errors import ZhengmingError
from zhengming.labels.examination import Examination, examine
from zhengming.labels.explicit.labeller import Wish
from zhengming.labels.explicit.wording import DEFAULT
from zhengming.labels.labelling import label as label_file
from zhengming.labels.verdict import Verdict
from zhengming.law.classification import SERVICE_CLASSES
from zhengming.records.parts import TextLabel as Where
from zhengming.synthesis.parts import Part
from zhengming.synthesis.protocol import Response, dumped
from zhengming.synthesis.streams import Unlabelled
from zhengming.synthesis.text_label import TextLabel
from zhengming.synthesis.work import Job, Labelled

#: Bytes of one medium that is labelled.
LARGEST_MEDIUM = 64 * 1024 * 1024
#: What an answer of a medium may say it is; anything else is told as bytes.
_MEDIA_TYPE = re.compile(r"(audio|image|video)/[\w.+-]{1,64}", re.ASCII)


@dataclass(frozen=True)
class Said:
    """What is said of a work: ``word`` for its texts, their ``label`` where it stands in the text, and the ``wish``
    for media, None where no explicit label is put on."""

    word: str
    label: TextLabel | None
    wish: Wish | None

    @property
    def word_of_media(self) -> str:
        """``word`` for a work without texts: shown, where its media show the label."""
        return "shown" if self.wish else self.word


def said(job: Job) -> Said:
    """Which explicit label is due (Art. 17)."""
    admitted = job.grounds
    wording = admitted.service.labels.wording or DEFAULT
    if job.asking.unlabelled:
        return Said("left-out", None, None)
    if not (SERVICE_CLASSES[admitted.function.service_class].must_be_marked or job.wants_label):
        return Said("not-due", None, None)
    where = admitted.service.labels.text
    if where is Where.INTERFACE or job.request.structured:
        return Said("interface", None, Wish(wording))
    position = "end" if where is Where.END else "start"
    return Said(where.value, TextLabel(wording, "end" if position == "end" else "start"), Wish(wording))


def labelled(job: Job) -> Labelled:
    """The answer of ``job`` with its labels in it and read back. Raises Unlabelled where that cannot be done."""
    what = said(job)
    if job.response is None:
        return _medium_labelled(job, what)
    media = {part.path: (part, *_of_part(part, job, what)) for part in job.response.parts if part.kind != "text"}
    changes = {path: _in_form(part, data) for path, (part, data, _) in media.items()}
    body = job.response.labelled(what.label, changes)
    texts = texts_read_back(job.protocol.response(body), what.label)
    facts = tuple(facts for _, _, facts in media.values())
    word, read = what.word_of_media if media and not texts else what.word, texts + len(facts)
    return Labelled(dumped(body).encode(), "application/json", word, read, read, facts)


def texts_read_back(response: Response, label: TextLabel | None) -> int:
    """How many answers carry ``label``: labelled once more, they stay as they are. Raises Unlabelled."""
    answers = {part.path: part for part in response.parts if part.use == "answer" and part.value}
    if label is None or not answers:
        return 0
    changes = label.changes(answers.values())
    if any(changes[path] != part.value for path, part in answers.items()):
        raise Unlabelled("文本标识回读不符", "the label of a text does not read back")
    return len({part.choice for part in answers.values()})


def _medium_labelled(job: Job, what: Said) -> Labelled:
    """An answer that is a medium and no JSON."""
    assert job.answer
    data, facts = labelled_medium(job.answer.body, job.protocol.binary or "file", job, what)
    type_ = job.answer.media_type
    known = type_ if _MEDIA_TYPE.fullmatch(type_) else "application/octet-stream"
    return Labelled(data, known, what.word_of_media, 1, 1, (facts,))


def _of_part(part: Part, job: Job, what: Said) -> tuple[bytes, dict[str, object]]:
    if part.form not in ("inline", "data-url"):
        raise Unlabelled(
            "上游以网址给出媒体，无法加标识；请要求 b64_json", "a medium by URL cannot be labelled: ask for b64_json"
        )
    return labelled_medium(part.data(), part.kind, job, what)


def _in_form(part: Part, data: bytes) -> str:
    """A medium in the form in which it came."""
    text = b64encode(data).decode()
    return text if part.form == "inline" else f"{part.value.partition(',')[0]},{text}"


def labelled_medium(data: bytes, kind: str, job: Job, what: Said) -> tuple[bytes, dict[str, object]]:
    """A medium with its labels, and what they were read to say. Raises Unlabelled."""
    if len(data) > LARGEST_MEDIUM:
        raise Unlabelled(f"媒体超过 {LARGEST_MEDIUM} 字节", f"a medium of more than {LARGEST_MEDIUM} bytes")
    with TemporaryDirectory(prefix="zhengming-") as folder:
        path = Path(folder) / "content"
        path.write_bytes(data)
        try:
            done = label_file(path, job.grounds.service.labels.producer, job.id, explicit=what.wish or False)
        except ZhengmingError as error:
            raise Unlabelled(f"无法加标识：{error.words.zh}", f"it cannot be labelled: {error.words.en}") from error
        fresh = path.read_bytes()
    found = examine(BytesIO(fresh), name="content")
    if not _is_of(found, kind, job) or (what.wish is not None and done.shown is None):
        raise Unlabelled("标识回读不符，未予放行", "the label does not read back: nothing is given out")
    shown = f"{done.shown.text} {done.shown.where}" if done.shown else ""
    return fresh, {"label": dict(found.labels[0].fields), "explicit": shown}


def _is_of(found: Examination, kind: str, job: Job) -> bool:
    """Whether there is just one label, of this producer and this work, on a medium of the kind that was asked for."""
    if found.error or found.verdict is not Verdict.IS or found.format is None:
        return False
    wanted = [(job.grounds.service.labels.producer, job.id)]
    read = [(each.fields.get("ContentProducer"), each.fields.get("ProduceID")) for each in found.labels]
    return found.format.medium.value == kind and read == wanted
