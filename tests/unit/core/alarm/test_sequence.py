"""A batch that never came leaves a hole in the counters, in whatever order the others came."""

import numpy as np

from taihang.core.alarm.sequence import Hole, holes_of


def test_holes__are_named_by_what_is_missing() -> None:
    counters = np.array([3, 1, 2, 7, 9])

    holes = holes_of(counters, counters * 10)

    assert holes == [Hole(4, 6, 30, 70), Hole(8, 8, 70, 90)]
    assert [hole.n for hole in holes] == [3, 1]


def test_holes__are_none_where_a_late_batch_filled_them() -> None:
    assert holes_of(np.array([1, 3, 2]), np.array([10, 30, 20])) == []


def test_holes__are_none_before_the_first_that_came_and_of_one_twice() -> None:
    assert holes_of(np.array([5, 5, 6]), np.array([10, 11, 12])) == []
    assert holes_of(np.empty(0, np.int64), np.empty(0, np.int64)) == []
