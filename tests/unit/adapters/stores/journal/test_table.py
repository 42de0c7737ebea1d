"""The table of records: rows, places and segments stay together when it grows or is cut."""

from array import array

from taihang.adapters.stores.journal.table import RecordTable
from taihang.core.tlog.merkle import Tree, leaf_hash
from taihang.core.tlog.record import Record

LEAVES = [leaf_hash(bytes([n])) for n in range(7)]
SEGMENTS = ["1", "1", "1", "2", "2", "3", "3"]
TIMES_S = [0, 0, 50, 50, 60, 60, 70]


def filled() -> RecordTable:
    table = RecordTable()
    for n, leaf in enumerate(LEAVES):
        table.append(Record(n, b"", TIMES_S[n], SEGMENTS[n], 100 * n), leaf=leaf)
    return table


def test_append__keeps_place_leaf_and_time() -> None:
    table = filled()

    assert table.size == 7
    assert [table.place(n) for n in range(7)] == [(SEGMENTS[n], 100 * n) for n in range(7)]
    assert table.tree.root() == Tree(LEAVES).root()
    assert table.received_s.tolist() == TIMES_S
    assert table.last_received_s == 70


def test_append__takes_a_frame_without_time_as_known_since_the_one_before() -> None:
    table = filled()

    table.append(Record(7, b"", 0, "3", 700), leaf=LEAVES[0])

    assert table.last_received_s == 70
    assert RecordTable().last_received_s == 0


def test_rows__are_those_of_one_segment() -> None:
    table = filled()

    assert [table.rows(name) for name in "123"] == [(0, 3), (3, 5), (5, 7)]
    assert table.leaves(3, 5) == LEAVES[3] + LEAVES[4]
    assert (table.has("2"), table.has("4")) == (True, False)


def test_extend__is_as_if_each_had_been_appended() -> None:
    one_by_one, at_once = filled(), RecordTable()

    for name in "123":
        first, last = one_by_one.rows(name)
        at_once.extend(
            name,
            leaves=b"".join(LEAVES[first:last]),
            offsets=array("Q", range(100 * first, 100 * last, 100)),
            received_s=array("q", TIMES_S[first:last]),
        )

    assert at_once.tree.root() == one_by_one.tree.root()
    assert [at_once.place(n) for n in range(7)] == [one_by_one.place(n) for n in range(7)]
    assert at_once.received_s == one_by_one.received_s


def test_cut__forgets_rows_and_segments() -> None:
    table = filled()

    table.cut(4)
    table.append(Record(4, b"", 80, "9", 0), leaf=LEAVES[6])

    assert table.size == table.tree.size == 5
    assert table.place(4) == ("9", 0)
    assert (table.rows("2"), table.has("3")) == ((3, 4), False)
