"""Each way to keep a checkpoint elsewhere, against a local server that really speaks it."""

import shutil
from io import BytesIO
from pathlib import Path

import pytest

from ledger.authority import Authority
from ledger.making import NEVER, ORIGIN, SIGNER, WITNESS, entry, exported, grown
from ledger.serving import served
from zhengming.ground.errors import BadFile, Refused, Unavailable, WrongInput
from zhengming.ledger.anchor import ANCHORS, Anchored, Place
from zhengming.ledger.anchoring import read_anchors
from zhengming.ledger.checkpoint import checkpoint_of
from zhengming.ledger.file_store import FileStore
from zhengming.ledger.ledger import Ledger
from zhengming.ledger.note import COSIGNATURE, Note, Signer
from zhengming.ledger.timestamp import request
from zhengming.ledger.verification import Trust, verify_export
from zhengming.ledger.witness import Answer, Witness

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl plays the timestamping authority")


@pytest.fixture
def ledger(tmp_path: Path):  # type: ignore[no-untyped-def]
    with Ledger(FileStore(tmp_path / "ledger"), SIGNER, NEVER) as opened:
        opened.append_all([entry(number) for number in range(300)])
        yield opened


def kept(name: str, ledger: Ledger, place: Place) -> Anchored:
    return ANCHORS[name].keep(ledger.sign_checkpoint(), place, ledger.prove_consistency)


def test_every_anchor_has_a_title_in_both_languages() -> None:
    assert set(ANCHORS.things) == {"file", "webhook", "timestamp", "instance"}
    assert all(anchor.title.zh and anchor.title.en for anchor in ANCHORS)


@pytest.mark.parametrize("name", ["webhook", "timestamp", "instance"])
def test_a_place_that_cannot_be_reached_is_told(name: str, ledger: Ledger) -> None:
    with served(lambda *_: Answer(200)) as address:
        pass
    with pytest.raises(Unavailable):
        kept(name, ledger, Place(address, WITNESS.key, patience=2))
    with pytest.raises(WrongInput):
        kept(name, ledger, Place("file:///etc/passwd", WITNESS.key))


@pytest.mark.parametrize("name", ["webhook", "timestamp", "instance"])
@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_place_that_does_not_take_it_is_told(name: str, status: int, ledger: Ledger) -> None:
    with served(lambda *_: Answer(status, b"http://127.0.0.1:1/elsewhere")) as address, pytest.raises(Unavailable):
        kept(name, ledger, Place(address, WITNESS.key))


def test_a_file_elsewhere_holds_one_checkpoint_after_the_other(ledger: Ledger, tmp_path: Path) -> None:
    place = Place(str(tmp_path / "kept"))
    notes = [kept("file", ledger, place).note]
    ledger.append(entry(300))
    notes.append(kept("file", ledger, place).note)
    assert [anchor.note for anchor in read_anchors(tmp_path / "kept")] == notes
    with pytest.raises(Unavailable):
        kept("file", ledger, Place(str(tmp_path / "no" / "folder")))


def test_a_webhook_receives_the_checkpoint_as_it_stands(ledger: Ledger, tmp_path: Path) -> None:
    def take(path: str, content_type: str, body: bytes) -> Answer:
        assert content_type == "text/plain; charset=utf-8"
        (tmp_path / "record").write_bytes(body)
        return Answer(204)

    with served(take) as address:
        kept("webhook", ledger, Place(address))
    assert read_anchors(tmp_path / "record") == [Anchored(ledger.sign_checkpoint())]


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(WITNESS, {ORIGIN: SIGNER.key}, tmp_path / "memory", lambda: 1_800_000_000.0)


def test_another_instance_cosigns_what_grows(ledger: Ledger, witness: Witness, tmp_path: Path) -> None:
    with served(lambda path, kind, body: witness.add_checkpoint(body)) as address:
        place = Place(address, WITNESS.key)
        for size in (301, 302, 700):
            ledger.append_all([entry(number) for number in range(ledger.store.size, size)])
            note = kept("instance", ledger, place).note
            cosignature = note.by(WITNESS.key)
            assert cosignature
            assert cosignature.time == 1_800_000_000
            ledger.keep_cosignatures(note, WITNESS.key)
        assert kept("instance", ledger, place).note.by(WITNESS.key)
    data = exported(tmp_path / "ledger")
    assert str(WITNESS.key).encode() in data
    (seen,) = verify_export(BytesIO(data), Trust((SIGNER.key, WITNESS.key))).witnessed
    assert (seen.by, seen.size, seen.time.timestamp(), seen.trusted) == (WITNESS.name, 700, 1_800_000_000, True)


def test_another_instance_does_not_cosign_a_second_history(ledger: Ledger, witness: Witness, tmp_path: Path) -> None:
    other = grown(tmp_path / "other", 600, kind="work.refused")
    with served(lambda path, kind, body: witness.add_checkpoint(body)) as address:
        place = Place(address, WITNESS.key)
        kept("instance", ledger, place)
        with Ledger(FileStore(other), SIGNER, NEVER) as forged, pytest.raises(Unavailable, match="422"):
            kept("instance", forged, place)
        short = grown(tmp_path / "short", 10)
        with Ledger(FileStore(short), SIGNER, NEVER) as cut, pytest.raises(Refused, match="300"):
            kept("instance", cut, place)
        same = grown(tmp_path / "same", 300, kind="work.refused")
        with Ledger(FileStore(same), SIGNER, NEVER) as fork, pytest.raises(Refused, match="300"):
            kept("instance", fork, place)


def test_a_witness_remembers_over_a_restart(ledger: Ledger, witness: Witness, tmp_path: Path) -> None:
    note = ledger.sign_checkpoint()
    assert witness.add_checkpoint(b"old 0\n\n" + note.encoded()).status == 200
    again = Witness(WITNESS, {ORIGIN: SIGNER.key}, tmp_path / "memory", lambda: 1.0)
    found = again.add_checkpoint(b"old 0\n\n" + note.encoded())
    assert (found.status, found.body, found.content_type) == (409, b"300\n", "text/x.tlog.size")
    assert again.add_checkpoint(b"old 300\n\n" + note.encoded()).status == 200


def test_a_witness_answers_as_the_specification_says(ledger: Ledger, witness: Witness) -> None:
    note = ledger.sign_checkpoint()
    stranger = Note(note.text.replace(ORIGIN, "ledger.example/two"), note.signatures)
    unsigned = Note(note.text, (Signer.from_seed(ORIGIN, b"x" * 32).sign(note.text),))
    questions = {
        b"": 400, b"old\n\n" + note.encoded(): 400, b"old 0\nx\n\n" + note.encoded(): 400, b"old 0\n\nx": 400,
        b"old 00\n\n" + note.encoded(): 400, b"old 301\n\n" + note.encoded(): 400,
        b"old 0\n\n" + stranger.encoded(): 404, b"old 0\n\n" + unsigned.encoded(): 403,
        b"old 5\n\n" + note.encoded(): 409, b"old 0\n" + b"A" * 43 + b"=\n\n" + note.encoded(): 422,
    }  # fmt: skip
    assert [witness.add_checkpoint(question).status for question in questions] == list(questions.values())


def test_a_false_cosignature_is_refused(ledger: Ledger) -> None:
    liar = Signer.from_seed(WITNESS.name, b"l" * 32, COSIGNATURE)
    for signer in (liar, WITNESS):
        line = signer.sign("other text\n" if signer is WITNESS else ledger.sign_checkpoint().text, 5).line
        with served(lambda *_, line=line: Answer(200, f"{line}\n".encode())) as address, pytest.raises(Refused):  # type: ignore[misc]
            kept("instance", ledger, Place(address, WITNESS.key))
    with served(lambda *_: Answer(200, b"\xff\n")) as address, pytest.raises(BadFile):
        kept("instance", ledger, Place(address, WITNESS.key))


@needs_openssl
@pytest.mark.parametrize(
    ("key", "digest"),
    [("rsa:2048", "sha256"), ("rsa:2048", "sha512"), ("ec -pkeyopt ec_paramgen_curve:P-256", "sha384")],
)
def test_an_authority_stamps_a_checkpoint(ledger: Ledger, tmp_path: Path, key: str, digest: str) -> None:
    authority = Authority(tmp_path / "tsa", key, digest)
    known = (authority.certificate("ca"),)
    with served(authority.answer) as address:
        anchor = kept("timestamp", ledger, Place(address, authorities=known))
        assert kept("timestamp", ledger, Place(address, authorities=(authority.certificate("tsa"),)))
        assert kept("timestamp", ledger, Place(address))
    size = checkpoint_of(anchor.note).size
    (tmp_path / "kept").write_bytes(anchor.note.encoded())
    (tmp_path / "kept.tsr").write_bytes(anchor.token)
    assert read_anchors(tmp_path / "kept") == [anchor]
    with (tmp_path / "export").open("wb+") as file:
        file.write(exported(tmp_path / "ledger", {size: [anchor.token]}))
        for trust in (Trust((SIGNER.key,), (anchor,), known), Trust()):
            file.seek(0)
            found = verify_export(file, trust)
            assert found.findings == ()
            assert [(each.by, each.size, each.trusted) for each in found.witnessed] == [
                ("RFC 3161", size, trust.keys != ())
            ]


@needs_openssl
def test_a_timestamp_of_another_authority_or_on_another_text_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    authority, other = Authority(tmp_path / "tsa"), Authority(tmp_path / "other")
    with served(authority.answer) as address, pytest.raises(Refused):
        kept("timestamp", ledger, Place(address, authorities=(other.certificate("ca"),)))
    stale = authority.reply(request(ledger.sign_checkpoint().text.encode(), 5))
    with served(lambda *_: Answer(200, stale)) as address, pytest.raises(Refused):
        kept("timestamp", ledger, Place(address))
    elsewhere = authority.reply(request(b"other text\n", 5))
    note = ledger.sign_checkpoint()
    data = exported(tmp_path / "ledger", {300: [elsewhere]})
    (tmp_path / "export").write_bytes(data)
    with (tmp_path / "export").open("rb") as file:
        found = verify_export(file, Trust((SIGNER.key,), (Anchored(note, elsewhere),)))
    assert [finding.code for finding in found.findings] == ["timestamp", "timestamp"]


@needs_openssl
def test_any_damage_to_a_timestamp_ends_in_our_error_or_leaves_what_was_signed(
    ledger: Ledger, tmp_path: Path
) -> None:
    from zhengming.ground.errors import ZhengmingError
    from zhengming.ledger.timestamp import verified

    authority, text = Authority(tmp_path / "tsa"), ledger.sign_checkpoint().text.encode()
    known = (authority.certificate("ca"),)
    token = authority.reply(request(text, 5))
    right, accepted = verified(token, text, known), 0
    for bit in range(0, len(token) * 8, 7):
        flipped = bytearray(token)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            assert verified(bytes(flipped), text, known) == right
            accepted += 1
        except ZhengmingError:
            continue
    assert accepted < len(token) * 8 / 7 * 0.6, "a second certificate and some tags are not signed; the rest is"
    for size in range(0, len(token), 13):
        with pytest.raises(ZhengmingError):
            verified(token[:size], text, known)
