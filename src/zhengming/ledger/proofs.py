"""Proofs of RFC 9162: that an entry is in the tree (§2.1.3), and that a tree only grew (§2.1.4)."""

from collections.abc import Callable, Sequence

from zhengming.ground.errors import WrongInput
from zhengming.ledger.tree import EMPTY_ROOT, HEIGHT, ReadRow, folded, node_hash

#: More hashes than this are in no proof of a tree that could exist.
LONGEST_PROOF = 64

#: Gives the root of the whole subtree of a height (leaves: 0) with a number among those of its height.
Node = Callable[[int, int], bytes]


def node_from(read: ReadRow) -> Node:
    """The nodes of a tree whose rows are stored; what lies between two rows is folded anew."""

    def node(height: int, number: int) -> bytes:
        row, above = divmod(height, HEIGHT)
        return folded(read(row, number << above, (number + 1) << above))

    return node


def root_at(size: int, node: Node) -> bytes:
    """The root of the first ``size`` leaves."""
    return _root(0, size, node) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """The hashes that lead from leaf ``index`` to the root of the first ``size`` leaves. Raises WrongInput."""
    if not 0 <= index < size:
        raise WrongInput(f"没有第 {index} 条，共 {size} 条", f"there is no entry {index} among {size}")
    proof, start, stop = list[bytes](), 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            proof.append(_root(middle, stop, node))
            stop = middle
        else:
            proof.append(_root(start, middle, node))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """The hashes that show that the first ``old`` leaves are where they were. Raises WrongInput.

    Empty when there is nothing to show: from no leaves, or between equal sizes.
    """
    if not 0 <= old <= new:
        raise WrongInput(f"{old} 不在 0 与 {new} 之间", f"{old} is not between 0 and {new}")
    proof, start, stop, seen = list[bytes](), 0, new, True
    while old not in (0, stop):
        middle = start + _split(stop - start)
        if old <= middle:
            proof.append(_root(middle, stop, node))
            stop = middle
        else:
            proof.append(_root(start, middle, node))
            start, seen = middle, False
    if not seen:
        proof.append(_root(start, stop, node))
    return proof[::-1]


def shows_inclusion(leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether ``proof`` leads from ``leaf`` at ``index`` to ``root`` over ``size`` leaves (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for hash_ in proof:
        if not last:
            return False
        if at & 1 or at == last:
            found = node_hash(hash_, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, hash_)
        at, last = at >> 1, last >> 1
    return not last and found == root


def shows_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether ``proof`` shows that the tree of ``old`` leaves grew into that of ``new`` (RFC 9162 §2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old in (0, new):
        return not proof and (old_root == new_root if old else old_root == EMPTY_ROOT)
    hashes = [old_root, *proof] if not old & (old - 1) else list(proof)
    if not hashes:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    from_old = from_new = hashes[0]
    for hash_ in hashes[1:]:
        if not last:
            return False
        if at & 1 or at == last:
            from_old, from_new = node_hash(hash_, from_old), node_hash(hash_, from_new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            from_new = node_hash(from_new, hash_)
        at, last = at >> 1, last >> 1
    return not last and from_old == old_root and from_new == new_root


def _root(start: int, stop: int, node: Node) -> bytes:
    """The root over the leaves ``start`` to ``stop``, where ``start`` is a multiple of the power of two below."""
    size = stop - start
    if not size & (size - 1):
        height = size.bit_length() - 1
        return node(height, start >> height)
    middle = start + _split(size)
    return node_hash(_root(start, middle, node), _root(middle, stop, node))


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1
