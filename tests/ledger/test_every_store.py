"""What every store keeps. A new store is tested by being listed in STORES."""

from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from ledger.making import NEVER, SIGNER, entry
from zhengming.ground.errors import Unavailable, WrongInput
from zhengming.ledger.checkpoint import checkpoint_of
from zhengming.ledger.file_store import FileStore
from zhengming.ledger.ledger import Ledger
from zhengming.ledger.note import Note
from zhengming.ledger.proofs import shows_consistency, shows_inclusion
from zhengming.ledger.store import Store
from zhengming.ledger.tree import Frontier, leaf_hash

#: By name, how the store of a folder is opened by its writer.
STORES: dict[str, Callable[[Path], Store]] = {"file": FileStore}

Opening = Callable[[], Store]


@pytest.fixture(params=list(STORES))
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Opening:
    """Opens the same store, each time anew."""
    return lambda: STORES[request.param](tmp_path / "ledger")


@pytest.fixture
def store(opening: Opening) -> Iterator[Store]:
    with closing(opening()) as opened:
        yield opened


def lines(start: int, stop: int) -> list[bytes]:
    return [entry(number).encoded for number in range(start, stop)]


def hashes(start: int, stop: int) -> bytes:
    return b"".join(sha256(b"%d" % number).digest() for number in range(start, stop))


def test_an_empty_store_has_nothing(store: Store) -> None:
    assert (store.size, store.hashed(0), store.checkpoint(), list(store.checkpoints()), list(store.keys())) == (
        0, 0, None, [], []
    )  # fmt: skip
    assert list(store.read(0, 0)) == []


def test_what_was_added_is_read_in_any_range(store: Store) -> None:
    for start, stop in ((0, 1), (1, 2), (2, 300), (300, 3000)):
        store.append(lines(start, stop))
    assert store.size == 3000
    for start, stop in ((0, 3000), (0, 1), (1, 3), (299, 301), (2999, 3000), (1500, 1500)):
        assert list(store.read(start, stop)) == lines(start, stop)


def test_what_was_added_is_there_when_opened_anew(opening: Opening) -> None:
    for start in (0, 100, 200):
        with closing(opening()) as store:
            store.append(lines(start, start + 50))
            store.append(lines(start + 50, start + 100))
    with closing(opening()) as store:
        assert list(store.read(0, 300)) == lines(0, 300)


@pytest.mark.parametrize("wrong", [[], [b'{"a":1}\n{"b":2}'], [b"text"], [b'{"a":1}', b""]])
def test_what_is_no_line_of_json_is_refused_and_nothing_added(store: Store, wrong: list[bytes]) -> None:
    with pytest.raises(WrongInput):
        store.append(wrong)
    assert store.size == 0


def test_hashes_are_kept_in_rows(store: Store) -> None:
    store.keep_hashes(0, 0, hashes(0, 300))
    store.keep_hashes(0, 300, hashes(300, 512))
    store.keep_hashes(1, 0, hashes(1000, 1002))
    assert (store.hashed(0), store.hashed(1), store.hashed(2)) == (512, 2, 0)
    assert b"".join(store.hashes(0, 299, 301)) == hashes(299, 301)
    assert b"".join(store.hashes(1, 0, 2)) == hashes(1000, 1002)


def test_settled_hashes_stay(opening: Opening) -> None:
    with closing(opening()) as store:
        store.append(lines(0, 256))
        store.keep_hashes(0, 0, hashes(0, 256))
        store.keep_hashes(1, 0, hashes(0, 1))
        store.settle()
    with closing(opening()) as store:
        assert (store.hashed(0), store.hashed(1)) == (256, 1)
        assert b"".join(store.hashes(0, 0, 256)) == hashes(0, 256)


def test_checkpoints_stay_in_order_and_a_later_one_of_the_same_size_replaces(opening: Opening) -> None:
    with closing(opening()) as store:
        store.append(lines(0, 9))
        for size, note in ((0, b"zero"), (3, b"three"), (3, b"three, cosigned"), (9, b"nine")):
            store.keep_checkpoint(size, note)
        assert store.checkpoint() == b"nine"
    with closing(opening()) as store:
        assert store.checkpoint() == b"nine"
        store.keep_checkpoint(9, b"nine, cosigned")
        assert list(store.checkpoints()) == [(0, b"zero"), (3, b"three, cosigned"), (9, b"nine, cosigned")]
        assert store.checkpoint() == b"nine, cosigned"


def test_keys_are_kept_once(opening: Opening) -> None:
    with closing(opening()) as store:
        for key in ("a+1+x", "b+2+y", "a+1+x"):
            store.keep_key(key)
    with closing(opening()) as store:
        assert list(store.keys()) == ["a+1+x", "b+2+y"]


def test_there_is_one_writer(opening: Opening, store: Store) -> None:
    with pytest.raises(Unavailable):
        opening()


def test_a_ledger_proves_the_same_from_every_store(opening: Opening) -> None:
    leaves, edge, size = [leaf_hash(line) for line in lines(0, 600)], Frontier(), 0
    for stop in (1, 255, 256, 257, 600):
        with Ledger(opening(), SIGNER, NEVER) as ledger:
            before = edge.root()
            receipts = ledger.append_all([entry(number) for number in range(size, stop)])
            assert [(each.index, each.leaf) for each in receipts] == list(enumerate(leaves))[size:stop]
            edge.extend(leaves[size:stop])
            note = ledger.sign_checkpoint()
            assert (checkpoint_of(note).size, checkpoint_of(note).root) == (stop, edge.root())
            assert shows_consistency(size, stop, before, edge.root(), ledger.prove_consistency(size, stop))
            for index in (0, stop // 2, stop - 1):
                assert shows_inclusion(leaves[index], index, stop, edge.root(), ledger.prove_inclusion(index, stop))
        size = stop
    with closing(opening()) as store:
        assert [size for size, _ in store.checkpoints()] == [1, 255, 256, 257, 600]
        assert all(Note.parsed(note).by(SIGNER.key) for _, note in store.checkpoints())
