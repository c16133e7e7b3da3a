"""kill -9 at random moments, while acts are done and entries carried over: no act without entry, none told twice."""

import random
import subprocess
import sys
import time
from collections import Counter

import pytest

from zhengming.ledger.entry import decoded
from zhengming.ledger.export import write_export
from zhengming.ledger.verification import verify_export

WORKER = """
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from uuid import uuid4
from zhengming.records.database import Storage
from zhengming.records.office import office
with office(Storage(Path(sys.argv[1]), sys.argv[2])) as opened:
    from zhengming.records.acts.users import create_user
    from zhengming.records.desk import Desk
    from zhengming.records.evidence import EvidenceStore
    from zhengming.records.outbox import Outbox, carried_over
    from zhengming.records.parts import UserKind
    desk = Desk(Outbox(), opened.keys.vault, opened.keys.digester)
    store = EvidenceStore(opened.storage.evidence_folder)
    print("ready", flush=True)
    while True:
        print(create_user(desk, uuid4().hex, UserKind.PERSON, ""), flush=True)
        print(store.keep_bytes(desk, b"x" * 100, "prompt"), flush=True)
        carried_over(opened.ledger)
"""
KILLS = 20


@pytest.mark.slow
def test_no_act_is_without_its_entry_and_none_is_told_twice(storage):
    from zhengming.records.models import Evidence, User
    from zhengming.records.office import office

    told: list[str] = []
    moment = random.Random(7)
    for _ in range(KILLS):
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(storage.data), storage.database], stdout=subprocess.PIPE, text=True
        )
        assert worker.stdout.readline() == "ready\n"
        time.sleep(moment.uniform(0.05, 0.4))
        worker.kill()
        told += [line.strip() for line in worker.communicate()[0].splitlines(keepends=True) if line.endswith("\n")]
    with office(storage):
        pass  # what was on its way is carried over
    with office(storage) as opened:
        entries = [decoded(data) for data in opened.ledger.store.read(0, opened.ledger.store.size)]
        with (storage.data / "export").open("w+b") as export:
            write_export(opened.ledger, export)
            export.seek(0)
            assert verify_export(export).good
    users = Counter(entry.subjects["user"] for entry in entries if entry.kind == "user.created")
    kept = Counter(str(entry.digests["evidence"]) for entry in entries if entry.kind == "evidence.kept")
    assert set(users) == set(User.objects.values_list("id", flat=True))
    assert set(kept) == set(Evidence.objects.values_list("digest", flat=True))
    assert set((users + kept).values()) == {1}
    assert set(told) <= set(users + kept)
    assert len(told) > KILLS
    for digest in kept:
        assert (storage.evidence_folder / digest[7:9] / digest[7:]).stat().st_size == 100 + 32 + 16
    print(f"{KILLS} times kill -9: {len(told)} acts acknowledged, {len(users + kept)} kept, 0 lost, 0 half, 0 twice")
