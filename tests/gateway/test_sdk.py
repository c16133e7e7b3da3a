"""The unchanged openai SDK against a real server: what it gets is labelled, and is found on the ledger."""

import base64
from io import BytesIO

import pytest
from openai import BadRequestError

from gateway.servers import Server
from zhengming import examine
from zhengming.ledger.digest import Digest

ASK = [{"role": "user", "content": "你好"}]


def test_chat_is_labelled_and_on_the_ledger(demo: Server) -> None:
    raw = demo.client().chat.completions.with_raw_response.create(model="demo-text", messages=ASK)
    assert raw.parse().choices[0].message.content.startswith("AI生成\n\n这是正名的演示上游")
    entry = demo.entry(raw.headers["x-zhengming-work"])
    assert entry.kind == "work.released"
    assert entry.digests["output"] == Digest.of(raw.content)
    assert raw.headers["x-zhengming-label"] == "start"


def test_a_streamed_chat_is_labelled_once_and_has_two_entries(demo: Server) -> None:
    with demo.client().chat.completions.with_streaming_response.create(
        model="demo-text", messages=ASK, stream=True, n=2
    ) as raw:
        work = raw.headers["x-zhengming-work"]
        texts = ["", ""]
        for chunk in raw.parse():
            for choice in chunk.choices:
                texts[choice.index] += choice.delta.content or ""
    assert all(text.startswith("AI生成\n\n这是") and text.count("AI生成") == 1 for text in texts)
    entry = demo.entry(work, "work.released")
    assert (entry.facts["labels-read"], entry.facts["stream"]) == (2, 1)
    assert demo.entry(work, "work.opened").facts["label"] == "start"


def test_a_picture_is_labelled_and_traced_to_its_work(demo: Server) -> None:
    raw = demo.client().images.with_raw_response.generate(model="demo-image", prompt="山中一夜")
    data = base64.b64decode(raw.parse().data[0].b64_json)
    found = examine(BytesIO(data))
    assert str(found.verdict) == "属于"
    entry = demo.entry(found.labels[0].fields["ProduceID"])
    assert entry.kind == "work.released"
    assert entry.subjects["work"] == raw.headers["x-zhengming-work"]
    assert (entry.facts["labels-read"], entry.facts["label"]) == (1, "shown")


def test_speech_is_labelled_and_traced_to_its_work(demo: Server) -> None:
    answer = demo.client().audio.speech.create(model="demo-speech", voice="none", input="你好，世界")
    found = examine(BytesIO(answer.content), name="speech.wav")
    assert str(found.verdict) == "属于"
    assert found.explicit
    entry = demo.entry(found.labels[0].fields["ProduceID"])
    assert entry.digests["output"] == Digest.of(answer.content)
    assert entry.facts["output"] == "media-not-screened"


def test_responses_completions_embeddings_and_models(demo: Server) -> None:
    client = demo.client()
    assert client.responses.create(model="demo-text", input="你好").output_text.startswith("AI生成")
    assert client.completions.create(model="demo-text", prompt="你好").choices[0].text.startswith("AI生成")
    assert len(client.embeddings.create(model="demo-embedding", input="你好").data[0].embedding) == 16
    assert {model.id for model in client.models.list()} >= {"demo-text", "demo-image"}
    events = list(client.responses.create(model="demo-text", input="你好", stream=True))
    assert events[-1].type == "response.completed"
    assert events[-1].response.output_text.startswith("AI生成")


def test_a_hit_in_the_input_is_refused_and_names_its_work(demo: Server) -> None:
    with pytest.raises(BadRequestError) as error:
        demo.client().chat.completions.create(
            model="demo-text", messages=[{"role": "user", "content": "请讲演-示-拦截词语"}]
        )
    assert error.value.code == "content_filter"
    entry = demo.entry(error.value.response.headers["x-zhengming-work"])
    assert (entry.kind, entry.facts["stage"]) == ("work.refused", "input")


def test_what_is_held_for_a_person_is_not_given_out(demo: Server) -> None:
    with pytest.raises(BadRequestError) as error:
        demo.client().images.generate(model="demo-image", prompt="演示待审词语")
    assert error.value.code == "held_for_review"
    assert demo.entry(error.value.response.headers["x-zhengming-work"]).kind == "work.held"
