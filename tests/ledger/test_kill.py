"""Killed at random moments under load: nothing acknowledged is lost, nothing is half there."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ledger.making import NEVER, SIGNER
from zhengming.ledger.entry import decoded
from zhengming.ledger.file_store import FileStore
from zhengming.ledger.ledger import Ledger
from zhengming.ledger.tree import leaf_hash

#: Eight threads append, alone and in batches, and tell what was acknowledged only after it was.
LOAD = """
import os, sys
from pathlib import Path
from threading import Thread
from ledger.making import SIGNER, entry
from zhengming.ledger.file_store import FileStore
from zhengming.ledger.ledger import Ledger
ledger = Ledger(FileStore(Path(sys.argv[1])), SIGNER, 0.03)
def load(thread):
    for turn in range(1_000_000):
        batch = [entry(thread * 10_000_000 + turn * 20 + each) for each in range(1 + turn % 16)]
        for receipt in ledger.append_all(batch):
            os.write(1, b"%d %s\\n" % (receipt.index, receipt.leaf.hex().encode()))
for thread in range(8):
    Thread(target=load, args=(thread,)).start()
"""


def killed(folder: Path, after: float) -> dict[int, str]:
    """Run the load, kill it, and give what it had acknowledged."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    process = subprocess.Popen([sys.executable, "-c", LOAD, str(folder)], stdout=subprocess.PIPE, env=environment)
    assert process.stdout
    with process.stdout as told:
        first = told.readline()
        os.set_blocking(told.fileno(), False)
        data, end = bytearray(first), time.monotonic() + after
        while time.monotonic() < end:
            data += told.read() or b""
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        os.set_blocking(told.fileno(), True)
        data += told.read()
    assert process.wait() == -signal.SIGKILL
    whole = data[: data.rindex(b"\n")].decode().splitlines()
    return {int(index): leaf for index, leaf in (line.split(" ") for line in whole)}


@pytest.mark.slow
def test_killed_twenty_times_under_load_it_loses_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance, acknowledged = random.Random(20), dict[int, str]()
    for turn in range(20):
        acknowledged |= killed(tmp_path / "ledger", chance.uniform(0.01, 0.5))
        with Ledger(FileStore(tmp_path / "ledger"), SIGNER, NEVER) as ledger:
            leaves = [leaf_hash(each) for each in ledger.store.read(0, ledger.store.size)]
            assert all(decoded(each) for each in ledger.store.read(0, ledger.store.size) if turn == 19)
        lost = [index for index, leaf in acknowledged.items() if index >= len(leaves) or leaves[index].hex() != leaf]
        assert not lost
    with capsys.disabled():
        print(f"\nkilled 20 times: {len(acknowledged)} entries acknowledged, 0 lost, {len(leaves)} there, 0 half")
