"""ComfyUI: POST /prompt queues a graph of nodes, GET /history tells what came out, GET /view gives it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from zhengming.ground.words import Words
from zhengming.synthesis.parts import Kind, Names, Part, parts_in
from zhengming.synthesis.protocol import Example, Protocol, Request, Response, checked_object
from zhengming.synthesis.refusal import Malformed, Refusal

_LOADERS = ("ckpt_name", "unet_name", "model_name")
_KINDS: Mapping[str, Kind] = {
    "images": "image", "gifs": "video", "videos": "video", "video": "video", "audio": "audio", "3d": "file",
}  # fmt: skip
_PLAIN = frozenset({
    "class_type", "client_id", "prompt_id", "sampler_name", "scheduler", "weight_dtype", "type", "status_str",
    *_LOADERS, "vae_name", "lora_name", "clip_name", "control_net_name", "subfolder", "user_id",
})  # fmt: skip
#: A name of a file is not longer; what is longer is the file itself in base64.
_LONGEST_NAME = 255


class ComfyUI(Protocol):
    name = "comfyui"
    title = Words("ComfyUI 工作流", "ComfyUI workflows")
    paths = ("/prompt", "/api/prompt")
    asks = Names(_PLAIN, media={"image": "image", "audio": "audio", "video": "video", "mask": "image"})
    answers = Names(_PLAIN, uses={"prompt": "other", "text": "answer"}, answers=frozenset({"text"}))
    binary = "image"
    example = Example(
        {"prompt": {"6": {"class_type": "CLIPTextEncode", "inputs": {"text": "一只猫", "clip": ["4", 1]}}}},
        {"x": {"outputs": {"9": {"images": [{"filename": "a.png", "subfolder": "", "type": "output"}]}}}},
        wrong=(
            (None, ""),
            ({}, "prompt"),
            ({"prompt": {}}, "prompt"),
            ({"prompt": {"1": 2}}, "prompt.1"),
            ({"prompt": {"1": {"inputs": {}}}}, "prompt.1.class_type"),
        ),
    )

    def asked(self, body: dict[str, Any]) -> Request:
        """Every text that a node is given; the model is the first that a node loads."""
        graph = body.get("prompt")
        if not isinstance(graph, dict) or not graph:
            raise Malformed("须为非空对象", "must be an object that is not empty", "prompt")
        for name, node in graph.items():
            if not isinstance(checked_object(node, ("prompt", name)).get("class_type"), str):
                raise Malformed("须为文本", "must be a text", f"prompt.{name}.class_type")
        return Request(body, _model(graph), tuple(_referred(part) for part in parts_in(body, self.asks)))

    def response(self, body: Any) -> Response:
        """The files of a history, each a medium whose value is the query of ``/view``; texts as they are."""
        return Response(body, tuple(_viewed(body, part) for part in parts_in(body, self.answers)))

    def error(self, refusal: Refusal) -> tuple[int, dict[str, Any]]:
        """``{"error": {type, message, details, extra_info}, "node_errors": {}}``."""
        error = {"type": refusal.code, "message": refusal.text, "details": refusal.param or "", "extra_info": {}}
        return refusal.status, {"error": error, "node_errors": {}}


def _model(graph: dict[str, Any]) -> str:
    for node in graph.values():
        inputs = node.get("inputs")
        found = [inputs.get(name) for name in _LOADERS] if isinstance(inputs, dict) else []
        for model in found:
            if isinstance(model, str):
                return model
    return ""


def _referred(part: Part) -> Part:
    """A medium by the name of a file that was uploaded before."""
    named = part.form == "inline" and len(part.value) <= _LONGEST_NAME
    return part._replace(form="reference") if named else part


def _viewed(body: Any, part: Part) -> Part:
    """The file that an output names, in place of its name."""
    if part.path[-1:] != ("filename",) or "outputs" not in part.path:
        return part
    file = body
    for step in part.path[:-1]:
        file = file[step]
    names = [step for step in part.path[:-1] if isinstance(step, str)]
    query = urlencode({name: str(file.get(name, "")) for name in ("filename", "subfolder", "type")})
    return Part(part.path[:-1], _KINDS.get(names[-1], "file"), "reference", query, channel=part.channel)


PROTOCOL = ComfyUI()
