"""Seals: what is sealed reads good, what is changed reads bad, and what nobody can know reads unverifiable."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengming.ground.errors import BadFile, WrongInput
from zhengming.labels.edit import Kept, applied
from zhengming.labels.formats.png import FORMAT as PNG
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.seal import envelope
from zhengming.labels.seal.examination import SealReading, Verdict, examine_seal
from zhengming.labels.seal.message import PRODUCER_KEYS, Which, body_digest, label_message
from zhengming.labels.seal.private_keys import Ed25519Key, PrivateKey, Sm2Key
from zhengming.labels.seal.sealing import seal
from zhengming.labels.seal.sm3 import sm3
from zhengming.labels.seal.spki import sm2_octets, sm2_point
from zhengming.labels.seal.verification_keys import Anchors

PRODUCER = MetadataLabel("001191440300708461136T1XGW3", "0b1e2d3c")
LABEL = replace(PRODUCER, propagator="00119144030008867405X220001", propagate_id="77")
KEYS: list[PrivateKey] = [Sm2Key(0xABCDEF), Ed25519Key(b"k" * 32)]
DIGEST = sm3(b"the media data")
#: Signs the same way each time.
STEADY = Sm2Key(0xABCDEF, random=bytes)

every_key = pytest.mark.parametrize("key", KEYS, ids=["sm2", "ed25519"])
both = pytest.mark.parametrize("which", [1, 2])


def codes(reading: SealReading) -> set[str]:
    return {finding.code for finding in reading.findings}


def sealed_fields(key: PrivateKey, which: Which = 1, digest: bytes | None = None) -> dict[str, str]:
    return seal(LABEL, key, digest, which).fields()


@every_key
@both
def test_a_sealed_label_reads_good(key: PrivateKey, which: Which) -> None:
    reading = examine_seal(sealed_fields(key, which), which)
    assert reading.verdict == Verdict.GOOD
    names = ("ContentProducer", "ProduceID") if which == 1 else ("ContentPropagator", "PropagateID")
    assert reading.covers == ("Label", *names)
    assert (reading.hashed, reading.algorithm) == ("once", key.algorithm)


@every_key
@both
def test_a_change_in_any_covered_field_reads_bad(key: PrivateKey, which: Which) -> None:
    fields = sealed_fields(key, which)
    for name in examine_seal(fields, which).covers:
        reading = examine_seal(fields | {name: fields[name] + "1"}, which)
        assert reading.verdict == Verdict.BAD
        assert "seal-label-changed" in codes(reading)
        assert reading.covers == ()


def test_the_producers_seal_outlives_a_propagators_update() -> None:
    key, platform = KEYS
    label = seal(PRODUCER, key)
    label = seal(label.propagated("00119144030008867405X220001", "9"), platform, which=2)
    assert examine_seal(label.fields(), 1).verdict == Verdict.GOOD
    assert examine_seal(label.fields(), 2).verdict == Verdict.GOOD


@every_key
@both
def test_a_seal_with_content_is_compared_with_it(key: PrivateKey, which: Which) -> None:
    fields = sealed_fields(key, which, DIGEST)
    same = examine_seal(fields, which, lambda: DIGEST)
    assert (same.verdict, same.covers[-1]) == (Verdict.GOOD, "content")
    other = examine_seal(fields, which, lambda: sm3(b"other media data"))
    assert other.verdict == Verdict.BAD
    assert "seal-content-changed" in codes(other)


def test_a_content_binding_that_is_not_compared_is_not_claimed() -> None:
    def broken() -> bytes:
        raise BadFile("坏了", "broken")

    for digest in (None, broken):
        reading = examine_seal(sealed_fields(KEYS[0], 1, DIGEST), 1, digest)
        assert reading.verdict == Verdict.GOOD
        assert "content" not in reading.covers
        assert "seal-content-unchecked" in codes(reading)


def test_the_content_is_read_only_when_a_binding_of_ours_is_there() -> None:
    def read() -> bytes:
        pytest.fail("read the content for nothing")

    examine_seal(sealed_fields(KEYS[0]), 1, read)
    examine_seal(PRODUCER.fields(), 1, read)


def changed(fields: dict[str, str], change: Callable[[dict], object]) -> dict[str, str]:  # type: ignore[type-arg]
    value = json.loads(fields["ReservedCode1"])
    change(value["SecurityData"])
    return fields | {"ReservedCode1": json.dumps(value, separators=(",", ":"))}


def test_the_binding_of_another_file_does_not_fit() -> None:
    other = seal(replace(LABEL, produce_id="another"), KEYS[0], sm3(b"other")).fields()
    theirs = json.loads(other["ReservedCode1"])["SecurityData"]

    def swap(security: dict) -> None:  # type: ignore[type-arg]
        security["Bindings"] = theirs["Bindings"]
        security["PubSD"][1] = theirs["PubSD"][1]

    fields = changed(sealed_fields(KEYS[0], 1, DIGEST), swap)
    assert examine_seal(fields, 1, lambda: sm3(b"other")).verdict == Verdict.BAD


def test_a_binding_signed_by_another_key_reads_bad() -> None:
    stranger = seal(LABEL, Sm2Key(99), sm3(b"other")).fields()
    theirs = json.loads(stranger["ReservedCode1"])["SecurityData"]

    def graft(security: dict) -> None:  # type: ignore[type-arg]
        security["Bindings"] = theirs["Bindings"]
        security["PubSD"] += [theirs["PubSD"][1], theirs["PubSD"][2]]

    reading = examine_seal(changed(sealed_fields(KEYS[0]), graft), 1, lambda: sm3(b"other"))
    assert reading.verdict == Verdict.BAD
    assert "seal-binding-unsigned" in codes(reading)


def test_a_key_in_the_label_alone_is_integrity_and_a_published_key_is_identity() -> None:
    key = KEYS[0]
    fields = sealed_fields(key)
    alone = examine_seal(fields, 1)
    assert not alone.trusted
    assert "seal-untrusted-key" in codes(alone)
    known = examine_seal(fields, 1, anchors=Anchors(keys={key.public_key: "某某公司"}))
    assert known.trusted
    assert known.holder == "某某公司"
    assert "seal-untrusted-key" not in codes(known)
    assert not examine_seal(fields, 1, anchors=Anchors(keys={Sm2Key(5).public_key: "别家"})).trusted


def test_a_resealed_forgery_reads_good_but_not_trusted() -> None:
    anchors = Anchors(keys={KEYS[0].public_key: "某某公司"})
    forged = seal(replace(LABEL, produce_id="forged"), Sm2Key(666)).fields()
    reading = examine_seal(forged, 1, anchors=anchors)
    assert (reading.verdict, reading.trusted, reading.holder) == (Verdict.GOOD, False, "")


POINT = sm2_point(Sm2Key(0xABCDEF).public_key)
OCTETS = sm2_octets(POINT)
X = OCTETS[1:33]
FORMS = {
    "spki": Sm2Key(0xABCDEF).public_key,
    "04xy": OCTETS,
    "xy": OCTETS[1:],
    "compressed": bytes([2 + POINT[1] % 2]) + X,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("encode", [bytes.hex, lambda data: data.hex().upper()], ids=["lower", "upper"])
def test_every_form_of_key_is_read(form: str, encode: Callable[[bytes], str]) -> None:
    fields = changed(sealed_fields(KEYS[0]), lambda data: data["PubSD"][1].update(KeyValue=encode(FORMS[form])))
    reading = examine_seal(fields, 1, anchors=Anchors(keys={KEYS[0].public_key: "name"}))
    assert (reading.verdict, reading.trusted) == (Verdict.GOOD, True)


def even_key() -> Sm2Key:
    return next(key for scalar in range(2, 50) if not sm2_point((key := Sm2Key(scalar)).public_key)[1] % 2)


@pytest.mark.parametrize("prefix", [b"\0", b""])
def test_a_bare_x_means_the_even_y(prefix: bytes) -> None:
    key = even_key()
    x = sm2_octets(sm2_point(key.public_key))[1:33]
    fields = changed(sealed_fields(key), lambda data: data["PubSD"][1].update(KeyValue=(prefix + x).hex()))
    assert examine_seal(fields, 1).verdict == Verdict.GOOD


def test_the_message_hashed_before_signing_is_read_and_said() -> None:
    key = KEYS[0]
    message = label_message(LABEL.fields(), PRODUCER_KEYS)
    twice = key.sign(sm3(message)).hex()
    fields = changed(sealed_fields(key), lambda data: data["PubSD"][0].update(Signature=twice))
    reading = examine_seal(fields, 1)
    assert (reading.verdict, reading.hashed) == (Verdict.GOOD, "twice")


@pytest.mark.parametrize("kind", ["LabelMataData", "Md", "md", "LabelMetaData"])
def test_every_spelling_of_the_type_is_read(kind: str) -> None:
    fields = changed(sealed_fields(KEYS[0]), lambda data: data["PubSD"][0].update(TBSData={"Type": kind}))
    reading = examine_seal(fields, 1)
    assert reading.verdict == Verdict.GOOD
    assert ("seal-spelling" in codes(reading)) == (kind != "Md")


def test_pubsd_in_other_case_is_read() -> None:
    fields = changed(sealed_fields(KEYS[0]), lambda data: data.update(PubSd=data.pop("PubSD"), Bindings=None))
    assert examine_seal(fields, 1).verdict == Verdict.GOOD


def test_rsa_is_read_where_seen() -> None:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    rsa = generate_private_key(65537, 2048)
    signature = rsa.sign(label_message(LABEL.fields(), PRODUCER_KEYS), PKCS1v15(), SHA256()).hex()
    for form in (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1):
        public = rsa.public_key().public_bytes(Encoding.DER, form).hex()
        entry = {"Type": "DS", "AlgID": "1.2.840.113549.1.1.11", "TBSData": {"Type": "Md"}, "Signature": signature}
        key = {"Type": "PubKey", "AlgID": "1.2.840.113549.1.1.11", "KeyValue": public}
        fields = changed(sealed_fields(KEYS[0]), lambda data, p=[entry, key]: data.update(PubSD=p))  # type: ignore[misc]
        assert examine_seal(fields, 1).verdict == Verdict.GOOD
        assert examine_seal(fields | {"ProduceID": "x"}, 1).verdict == Verdict.BAD


def test_a_content_signature_of_unknown_selection_is_unverifiable() -> None:
    fields = changed(sealed_fields(KEYS[0]), lambda data: data["PubSD"][0].update(TBSData={"Type": "Content"}))
    reading = examine_seal(fields, 1)
    assert reading.verdict == Verdict.UNVERIFIABLE
    assert "seal-covers-unknown" in codes(reading)


def test_a_foreign_propagators_seal_that_does_not_verify_is_unverifiable() -> None:
    fields = sealed_fields(KEYS[0], 2)
    value = json.loads(fields["ReservedCode2"])
    del value["SecurityData"]["PubSD"][0]["TBSData"]["MdSel"]
    fields |= {"ReservedCode2": json.dumps(value), "PropagateID": "changed"}
    reading = examine_seal(fields, 2)
    assert reading.verdict == Verdict.UNVERIFIABLE
    assert "seal-message-unknown" in codes(reading)


def test_an_unknown_algorithm_is_unverifiable() -> None:
    fields = changed(sealed_fields(KEYS[0]), lambda data: data["PubSD"][0].update(AlgID="1.2.3"))
    assert examine_seal(fields, 1).verdict == Verdict.UNVERIFIABLE


@pytest.mark.parametrize("value", ["", "zz", "04" + "11" * 64, "02" + "ff" * 32, "30", "3000", "AAAA", "00" * 200])
def test_a_key_that_cannot_be_read_is_unverifiable(value: str) -> None:
    fields = changed(sealed_fields(KEYS[0]), lambda data: data["PubSD"][1].update(KeyValue=value))
    reading = examine_seal(fields, 1)
    assert reading.verdict == Verdict.UNVERIFIABLE
    assert codes(reading) & {"seal-key-unreadable", "seal-key-missing"}


def test_a_bare_signature_verifies_under_a_published_key_only() -> None:
    key = KEYS[0]
    signature = key.sign(label_message(LABEL.fields(), PRODUCER_KEYS)).hex()
    fields = LABEL.fields() | {"ReservedCode1": signature}
    assert examine_seal(fields, 1).verdict == Verdict.UNVERIFIABLE
    known = examine_seal(fields, 1, anchors=Anchors(keys={key.public_key: "name"}))
    assert (known.verdict, known.holder) == (Verdict.GOOD, "name")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("0e3b6a3e-55ac-4c9a-9a6e-2ad8d1f0c1b5", "uuid"),
        ("e862483430d978cbf828b8b24296ef9328d843a0", "hex"),
        ("q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ", "base64"),
        ('{"a":1}', "other-json"),
        ("[1]", "other"),
        ('{"SecurityData":', "other"),
        ("签名", "other"),
        ("{" * 70_000, "too-long"),
        ("[" * 60_000, "other"),
        ('{"a":' * 10_000, "other"),
    ],
)
def test_opaque_texts_are_unverifiable_and_named(text: str, form: str) -> None:
    reading = examine_seal({"ReservedCode1": text}, 1)
    assert reading.verdict == Verdict.UNVERIFIABLE
    assert [(finding.code, finding.detail) for finding in reading.findings] == [("seal-opaque", form)]


@pytest.mark.parametrize("fields", [{}, {"ReservedCode1": ""}, {"ReservedCode1": " "}])
def test_no_text_is_no_seal(fields: dict[str, str]) -> None:
    assert examine_seal(fields, 1) == SealReading(Verdict.NONE)


@every_key
def test_a_seal_keeps_to_the_characters_of_the_standard(key: PrivateKey) -> None:
    label = seal(seal(LABEL, key, DIGEST, 1), key, DIGEST, 2)
    assert re.fullmatch(r"[\x21-\x5b\x5d-\x7e]*", label.reserved1 + label.reserved2)
    escaped = json.dumps(label.reserved1)[1:-1]
    assert re.fullmatch(r'([\x21\x23-\x5b\x5d-\x7e]|\\")*', escaped)
    assert json.loads(label.json())["ReservedCode1"] == label.reserved1


def test_sealing_again_replaces_the_seal() -> None:
    once = seal(LABEL, KEYS[1], DIGEST)
    assert seal(seal(LABEL, KEYS[0]), KEYS[1], DIGEST) == once


@pytest.mark.parametrize(
    "label", [replace(LABEL, producer='a"b'), replace(LABEL, produce_id=""), replace(LABEL, attribute="9")]
)
def test_what_would_be_in_doubt_is_not_sealed(label: MetadataLabel) -> None:
    with pytest.raises(WrongInput):
        seal(label, KEYS[0])


def test_the_seal_covers_the_pixels_and_not_the_metadata() -> None:
    plain = PNG.example()
    label = seal(LABEL, KEYS[0], body_digest(BytesIO(plain), PNG.body(BytesIO(plain))))
    labelled = applied(PNG.write(BytesIO(plain), label), plain)

    def digest(data: bytes) -> Callable[[], bytes]:
        return lambda: body_digest(BytesIO(data), PNG.body(BytesIO(data)))

    assert examine_seal(label.fields(), 1, digest(labelled)).covers[-1] == "content"
    at = labelled.index(b"IDAT") + 8
    painted = labelled[:at] + bytes([labelled[at] ^ 1]) + labelled[at + 1 :]
    assert examine_seal(label.fields(), 1, digest(painted)).verdict == Verdict.BAD


def test_a_body_digest_needs_the_whole_body() -> None:
    assert body_digest(BytesIO(b"abcdef"), [Kept(0, 2), Kept(4, 6)]) == sm3(b"abef")
    with pytest.raises(BadFile):
        body_digest(BytesIO(b"abc"), [Kept(0, 4)])


def stepfun(samples: Path) -> dict[str, str]:
    import yaml

    for line in (samples / "labels_in_the_wild.jsonl").read_text().splitlines():
        record = json.loads(line)
        if "MACE0YX639" in record["raw"] and "SecurityData" in record["raw"]:
            return dict(yaml.load(record["raw"].replace("---", ""), yaml.BaseLoader)["AIGC"])
    raise AssertionError("the sample is gone")


def test_the_seal_of_a_real_label_is_good_and_its_propagators_unverifiable(samples: Path) -> None:
    fields = stepfun(samples)
    reading = examine_seal(fields, 1)
    assert (reading.verdict, reading.hashed, reading.covers) == (Verdict.GOOD, "twice", PRODUCER_KEYS)
    assert examine_seal(fields, 2).verdict == Verdict.UNVERIFIABLE


@pytest.mark.parametrize("name", PRODUCER_KEYS)
def test_a_real_label_that_was_tampered_with_is_bad(samples: Path, name: str) -> None:
    fields = stepfun(samples)
    for value in (fields[name] + "0", fields[name][:-1], fields[name].replace("1", "2"), ""):
        assert examine_seal(fields | {name: value}, 1).verdict == Verdict.BAD


texts = st.text(max_size=30)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts | st.binary(max_size=40).map(bytes.hex),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from(["Type", "AlgID", "TBSData", "Signature", "KeyValue", "KeyID", "BType", "CntSel", "Value"])
words = st.sampled_from(
    ["DS", "PubKey", "Md", "Bnd", "Content", "1.2.156.10197.1.501", "1.3.101.112", "zhengming:body:1"]
)
entries = st.dictionaries(names, words | anything, max_size=6)
security = st.fixed_dictionaries(
    {}, optional={"PubSD": st.lists(entries, max_size=4) | anything, "Bindings": st.lists(entries) | anything}
)


@settings(max_examples=300, deadline=None)
@given(st.text() | anything.map(json.dumps) | security.map(lambda value: json.dumps({"SecurityData": value})), texts)
def test_reading_any_text_never_raises(text: str, other: str) -> None:
    fields = {"ReservedCode1": text, "ReservedCode2": text, "Label": other, "ProduceID": other, "PropagateID": other}
    for which in (1, 2):
        reading = examine_seal(fields, which, lambda: DIGEST, Anchors((b"x",), {b"y": "z"}))  # type: ignore[arg-type]
        assert reading.verdict != Verdict.GOOD
        json.dumps(reading.json())
    envelope.read(text)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_seal_is_never_good_over_a_changed_label(data: st.DataObject) -> None:
    fields = sealed_fields(STEADY, 1, DIGEST)
    text = list(fields["ReservedCode1"])
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at] = data.draw(st.characters(min_codepoint=32, max_codepoint=126))
    damaged = fields | {"ReservedCode1": "".join(text), "ProduceID": "changed"}
    assert examine_seal(damaged, 1, lambda: DIGEST).verdict != Verdict.GOOD


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=120), st.sampled_from(["1.2.156.10197.1.501", "1.3.101.112", "1.2.840.113549.1.1.11"]))
def test_any_bytes_as_a_key_never_raise(data: bytes, algorithm: str) -> None:
    def change(security: dict) -> None:  # type: ignore[type-arg]
        for entry in security["PubSD"]:
            entry["AlgID"] = algorithm
        security["PubSD"][-1]["KeyValue"] = data.hex()

    assert examine_seal(changed(sealed_fields(STEADY), change), 1).verdict != Verdict.GOOD


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_key_never_raises(data: st.DataObject) -> None:
    damaged = bytearray(Sm2Key(0xABCDEF).public_key)
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
    fields = changed(sealed_fields(STEADY), lambda value: value["PubSD"][-1].update(KeyValue=damaged.hex()))
    assert examine_seal(fields, 1).verdict != Verdict.GOOD
