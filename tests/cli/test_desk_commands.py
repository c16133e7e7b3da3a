"""Staff acts on the command line, as a small operator would do them on the first day."""

import json
import shutil
import stat
from contextlib import closing, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

pytest.importorskip("django", reason="pip install 'zhengming[server]'")

from zhengming.cli import line

pytestmark = pytest.mark.slow  # a server or a desk of its own for each story


class Shell:
    """Runs command lines in one installation, as one of its staff."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.said = ""

    def run(self, *typed: str, staff: str = "wang", status: int = 0) -> object:
        settings = {
            "storage": [f"--data={self.folder / 'data'}"],
            "desk": [f"--staff={staff}", f"--password-file={self.folder / staff}"],
        }
        self.capsys.readouterr()
        assert line.run([*typed, "--json"], settings) == status, self.capsys.readouterr().err
        out, self.said = self.capsys.readouterr()
        return json.loads(out) if out else None

    def hired(self, made: object, username: str) -> None:
        (self.folder / username).write_text(made["password"] + "\n")

    def entries(self) -> list[str]:
        from zhengming.ledger.entry import decoded
        from zhengming.ledger.file_store import FileStore

        with closing(FileStore(self.folder / "data" / "ledger", writing=False)) as store:
            return [decoded(data).kind for data in store.read(0, store.size)]


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with its first three people, to be copied."""
    folder = tmp_path_factory.mktemp("staffed")
    storage, desk = [f"--data={folder / 'data'}"], [f"--password-file={folder / 'wang'}", "--staff=wang"]
    for typed in (
        ["first", "wang"],
        ["create", "zhang", "--role", "registrar", "--role", "safety"],
        ["create", "li", "--role", "reviewer"],
    ):
        with redirect_stdout(TextIOWrapper(BytesIO(), "utf-8", write_through=True)) as out:
            assert line.run(["staff", *typed, "--json"], {"storage": storage, "desk": desk}) == 0
            made = json.loads(out.buffer.getvalue())
        (folder / typed[1]).write_text(made["password"] + "\n")
    from django.db import connection

    connection.close()
    return folder


@pytest.fixture
def shell(staffed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    shutil.copytree(staffed, tmp_path, dirs_exist_ok=True)
    yield Shell(tmp_path, capsys)
    from django.db import connections

    connections.close_all()


def zhang(shell: Shell, *typed: str, status: int = 0) -> object:
    return shell.run(*typed, staff="zhang", status=status)


def test_the_first_start_makes_keys_for_their_owner_alone_and_says_so(tmp_path, capsys):
    shell = Shell(tmp_path, capsys)
    shell.hired(shell.run("staff", "first", "wang"), "wang")
    assert "请立即备份" in shell.said
    keys = tmp_path / "data" / "keys"
    assert sorted(path.name for path in keys.iterdir()) == [
        "digest-1.key", "ledger.key", "sealing-1.key", "web.key",
    ]  # fmt: skip
    assert not any(stat.S_IMODE(path.stat().st_mode) & 0o077 for path in keys.iterdir())
    shell.run("staff", "list")
    assert "请立即备份" not in shell.said
    (keys / "sealing-1.key").unlink()
    shell.run("staff", "list", status=2)
    assert "sealing-1.key" in shell.said
    assert not (keys / "sealing-1.key").exists()


def test_a_first_day_leaves_an_entry_for_each_act(shell):
    day = shell.folder / "terms.md"
    day.write_text("服务协议")
    zhang(shell, "service", "register", "chat", "--title", "对话", "--technology", "text", "--producer", "x")
    zhang(shell, "service", "on", "chat", status=2)
    assert "第二十条" in shell.said
    zhang(shell, "service", "assess", "chat", "--until", "2099-06-30")
    zhang(shell, "service", "on", "chat")
    zhang(shell, "upstream", "register", "local", "--url", "http://127.0.0.1:1/v1", "--model", "qwen",
          "--service", "chat")  # fmt: skip
    zhang(shell, "upstream", "assess", "local", "--until", "2099-06-30")
    zhang(shell, "upstream", "on", "local")
    zhang(shell, "agreement", "publish", "terms", "--file", str(day))
    made = shell.run("key", "issue", "--service", "chat", "--days", "30")
    assert made["secret"].startswith("zm-")
    assert shell.entries()[-9:] == [
        "staff.created", "service.registered", "service.changed", "service.switched", "upstream.registered",
        "upstream.assessed", "upstream.switched", "agreement.published", "key.issued",
    ]  # fmt: skip
    (service,) = zhang(shell, "service", "list")
    assert (service["code"], service["on"]) == ("chat", True)
    assert shell.run("doctor")


def test_a_wrong_password_opens_nothing(shell):
    (shell.folder / "wang").write_text("guess")
    before = shell.entries()
    shell.run("staff", "create", "mallory", status=2)
    assert "口令不对" in shell.said
    assert shell.entries() == before


def test_art_9_staff_check_documents_and_nothing_of_them_stays_in_clear(shell):
    zhang(shell, "user", "create", "alice")
    claim, picture = shell.folder / "claim.toml", shell.folder / "passport.jpg"
    claim.write_text('document_kind = "passport"\ndocument_number = "E87654321"\nname = "王小明"\n')
    picture.write_bytes(b"picture of a passport")
    typed = ("user", "verify", "alice", "--claim", str(claim), "--picture", str(picture))
    zhang(shell, *typed, status=2)
    assert "逐项核对" in shell.said
    zhang(shell, *typed, "--confirm")
    shown = zhang(shell, "user", "show", "alice")
    assert [(each["method"], each["level"]) for each in shown["identities"]] == [("manual", 2)]
    kept = b"".join(path.read_bytes() for path in (shell.folder / "data").rglob("*") if path.is_file())
    for personal in ("E87654321", "王小明", "alice", "picture of a passport"):
        assert personal.encode() not in kept
    zhang(shell, "user", "revoke", shown["identities"][0]["identity"], "--because", "证件系伪造")
    assert zhang(shell, "user", "show", "alice")["identities"] == []


def test_many_users_are_registered_and_one_failure_stops_nobody(shell):
    names = shell.folder / "names.txt"
    names.write_text("alice\nbob\nalice\ncarol\n")
    rehearsed = zhang(shell, "user", "create", "--from", str(names), "--dry-run")
    assert all(each["user"] for each in rehearsed["users"])
    made = zhang(shell, "user", "create", "--from", str(names), status=1)
    assert [bool(each["user"]) for each in made["users"]] == [True, True, False, True]


def test_a_rehearsal_leaves_nothing(shell):
    before = shell.entries()
    zhang(shell, "user", "create", "alice", "--dry-run")
    zhang(shell, "user", "show", "alice", status=2)
    assert shell.entries() == before


def test_two_people_close_an_account(shell):
    zhang(shell, "user", "create", "alice")
    zhang(shell, "measure", "suspend", "alice", "--ground", "A.1.1", "--because", "违规", "--days", "7")
    zhang(shell, "measure", "close", "alice", "--ground", "A.1.1", "--because", "屡次违规")
    (proposal,) = shell.run("proposal", "list", staff="li")
    assert (proposal["because"], proposal["by"]) == ("屡次违规", "zhang")
    zhang(shell, "proposal", "approve", proposal["proposal"], status=2)
    shell.run("proposal", "approve", proposal["proposal"], staff="li")
    assert [each["kind"] for each in zhang(shell, "measure", "list")] == ["suspend", "close"]


def test_art_21_an_order_is_entered_by_one_and_lifted_by_two(shell):
    zhang(shell, "order", "stop-signups", "--authority", "cyberspace", "--document", "1号")
    zhang(shell, "user", "create", "alice", status=1)
    assert "第二十一条" in shell.said
    (order,) = zhang(shell, "order", "list")
    zhang(shell, "order", "lift", order["order"], "--because", "已整改")
    (proposal,) = shell.run("proposal", "list", staff="li")
    shell.run("proposal", "approve", proposal["proposal"], staff="li")
    assert zhang(shell, "order", "list") == []


def test_art_14_a_consent_is_asked_for_by_a_one_time_token_and_withdrawn(shell):
    face, notice = shell.folder / "face.jpg", shell.folder / "notice.md"
    face.write_bytes(b"a face")
    notice.write_text("告知")
    zhang(shell, "service", "register", "face", "--title", "换脸", "--technology", "biometric-image",
          "--producer", "x")  # fmt: skip
    zhang(shell, "service", "function", "face", "--function", "swap", "--technology", "biometric-image",
          "--edits-person", "yes")  # fmt: skip
    zhang(shell, "agreement", "publish", "consent-notice", "--audience", "person", "--file", str(notice))
    asked = zhang(shell, "consent", "request", "--service", "face", "--function", "swap", "--material", str(face),
                  "--purpose", "短片", "--days", "30")  # fmt: skip
    from zhengming.records.acts.consents import give_consent
    from zhengming.records.desk import Desk
    from zhengming.records.keys import keys
    from zhengming.records.outbox import Outbox

    found = keys(shell.folder / "data" / "keys")
    id_, _ = give_consent(Desk(Outbox(), found.vault, found.digester), asked["token"], "李四", 1)
    (consent,) = zhang(shell, "consent", "list")
    assert (consent["consent"], consent["purpose"], consent["withdrawn"]) == (id_, "短片", None)
    zhang(shell, "consent", "withdraw", id_)
    assert zhang(shell, "consent", "list")[0]["withdrawn"]


def test_the_doctor_says_what_is_missing_and_how_to_mend_it(shell):
    found = {each["code"]: each for each in shell.run("doctor", status=1)}
    assert found["agreement"]["grade"] == "bad"
    assert "第八条" in found["agreement"]["message"]
    assert found["agreement"]["mend"].startswith("zhengming agreement publish")
    assert found["keys"]["grade"] == found["ledger"]["grade"] == found["staff"]["grade"] == "good"
    (shell.folder / "data" / "keys" / "web.key").chmod(0o640)
    assert {each["code"]: each["grade"] for each in shell.run("doctor", status=1)}["keys"] == "bad"


def test_beside_a_running_service_entries_wait_for_it(shell):
    from zhengming.ledger.file_store import FileStore
    from zhengming.ledger.ledger import Ledger
    from zhengming.ledger.note import Signer
    from zhengming.records.keys import keys
    from zhengming.records.outbox import carried_over, waiting

    seed = keys(shell.folder / "data" / "keys").ledger_seed
    ledger = Ledger(FileStore(shell.folder / "data" / "ledger"), Signer.from_seed("zhengming.local/ledger", seed))
    with ledger:
        size = ledger.store.size
        zhang(shell, "user", "create", "alice")
        assert "由运行中的服务写入" in shell.said
        assert (waiting(), ledger.store.size) == (1, size)
        assert carried_over(ledger) == 1
    assert shell.entries()[-1] == "user.created"


def test_a_damaged_ledger_stops_every_act(shell):
    entries = shell.folder / "data" / "ledger" / "entries"
    data = bytearray(entries.read_bytes())
    data[200] ^= 1
    entries.write_bytes(bytes(data))
    for name in ("mark", "offsets", "hashes-0"):
        (shell.folder / "data" / "ledger" / name).unlink()
    zhang(shell, "user", "create", "alice", status=2)
    from zhengming.records.models import User

    assert not User.objects.exists()


def test_a_ledger_keeps_the_name_that_it_was_begun_with(tmp_path, capsys):
    shell = Shell(tmp_path, capsys)
    settings = {"storage": [f"--data={tmp_path / 'data'}", "--origin=example.cn/ledger"]}
    assert line.run(["staff", "first", "wang", "--json"], settings) == 0
    shell.hired(json.loads(capsys.readouterr().out), "wang")
    shell.run("staff", "create", "li", "--role", "reviewer")
    checkpoint = (tmp_path / "data" / "ledger" / "checkpoints").read_bytes()
    assert checkpoint.count(b"example.cn/ledger\n2\n") == 1


def test_a_lost_password_is_recovered_on_the_record(shell):
    made = shell.run("staff", "recover", "zhang")
    shell.run("user", "create", "alice", staff="zhang", status=2)
    shell.hired(made, "zhang")
    zhang(shell, "user", "create", "alice")
    assert shell.entries()[-2:] == ["staff.password-recovered", "user.created"]
