"""A timestamping authority made of openssl's command line: what a real one answers, over a local server."""

import subprocess
from pathlib import Path

from zhengming.ledger.witness import Answer

SETTINGS = """\
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:TRUE
[stamping]
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/{signer}.pem
signer_key = {folder}/{signer}.key
certs = {folder}/ca.pem
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
"""


class Authority:
    """``ca`` certified ``signer``. ``answer`` is what a server does with a query."""

    def __init__(self, folder: Path, key: str = "rsa:2048", digest: str = "sha256") -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        (folder / "serial").write_text("01\n")
        self._settings("tsa")
        new = ["-nodes", "-newkey", *key.split(" ")]
        self._run("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca",
                  "-config", "settings", "-extensions", "ca")  # fmt: skip
        self._run("req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=tsa", "-config", "settings")
        self._run("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "77", "-out",
                  "tsa.pem", "-extfile", "settings", "-extensions", "stamping")  # fmt: skip
        text = (folder / "settings").read_text().replace("signer_digest = sha256", f"signer_digest = {digest}")
        (folder / "settings").write_text(text)

    def answer(self, path: str, content_type: str, body: bytes) -> Answer:
        """What an RFC 3161 server over HTTP does."""
        assert content_type == "application/timestamp-query"
        return Answer(200, self.reply(body), "application/timestamp-reply")

    def reply(self, query: bytes) -> bytes:
        """The response to a query."""
        (self.folder / "query").write_bytes(query)
        self._run("ts", "-reply", "-config", "settings", "-queryfile", "query", "-out", "reply")
        return (self.folder / "reply").read_bytes()

    def certificate(self, name: str) -> bytes:
        """``ca`` or ``tsa`` in DER."""
        self._run("x509", "-in", f"{name}.pem", "-outform", "DER", "-out", "der")
        return (self.folder / "der").read_bytes()

    def _settings(self, signer: str) -> None:
        (self.folder / "settings").write_text(SETTINGS.format(folder=self.folder, signer=signer))

    def _run(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)
