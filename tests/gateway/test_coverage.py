"""Proof of coverage on real servers: nothing is missing, also after a kill -9 under load."""

import json
import signal
import sys
from pathlib import Path
from random import Random
from subprocess import run
from threading import Event, Thread
from time import sleep
from typing import Any

import httpx
import pytest

from gateway.servers import MAIN, House, Server, until

pytestmark = pytest.mark.slow  # a server or a desk of its own for each story

ASK = {"model": "demo-text", "messages": [{"role": "user", "content": "你好"}]}


def test_coverage_is_shown_by_the_server_and_by_the_command(tmp_path: Path) -> None:
    server = Server.start(tmp_path / "data", "--demo")
    client = server.client()
    client.chat.completions.create(**ASK)
    list(client.chat.completions.create(**ASK, stream=True))
    client.images.generate(model="demo-image", prompt="山")
    found = until(lambda: _whole(httpx.get(f"{server.url}/zm/coverage").json(), 3))
    assert (found["complete"], found["given"], found["unscreened_media"]) == (True, 3, 1)
    assert httpx.get(f"{server.url}/zm/coverage", headers={"x-forwarded-for": "1.2.3.4"}).status_code == 403
    assert httpx.get(f"{server.url}/zm/coverage?since=x").status_code == 400
    assert server.stop() == 0
    status, said = _command(tmp_path / "data" / "ledger")
    assert (status, said["given"], said["whole"], said["gaps"]) == (0, 3, 3, [])


def test_the_command_wants_a_ledger(tmp_path: Path) -> None:
    assert run([sys.executable, "-c", MAIN, "coverage", str(tmp_path)], capture_output=True).returncode == 2


def test_a_stream_that_a_kill_cut_has_its_entry_and_is_a_gap(own_house: House) -> None:
    server = own_house.server
    ask = {"model": "slow", "messages": ASK["messages"], "stream": True}
    with own_house.client().chat.completions.with_streaming_response.create(**ask) as raw:
        work = raw.headers["x-zhengming-work"]
        assert any("山中一夜" in piece.decode("utf-8", "ignore") for piece in raw.iter_bytes())
        server.stop(signal.SIGKILL)
    again = Server.start(server.data)
    assert again.stop() == 0
    assert [each.kind for each in again.entries() if each.subjects.get("work") == work] == ["work.opened"]
    status, said = _command(server.data / "ledger")
    assert (status, said["given"], said["whole"]) == (1, 1, 0)
    assert [(gap["work"], gap["missing"]) for gap in said["gaps"]] == [(work, "interrupted")]


class Load:
    """Clients that ask without end, and remember the work of every content they received, whole or in part."""

    def __init__(self, server: Server, clients: int = 4) -> None:
        self.whole: set[str] = set()
        self.partly: set[str] = set()
        self._end = Event()
        self._threads = [
            Thread(target=self._run, args=(server, bool(each % 2)), daemon=True) for each in range(clients)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join(30)

    def _run(self, server: Server, stream: bool) -> None:
        headers = {"authorization": f"Bearer {server.key}"}
        with httpx.Client(headers=headers, timeout=10) as client:
            while not self._end.is_set():
                try:
                    with client.stream(
                        "POST", f"{server.url}/v1/chat/completions", json=ASK | {"stream": stream}
                    ) as got:
                        self._take(got, stream)
                except httpx.HTTPError:
                    return

    def _take(self, got: httpx.Response, stream: bool) -> None:
        work, text = got.headers["x-zhengming-work"], b""
        for piece in got.iter_bytes():
            text += piece
            if "正名" in text.decode("utf-8", "ignore"):
                self.partly.add(work)
        if not stream or b"[DONE]" in text:
            self.whole.add(work)


@pytest.mark.slow
def test_after_a_kill_under_load_every_content_that_was_received_has_its_entry(tmp_path: Path) -> None:
    random, data, rounds = Random(7), tmp_path / "data", []
    for _ in range(6):
        server = Server.start(data, "--demo")
        load = Load(server)
        until(lambda load=load: len(load.whole) > 20, 30)
        sleep(random.random())
        server.stop(signal.SIGKILL)
        load.stop()
        rounds.append(load)
    last = Server.start(data, "--demo")
    assert last.stop() == 0
    kinds: dict[str, set[str]] = {}
    for entry in last.entries():
        kinds.setdefault(entry.subjects.get("work", ""), set()).add(entry.kind)
    received = set().union(*(load.partly | load.whole for load in rounds))
    whole = set().union(*(load.whole for load in rounds))
    print(f"{len(received)} contents received, {len(whole)} of them whole, in {len(rounds)} kills")
    assert len(whole) > 100
    assert not [work for work in received if not kinds.get(work, set()) & {"work.released", "work.opened"}]
    assert not [work for work in whole if "work.released" not in kinds.get(work, set())]
    _, said = _command(data / "ledger")
    assert {gap["missing"] for gap in said["gaps"]} <= {"interrupted"}
    assert said["whole"] >= len(whole)


def _whole(said: dict[str, Any], count: int) -> dict[str, Any] | None:
    return said if said.get("whole") == count else None


def _command(ledger: Path) -> tuple[int, dict[str, Any]]:
    done = run([sys.executable, "-c", MAIN, "coverage", str(ledger), "--json"], capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)
