"""The start-up index says what it was told, and is refused when a single bit of it is another."""

from array import array

from taihang.adapters.stores.journal.start_index import StartIndex
from taihang.core.tlog.merkle import leaf_hash

LEAVES = b"".join(leaf_hash(bytes([n])) for n in range(3))
INDEX = StartIndex(900, 40, LEAVES, array("Q", [0, 300, 2**40]), array("q", [-1, 5, 2**40]))


def test_decode__inverts_encode() -> None:
    assert StartIndex.decode(INDEX.encode()) == INDEX


def test_decode__of_no_records() -> None:
    empty = StartIndex(0, 0, b"", array("Q"), array("q"))

    assert StartIndex.decode(empty.encode()) == empty


def test_encode__is_the_layout_that_the_document_states() -> None:
    content = INDEX.encode()

    assert content[:25] == b"taihang/journal-index/v1\n"
    assert int.from_bytes(content[25:33], "little") == 900
    assert int.from_bytes(content[33:41], "little") == 40
    assert int.from_bytes(content[41:49], "little") == 3
    assert content[53 : 53 + 96] == LEAVES
    assert len(content) == 53 + 3 * 48


def test_decode__refuses_any_flipped_bit_and_any_shorter_file() -> None:
    content = INDEX.encode()

    for bit in range(8 * len(content)):
        altered = bytearray(content)
        altered[bit // 8] ^= 1 << bit % 8
        assert StartIndex.decode(bytes(altered)) is None, bit
    for length in range(len(content)):
        assert StartIndex.decode(content[:length]) is None, length
    assert StartIndex.decode(content + b"\0") is None
