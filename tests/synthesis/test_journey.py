"""The journey: every step is taken, each end leaves its entry, and whatever fails, nothing is released."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest

from zhengming import examine
from zhengming.ground.errors import Unavailable
from zhengming.ledger.digest import Digest
from zhengming.ledger.entry import Entry
from zhengming.records.parts import (
    ApiKey,
    Function,
    Labels,
    Order,
    OrderKind,
    Service,
    TextLabel,
    Upstream,
    User,
    UserKind,
)  # fmt: skip
from zhengming.records.policy import Policy, key_digest
from zhengming.screening.compiling import compiled
from zhengming.screening.feature import Feature
from zhengming.screening.snapshot import Snapshot
from zhengming.synthesis import journey
from zhengming.synthesis.admission import Asking
from zhengming.synthesis.protocol import PROTOCOLS
from zhengming.synthesis.reasons import NotAdmitted
from zhengming.synthesis.screener import Hit, Unscreened
from zhengming.synthesis.streams import Unlabelled
from zhengming.synthesis.work import Answer, Edges, Job, UpstreamFailed

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
PRODUCER = "001191000000000000000K10000"
FUNCTIONS = (
    Function("chat", "text", "1", True), Function("image", "image", "5", True),
    Function("speech", "speech", "2", True), Function("draft", "text", "other", True),
)  # fmt: skip
SERVICE = Service("s1", "house", "text", "1", True, FUNCTIONS, Labels(PRODUCER), moves_opinion=False)
UPSTREAM = Upstream(
    "m1", "local", "openai", "http://127.0.0.1:9/v1", ("tiny",), ("house",), True, assessed_until=NOW + timedelta(9)
)
PARTS = (
    SERVICE,
    UPSTREAM,
    User("u1", "li", UserKind.PERSON, True),
    ApiKey("k1", key_digest("secret"), "house", "u1"),
)
HIT, HELD = "蓝莓煎饼暗号", "待审演示词语"


@pytest.fixture(scope="module")
def library() -> Snapshot:
    features = [Feature("f1", "term", HIT, "A.1.1"), Feature("f2", "term", HELD, "A.1.2", action="hold")]
    return Snapshot(compiled(features))


@dataclass
class World:
    """Edges that remember; ``says`` is what the upstream answers."""

    library: Snapshot
    says: Any = "您好"
    service: Service = SERVICE
    entries: list[Entry] = field(default_factory=list)
    asked: int = 0
    ledger_works: bool = True
    let_go: bool = False

    def edges(self, **changes: Any) -> Edges:
        policy = Policy.of("test", 7, NOW, (*PARTS, self.service))
        return replace(Edges(lambda: policy, lambda: self.library, self, self, lambda: NOW), **changes)

    async def append_soon(self, entry: Entry) -> None:
        if not self.ledger_works:
            raise Unavailable("台账不可用", "no ledger")
        self.entries.append(entry)

    async def answer(self, job: Job) -> Answer:
        self.asked += 1
        if isinstance(self.says, Exception):
            raise self.says
        return Answer(self.says if isinstance(self.says, bytes) else json.dumps(chat(self.says)).encode())

    @asynccontextmanager
    async def stream(self, job: Job) -> AsyncIterator[AsyncIterator[bytes]]:
        self.asked += 1
        try:
            yield self._chunks()
        finally:
            self.let_go = True

    async def _chunks(self) -> AsyncIterator[bytes]:
        for token in self.says:
            if isinstance(token, Exception):
                raise token
            delta = {"index": 0, "delta": {"content": token}, "finish_reason": None}
            yield b"data: " + json.dumps({"id": "c", "choices": [delta]}).encode() + b"\n\n"
            await asyncio.sleep(0)
        yield b'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

    @property
    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.entries]


def chat(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {"id": "c", "model": "tiny", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}


def job(prompt: str = "你好", stream: bool = False, function: str = "chat", **asking: Any) -> Job:
    protocol = PROTOCOLS["openai-chat"]
    body = {"model": "tiny", "messages": [{"role": "user", "content": prompt}], "stream": stream}
    asked = Asking("secret", function, "tiny", **asking)
    return Job(protocol, protocol.request(body), asked, NOW, "/v1/chat/completions", "text", PARTS[3])


def medium_job(protocol: str, path: str, function: str, medium: str) -> Job:
    body = {"model": "tiny", "prompt": "山", "input": "山"}
    request = PROTOCOLS[protocol].request(body)
    return Job(PROTOCOLS[protocol], request, Asking("secret", function, "tiny"), NOW, path, medium, PARTS[3])


def run(world: World, of: Job, **changes: Any) -> Job:
    return asyncio.run(journey.answer(of, world.edges(**changes)))


def streamed(world: World, of: Job, give: Callable[[bytes], Any] | None = None) -> bytes:
    out: list[bytes] = []

    async def keep(piece: bytes) -> None:
        assert world.kinds[-1:] != []
        out.append(piece)

    asyncio.run(journey.stream(of, world.edges(), give or keep, lambda job: None))
    return b"".join(out)


def test_an_answer_is_admitted_screened_labelled_and_on_the_ledger(library: Snapshot) -> None:
    world = World(library)
    asked = job()
    done = run(world, asked)
    assert json.loads(done.labelled.body)["choices"][0]["message"]["content"] == "AI生成\n\n您好"
    (entry,) = world.entries
    assert entry.kind == "work.released"
    assert entry.subjects == {"work": asked.id, "key": "k1", "service": "house", "user": "u1", "upstream": "local"}
    assert entry.digests["output"] == Digest.of(done.labelled.body)
    assert {"input-verdict", "output-verdict"} <= set(entry.digests)
    facts = dict(entry.facts)
    assert (facts["input"], facts["output"], facts["label"], facts["labels-read"]) == ("pass", "pass", "start", 1)
    assert (facts["policy"], facts["snapshot"], facts["function"]) == ("test.7", library.id, "chat")


@pytest.mark.parametrize(("text", "kind"), [(HIT, "work.refused"), (HELD, "work.held")])
def test_a_hit_in_the_input_never_reaches_the_upstream(library: Snapshot, text: str, kind: str) -> None:
    world = World(library)
    with pytest.raises(Hit):
        run(world, job(f"请讲{text}"))
    assert world.asked == 0
    assert world.kinds == [kind]
    assert world.entries[0].facts["stage"] == "input"


def test_a_hit_in_the_output_is_not_released(library: Snapshot) -> None:
    world = World(library, f"听好：{HIT}。")
    with pytest.raises(Hit):
        run(world, job())
    assert world.kinds == ["work.refused"]
    assert world.entries[0].facts["stage"] == "output"


def test_nothing_is_released_without_the_ledger(library: Snapshot) -> None:
    world = World(library, ledger_works=False)
    with pytest.raises(Unavailable):
        run(world, job())
    with pytest.raises(Unavailable):
        streamed(world, job(stream=True))


def test_nothing_is_asked_without_the_library(library: Snapshot) -> None:
    def missing() -> Snapshot:
        raise Unavailable("没有特征库", "no library")

    world = World(library)
    with pytest.raises(Unavailable):
        run(world, job(), library=missing)
    assert (world.asked, world.kinds) == (0, ["work.failed"])


def test_who_is_not_admitted_leaves_an_entry_with_the_reason(library: Snapshot) -> None:
    world = World(library)
    with pytest.raises(NotAdmitted):
        run(world, job(function="fly"))
    assert world.entries[0].facts["reason"] == "function-unknown"


def test_a_function_of_another_medium_lets_nobody_past(library: Snapshot) -> None:
    with pytest.raises(NotAdmitted, match="功能"):
        run(World(library), job(function="image"))


@pytest.mark.parametrize("says", [b"not json", b"[]", UpstreamFailed("upstream-timeout", "超时", "late", 504)])
def test_what_an_upstream_does_wrong_has_a_name(library: Snapshot, says: Any) -> None:
    world = World(library, says)
    with pytest.raises(UpstreamFailed):
        run(world, job())
    assert world.kinds == ["work.failed"]
    assert str(world.entries[0].facts["reason"]).startswith("upstream-")


def test_the_label_of_a_text_stands_where_the_service_says(library: Snapshot) -> None:
    def content(where: TextLabel, **asking: Any) -> tuple[str, str]:
        service = replace(SERVICE, labels=Labels(PRODUCER, where, release_without=True))
        world = World(library, service=service)
        done = run(world, job(**asking))
        return json.loads(done.labelled.body)["choices"][0]["message"]["content"], str(
            world.entries[0].facts["label"]
        )

    assert content(TextLabel.END) == ("您好\n\nAI生成", "end")
    assert content(TextLabel.INTERFACE) == ("您好", "interface")
    assert content(TextLabel.START, unlabelled=True) == ("您好", "left-out")


def test_outside_the_five_classes_the_label_comes_on_request(library: Snapshot) -> None:
    world = World(library)
    run(world, job(function="draft"))
    run(world, replace(job(function="draft"), wants_label=True))
    assert [entry.facts["label"] for entry in world.entries] == ["not-due", "start"]


def test_a_picture_carries_both_labels_and_the_number_of_its_work(library: Snapshot) -> None:
    body = json.dumps({"created": 1, "data": [{"b64_json": base64.b64encode(_png()).decode()}]}).encode()
    world = World(library, body)
    asked = medium_job("openai-images", "/v1/images/generations", "image", "image")
    done = run(world, asked, unscreened_media=True)
    data = base64.b64decode(json.loads(done.labelled.body)["data"][0]["b64_json"])
    found = examine(BytesIO(data))
    assert str(found.verdict) == "属于"
    assert (found.labels[0].fields["ProduceID"], found.labels[0].fields["ContentProducer"]) == (asked.id, PRODUCER)
    assert world.entries[0].facts["output"] == "media-not-screened"
    assert world.entries[0].facts["labels-read"] == 1
    assert data != _png()


def test_media_that_nothing_can_screen_are_refused_unless_the_operator_says_so(library: Snapshot) -> None:
    world = World(library, _wav())
    asked = medium_job("openai-speech", "/v1/audio/speech", "speech", "audio")
    with pytest.raises(Unscreened):
        run(world, asked)
    assert world.kinds == ["work.failed"]


def test_what_is_no_medium_is_not_released_as_one(library: Snapshot) -> None:
    asked = medium_job("openai-speech", "/v1/audio/speech", "speech", "audio")
    for says in (b'{"error": "x"}', "只是文字".encode(), _png()):
        with pytest.raises(Unlabelled):
            run(World(library, says), asked, unscreened_media=True)


def test_a_stream_has_an_entry_before_its_first_byte_and_one_at_its_end(library: Snapshot) -> None:
    world = World(library, ["您", "好"])
    out = streamed(world, job(stream=True))
    assert world.kinds == ["work.opened", "work.released"]
    assert world.entries[1].digests["output"] == Digest.of(out)
    assert (world.entries[1].facts["labels-read"], world.entries[1].facts["ending"]) == (1, "complete")
    assert "AI生成" in out.decode()
    assert out.endswith(b"data: [DONE]\n\n")


def test_a_hit_late_in_a_stream_ends_it_and_never_goes_out(library: Snapshot) -> None:
    world = World(library, [*"山中一夜，雨停的时候，灯还亮着。" * 40, *HIT, "之后"])
    out = streamed(world, job(stream=True))
    assert world.kinds == ["work.opened", "work.ended"]
    assert world.entries[1].facts["ending"] == "refused"
    assert b"content_filter" in out
    assert not any(sign in _texts(out) for sign in (HIT, HIT[:3], "之后"))


def test_a_hit_early_in_a_stream_is_refused_before_the_first_byte(library: Snapshot) -> None:
    world = World(library, [*HIT])
    with pytest.raises(Hit):
        streamed(world, job(stream=True))
    assert world.kinds == ["work.refused"]


def test_an_upstream_that_dies_in_a_stream_is_told_and_recorded(library: Snapshot) -> None:
    death = UpstreamFailed("upstream-unreachable", "断开", "gone")
    world = World(library, [*"山中一夜，雨停的时候，灯还亮着。" * 40, death])
    out = streamed(world, job(stream=True))
    assert world.entries[-1].facts["ending"] == "cut-off"
    assert b"cut_off" in out


def test_a_client_that_leaves_lets_the_upstream_go_and_is_recorded(library: Snapshot) -> None:
    world = World(library, [*"山中一夜，雨停的时候，灯还亮着。" * 40])

    async def leave(piece: bytes) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        streamed(world, job(stream=True), leave)
    assert world.let_go
    assert world.kinds == ["work.opened", "work.ended"]
    assert world.entries[-1].facts["ending"] == "client-gone"


def test_an_order_stops_works_under_way(library: Snapshot) -> None:
    order = Order("o1", OrderKind.STOP_SERVICE, "cac", NOW - timedelta(1), service="house")

    class Ordered(World):
        """The order is in force once the upstream was asked, or after four hundred looks."""

        looks = 0

        def edges(self, **changes: Any) -> Edges:
            before, after = (Policy.of("test", 7 + len(more), NOW, (*PARTS, *more)) for more in ((), (order,)))

            def policy() -> Policy:
                self.looks += 1
                return after if self.looks > 400 or (self.asked and self.says == "您好") else before

            return replace(super().edges(**changes), policy=policy)

    world = Ordered(library)
    with pytest.raises(NotAdmitted):
        run(world, job())
    assert (world.kinds, world.entries[0].facts["reason"]) == (["work.refused"], "service-stopped")
    world = Ordered(library, [*"山中一夜，雨停的时候，灯还亮着。" * 40])
    out = streamed(world, job(stream=True))
    assert world.entries[-1].facts["ending"] == "service-stopped"
    assert b"content_filter" in out
    assert 0 < len(_texts(out)) < 400


def _texts(out: bytes) -> str:
    events = [line[6:] for line in out.decode().splitlines() if line.startswith("data: {")]
    deltas = [choice["delta"].get("content", "") for event in events for choice in json.loads(event)["choices"]]
    return "".join(deltas)


def _png() -> bytes:
    from PIL import Image

    data = BytesIO()
    Image.linear_gradient("L").resize((320, 240)).convert("RGB").save(data, "PNG")
    return data.getvalue()


def _wav() -> bytes:
    from zhengming.cli.procedural import melody

    return melody()
