"""One look at a lake: hot and sealed rows as one, from the cheapest rows that give the answer."""

from pathlib import Path

import numpy as np
import pytest

import lake_model
from lake_model import PLACES, START_S, Sent
from taihang.adapters.stores.lake import Lake
from taihang.adapters.stores.lake.manifest import SealedFile
from taihang.adapters.stores.lake.reader import Question
from taihang.adapters.stores.lake.sealed import SealedTier, Sizes
from taihang.core.periods import Period

LARGE = Sizes(small_month_rows=0, day_points=2, month_points=2)
HOUR = {(place, START_S + 60 * n): (n, 0) for place in PLACES for n in range(60)}
DAY = Period.of_s(START_S, START_S + 86_400)


def lake_with(directory: Path, *hot: Sent) -> Lake:
    """A lake with an hour in files, and more in memory."""
    lake = lake_model.lake_in(directory, LARGE)
    lake_model.put(lake, [Sent("GW1", 1, 1, HOUR)], 0, at_once=True)
    lake_model.put(lake, list(hot), 1)
    return lake


def hours(lake: Lake) -> dict[tuple[object, int], tuple[int, int]]:
    places, rows = lake.rollups(3_600, DAY)
    return {
        (places[int(rows["code"][i])][0], int(rows["time_s"][i] - START_S)): (
            int(rows["n"][i]),
            int(rows["last_count"][i]),
        )
        for i in range(len(rows["code"]))
    }


def test_rollups__of_hot_rows_are_put_behind_those_of_files(tmp_path: Path) -> None:
    more = {(PLACES[0], START_S + 3_600 + 60 * n): (60 + n, 0) for n in range(3)}

    found = hours(lake_with(tmp_path, Sent("GW1", 2, 2, more)))

    assert found == {
        ("M1", 0): (60, 59),
        ("M1", 3_600): (3, 62),
        ("M2", 0): (60, 59),
        ("T", 0): (60, 59),
    }


def test_rollups__that_a_hot_correction_falls_into_are_worked_out_anew(tmp_path: Path) -> None:
    late = {(PLACES[0], START_S + 59 * 60): (7, 0), (PLACES[1], START_S + 30): (1, 0)}

    found = hours(lake_with(tmp_path, Sent("GW1", 2, 2, late)))

    assert found == {("M1", 0): (60, 7), ("M2", 0): (61, 59), ("T", 0): (60, 59)}


def test_rollups__read_no_reading_while_nothing_is_hot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = lake_with(tmp_path)

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(SealedTier, "read", refuse)

    assert len(hours(lake)) == 3


def test_read__of_other_points_and_times_is_empty(tmp_path: Path) -> None:
    lake = lake_with(tmp_path, Sent("GW1", 2, 2, {(PLACES[0], START_S + 7_200): (1, 0)}))

    assert lake.read("readings", key_part="none") == {}
    assert lake.read("readings", Period.of_s(START_S + 90_000, START_S + 99_000)) == {}
    assert [*lake.read("readings", key_part="M1")] == [PLACES[0]]
    assert [*lake.read("readings", key_part="register")] == [PLACES[0], PLACES[1]]
    assert lake.rollups(3_600, DAY, [("none", "register")])[1]["code"].tolist() == []
    assert lake.totals(3_600, DAY, [])["time_s"].tolist() == []


def test_last__finds_a_point_that_has_been_silent_for_weeks(tmp_path: Path) -> None:
    later = {(PLACES[0], START_S + 40 * 86_400): (5, 0)}

    places, rows = lake_with(tmp_path, Sent("GW1", 2, 2, later)).last()

    assert [places[code][0] for code in rows["code"].tolist()] == ["M1", "M2", "T"]
    assert rows["last_count"].tolist() == [5, 59, 59]


def test_last__of_an_empty_lake_is_empty(tmp_path: Path) -> None:
    _, rows = lake_model.lake_in(tmp_path).last()

    assert rows["code"].tolist() == []


def test_question__touches_files_of_its_points_and_times_only() -> None:
    file = SealedFile(
        span="2026-01-01",
        low=2,
        high=4,
        flush=1,
        n_rows=1,
        n_superseded=0,
        last_s=0,
        max_batch=0,
        crc32=0,
        tiers="",
    )
    day, next_day = (Period.of_s(t, t + 86_400) for t in (file.start_s, file.end_s))

    assert Question(None, None, None).touches(file)
    assert Question(day, [3], None).touches(file)
    assert not Question(next_day, [3], None).touches(file)
    assert not Question(day, [4], None).touches(file)


def test_question__of_very_many_points_names_their_range_and_is_cut_afterwards() -> None:
    question = Question(None, [0, *range(3, 2_000)], None)

    rows = question.cut({"code": np.array([0, 1, 2, 3, 1_999])})

    assert question.where() == "code >= 0 AND code <= 1999"
    assert rows["code"].tolist() == [0, 3, 1_999]
