"""Certificates around seal keys: identity only by a chain of good signatures up to an anchor."""

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengming.ground import der
from zhengming.ground.errors import WrongInput, ZhengmingError
from zhengming.labels.metadata_label import MetadataLabel
from zhengming.labels.seal.certificates import certificate_spki, holder, reaches_anchor
from zhengming.labels.seal.examination import Verdict, examine_seal
from zhengming.labels.seal.key_files import (
    private_key_of,
    private_pem,
    public_pem,
    read_anchors,
    read_private_key,
)
from zhengming.labels.seal.private_keys import PrivateKey, with_certificates
from zhengming.labels.seal.sealing import seal
from zhengming.labels.seal.spki import pem, pem_blocks
from zhengming.labels.seal.verification_keys import Anchors

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl on this machine")
LABEL = MetadataLabel("001191440300708461136T1XGW3", "0b1e2d3c")


@dataclass(frozen=True)
class House:
    """A root, an authority under it, a signer under that, and a signer whom the first signer certified."""

    root: bytes
    middle: bytes
    leaf: bytes
    below_leaf: bytes
    key: PrivateKey
    key_below: PrivateKey
    renamed_root: bytes


@pytest.fixture(scope="module", params=["sm2", "ed25519"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("house")
    if request.param == "sm2":
        algorithm, digest = ["SM2"], ["-sm3"]
    else:
        algorithm, digest = ["ED25519"], []

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder, timeout=20)

    (folder / "ca.cnf").write_text("basicConstraints=critical,CA:TRUE\n")
    (folder / "end.cnf").write_text("basicConstraints=critical,CA:FALSE\n")
    for name in ("root", "middle", "leaf", "below"):
        openssl("genpkey", "-algorithm", *algorithm, "-out", f"{name}.key")
    openssl(
        "req", "-x509", "-new", *digest, "-key", "root.key", "-subj", "/CN=root", "-days", "30", "-out", "root.pem"
    )
    openssl("req", "-x509", "-new", *digest, "-key", "root.key", "-subj", "/CN=other", "-out", "renamed.pem")
    for name, above, rules in (("middle", "root", "ca"), ("leaf", "middle", "end"), ("below", "leaf", "end")):
        openssl("req", "-new", *digest, "-key", f"{name}.key", "-subj", f"/O={name}", "-out", f"{name}.csr")
        openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", f"{above}.pem", "-CAkey", f"{above}.key", "-CAcreateserial",
            *digest, "-days", "20", "-extfile", f"{rules}.cnf", "-out", f"{name}.pem",
        )  # fmt: skip

    def certificate(name: str) -> bytes:
        return pem_blocks((folder / f"{name}.pem").read_text())[0][1]

    keys = [read_private_key(folder / f"{name}.key") for name in ("leaf", "below")]
    return House(*map(certificate, ("root", "middle", "leaf", "below")), *keys, certificate("renamed"))


def test_a_chain_reaches_its_root_and_no_other(house: House) -> None:
    assert reaches_anchor(house.leaf, [house.middle], [house.root], None)
    assert reaches_anchor(house.leaf, [], [house.middle], None)
    assert reaches_anchor(house.leaf, [], [house.leaf], None)
    assert not reaches_anchor(house.leaf, [], [house.root], None)
    assert not reaches_anchor(house.leaf, [house.middle, house.root], [], None)


def test_a_root_of_another_name_is_not_reached_though_its_key_fits(house: House) -> None:
    assert not reaches_anchor(house.leaf, [house.middle], [house.renamed_root], None)


def test_a_signer_is_no_authority(house: House) -> None:
    assert not reaches_anchor(house.below_leaf, [house.leaf, house.middle], [house.root], None)
    assert not reaches_anchor(house.below_leaf, [], [house.leaf], None)


def test_validity_is_asked_for_only_with_a_time(house: House) -> None:
    now = datetime.now(UTC)
    assert reaches_anchor(house.leaf, [house.middle], [house.root], now + timedelta(hours=1))
    for wrong in (now - timedelta(days=2), now + timedelta(days=25)):
        assert not reaches_anchor(house.leaf, [house.middle], [house.root], wrong)


def test_a_forged_certificate_reaches_nothing(house: House) -> None:
    at = house.leaf.index(b"leaf")
    forged = house.leaf[:at] + b"lead" + house.leaf[at + 4 :]
    assert holder(forged).name == "O=lead"
    assert not reaches_anchor(forged, [house.middle], [house.root], None)


def test_a_signature_that_claims_unused_bits_is_no_certificate(house: House) -> None:
    *_, signature = der.parts(house.leaf)
    at = len(house.leaf) - len(signature.content)
    damaged = house.leaf[:at] + b"\1" + house.leaf[at + 1 :]
    with pytest.raises(WrongInput, match=r"certificate cannot be read|unused bits"):
        holder(damaged)
    assert not reaches_anchor(damaged, [house.middle], [house.root], None)


def test_a_seal_with_a_chain_names_its_holder(house: House) -> None:
    key = with_certificates(house.key, [house.leaf, house.middle])
    fields = seal(LABEL, key).fields()
    known = examine_seal(fields, 1, anchors=Anchors(certificates=(house.root,)))
    assert (known.verdict, known.trusted, known.holder) == (Verdict.GOOD, True, "O=leaf")
    alone = examine_seal(fields, 1)
    assert (alone.verdict, alone.trusted) == (Verdict.GOOD, False)
    assert examine_seal(fields | {"ProduceID": "x"}, 1, anchors=Anchors((house.root,))).verdict == Verdict.BAD


def test_a_seal_of_someone_who_is_no_authority_is_not_trusted(house: House) -> None:
    key = with_certificates(house.key_below, [house.below_leaf, house.leaf, house.middle])
    reading = examine_seal(seal(LABEL, key).fields(), 1, anchors=Anchors(certificates=(house.root,)))
    assert (reading.verdict, reading.trusted) == (Verdict.GOOD, False)


def test_a_certificate_for_another_key_is_refused(house: House) -> None:
    with pytest.raises(WrongInput, match="does not belong"):
        with_certificates(house.key, [house.middle])


def test_a_key_file_may_hold_its_certificates(house: House) -> None:
    text = private_pem(house.key, None) + pem("CERTIFICATE", house.leaf) + pem("CERTIFICATE", house.middle)
    assert private_key_of(text).certificates == (house.leaf, house.middle)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_certificate_gives_our_error_and_no_trust(house: House, data: st.DataObject) -> None:
    damaged = bytearray(house.leaf)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
    if bytes(damaged) == house.leaf:
        return
    for look in (certificate_spki, holder):
        try:
            look(bytes(damaged))
        except ZhengmingError:
            continue
    assert not reaches_anchor(bytes(damaged), [house.middle], [house.root], None)


def test_anchors_are_read_from_files_of_certificates_and_keys(house: House, tmp_path: Path) -> None:
    (tmp_path / "roots.pem").write_text(pem("CERTIFICATE", house.root) * 2)
    (tmp_path / "某某公司.pem").write_text(public_pem(house.key_below))
    anchors = read_anchors([tmp_path / "roots.pem", tmp_path / "某某公司.pem"])
    chained = seal(LABEL, with_certificates(house.key, [house.leaf, house.middle]))
    assert examine_seal(chained.fields(), 1, anchors=anchors).holder == "O=leaf"
    assert examine_seal(seal(LABEL, house.key_below).fields(), 1, anchors=anchors).holder == "某某公司"


def test_a_file_with_nothing_to_trust_is_told(house: House, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(private_pem(house.key, None))
    with pytest.raises(WrongInput, match="no certificate or public key"):
        read_anchors([tmp_path / "key.pem"])


def test_a_flipped_bit_anywhere_gives_our_error_and_no_trust(house: House) -> None:
    now = datetime.now(UTC) + timedelta(hours=1)
    for at in range(len(house.leaf)):
        damaged = house.leaf[:at] + bytes([house.leaf[at] ^ 1 << at % 8]) + house.leaf[at + 1 :]
        assert not reaches_anchor(damaged, [house.middle], [house.root], now)
        assert not reaches_anchor(house.below_leaf, [damaged, house.middle], [house.root], now)
