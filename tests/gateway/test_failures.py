"""What goes wrong, through HTTP: hits, upstreams that fail in every way, clients that leave, what is missing."""

import resource
from pathlib import Path
from time import sleep
from typing import Any

import httpx
import pytest
from openai import APIError, APIStatusError, BadRequestError, RateLimitError

from gateway.models import HIT, STORY, Upstream
from gateway.servers import House, Server, until

pytestmark = pytest.mark.slow  # a server or a desk of its own for each story

ASK = [{"role": "user", "content": "你好"}]


def chat(house: House, model: str, **options: Any) -> Any:
    return house.client().chat.completions.create(model=model, messages=ASK, **options)


def test_a_server_on_records_serves(house: House, upstream: Upstream) -> None:
    assert chat(house, "good", user="张三").choices[0].message.content == "AI生成\n\n您好，世界。"
    assert "user" not in upstream.bodies[-1]


def test_a_hit_in_the_output_never_reaches_the_client(house: House) -> None:
    with pytest.raises(BadRequestError) as error:
        chat(house, "hits")
    assert error.value.code == "content_filter"
    assert HIT not in error.value.response.text
    entry = house.server.entry(error.value.response.headers["x-zhengming-work"])
    assert (entry.kind, entry.facts["stage"]) == ("work.refused", "output")


def test_a_hit_in_a_stream_never_reaches_the_client(house: House) -> None:
    with house.client().chat.completions.with_streaming_response.create(
        model="hits", messages=ASK, stream=True
    ) as raw:
        work = raw.headers["x-zhengming-work"]
        chunks = list(raw.parse())
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert STORY in text
    assert HIT[0] not in text.removeprefix("AI生成\n\n").replace(STORY, "")
    assert chunks[-1].choices[0].finish_reason == "content_filter"
    assert house.server.entry(work, "work.ended").facts["ending"] == "refused"


def test_a_hit_in_the_input_never_reaches_the_upstream(house: House, upstream: Upstream) -> None:
    before = upstream.asked["good"]
    with pytest.raises(BadRequestError):
        house.client().chat.completions.create(model="good", messages=[{"role": "user", "content": HIT}])
    assert upstream.asked["good"] == before


@pytest.mark.parametrize(
    ("model", "status", "code"),
    [
        ("malformed", 502, "upstream_malformed"),
        ("page", 502, "upstream_malformed"),
        ("fails", 502, "upstream_error"),
        ("silent", 504, "upstream_timeout"),
    ],
)
def test_an_upstream_that_fails_is_named_and_not_quoted(house: House, model: str, status: int, code: str) -> None:
    with pytest.raises(APIStatusError) as error:
        chat(house, model)
    assert (error.value.status_code, error.value.code) == (status, code)
    assert HIT not in error.value.response.text
    entry = house.server.entry(error.value.response.headers["x-zhengming-work"])
    assert (entry.kind, entry.facts["reason"]) == ("work.failed", code.replace("_", "-"))


def test_a_busy_upstream_may_be_tried_again(house: House) -> None:
    with pytest.raises(RateLimitError):
        chat(house, "busy")


def test_a_page_in_place_of_a_stream_is_no_stream(house: House) -> None:
    with pytest.raises(APIStatusError) as error:
        chat(house, "page", stream=True)
    assert error.value.code == "upstream_no_stream"


def test_an_upstream_that_dies_in_a_stream_is_told(house: House) -> None:
    stream = chat(house, "dies", stream=True)
    with pytest.raises(APIError):
        list(stream)


def test_a_medium_by_url_is_not_given_out(house: House) -> None:
    with pytest.raises(APIStatusError) as error:
        house.client().images.generate(model="by-url", prompt="山")
    assert (error.value.status_code, error.value.code) == (502, "unlabelled")


def test_when_the_client_leaves_the_upstream_stops(house: House, upstream: Upstream) -> None:
    body = {"model": "endless", "messages": ASK, "stream": True}
    headers = {"authorization": f"Bearer {house.user_key}"}
    with httpx.stream("POST", f"{house.server.url}/v1/chat/completions", json=body, headers=headers) as response:
        work = response.headers["x-zhengming-work"]
        next(response.iter_bytes())
    sleep(0.15)
    sent = upstream.sent["endless"]
    sleep(0.5)
    assert upstream.sent["endless"] <= sent + 2
    assert house.server.entry(work, "work.ended").facts["ending"] == "client-gone"


def test_a_server_that_ends_lets_streams_come_to_their_end(own_house: House) -> None:
    stream = chat(own_house, "slow", stream=True)
    first = next(iter(stream))
    own_house.server.process.terminate()
    text = (first.choices[0].delta.content or "") + "".join(
        chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices
    )
    assert text == "AI生成\n\n" + STORY * 30
    assert own_house.server.process.wait(20) == 0
    assert [each.facts["ending"] for each in own_house.server.entries() if each.kind == "work.released"] == [
        "complete"
    ]


@pytest.mark.parametrize(
    ("body", "param"),
    [(b"{", None), (b"[]", None), (b'{"model": "good"}', "messages"), (b'{"model": 1, "messages": []}', "model")],
)
def test_what_is_no_request_is_told_where(house: House, body: bytes, param: str | None) -> None:
    response = _post(house, body)
    assert response.status_code == 400
    assert response.json()["error"]["param"] == param


def test_a_giant_request_is_refused(house: House) -> None:
    response = _post(house, b'{"model": "' + b"x" * (17 << 20) + b'"}')
    assert (response.status_code, response.json()["error"]["code"]) == (400, "too_large")


def test_what_is_nowhere_is_not_found(house: House) -> None:
    response = httpx.get(f"{house.server.url}/v1/nowhere")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "path_unknown")


def test_without_a_library_nothing_is_given_out_and_the_state_has_a_name(tmp_path: Path) -> None:
    server = Server.start(tmp_path / "data", "--demo")
    key = server.key
    assert server.stop() == 0
    library = tmp_path / "data" / "library.zm"
    library.rename(tmp_path / "kept")
    server = Server.start(tmp_path / "data")
    try:
        assert _ready(server.url) == (503, ["screening-unavailable"])
        with pytest.raises(APIStatusError) as error:
            server.client(key).chat.completions.create(model="demo-text", messages=ASK)
        assert (error.value.status_code, error.value.code) == (503, "unavailable")
        until(lambda: _states(server)[-1:] == [("state.entered", "screening-unavailable")])
        (tmp_path / "kept").rename(library)
        until(lambda: _ready(server.url) == (200, []))
        until(lambda: _states(server)[-1:] == [("state.left", "screening-unavailable")])
    finally:
        server.stop()


def _states(server: Server) -> list[tuple[str, object]]:
    return [(each.kind, each.facts["state"]) for each in server.entries() if each.kind.startswith("state.")]


def _post(house: House, body: bytes) -> httpx.Response:
    headers = {"authorization": f"Bearer {house.user_key}"}
    return httpx.post(f"{house.server.url}/v1/chat/completions", content=body, headers=headers, timeout=30)


def _ready(url: str) -> tuple[int, list[str]]:
    response = httpx.get(f"{url}/readyz")
    return response.status_code, response.json()["states"]


def test_without_the_ledger_nothing_is_given_out_and_the_state_has_a_name(tmp_path: Path) -> None:
    """The disk takes no more: every write of the server fails from a moment on, in streams under way too."""
    server = Server.start(tmp_path / "data", "--demo")
    try:
        client = server.client()
        client.chat.completions.create(model="demo-text", messages=ASK)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (512, resource.RLIM_INFINITY))
        for options in ({}, {"stream": True}):
            with pytest.raises(APIStatusError) as error:
                client.chat.completions.create(model="demo-text", messages=ASK, **options)
            assert error.value.status_code == 503
            assert "demo" not in error.value.response.text
        until(lambda: _ready(server.url) == (503, ["ledger-unavailable"]))
    finally:
        server.stop()
