"""C2PA: what we sign validates, anything later breaks it, and hostile manifests are findings, never crashes."""

import json
import random
import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from shutil import which

import pytest

from conftest import SAMPLES, on_each
from zhengming.ground.errors import Unavailable, WrongInput
from zhengming.labels.c2pa.development import CHAIN_FILE, KEY_FILE, LASTS, NAME, anchor, development_credentials
from zhengming.labels.c2pa.manifest import ASSERTION, LARGEST_WHOLE, Manifest, has_marker, read_manifest
from zhengming.labels.c2pa.signing import TRAINED, Credentials, sign
from zhengming.labels.edit import applied
from zhengming.labels.examination import Terms, examine
from zhengming.labels.findings import Finding
from zhengming.labels.format import FORMATS, Format
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.recognition import recognise

LABEL = MetadataLabel("001191110102MACQD9K64010000", "cc75f5e99aae4210960acb722f10974e")
NOW = datetime.now(UTC)
#: The least manifest, for what our own writer does not make: side-cars and manifests on the network.
CREATED = {
    "assertions": [
        {"label": "c2pa.actions.v2", "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": TRAINED}]}}
    ]
}


@pytest.fixture(scope="module")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    return development_credentials(tmp_path_factory.mktemp("c2pa"), NOW)


def signed(data: bytes, format_: Format, credentials: Credentials, label: MetadataLabel = LABEL) -> bytes:
    sink = BytesIO()
    sign(BytesIO(data), sink, format_, label, credentials)
    return sink.getvalue()


def read(data: bytes, format_: Format, anchors: str = "") -> tuple[Manifest | None, list[str]]:
    manifest, findings = read_manifest(BytesIO(data), format_, None, anchors)
    return manifest, [found.code for found in findings]


@on_each(SAMPLES.glob("files/*"))
def test_a_labelled_real_file_is_signed_and_validates_where_its_format_can(
    path: Path, credentials: Credentials
) -> None:
    data = path.read_bytes()
    format_ = recognise(BytesIO(data), path.name)
    labelled = applied(format_.write(BytesIO(data), LABEL), data)
    result = signed(labelled, format_, credentials)
    manifest, codes = read(result, format_, anchor(credentials))
    assert manifest and (manifest.state, codes) == ("trusted", [])
    assert TRAINED in manifest.digital_source_types and manifest.label == LABEL.fields()
    assert [reading.fields for reading in examine(BytesIO(result), name=path.name).labels] == [LABEL.fields()]


def test_a_signer_that_is_not_known_is_valid_but_not_trusted(credentials: Credentials) -> None:
    png = FORMATS["png"]
    manifest, codes = read(signed(png.example(), png, credentials), png)
    assert manifest and (manifest.state, codes) == ("valid", ["c2pa-untrusted"])
    assert manifest.issuer == NAME and manifest.actions == ("c2pa.created",)


def test_a_label_written_after_signing_makes_the_manifest_invalid(credentials: Credentials) -> None:
    png = FORMATS["png"]
    result = signed(png.example(), png, credentials)
    edited = applied(png.write(BytesIO(result), LABEL), result)
    manifest, codes = read(edited, png)
    assert manifest and (manifest.state, codes) == ("invalid", ["c2pa-invalid"])
    assert "assertion.dataHash.mismatch" in manifest.failures


def test_an_earlier_manifest_becomes_the_parent(samples: Path, credentials: Credentials) -> None:
    jpeg = FORMATS["jpeg"]
    manifest, _ = read(
        signed((samples / "files" / "CA.jpg").read_bytes(), jpeg, credentials), jpeg, anchor(credentials)
    )
    assert manifest and manifest.state == "trusted"
    assert manifest.actions[0] == "c2pa.opened"


def test_a_manifest_of_generated_media_is_a_trace_and_no_metadata_label(credentials: Credentials) -> None:
    png = FORMATS["png"]
    result = examine(BytesIO(signed(png.example(), png, credentials)), Terms(c2pa_anchors=anchor(credentials)))
    assert result.c2pa and result.c2pa.state == "trusted" and result.labels == ()
    assert [seen.name for seen in result.traces] == ["digital-source-type"]
    assert result.verdict == "疑似"


def test_a_manifest_that_names_another_producer_than_the_label_conflicts(credentials: Credentials) -> None:
    png = FORMATS["png"]
    other = MetadataLabel("001191330106MA2CFLDG4R10001", LABEL.produce_id)
    data = png.example()
    result = examine(BytesIO(signed(applied(png.write(BytesIO(data), LABEL), data), png, credentials, other)))
    conflicts = [found.detail for found in result.findings if found.code == "conflict"]
    assert len(conflicts) == 1 and conflicts[0].startswith("ContentProducer")


def test_a_manifest_beside_the_file_is_read(tmp_path: Path, credentials: Credentials) -> None:
    import c2pa

    png = FORMATS["png"]
    path = tmp_path / "a.png"
    path.write_bytes(png.example())
    info = c2pa.C2paSignerInfo(b"es256", credentials.chain, credentials.key, None)
    builder = c2pa.Builder.from_json(CREATED)
    builder.set_no_embed()
    with path.open("rb") as file:
        manifest = builder.sign(c2pa.Signer.from_info(info), "image/png", file, BytesIO())
    (tmp_path / "a.c2pa").write_bytes(manifest)
    result = examine(path)
    assert result.c2pa and (result.c2pa.state, result.c2pa.embedded) == ("valid", False)
    path.write_bytes(
        path.read_bytes().replace(b"IDAT", b"IDAT")[:-12] + b"\0\0\0\4tEXta\0bc\xd0\x1f\x96\x5d" + png.example()[-12:]
    )
    assert (changed := examine(path).c2pa) and changed.state == "invalid"


def test_real_manifests_are_read(samples: Path) -> None:
    generated = examine(samples / "files" / "pdf-file.pdf")
    assert generated.c2pa and generated.c2pa.issuer == "Adobe Inc."
    assert {seen.name for seen in generated.traces} == {"digital-source-type", "generator-name"}
    assert generated.verdict == "疑似"
    camera = examine(samples / "files" / "CA.jpg")
    assert camera.c2pa and camera.c2pa.state == "valid" and camera.verdict == "未见"


@pytest.mark.skipif(not which("exiftool"), reason="exiftool is not installed")
def test_exiftool_reads_our_assertion(tmp_path: Path, credentials: Credentials) -> None:
    jpeg = FORMATS["jpeg"]
    path = tmp_path / "a.jpg"
    path.write_bytes(signed(jpeg.example(), jpeg, credentials))
    told = subprocess.run(["exiftool", "-j", "-G1", "-struct", "-jumbf:all", path], capture_output=True, check=True)
    text = json.dumps(json.loads(told.stdout))
    assert TRAINED in text and LABEL.produce_id in text and "c2pa.created" in text


def test_the_development_chain_is_kept_private_named_and_renewed(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = development_credentials(folder, NOW)
    assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600 and folder.stat().st_mode & 0o777 == 0o700
    assert "development" in KEY_FILE and "development" in CHAIN_FILE and "DEVELOPMENT" in NAME
    assert development_credentials(folder, NOW) == first
    assert development_credentials(folder, NOW + LASTS + timedelta(1)) != first
    assert first.key.decode()[30:60] not in repr(first)


@pytest.mark.parametrize("kind", ["p384", "ed25519", "rsa"])
def test_a_chain_and_key_of_ones_own_sign(kind: str, tmp_path: Path) -> None:
    chain, key = own_chain(kind)
    (tmp_path / "chain.pem").write_bytes(chain)
    (tmp_path / "key.pem").write_bytes(key)
    own = Credentials.from_files(tmp_path / "chain.pem", tmp_path / "key.pem")
    png = FORMATS["png"]
    manifest, _ = read(signed(png.example(), png, own), png, anchor(own))
    assert manifest and manifest.state == "trusted"


def own_chain(kind: str) -> tuple[bytes, bytes]:
    """A chain and key made by OpenSSL, apart from our own making."""
    import tempfile

    make = {
        "p384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
        "ed25519": ["-newkey", "ed25519"],
        "rsa": ["-newkey", "rsa:2048"],
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def openssl(*words: str) -> None:
            subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

        openssl(
            "req",
            "-x509",
            *make["p384"],
            "-nodes",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-subj",
            "/O=T/CN=root",
            "-days",
            "30",
        )
        openssl("req", *make[kind], "-nodes", "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/O=T/CN=leaf")
        (folder / "ext").write_text(
            "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\n"
            "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
        )
        openssl(
            "x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "leaf.pem", "-days", "30", "-extfile", "ext",
        )  # fmt: skip
        chain = (folder / "leaf.pem").read_bytes() + (folder / "ca.pem").read_bytes()
        return chain, (folder / "leaf.key").read_bytes()


def test_what_cannot_be_signed_is_refused_in_our_words(credentials: Credentials) -> None:
    png, markdown = FORMATS["png"], FORMATS["markdown"]
    with pytest.raises(Unavailable):
        signed(markdown.example(), markdown, credentials)
    with pytest.raises(WrongInput):
        signed(png.example(), png, Credentials(credentials.chain, b"no key"))
    with pytest.raises(WrongInput):
        signed(png.example(), png, Credentials(b"no chain", credentials.key))
    with pytest.raises(WrongInput, match="Label"):
        signed(png.example(), png, credentials, MetadataLabel("A", "b", "3"))
    with pytest.raises(WrongInput):
        Credentials.from_files(Path("/nonexistent"), Path("/nonexistent"))


def test_the_marker_is_found_across_the_steps_of_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhengming.labels.c2pa.manifest._STEP", 8)
    for at in range(24):
        assert has_marker(BytesIO(b"." * at + b"c2pa" + b"." * 5), FORMATS["png"])
    assert not has_marker(BytesIO(b"c2p" * 20), FORMATS["png"])


def test_media_data_is_not_looked_through_for_a_manifest() -> None:
    mp4 = FORMATS["mp4"]
    example = mp4.example()
    span = next(iter(mp4.body(BytesIO(example))))
    inside = example[: span.start] + b"c2pa".ljust(len(span), b".")[: len(span)] + example[span.stop :]
    assert not has_marker(BytesIO(inside), mp4)
    assert has_marker(BytesIO(example + b"\0\0\0\x0cfreec2pa"), mp4)


def test_a_file_too_large_to_hold_is_not_looked_at() -> None:
    class Large(BytesIO):
        def seek(self, at: int, whence: int = 0) -> int:
            return super().seek(at, whence) if whence != 2 else LARGEST_WHOLE + 1

    manifest, findings = read_manifest(Large(b"\x89PNG c2pa"), FORMATS["png"])
    assert manifest is None and [found.code for found in findings] == ["not-looked-at"]


def test_a_manifest_on_the_network_is_not_fetched(credentials: Credentials) -> None:
    import c2pa

    png = FORMATS["png"]
    info = c2pa.C2paSignerInfo(b"es256", credentials.chain, credentials.key, None)
    builder = c2pa.Builder.from_json(CREATED)
    builder.set_no_embed()
    builder.set_remote_url("http://127.0.0.1:9/manifest.c2pa")
    sink = BytesIO()
    builder.sign(c2pa.Signer.from_info(info), "image/png", BytesIO(png.example()), sink)
    manifest, codes = read(sink.getvalue(), png)
    assert manifest is None and codes == ["c2pa-remote"]


def damaged(data: bytes, chance: random.Random, spots: list[int]) -> bytes:
    result = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.choice(spots) + chance.randint(-12, 40) if chance.random() < 0.7 else chance.randrange(len(data))
        result[at % len(result)] = chance.choice([0, 255, 127, chance.randrange(256)])
    return bytes(result[: chance.randrange(len(result))] if chance.random() < 0.2 else result)


@pytest.mark.parametrize(
    ("name", "format_name"),
    [("CA.jpg", "jpeg"), ("pdf-file.pdf", "pdf"), ("legacy.mp4", "mp4"), ("sample1_signed.wav", "wav")],
)
def test_damaged_manifests_are_findings(name: str, format_name: str, samples: Path) -> None:
    data = (samples / "files" / name).read_bytes()
    spots = [at for marker in (b"c2pa", b"jumb", b"jumd") for at in every(data, marker)]
    chance = random.Random(name)
    for _ in range(150):
        manifest, findings = read_manifest(BytesIO(damaged(data, chance, spots)), FORMATS[format_name])
        assert all(isinstance(found, Finding) for found in findings)
        if manifest:
            json.dumps(manifest.json())


def every(data: bytes, marker: bytes) -> list[int]:
    found, at = [], data.find(marker)
    while at >= 0:
        found.append(at)
        at = data.find(marker, at + 1)
    return found


def test_our_assertion_has_a_name_of_its_own() -> None:
    assert ASSERTION.count(".") == 2 and not ASSERTION.startswith(("c2pa", "stds"))
