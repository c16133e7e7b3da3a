"""The tree is that of RFC 9162, and its proofs prove exactly what is so."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengming.ground.errors import WrongInput
from zhengming.ledger.proofs import (
    consistency_proof,
    inclusion_proof,
    node_from,
    root_at,
    shows_consistency,
    shows_inclusion,
)
from zhengming.ledger.tree import TILE, Frontier, leaf_hash

#: The leaves and roots with which implementations of RFC 6962 are tested everywhere.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
MOST = 3 * TILE + 5


def plain_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162 §2.1.1, word for word."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\1" + plain_root(leaves[:split]) + plain_root(leaves[split:])).digest()


class Stored:
    """A tree with its rows in memory, and its root at every size."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.rows: list[list[bytes]] = [[], [], []]
        edge = Frontier(lambda row, root: self.rows[row].append(root))
        self.roots = [edge.root()]
        for leaf in leaves:
            self.rows[0].append(leaf)
            edge.append(leaf)
            self.roots.append(edge.root())
        self.node = node_from(self.read)

    def read(self, row: int, start: int, stop: int) -> list[bytes]:
        assert 0 <= start <= stop <= len(self.rows[row])
        return self.rows[row][start:stop]


TREE = Stored([leaf_hash(b"%d" % number) for number in range(MOST)])
sizes = st.integers(0, MOST)


def test_the_known_roots_come_out() -> None:
    assert [root.hex() for root in Stored([leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]).roots] == ROOTS


def test_every_root_is_that_of_the_definition() -> None:
    for size in (*range(20), 255, 256, 257, 511, 512, 513, MOST):
        assert TREE.roots[size] == root_at(size, TREE.node) == plain_root(TREE.rows[0][:size])


@given(sizes)
def test_an_edge_made_again_from_stored_rows_grows_on_alike(size: int) -> None:
    edge = Frontier.restored(size, TREE.read)
    assert (edge.size, edge.root()) == (size, TREE.roots[size])
    edge.extend(TREE.rows[0][size:])
    assert edge.root() == TREE.roots[MOST]


@given(st.data())
def test_inclusion_is_proven_for_the_right_entry_only(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, MOST))
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(-1, MOST))
    proof, root, leaf = inclusion_proof(index, size, TREE.node), TREE.roots[size], TREE.rows[0][index]
    assert shows_inclusion(leaf, index, size, root, proof)
    assert len(proof) <= size.bit_length()
    assert shows_inclusion(leaf, other, size, root, proof) == (other == index)
    assert not shows_inclusion(sha256(leaf).digest(), index, size, root, proof)
    assert not shows_inclusion(leaf, index, size, root, [*proof, leaf])
    assert not proof or not shows_inclusion(leaf, index, size, root, proof[1:])


@given(st.data())
def test_growth_is_proven_between_the_right_roots_only(data: st.DataObject) -> None:
    new = data.draw(sizes)
    old = data.draw(st.integers(0, new))
    proof, roots = consistency_proof(old, new, TREE.node), TREE.roots
    assert shows_consistency(old, new, roots[old], roots[new], proof)
    wrong = sha256(roots[old]).digest()
    assert not shows_consistency(old, new, wrong, roots[new], proof)
    assert old == 0 or not shows_consistency(old, new, roots[old], wrong, proof)
    assert not shows_consistency(old, new, roots[old], roots[new], [*proof, wrong])
    assert not proof or not shows_consistency(old, new, roots[old], roots[new], proof[1:])


@pytest.mark.parametrize("at", range(6))
def test_a_bit_flipped_in_a_proof_breaks_it(at: int) -> None:
    proof = consistency_proof(300, 773, TREE.node)
    proof[at] = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    assert not shows_consistency(300, 773, TREE.roots[300], TREE.roots[773], proof)


def test_what_is_not_there_cannot_be_proven() -> None:
    for index, size in ((-1, 5), (5, 5), (0, 0)):
        with pytest.raises(WrongInput):
            inclusion_proof(index, size, TREE.node)
    for old, new in ((-1, 5), (6, 5)):
        with pytest.raises(WrongInput):
            consistency_proof(old, new, TREE.node)
