"""What a witness takes and what it refuses, as a function of the request and of what it holds."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.tlog.checkpoint import Checkpoint
from taihang.core.tlog.merkle import Tree, leaf_hash
from taihang.core.tlog.witnessing import (
    AddCheckpoint,
    AddCheckpointFormatError,
    ForkedLogError,
    OtherSizeError,
    encode_add_checkpoint,
    judge,
    parse_add_checkpoint,
    size_of_answer,
)

ORIGIN = "park.example/log"
TREE = Tree(leaf_hash(bytes([i])) for i in range(40))
OTHER = Tree(leaf_hash(bytes([i if i != 3 else 99])) for i in range(40))
"""The same log with its fourth entry exchanged."""


def at(size: int, tree: Tree = TREE) -> Checkpoint:
    return Checkpoint(ORIGIN, size, tree.root(size))


def asked(old: int, new: int, tree: Tree = TREE) -> AddCheckpoint:
    path = tree.consistency_proof(old, new) if old else []
    return AddCheckpoint(old, tuple(path), "")


@given(
    old=st.integers(0, (1 << 63) - 1),
    path=st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    note=st.text(max_size=50),
)
def test_parse_add_checkpoint__is_the_inverse_of_encode(
    old: int, path: list[bytes], note: str
) -> None:
    request = AddCheckpoint(old, tuple(path), note)

    assert parse_add_checkpoint(encode_add_checkpoint(request)) == request


def test_parse_add_checkpoint__reads_the_lines_of_the_protocol() -> None:
    line = b64encode(bytes(32))

    found = parse_add_checkpoint(b"old 7\n" + line + b"\n\nlog\n9\nroot\n\nsignature\n")

    assert found == AddCheckpoint(7, (bytes(32),), "log\n9\nroot\n\nsignature\n")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old 0",
        b"old 00\n\nx",
        b"old -1\n\nx",
        b"old 1.0\n\nx",
        b"OLD 1\n\nx",
        b"old  1\n\nx",
        b"old 1\r\n\r\nx",
        b"old 99999999999999999999\n\nx",
        b"old 1\nAAAA\n\nx",
        b"old 1\n*\n\nx",
        b"old 1\n" + 64 * (b64encode(bytes(32)) + b"\n") + b"\nx",
        b"\xffold 1\n\nx",
        b"\n\nold 1\n\nx",
    ],
)
def test_parse_add_checkpoint__refuses_any_other_spelling(body: bytes) -> None:
    with pytest.raises(AddCheckpointFormatError):
        parse_add_checkpoint(body)


def test_judge__takes_the_first_checkpoint_without_a_proof() -> None:
    judge(asked(0, 5), new=at(5), held=None)

    with pytest.raises(ForkedLogError) as refused:
        judge(AddCheckpoint(0, (bytes(32),), ""), new=at(5), held=None)
    assert not refused.value.is_proven


@given(st.data())
def test_judge__takes_every_honest_continuation_and_the_same_again(data: st.DataObject) -> None:
    old = data.draw(st.integers(1, 40))
    new = data.draw(st.integers(old, 40))

    judge(asked(old, new), new=at(new), held=at(old))


@given(st.data())
def test_judge__refuses_every_tree_whose_history_was_changed(data: st.DataObject) -> None:
    old = data.draw(st.integers(4, 40))
    new = data.draw(st.integers(old, 40))

    with pytest.raises(ForkedLogError) as refused:
        judge(asked(old, new, OTHER), new=at(new, OTHER), held=at(old))

    # Where the old tree is one perfect subtree a path leaves its root out and shows nothing.
    is_perfect = old & (old - 1) == 0
    assert refused.value.is_proven == (old == new or not is_perfect)


def test_judge__does_not_call_a_broken_proof_a_proof_of_two_histories() -> None:
    path = (*TREE.consistency_proof(5, 9)[:-1], bytes(32))

    with pytest.raises(ForkedLogError) as refused:
        judge(AddCheckpoint(5, path, ""), new=at(9), held=at(5))

    assert not refused.value.is_proven


def test_judge__tells_the_size_it_holds_before_it_looks_at_proofs() -> None:
    for old, held in ((3, at(5)), (6, at(5)), (0, at(5)), (1, None)):
        with pytest.raises(OtherSizeError) as refused:
            judge(asked(old, 9), new=at(9), held=held)
        assert refused.value.held_size == (held.size if held else 0)


def test_judge__refuses_sizes_that_run_backwards_before_all_else() -> None:
    with pytest.raises(AddCheckpointFormatError):
        judge(AddCheckpoint(9, (), ""), new=at(5), held=at(9))


@pytest.mark.parametrize(
    ("body", "size"),
    [
        (b"0\n", 0),
        (b"20852014\n", 20_852_014),
        (b"20852014", None),
        (b"+1\n", None),
        (b"01\n", None),
        (b"<html>", None),
        (b"\xff\n", None),
        ("１\n".encode(), None),
    ],
)
def test_size_of_answer__reads_one_number_and_nothing_else(body: bytes, size: int | None) -> None:
    assert size_of_answer(body) == size
