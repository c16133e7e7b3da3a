"""Explicit labels in virtual scenes (虚拟场景, GB 45438-2025 §5.5): a plate with the text, seen in the start frame.

The plate stands above the box around each scene, readable from the front and from behind, unlit so that no light
hides it; where the scene has cameras, each one carries a plate at the top of its view as well, so it stays in
view during the whole service. The standard's sizes for scenes are not known; the text is as high as that of an
image: a share of the view that shows the whole scene.
"""

import json
import struct
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from math import tan
from typing import Any, BinaryIO

from zhengming.ground.errors import BadFile
from zhengming.labels.edit import Progress, copy
from zhengming.labels.explicit.labeller import Labeller, Shown, Wish
from zhengming.labels.explicit.picture.drawing import plate
from zhengming.labels.explicit.statement import is_label_text
from zhengming.labels.structures.scene.glb import Glb, read_glb
from zhengming.labels.structures.scene.gltf_bounds import Box, bounds, indices, numbers, objects
from zhengming.labels.structures.text.json_members import proved
from zhengming.labels.structures.text.text_encoding import Change, read_text

#: The member of a scene's extras that holds the text of its label.
EXTRA = "ExplicitLabel"
#: Text height in pixels of the texture: sharp when the plate fills the width of a screen.
TEXTURE_TEXT = 128
#: A view that shows a whole scene is about this much larger than the scene.
ROOM = 1.6


@dataclass(frozen=True)
class Picture:
    """The plate: its PNG, its width for a height of one, the share of its height that the text takes."""

    png: bytes
    aspect: float
    text_share: float


class Scene(Labeller):
    name = "scene"
    title = "虚拟场景"
    formats = ("glb", "gltf")

    def put(
        self, source: BinaryIO, sink: BinaryIO, wish: Wish, format_name: str, progress: Progress | None = None
    ) -> Shown:
        wish.checked()
        glb = read_glb(source) if format_name == "glb" else None
        text = glb.document if glb else read_text(source)
        document = _document(text.text)
        if any(is_label_text(found, wish.text) for found in _texts(document)):
            copy(text.edit([]) if not glb else glb.with_json(text.text.encode()), source, sink, progress)
            return Shown(wish.text, "场景里已有显式标识")
        binary = _binary_length(glb, document)
        more = _add(document, wish, _picture(wish.text), binary)
        new = _dumped(document)
        if glb:
            edit = glb.with_more(new.encode(), more) if binary is not None else glb.with_json(new.encode())
        else:
            edit = text.edit([Change(0, len(text.text), new)])
        copy(edit, source, sink, progress)
        cameras = sum(1 for node in objects(document, "nodes") if "camera" in node)
        return Shown(wish.text, "场景上方、每台相机画面顶部" if cameras else "场景上方", {"cameras": cameras})

    def seen(self, file: BinaryIO, format_name: str) -> Iterator[str]:
        text = read_glb(file).document.text if format_name == "glb" else read_text(file).text
        yield from (found for found in _texts(_document(text)) if is_label_text(found, ""))


LABELLER = Scene()


def _document(text: str) -> dict[str, Any]:
    proved(text)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadFile(f"glTF 的 JSON 读不了：{error}", f"the JSON of the glTF cannot be read: {error}") from None
    if not isinstance(document, dict) or not isinstance(document.get("asset"), dict):
        raise BadFile("不是 glTF：缺少 asset 对象", "not a glTF: it has no asset object")
    return document


def _dumped(document: dict[str, Any]) -> str:
    try:
        return json.dumps(document, separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise BadFile(f"glTF 里有不是数的值：{error}", f"the glTF holds what is no number: {error}") from None


def _texts(document: dict[str, Any]) -> Iterator[str]:
    """The label texts that scenes state in their extras."""
    for scene in objects(document, "scenes"):
        extras = scene.get("extras")
        if isinstance(extras, dict) and isinstance(extras.get(EXTRA), str):
            yield extras[EXTRA]


def _picture(text: str) -> Picture:
    from PIL import Image

    drawn = plate(text, TEXTURE_TEXT, 4096)
    sink = BytesIO()
    Image.fromarray(drawn.rgba(1.0)).save(sink, "PNG", optimize=True)
    width, height = drawn.size
    return Picture(sink.getvalue(), width / height, drawn.text_height / height)


def _binary_length(glb: Glb | None, document: dict[str, Any]) -> int | None:
    """How long the binary chunk is to which the plate can be added; None where it needs a buffer of its own."""
    buffers = objects(document, "buffers")
    if not glb or (buffers and ("uri" in buffers[0] or not glb.binary)):
        return None
    return len(glb.binary) if glb.binary else 0


def _add(document: dict[str, Any], wish: Wish, picture: Picture, binary: int | None) -> bytes:
    """Add the plate to every scene and camera; gives the bytes for the binary chunk, if they go there."""
    data = _vertices(picture.aspect) + picture.png
    padding = b"\0" * (-(binary or 0) % 4)
    mesh = _add_mesh(document, _add_buffer(document, data, binary, len(padding)), picture, wish.text)
    _grown(document, "extensionsUsed")
    if "KHR_materials_unlit" not in document["extensionsUsed"]:
        document["extensionsUsed"].append("KHR_materials_unlit")
    cameras = [node for node in objects(document, "nodes") if isinstance(node.get("camera"), int)]
    for scene in _scenes(document):
        box = bounds(document, scene)
        _hang(document, scene, "nodes", _above(box, picture, wish, mesh))
        extras = scene.setdefault("extras", {})
        if isinstance(extras, dict):
            extras[EXTRA] = wish.text
    for node in cameras:
        _hang(document, node, "children", _before(document, node, picture, wish, mesh))
    return padding + data if binary is not None else b""


def _vertices(aspect: float) -> bytes:
    """Two squares back to back, of height 1: positions, texture coordinates, indices; 4 + 4 vertices."""
    half = aspect / 2
    front = [(-half, -0.5, 0.0), (half, -0.5, 0.0), (half, 0.5, 0.0), (-half, 0.5, 0.0)]
    behind = [(-x, y, -0.002) for x, y, _ in front]
    corners = [(0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)]
    positions = b"".join(struct.pack("<3f", *point) for point in front + behind)
    textures = b"".join(struct.pack("<2f", *point) for point in corners * 2)
    return positions + textures + struct.pack("<12H", 0, 1, 2, 0, 2, 3, 4, 5, 6, 4, 6, 7)


def _add_buffer(document: dict[str, Any], data: bytes, binary: int | None, padding: int) -> tuple[int, int]:
    """Make room in the binary chunk, or a buffer of its own; gives its number and where ``data`` starts in it."""
    buffers = _grown(document, "buffers")
    if binary is None:
        uri = "data:application/octet-stream;base64," + b64encode(data).decode()
        buffers.append({"byteLength": len(data), "uri": uri})
        return len(buffers) - 1, 0
    if not buffers:
        buffers.append({})
    buffers[0]["byteLength"] = binary + padding + len(data)
    return 0, binary + padding


def _add_mesh(document: dict[str, Any], place: tuple[int, int], picture: Picture, text: str) -> int:
    """Add the mesh of the plate with its texture; gives its number."""
    buffer, start = place
    views = _grown(document, "bufferViews")
    first, sizes = len(views), (96, 64, 24, len(picture.png))
    for size, target in zip(sizes, (34962, 34962, 34963, None), strict=True):
        view = {"buffer": buffer, "byteOffset": start, "byteLength": size}
        views.append(view | ({"target": target} if target else {}))
        start += size
    half = struct.unpack("<f", struct.pack("<f", picture.aspect / 2))[0]
    back = struct.unpack("<f", struct.pack("<f", -0.002))[0]
    low, high = [-half, -0.5, back], [half, 0.5, 0.0]
    position = _appended(document, "accessors", _accessor(first, 5126, 8, "VEC3") | {"min": low, "max": high})
    texture = _appended(document, "accessors", _accessor(first + 1, 5126, 8, "VEC2"))
    index = _appended(document, "accessors", _accessor(first + 2, 5123, 12, "SCALAR"))
    primitive = {
        "attributes": {"POSITION": position, "TEXCOORD_0": texture},
        "indices": index,
        "material": _add_material(document, first + 3, text),
    }
    return _appended(document, "meshes", {"name": text, "primitives": [primitive]})


def _add_material(document: dict[str, Any], view: int, text: str) -> int:
    image = _appended(document, "images", {"name": text, "mimeType": "image/png", "bufferView": view})
    sampler = _appended(document, "samplers", {"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071})
    texture = _appended(document, "textures", {"sampler": sampler, "source": image})
    material = {
        "name": text,
        "pbrMetallicRoughness": {"baseColorTexture": {"index": texture}, "metallicFactor": 0, "roughnessFactor": 1},
        "alphaMode": "MASK",
        "extensions": {"KHR_materials_unlit": {}},
    }
    return _appended(document, "materials", material)


def _accessor(view: int, component: int, count: int, kind: str) -> dict[str, Any]:
    return {"bufferView": view, "componentType": component, "count": count, "type": kind}


def _scenes(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The scenes; for a file without any, one of all the nodes that hang on no other."""
    scenes = _grown(document, "scenes")
    if not scenes:
        nodes = objects(document, "nodes")
        hung = {child for node in nodes for child in indices(node, "children")}
        roots = [index for index in range(len(nodes)) if index not in hung]
        scenes.append({"nodes": roots} if roots else {})
        document["scene"] = 0
    return [scene for scene in scenes if isinstance(scene, dict)]


def _above(box: Box, picture: Picture, wish: Wish, mesh: int) -> dict[str, Any]:
    """The node above a scene, at its front, facing the way that glTF scenes face (+Z)."""
    extent = box.extent
    height = wish.height * ROOM * extent / picture.text_share
    place = [
        (box.low[0] + box.high[0]) / 2,
        box.high[1] + 0.05 * extent + height / 2,
        box.high[2],
    ]
    return {"name": wish.text, "mesh": mesh, "translation": place, "scale": [height] * 3}


def _before(
    document: dict[str, Any], node: dict[str, Any], picture: Picture, wish: Wish, mesh: int
) -> dict[str, Any]:
    """The node at the top of a camera's view, just behind its near plane so that nothing stands before it."""
    cameras = objects(document, "cameras")
    camera = cameras[node["camera"]] if 0 <= node["camera"] < len(cameras) else {}
    away, half_height, half_width = _view(camera)
    height = min(2 * wish.height * half_height / picture.text_share, 1.8 * half_width / picture.aspect)
    return {
        "name": wish.text,
        "mesh": mesh,
        "translation": [0.0, half_height * 0.95 - height / 2, -away],
        "scale": [height] * 3,
    }


def _view(camera: dict[str, Any]) -> tuple[float, float, float]:
    """Of a plane a little behind the near one: its distance, half its height, half its width at least."""
    flat = camera.get("orthographic")
    if isinstance(flat, dict):
        near, wide, high = (numbers([flat.get(key)], 1) or [1.0] for key in ("znear", "xmag", "ymag"))
        return max(near[0], 0.0) + 0.01 * abs(high[0]), abs(high[0]), abs(wide[0])
    deep = camera.get("perspective")
    deep = deep if isinstance(deep, dict) else {}
    near, angle, ratio = (
        numbers([deep.get(key)], 1) or [default]
        for key, default in (("znear", 0.1), ("yfov", 0.8), ("aspectRatio", 1.0))
    )
    away = 1.5 * max(near[0], 1e-6)
    half = away * tan(min(max(angle[0], 0.01), 3.0) / 2)
    return away, half, half * min(max(ratio[0], 0.1), 1.0)


def _hang(document: dict[str, Any], owner: dict[str, Any], key: str, node: dict[str, Any]) -> None:
    """Add a node under a scene or another node."""
    _grown(owner, key).append(_appended(document, "nodes", node))


def _appended(document: dict[str, Any], key: str, value: dict[str, Any]) -> int:
    found = _grown(document, key)
    found.append(value)
    return len(found) - 1


def _grown(owner: dict[str, Any], key: str) -> list[Any]:
    found = owner.setdefault(key, [])
    if not isinstance(found, list):
        raise BadFile(f"glTF 的 {key} 不是数组", f"the {key} of the glTF is no array")
    return found
