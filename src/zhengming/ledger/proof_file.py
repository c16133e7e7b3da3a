"""The proof that one entry is in the ledger, as a file that verifies offline (c2sp.org/tlog-proof).

The entry itself stands in the ``extra`` line, so that whoever has the file has the entry and what vouches for it.
"""

from dataclasses import dataclass

from zhengming.ground.errors import BadFile, WrongInput
from zhengming.ledger.checkpoint import SIZE, checkpoint_of
from zhengming.ledger.findings import Finding, Findings
from zhengming.ledger.ledger import View
from zhengming.ledger.note import ED25519, Note, VerifierKey, base64, unbase64
from zhengming.ledger.proofs import LONGEST_PROOF, shows_inclusion
from zhengming.ledger.tree import HASH, leaf_hash

FIRST_LINE = "c2sp.org/tlog-proof@v1"
LARGEST_FILE = 256 * 1024


@dataclass(frozen=True)
class ProofFile:
    """Entry number ``index``, its bytes, the hashes up to the root, and the checkpoint with that root."""

    index: int
    entry: bytes
    proof: tuple[bytes, ...]
    note: Note

    def encoded(self) -> bytes:
        """The file."""
        lines = [FIRST_LINE, f"extra {base64(self.entry)}", f"index {self.index}", *map(base64, self.proof), "", ""]
        return "\n".join(lines).encode() + self.note.encoded()

    @classmethod
    def parsed(cls, data: bytes) -> "ProofFile":
        """The proof that ``data`` is. Raises BadFile."""
        head, _, note = data[: LARGEST_FILE + 1].partition(b"\n\n")
        first, extra, index, *proof = [*head.decode("ascii", "replace").split("\n"), "", ""]
        number = index.removeprefix("index ")
        hashes = [each for each in proof if each]
        wrong = first != FIRST_LINE or not extra.startswith("extra ") or f"index {number}" != index
        if len(data) > LARGEST_FILE or wrong or not SIZE.fullmatch(number) or len(hashes) > LONGEST_PROOF:
            raise BadFile("不是带条目的包含证明（C2SP tlog-proof）", "not a C2SP tlog-proof with its entry")
        found = tuple(unbase64(each, HASH) for each in hashes)
        proven = cls(int(number), unbase64(extra.removeprefix("extra ")), found, Note.parsed(note))
        checkpoint_of(proven.note)
        return proven


def prove(view: View, index: int) -> ProofFile:
    """The proof of entry ``index`` under the latest checkpoint. Raises WrongInput when it covers no such entry."""
    note = view.checkpoint
    if note is None or index >= checkpoint_of(note).size:
        raise WrongInput(f"第 {index} 条还没有检查点", f"no checkpoint covers entry {index} yet")
    entry = view.entry(index)
    return ProofFile(index, entry, tuple(view.prove_inclusion(index, checkpoint_of(note).size)), note)


def verify_proof(proof: ProofFile, keys: tuple[VerifierKey, ...]) -> list[Finding]:
    """What is wrong with ``proof``; nothing when the entry is in the log that one of ``keys`` signs for."""
    findings, stated = Findings(), checkpoint_of(proof.note)
    logs = [key for key in keys if key.kind == ED25519 and key.name == stated.origin]
    if not any(proof.note.by(key) for key in logs):
        findings.add("foreign-key")
    leaf = leaf_hash(proof.entry)
    if not shows_inclusion(leaf, proof.index, stated.size, stated.root, proof.proof):
        findings.add("not-included", index=proof.index)
    return findings.kept
