"""Explicit labels in virtual scenes: a plate that the start frame shows, in a file that stays a valid glTF."""

import json
import struct
from base64 import b64decode
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from zhengming.ground.errors import BadFile, ZhengmingError
from zhengming.labels.explicit.labeller import Wish
from zhengming.labels.explicit.media.scene import LABELLER
from zhengming.labels.formats.glb import FORMAT as GLB
from zhengming.labels.formats.gltf import FORMAT as GLTF
from zhengming.labels.structures.scene.gltf_bounds import bounds

TRIANGLE = struct.pack("<9f", 0, 0, 0, 2, 0, 0, 0, 1, 0)


def document(**more: Any) -> dict[str, Any]:
    """One triangle, two metres wide and one high, lifted by ten."""
    return {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "translation": [0, 10, 0]}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3", "min": [0, 0, 0], "max": [2, 1, 0]}
        ],
        "bufferViews": [{"buffer": 0, "byteLength": 36}],
        "buffers": [{"byteLength": 36}],
    } | more


def glb(content: dict[str, Any], binary: bytes = TRIANGLE) -> bytes:
    text = json.dumps(content).encode()
    text += b" " * (-len(text) % 4)
    chunk = struct.pack("<I", len(binary)) + b"BIN\0" + binary if binary else b""
    size = 20 + len(text) + len(chunk)
    return b"glTF" + struct.pack("<III", 2, size, len(text)) + b"JSON" + text + chunk


def parts(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The JSON and the binary chunk, strictly: stated sizes, alignment and padding are checked."""
    magic, version, size, length, kind = struct.unpack("<4sIII4s", data[:20])
    assert (magic, version, size, kind) == (b"glTF", 2, len(data), b"JSON")
    assert length % 4 == 0
    text, rest = data[20 : 20 + length], data[20 + length :]
    if not rest:
        return json.loads(text), b""
    binary, kind = struct.unpack("<I4s", rest[:8])
    assert (kind, binary, binary % 4) == (b"BIN\0", len(rest) - 8, 0)
    return json.loads(text), rest[8:]


def shown(data: bytes, wish: Wish | None = None, format_name: str = "glb") -> bytes:
    sink = BytesIO()
    LABELLER.put(BytesIO(data), sink, wish or Wish(), format_name)
    return sink.getvalue()


def part_of(content: dict[str, Any], binary: bytes, view: int) -> bytes:
    found = content["bufferViews"][view]
    buffer = content["buffers"][found["buffer"]]
    data = b64decode(buffer["uri"].partition(",")[2]) if "uri" in buffer else binary
    start = found.get("byteOffset", 0)
    assert start + found["byteLength"] <= buffer["byteLength"] <= len(data)
    return data[start : start + found["byteLength"]]


def plates(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in content["nodes"] if isinstance(node, dict) and node.get("name") == "AI生成"]


def checked_plate(content: dict[str, Any], binary: bytes) -> Image.Image:
    """The picture on the plate, after every reference on the way to it was followed and checked."""
    primitive = content["meshes"][plates(content)[0]["mesh"]]["primitives"][0]
    accessors, width = content["accessors"], {"VEC3": 3, "VEC2": 2, "SCALAR": 1}
    for index in (*primitive["attributes"].values(), primitive["indices"]):
        accessor = accessors[index]
        code = {5126: "f", 5123: "H"}[accessor["componentType"]]
        count = accessor["count"] * width[accessor["type"]]
        offset = content["bufferViews"][accessor["bufferView"]].get("byteOffset", 0)
        assert offset % struct.calcsize(code) == 0
        values = struct.unpack(f"<{count}{code}", part_of(content, binary, accessor["bufferView"]))
        if code == "H":
            assert max(values) == accessors[primitive["attributes"]["POSITION"]]["count"] - 1
        for axis, (low, high) in enumerate(zip(accessor.get("min", ()), accessor.get("max", ()), strict=True)):
            assert (min(values[axis::3]), max(values[axis::3])) == (low, high)
    material = content["materials"][primitive["material"]]
    assert "KHR_materials_unlit" in material["extensions"]
    assert "KHR_materials_unlit" in content["extensionsUsed"]
    texture = content["textures"][material["pbrMetallicRoughness"]["baseColorTexture"]["index"]]
    image = content["images"][texture["source"]]
    return Image.open(BytesIO(part_of(content, binary, image["bufferView"])))


def test_the_plate_stands_above_the_scene_at_its_front_with_the_text_on_it() -> None:
    content, binary = parts(shown(glb(document())))
    picture = checked_plate(content, binary)
    (node,) = plates(content)
    height, (x, y, z) = node["scale"][1], node["translation"]
    assert y - height / 2 > 11
    assert (x, z) == (1, 0)
    assert picture.size[0] > picture.size[1] > 100
    assert len(picture.convert("RGBA").getcolors(1 << 16) or []) > 2
    assert content["scenes"][0]["nodes"] == [0, content["nodes"].index(node)]
    assert content["scenes"][0]["extras"] == {"ExplicitLabel": "AI生成"}


def test_the_old_binary_data_stays_where_it_was() -> None:
    binary = parts(shown(glb(document())))[1]
    assert binary.startswith(TRIANGLE)


def test_a_text_of_another_height_has_a_higher_plate() -> None:
    small, large = (plates(parts(shown(glb(document()), Wish(height=h)))[0])[0]["scale"][0] for h in (0.05, 0.1))
    assert large == pytest.approx(2 * small)


def test_every_scene_and_every_camera_has_its_plate() -> None:
    cameras = [
        {"type": "perspective", "perspective": {"yfov": 0.8, "znear": 0.1}},
        {"type": "orthographic", "orthographic": {"xmag": 2, "ymag": 1, "znear": 0.1, "zfar": 9}},
    ]
    nodes = [{"mesh": 0}, {"camera": 0}, {"camera": 1}]
    content, binary = parts(
        shown(glb(document(cameras=cameras, nodes=nodes, scenes=[{"nodes": [0, 1, 2]}, {"nodes": [0]}, {}])))
    )
    assert len(plates(content)) == 5
    assert all(scene["extras"]["ExplicitLabel"] for scene in content["scenes"])
    before = [content["nodes"][content["nodes"][number]["children"][0]] for number in (1, 2)]
    assert all(node["translation"][2] < -0.1 and node["translation"][1] > 0 for node in before)
    checked_plate(content, binary)


def test_a_scene_without_binary_data_gets_a_chunk_for_the_plate() -> None:
    empty = {"asset": {"version": "2.0"}, "scenes": [{}]}
    checked_plate(*parts(shown(glb(empty, b""))))


def test_a_binary_scene_whose_buffers_lie_elsewhere_gets_a_buffer_for_the_plate() -> None:
    content, binary = parts(shown(glb(document(buffers=[{"byteLength": 36, "uri": "there.bin"}]), b"")))
    assert content["buffers"][0] == {"byteLength": 36, "uri": "there.bin"}
    checked_plate(content, binary)


def test_a_file_without_scenes_gets_one_of_its_root_nodes() -> None:
    content = document(nodes=[{"mesh": 0, "children": [1]}, {}])
    del content["scenes"], content["scene"]
    labelled, _ = parts(shown(glb(content)))
    assert labelled["scenes"][0]["nodes"] == [0, 2]


def test_a_json_scene_gets_a_buffer_of_its_own() -> None:
    text = json.dumps(document(buffers=[{"byteLength": 36, "uri": "scene.bin"}])).encode()
    content = json.loads(shown(text, format_name="gltf"))
    assert content["buffers"][0]["uri"] == "scene.bin"
    checked_plate(content, b"")
    assert [entry.key for entry in GLTF.entries(BytesIO(text))] == ["version"]


def test_a_labelled_scene_is_left_as_it_is() -> None:
    once = shown(glb(document()))
    assert shown(once) == once
    assert list(LABELLER.seen(BytesIO(once), "glb")) == ["AI生成"]
    assert list(LABELLER.seen(BytesIO(glb(document())), "glb")) == []
    assert not [entry for entry in GLB.entries(BytesIO(once)) if entry.key == "AIGC"]


def test_the_box_follows_rotation_scale_and_matrix() -> None:
    half = 0.5**0.5
    turned = document(nodes=[{"mesh": 0, "rotation": [0, 0, half, half], "scale": [2, 2, 2]}])
    box = bounds(turned, turned["scenes"][0])
    assert box.low == pytest.approx((-2, 0, 0), abs=1e-9)
    assert box.high == pytest.approx((0, 4, 0), abs=1e-9)
    moved = document(nodes=[{"mesh": 0, "matrix": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 5, 6, 7, 1]}])
    assert bounds(moved, moved["scenes"][0]).low == pytest.approx((5, 6, 7))


@pytest.mark.parametrize(
    "odd",
    [
        {"nodes": [{"children": [0, 0]}]},
        {"nodes": [{"mesh": 99, "children": [5, -1, None]}]},
        {"nodes": [{"mesh": 0, "translation": ["x", 1, 2], "scale": [1e300, 1, 1]}]},
        {"nodes": [1, None], "scenes": [{"nodes": [0, 1]}, 3]},
        {"nodes": [{"camera": 9}]},
        {"accessors": [{"min": [0], "max": None}]},
        {"scenes": {}},
        {"nodes": "x"},
        {"meshes": {}},
    ],
    ids=str,
)
def test_a_scene_with_nonsense_in_it_is_labelled_or_refused(odd: dict[str, Any]) -> None:
    try:
        content, binary = parts(shown(glb(document(**odd))))
    except ZhengmingError:
        return
    checked_plate(content, binary)


@pytest.mark.parametrize("text", [b"[]", b"{}", b'{"asset":{"version":"2.0"},"x":NaN}', b'{"a":' * 5000, b"x"])
def test_what_is_no_gltf_is_bad_file(text: bytes) -> None:
    with pytest.raises(BadFile):
        shown(text, format_name="gltf")
