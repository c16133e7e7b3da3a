"""Where the content of a glTF scene lies: the box around it, in metres of the scene (glTF 2.0 §3.5, §3.6)."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

#: The most nodes of a scene that are looked at, and how deep they may hang.
MOST_NODES, DEEPEST = 200_000, 512


@dataclass(frozen=True)
class Box:
    """A box along the axes: its least and its greatest x, y, z."""

    low: tuple[float, float, float]
    high: tuple[float, float, float]

    @property
    def extent(self) -> float:
        """The longest edge."""
        return max(high - low for low, high in zip(self.low, self.high, strict=True))


EMPTY = Box((-0.5, -0.5, -0.5), (0.5, 0.5, 0.5))


def bounds(document: dict[str, Any], scene: dict[str, Any]) -> Box:
    """The box around every mesh of a scene as it stands before any animation; a unit box for an empty scene."""
    import numpy as np

    corners = [np.asarray(points) for points in _corners(document, scene)]
    if not corners:
        return EMPTY
    points = np.concatenate(corners)
    low, high = points.min(axis=0), points.max(axis=0)
    if not (np.isfinite(low).all() and np.isfinite(high).all()) or float((high - low).max()) <= 0:
        return EMPTY
    return Box((float(low[0]), float(low[1]), float(low[2])), (float(high[0]), float(high[1]), float(high[2])))


def _corners(document: dict[str, Any], scene: dict[str, Any]) -> Iterator[Sequence[Sequence[float]]]:
    import numpy as np

    for node, matrix in walked(document, scene):
        for low, high in _mesh_boxes(document, node.get("mesh")):
            corners = np.array([(*corner, 1.0) for corner in product(*zip(low, high, strict=True))])
            yield (corners @ matrix.T)[:, :3].tolist()


def walked(document: dict[str, Any], scene: dict[str, Any]) -> Iterator[tuple[dict[str, Any], "Matrix"]]:
    """The nodes of a scene with their matrices to the world; a node is visited once, whatever the file says."""
    import numpy as np

    nodes = objects(document, "nodes")
    todo = [(index, np.eye(4), 0) for index in indices(scene, "nodes")]
    seen: set[int] = set()
    while todo and len(seen) < MOST_NODES:
        index, parent, depth = todo.pop()
        if index in seen or not 0 <= index < len(nodes) or depth > DEEPEST:
            continue
        seen.add(index)
        matrix = parent @ local_matrix(nodes[index])
        yield nodes[index], matrix
        todo += [(child, matrix, depth + 1) for child in indices(nodes[index], "children")]


def local_matrix(node: dict[str, Any]) -> "Matrix":
    """The matrix of a node: given, or from translation, rotation (a unit quaternion) and scale."""
    import numpy as np

    given = numbers(node.get("matrix"), 16)
    if given:
        return np.array(given).reshape(4, 4).T
    x, y, z, w = numbers(node.get("rotation"), 4) or (0.0, 0.0, 0.0, 1.0)
    matrix = np.eye(4)
    matrix[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    matrix[:3, :3] *= np.array(numbers(node.get("scale"), 3) or (1.0, 1.0, 1.0))
    matrix[:3, 3] = numbers(node.get("translation"), 3) or (0.0, 0.0, 0.0)
    return matrix


def _mesh_boxes(document: dict[str, Any], index: object) -> Iterator[tuple[list[float], list[float]]]:
    """The stated least and greatest positions of each primitive of a mesh."""
    meshes, accessors = objects(document, "meshes"), objects(document, "accessors")
    if not isinstance(index, int) or not 0 <= index < len(meshes):
        return
    for primitive in objects(meshes[index], "primitives"):
        attributes = primitive.get("attributes")
        position = attributes.get("POSITION") if isinstance(attributes, dict) else None
        if isinstance(position, int) and 0 <= position < len(accessors):
            low, high = numbers(accessors[position].get("min"), 3), numbers(accessors[position].get("max"), 3)
            if low and high:
                yield low, high


def objects(owner: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The array of objects under ``key``; what is no object counts as an empty one, to keep the numbering."""
    found = owner.get(key)
    return [each if isinstance(each, dict) else {} for each in found] if isinstance(found, list) else []


def indices(owner: dict[str, Any], key: str) -> list[int]:
    """The array of indices under ``key``."""
    found = owner.get(key)
    return [each for each in found if isinstance(each, int)] if isinstance(found, list) else []


def numbers(value: object, count: int) -> list[float]:
    """A list of ``count`` finite numbers, or an empty list for anything else."""
    if not isinstance(value, list) or len(value) != count:
        return []
    if not all(isinstance(each, int | float) and abs(each) < 1e30 and math.isfinite(each) for each in value):
        return []
    return [float(each) for each in value]
