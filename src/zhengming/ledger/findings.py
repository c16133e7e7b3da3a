"""What a verification may find, in words."""

from dataclasses import dataclass, field

from zhengming.ground.errors import ZhengmingError
from zhengming.ground.words import Words

#: The most findings that are listed; the rest is counted.
MOST_LISTED = 100

WORDS = {
    "damaged": Words("导出文件的结构被破坏：{zh}", "the structure of the export is broken: {en}"),
    "other-log": Words(
        "第 {size} 条处的检查点属于另一台账 {origin}", "the checkpoint at {size} is of another log, {origin}"
    ),
    "signature": Words(
        "第 {size} 条处的检查点有一个签名不对或来历不明",
        "a signature of the checkpoint at {size} is wrong or of an unknown key",
    ),
    "unsigned": Words(
        "第 {size} 条处的检查点没有台账自己的有效签名",
        "the checkpoint at {size} bears no right signature of the log itself",
    ),
    "foreign-key": Words(
        "最后的检查点不是所给公钥签的：可能是伪造的台账",
        "the last checkpoint is not signed by the key given: the ledger may be forged",
    ),
    "order": Words(
        "第 {size} 条处的检查点次序不对：旧检查点被重放",
        "the checkpoint at {size} is out of order: an old one is replayed",
    ),
    "fork": Words(
        "同为 {size} 条，却有两个不同的根：台账有两个版本，其一是改写的",
        "two different roots over {size} entries: there are two histories, one of them rewritten",
    ),
    "inconsistent": Words(
        "从 {old} 条到 {size} 条的检查点不是增长而来", "the checkpoint at {size} did not grow from that at {old}"
    ),
    "uncovered": Words(
        "检查点只覆盖 {size} 条，导出声称 {stated} 条：其余没有签名担保",
        "the checkpoint covers {size} entries, the export states {stated}: the rest is vouched for by nobody",
    ),
    "count": Words(
        "应有 {stated} 条，条目部分声称 {found} 条", "there should be {stated} entries, the list states {found}"
    ),
    "broken-entry": Words("第 {index} 条的格式被破坏", "entry {index} is malformed"),
    "changed-entry": Words("第 {index} 条的内容被改动", "the content of entry {index} was changed"),
    "changed-hash": Words(
        "第 {index} 条旁的散列被改动，内容无误", "the hash beside entry {index} was changed, its content is right"
    ),
    "moved-entry": Words(
        "第 {index} 条的位置上是第 {found} 条：条目被调换、抽走或插入",
        "in the place of entry {index} stands entry {found}: entries were swapped, removed or inserted",
    ),
    "changed-tile": Words(
        "第 {index} 至 {last} 条不是台账签过的那些：有改动、调换或替换",
        "entries {index} to {last} are not those the ledger signed for: changed, swapped or replaced",
    ),
    "cut": Words(
        "文件在第 {index} 条处中断，应有 {stated} 条",
        "the file breaks off at entry {index}; there should be {stated}",
    ),
    "root": Words(
        "第 {old} 至 {size} 条之间与签名的根不符",
        "somewhere in entries {old} to {size} the ledger is not what was signed",
    ),
    "cut-tail": Words(
        "尾部被截：锚点证明曾有 {size} 条，这里只有 {found} 条",
        "the tail is cut off: an anchor proves {size} entries, here are {found}",
    ),
    "anchor": Words(
        "锚点（{size} 条）不是由本台账的可信公钥签的",
        "the anchor at {size} entries is not signed by a trusted key of this ledger",
    ),
    "timestamp": Words("{size} 条处的时间戳无效：{zh}", "the timestamp at {size} entries is not valid: {en}"),
    "not-included": Words(
        "证明不能把第 {index} 条连到检查点的根", "the proof does not lead from entry {index} to the checkpoint's root"
    ),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. ``code`` is stable, for programs; ``index`` the number of the entry, where known."""

    code: str
    words: Words
    index: int | None


@dataclass
class Findings:
    """Findings as they come, no more than anybody reads."""

    kept: list[Finding] = field(default_factory=list)
    more: int = 0

    def add(self, code: str, index: int | None = None, detail: ZhengmingError | None = None, **facts: object) -> None:
        """One more."""
        if len(self.kept) == MOST_LISTED:
            self.more += 1
            return
        told = {"zh": detail.words.zh, "en": detail.words.en} if detail else {}
        self.kept.append(Finding(code, WORDS[code].fill(index=index, **facts, **told), index))
