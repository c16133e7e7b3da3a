"""Compiling features (特征) into a snapshot: all spellings of all terms as sequences of marks, and their tables."""

import json
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from zhengming.ground.errors import WrongInput
from zhengming.screening.alphabet import LETTER, SOUND, Alphabet, alphabet
from zhengming.screening.feature import LONGEST_CONTENT, Feature
from zhengming.screening.fold import FOLDS, Spelled, Spelling
from zhengming.screening.hashing import POWERS, Hashes, table_of
from zhengming.screening.signal import SIGNALS
from zhengming.screening.snapshot import Array, packed

TERM = "term"
PLAIN = "plain"
#: Marks of the shortest pattern: by shape two, by sound three, so that their first table is sparse.
SHORTEST = {False: 2, True: 3}
#: Characters that one character of a content may take up when it is encoded, and what a hit may have besides.
WIDEST, BESIDES = 16, 32


@dataclass
class _Patterns:
    """Patterns while they are gathered, column by column."""

    marks: "array[int]" = field(default_factory=lambda: array("I"))
    means: "array[int]" = field(default_factory=lambda: array("B"))
    sizes: "array[int]" = field(default_factory=lambda: array("B"))
    features: "array[int]" = field(default_factory=lambda: array("I"))
    ways: "array[int]" = field(default_factory=lambda: array("B"))
    sounds: "array[int]" = field(default_factory=lambda: array("B"))

    def add(self, feature: int, way: int, marks: list[int], spelling: Spelling) -> None:
        self.marks.extend(marks)
        self.means.extend(spelling.means)
        self.sizes.append(len(marks))
        self.features.append(feature)
        self.ways.append(way)
        self.sounds.append(spelling.sound)


def compiled(features: Iterable[Feature]) -> bytes:
    """The snapshot of ``features``, the same bytes for the same features in the same order.

    Raises WrongInput naming the feature that cannot be looked for, or two with one id.
    """
    kept = list(features)
    _check(kept)
    letters, patterns = alphabet(), _Patterns()
    ways = [PLAIN, *(fold.name for fold in FOLDS if isinstance(fold, Spelled))]
    for number, feature in enumerate(kept):
        if feature.kind == TERM:
            _spell(feature, number, ways, letters, patterns)
    longest = max((len(feature.content) for feature in kept if feature.kind == TERM), default=2)
    others: dict[str, list[int]] = {}
    for number, feature in enumerate(kept):
        if feature.kind != TERM:
            others.setdefault(feature.kind, []).append(number)
    facts = {
        "window": max([WIDEST * longest + BESIDES, *(SIGNALS[each.kind].span(each) for each in kept)]),
        "allows": any(each.action == "allow" for each in kept),
        "ways": ways, "kinds": others, "syllables": letters.syllables, "triggered": letters.triggered,
        "signs": letters.signs, "longest": max(patterns.sizes, default=2),
    }  # fmt: skip
    meanings = json.dumps(letters.meanings, ensure_ascii=False).encode()
    tables = {"shape": letters.shape, "sound": letters.sound, "classes": letters.classes}
    tables["meanings"] = np.frombuffer(meanings, np.uint8)  # apart from the directory: needed at the first hit only
    return packed(facts, {**tables, **_pattern_arrays(patterns, letters), **_feature_arrays(kept)})


def _check(features: list[Feature]) -> None:
    seen: set[str] = set()
    for feature in features:
        if feature.id in seen:
            raise WrongInput(f"特征编号“{feature.id}”重复", f"two features have the id {feature.id!r}")
        seen.add(feature.id)
        if not 1 <= len(feature.content) <= LONGEST_CONTENT and feature.kind == TERM:
            raise WrongInput(
                f"特征“{feature.id}”长 {len(feature.content)}，应为 2 至 {LONGEST_CONTENT} 字",
                f"feature {feature.id!r} has {len(feature.content)} characters, 2 to {LONGEST_CONTENT} are needed",
            )
        if feature.kind != TERM:
            SIGNALS[feature.kind].check(feature)


def _spell(feature: Feature, number: int, ways: list[str], letters: Alphabet, patterns: _Patterns) -> None:
    """Add every spelling of a term that its folds ask for, each sequence of marks once."""
    content = feature.content
    places = [n for n, each in enumerate(content) if letters.shape[ord(each)]]
    bare = "".join(content[n] for n in places)
    if len(bare) < SHORTEST[False]:
        raise WrongInput(
            f"特征“{feature.id}”除去符号后不足两字",
            f"feature {feature.id!r} has fewer than two characters besides signs",
        )
    done: set[tuple[int, ...]] = set()
    for way, spelling in _spellings(feature, bare, ways):
        marks = [_mark(mark, spelling.sound, letters) for mark in spelling.marks]
        if len(marks) < SHORTEST[spelling.sound] or tuple(marks) in done or len(marks) >= len(POWERS):
            continue
        done.add(tuple(marks))
        means = tuple(places[n] for n in spelling.means)
        patterns.add(number, way, marks, Spelling(spelling.marks, means, spelling.sound))


def _spellings(feature: Feature, bare: str, ways: list[str]) -> Iterable[tuple[int, Spelling]]:
    yield 0, Spelling(tuple(bare), tuple(range(len(bare))))
    for way, name in enumerate(ways[1:], 1):
        fold = FOLDS[name]
        if feature.folded_by(name) and isinstance(fold, Spelled):
            yield from ((way, spelling) for spelling in fold.spellings(bare))


def _mark(mark: str, sound: bool, letters: Alphabet) -> int:
    if not sound:
        return ord(mark)
    if mark.startswith("="):
        return LETTER + ord(mark[1])
    return SOUND + letters.numbers[mark]


def _pattern_arrays(patterns: _Patterns, letters: Alphabet) -> dict[str, Array]:
    """The columns of the patterns in order of their hash, and the tables that find them."""
    marks = np.array(patterns.marks, np.uint32)
    sizes, sounds = np.array(patterns.sizes, np.uint8), np.array(patterns.sounds, np.uint8)
    starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)[: len(sizes)]
    folded = np.where(marks < SOUND, letters.shape[np.minimum(marks, 0x10FFFF)], marks).astype(np.uint64)
    keys, grown = _hashes(folded, starts, sizes, sounds)
    order = np.argsort(keys, kind="stable")
    return {
        "keys": keys[order], "starts": starts[order].astype(np.uint32), "sizes": sizes[order],
        "pattern_features": np.array(patterns.features, np.uint32)[order],
        "ways": np.array(patterns.ways, np.uint8)[order], "sounds": sounds[order],
        "marks": marks, "means": np.array(patterns.means, np.uint8),
        "first_shape": table_of(*grown["shape"], room=16, sparse=64),
        "first_sound": table_of(*grown["sound"], room=16, sparse=64),
        "walk": table_of(*grown["walk"], room=8),
    }  # fmt: skip


def _hashes(
    marks: NDArray[np.uint64], starts: NDArray[np.int64], sizes: NDArray[np.uint8], sounds: NDArray[np.uint8]
) -> tuple[Hashes, dict[str, tuple[Hashes, Hashes]]]:
    """The hash of each pattern; and for each table the hashes of beginnings that go on and of those that end."""
    keys = np.zeros(len(sizes), np.uint64)
    parts: dict[str, tuple[list[Hashes], list[Hashes]]] = {name: ([], []) for name in ("shape", "sound", "walk")}
    hashes = keys.copy()
    for size in range(1, int(sizes.max(initial=0)) + 1):
        alive = np.flatnonzero(sizes >= size)
        hashes[alive] += marks[starts[alive] + size - 1] * np.uint64(POWERS[size - 1])
        for sound in (False, True):
            mine = alive[sounds[alive] == sound]
            if size >= SHORTEST[sound] and len(mine):
                name = "walk" if size > SHORTEST[sound] else ("sound" if sound else "shape")
                parts[name][0].append(np.unique(hashes[mine[sizes[mine] > size]]))
                parts[name][1].append(np.unique(hashes[mine[sizes[mine] == size]]))
    empty = np.zeros(0, np.uint64)
    return hashes, {
        name: (np.concatenate([empty, *going]), np.concatenate([empty, *ending]))
        for name, (going, ending) in parts.items()
    }


def _feature_arrays(features: list[Feature]) -> dict[str, Array]:
    rows = [json.dumps(feature.json(), ensure_ascii=False).encode() for feature in features]
    ends = np.cumsum([len(row) for row in rows], dtype=np.uint64)
    return {"features": np.frombuffer(b"".join(rows), np.uint8), "feature_ends": ends}
