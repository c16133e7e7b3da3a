"""A development chain for C2PA: made by ourselves, so it proves nothing to anyone else, and its name says so."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from zhengming.labels.c2pa.signing import Credentials

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

NAME = "Zhengming DEVELOPMENT, not for release"
CHAIN_FILE = "c2pa-development-chain.pem"
KEY_FILE = "c2pa-development-key.pem"
LASTS = timedelta(days=365)


def development_credentials(folder: Path, now: datetime) -> Credentials:
    """The ES256 development chain kept in ``folder``, made anew when there is none or it has run out.

    ``now`` is aware. The folder is made for its owner only, the key is readable by its owner only (0600).
    """
    chain, key = folder / CHAIN_FILE, folder / KEY_FILE
    if chain.is_file() and key.is_file() and _lasts(chain.read_bytes(), now):
        return Credentials.from_files(chain, key)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = _made(now)
    _write(key, fresh.key, 0o600)
    _write(chain, fresh.chain, 0o644)
    return fresh


def anchor(credentials: Credentials) -> str:
    """The root of a chain in PEM, to be trusted when reading."""
    end = "-----END CERTIFICATE-----\n"
    return credentials.chain.decode().strip().split(end)[-1] + "\n"


def _lasts(chain: bytes, now: datetime) -> bool:
    from cryptography import x509

    try:
        return all(one.not_valid_after_utc > now for one in x509.load_pem_x509_certificates(chain))
    except ValueError:
        return False


def _write(path: Path, data: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, mode)
        file.write(data)


def _made(now: datetime) -> Credentials:
    """A root and a leaf under it, as the C2PA certificate profile asks (leaf for e-mail protection)."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("root", root_key, "root", root_key, now)
    leaf = _certificate("signer", leaf_key, "root", root_key, now)
    chain = leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM)
    return Credentials(chain, leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _certificate(
    name: str, key: "EllipticCurvePrivateKey", issuer: str, issuer_key: "EllipticCurvePrivateKey", now: datetime
) -> "x509.Certificate":
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    is_root = name == issuer
    builder = (
        x509.CertificateBuilder(_name(issuer), _name(name), key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + LASTS)
        .add_extension(x509.BasicConstraints(is_root, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(_usage(is_root), critical=True)
    )
    if not is_root:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
    return builder.sign(issuer_key, hashes.SHA256())


def _name(role: str) -> "x509.Name":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, NAME),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{NAME}: {role}"),
        ]
    )


def _usage(is_root: bool) -> "x509.KeyUsage":
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not is_root, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=is_root, crl_sign=is_root, encipher_only=False, decipher_only=False,
    )  # fmt: skip
