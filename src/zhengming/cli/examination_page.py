"""The examination of one file as a person reads it: the verdict, what it rests on, what to do (标识办法第六条)."""

from collections.abc import Iterator

from zhengming.ground.words import Words
from zhengming.labels.examination import Examination, Sealed
from zhengming.labels.findings import Finding
from zhengming.labels.reading import Reading
from zhengming.labels.verdict import Verdict

#: A longer value of a field, mostly a seal, is shortened; ``--json`` has it whole.
LONGEST_VALUE = 100

VERDICTS = {
    Verdict.IS: Words("属于生成合成内容", "generated or synthesised content"),
    Verdict.POSSIBLY: Words("可能为生成合成内容", "possibly generated or synthesised content"),
    Verdict.SUSPECTED: Words("疑似生成合成内容", "suspected to be generated or synthesised content"),
    Verdict.NOT_SEEN: Words(
        "未见标识或痕迹（不证明不是生成合成内容）",
        "no label and no trace seen, which does not prove that the content is not generated",
    ),
}
#: The same in a word, for tables.
NAMES = {
    Verdict.IS: Words("属于", "generated"),
    Verdict.POSSIBLY: Words("可能", "possibly"),
    Verdict.SUSPECTED: Words("疑似", "suspected"),
    Verdict.NOT_SEEN: Words("未见", "not seen"),
}
SEALS = {
    "good": Words("有效", "good"),
    "bad": Words("无效", "bad"),
    "unverifiable": Words("无法验证", "unverifiable"),
}
C2PA_STATES = {
    "trusted": Words("完整，签名者受信任", "intact, signer trusted"),
    "valid": Words("完整，签名者未知", "intact, signer unknown"),
    "invalid": Words("不成立", "invalid"),
}
SEVERITIES = {"error": "✗", "warning": "!", "note": "·"}


def lines(result: Examination) -> Iterator[Words]:
    """The page, line by line: the verdict first, then what it rests on, then what to do."""
    zh, en = (result.format.title, result.format.name) if result.format else ("格式不明", "unknown format")
    yield Words(f"{result.path}（{zh}）", f"{result.path} ({en})")
    for words in _indented(result):
        yield Words(f"  {words.zh}", f"  {words.en}")


def findings(result: Examination) -> Iterator[Finding]:
    """All findings, on the file, its labels and their seals."""
    yield from result.findings
    for reading in result.labels:
        yield from reading.findings
    for sealed in result.seals:
        yield from sealed.reading.findings


def _indented(result: Examination) -> Iterator[Words]:
    yield _named(Words("结论", "verdict"), VERDICTS[result.verdict])
    if result.error:
        yield _named(Words("没有读完", "reading broke off"), result.error.words)
    for reading in result.labels:
        yield from _label(reading)
    yield from map(_seal, result.seals)
    if result.c2pa:
        state, more = C2PA_STATES[result.c2pa.state], f"{result.c2pa.claim_generator}; {result.c2pa.issuer}"
        yield Words(f"C2PA：{state.zh}；{more}", f"C2PA: {state.en}; {more}")
    for trace in result.traces:
        where, title = f"{trace.place} {trace.key}", trace.title
        yield Words(f"痕迹：{title.zh}（{where}）{trace.detail}", f"trace: {title.en} ({where}) {trace.detail}")
    for shown in result.explicit:
        yield _named(Words("显式标识", "explicit label"), Words(shown, shown))
    yield from map(_finding, findings(result))
    yield from _advice(result)


def _named(name: Words, what: Words) -> Words:
    return Words(f"{name.zh}：{what.zh}", f"{name.en}: {what.en}")


def _label(reading: Reading) -> Iterator[Words]:
    where = f"{reading.entry.place} {reading.entry.key}"
    yield Words(f"元数据标识（{where}）", f"metadata label ({where})")
    for key, value in reading.fields.items():
        if value:
            yield _value(key, value)


def _value(key: str, value: str) -> Words:
    if len(value) <= LONGEST_VALUE:
        return Words(f"  {key} = {value}", f"  {key} = {value}")
    start = f"  {key} = {value[: LONGEST_VALUE // 2]}…"
    return Words(
        f"{start}（共 {len(value)} 个字符，全文见 --json）", f"{start} ({len(value)} characters, whole in --json)"
    )


def _seal(sealed: Sealed) -> Words:
    reading = sealed.reading
    zh, en = SEALS[reading.verdict]
    if "content" in reading.covers:
        zh, en = f"{zh}，内容也未改动", f"{en}, the content is unchanged too"
    if reading.trusted:
        zh, en = f"{zh}；签名者受信任：{reading.holder}", f"{en}; signer trusted: {reading.holder}"
    return _named(Words(f"加封（{sealed.key}）", f"seal ({sealed.key})"), Words(zh, en))


def _finding(found: Finding) -> Words:
    mark = SEVERITIES[found.severity]
    if not found.detail:
        return Words(f"{mark} {found.words.zh}", f"{mark} {found.words.en}")
    return Words(f"{mark} {found.words.zh}：{found.detail}", f"{mark} {found.words.en}: {found.detail}")


def _advice(result: Examination) -> Iterator[Words]:
    advice = result.advice
    if advice.show:
        yield _named(Words("传播平台应提示", "a platform shows"), advice.show)
    if advice.write:
        zh = "，".join(f"{key}={'（平台自己的）' if value is None else value}" for key, value in advice.write.items())
        en = ", ".join(f"{key}={'(its own)' if value is None else value}" for key, value in advice.write.items())
        yield _named(Words("并在元数据写入", "and writes into the metadata"), Words(zh, en))
