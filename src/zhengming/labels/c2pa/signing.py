"""Writing a C2PA manifest: the content was made by a trained algorithm, and the metadata label says by whom.

The manifest repeats the metadata label (GB 45438-2025 annex E) in an assertion, so that either survives the other.
Always the last step of labelling: see the order in :mod:`zhengming.labels.labelling`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from zhengming import __version__
from zhengming.ground.errors import BadFile, Unavailable, WrongInput
from zhengming.ground.system_errors import cannot_read
from zhengming.labels.c2pa.manifest import ASSERTION, LARGEST_WHOLE, STREAMED, read_manifest, settings
from zhengming.labels.format import Format
from zhengming.labels.metadata_label import Attribute, MetadataLabel

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


@dataclass(frozen=True)
class Credentials:
    """Who signs: a certificate chain, leaf first, and the leaf's private key, both PEM.

    Kept out of ``repr``: the key must not reach a log. ``timestamps`` is the URL of an RFC 3161 authority; empty
    for none, which is the default, because nothing is fetched unasked.
    """

    chain: bytes
    key: bytes
    timestamps: str = ""

    def __repr__(self) -> str:
        return f"Credentials({len(self.chain)} bytes of chain)"

    @classmethod
    def from_files(cls, chain: Path, key: Path) -> "Credentials":
        """Credentials out of two PEM files. Raises WrongInput when one cannot be read."""
        try:
            return cls(chain.read_bytes(), key.read_bytes())
        except OSError as error:
            raise cannot_read(error.filename, error) from None


def sign(source: BinaryIO, sink: BinaryIO, format_: Format, label: MetadataLabel, credentials: Credentials) -> None:
    """Write ``source`` with a manifest to ``sink`` (both seekable; ``sink`` readable and empty).

    A manifest that the file carries already becomes the parent ingredient of the new one, intact or not. Raises
    Unavailable for a format that cannot hold a manifest, WrongInput for credentials that cannot sign and for a
    label that only supposes (2 or 3), since a manifest states that the content is generated; BadFile.
    """
    import c2pa

    if label.attribute != Attribute.IS:
        raise WrongInput(
            f"Label 为 {label.attribute} 只是推断，C2PA 清单陈述事实，只在 Label 为 1 时写入",
            f"Label {label.attribute} only supposes; a C2PA manifest states a fact and goes with Label 1",
        )
    if format_.media_type not in c2pa.Builder.get_supported_mime_types():
        raise Unavailable(f"{format_.title} 不能写入 C2PA 清单", f"{format_.name} files cannot hold a C2PA manifest")
    _check_kept_whole(source, format_)
    signed_before = read_manifest(source, format_)[0] is not None
    with _signer(credentials) as signer, c2pa.Context.from_dict(settings()) as context:
        try:
            builder = c2pa.Builder.from_json(_definition(label, format_, signed_before), context)
            if signed_before:
                source.seek(0)
                builder.add_ingredient({"relationship": "parentOf", "label": _PARENT}, format_.media_type, source)
            source.seek(0)
            builder.sign(signer, format_.media_type, source, sink)
        except c2pa.C2paError as error:
            raise BadFile(f"C2PA 签名失败：{error}", f"C2PA signing failed: {error}") from None


_PARENT = "parent"


def _check_kept_whole(source: BinaryIO, format_: Format) -> None:
    if format_.media_type not in STREAMED and source.seek(0, 2) > LARGEST_WHOLE:
        raise Unavailable(
            f"文件超过 {LARGEST_WHOLE >> 20} MiB，此格式的 C2PA 签名须整体载入内存",
            f"over {LARGEST_WHOLE >> 20} MiB: C2PA signing of this format would load the whole file",
        )


def _definition(label: MetadataLabel, format_: Format, signed_before: bool) -> dict[str, object]:
    """The manifest: created by a model, or, over an earlier manifest, opened and given its label."""
    created = {"action": "c2pa.created", "digitalSourceType": TRAINED}
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": [_PARENT]}}
    labelled = {"action": "c2pa.edited.metadata", "digitalSourceType": TRAINED}
    actions = [opened, labelled] if signed_before else [created]
    return {
        "claim_generator_info": [{"name": "Zhengming", "version": __version__}],
        "format": format_.media_type,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": actions}},
            {"label": ASSERTION, "data": label.fields()},
        ],
    }


def _signer(credentials: Credentials):  # type: ignore[no-untyped-def] # a class of an untyped library
    import c2pa

    algorithm = _algorithm(credentials.key)
    info = c2pa.C2paSignerInfo(algorithm, credentials.chain, credentials.key, credentials.timestamps.encode() or None)
    try:
        return c2pa.Signer.from_info(info)
    except c2pa.C2paError as error:
        raise WrongInput(f"C2PA 证书或私钥不能用：{error}", f"C2PA chain or key cannot sign: {error}") from None


def _algorithm(key: bytes) -> bytes:
    """The C2PA name of the signature algorithm that fits a private key."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    private = _loaded(key)
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return {256: b"es256", 384: b"es384", 521: b"es512"}.get(private.key_size, b"es256")
    if isinstance(private, rsa.RSAPrivateKey):
        return b"ps256"
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return b"ed25519"
    raise WrongInput("C2PA 不支持这种私钥", "C2PA knows no signature with a key of this kind")


def _loaded(key: bytes) -> "PrivateKeyTypes":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(key, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise WrongInput(f"读不了 C2PA 私钥：{error}", f"cannot read the C2PA private key: {error}") from None
