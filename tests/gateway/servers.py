"""Real servers on loopback, started as a user starts them, and what tests ask of them."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from openai import OpenAI

from zhengming.ledger.entry import Entry
from zhengming.ledger.file_store import FileStore
from zhengming.synthesis.coverage import entries_in

MAIN = "from zhengming.app import main; raise SystemExit(main())"
#: Seconds within which a change of the records is in force, and an entry can be read.
WITHIN = 5.0


@dataclass
class Server:
    """A server process, and the folder that it keeps everything in."""

    process: "subprocess.Popen[str]"
    data: Path
    url: str
    key: str = ""
    clients: list[OpenAI] = field(default_factory=list)

    @classmethod
    def start(cls, data: Path, *options: str) -> "Server":
        command = [sys.executable, "-c", MAIN, "serve", "--data", str(data), "--port", "0", "--json", *options]
        with (data.parent / f"{data.name}.log").open("a") as log:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert process.stdout
        text = ""
        while line := process.stdout.readline():
            text += line
            if line.rstrip() == "}":
                said = json.loads(text)
                server = cls(process, data, said["url"], said["key"] or "")
                server.wait_ready()
                return server
        raise AssertionError((data.parent / f"{data.name}.log").read_text())

    def wait_ready(self) -> None:
        def answers() -> bool:
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5)
            except OSError:
                return False
            return True

        until(answers)

    def stop(self, how: int = signal.SIGTERM) -> int:
        for client in self.clients:
            client.close()
        self.process.send_signal(how)
        self.process.communicate(timeout=40)
        return self.process.returncode

    def client(self, key: str = "", **options: Any) -> OpenAI:
        client = OpenAI(base_url=f"{self.url}/v1", api_key=key or self.key, max_retries=0, timeout=30, **options)
        self.clients.append(client)
        return client

    def entries(self) -> list[Entry]:
        with closing(FileStore(self.data / "ledger", writing=False)) as store:
            return list(entries_in(store))

    def entry(self, work: str, *kinds: str) -> Entry:
        """The last entry of a work; of one of ``kinds``."""

        def found() -> Entry | None:
            of = [each for each in self.entries() if each.subjects.get("work") == work]
            return next((each for each in reversed(of) if not kinds or each.kind in kinds), None)

        return until(found)


def until(ask: Callable[[], Any], within: float = WITHIN) -> Any:
    """What ``ask`` answers once that is something."""
    end = monotonic() + within
    while not (found := ask()):
        assert monotonic() < end, "it did not come to be in time"
        sleep(0.05)
    return found


@dataclass
class House:
    """A server on records, and the desk at which tests change them."""

    server: Server
    desk: Any
    user_key: str

    def put(self, act: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Do an act and let it come into force."""
        result = act(self.desk, *arguments, **options)
        sleep(0.6)
        return result

    def client(self, key: str = "", **options: Any) -> OpenAI:
        return self.server.client(key or self.user_key, **options)
