"""The map of meters and days: runs for the picture and months for the table, of one coverage."""

from datetime import date, timedelta
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from taihang.core.series import Quality
from taihang.interfaces.web.pages.trust.heat import heat_data, month_cells, months_of
from taihang.services.coverage import Coverage, MeterDays

FIRST = date(2026, 6, 28)
N = 6


def _counts(**of: list[int]) -> dict[Quality, NDArray[np.int64]]:
    return {
        quality: np.array(of.get(quality.name.lower(), [0] * N), np.int64) for quality in Quality
    }


def _known() -> Coverage:
    odd = MeterDays(
        "M1",
        "E01",
        _counts(
            measured=[96, 96, 90, 0, 96, 0],
            estimated=[0, 0, 6, 0, 0, 0],
            missing=[0, 0, 0, 96, 0, 0],
        ),
        np.array([0, 0, 0, 0, 0, 40]),
    )
    late = MeterDays("M2", "E02", _counts(measured=[0, 0, 0, 0, 96, 0]), np.zeros(N, np.int64))
    settled = np.array([True] * 5 + [False])
    return Coverage(tuple(FIRST + timedelta(days=n) for n in range(N)), (odd, late), settled)


def test_heat_data__has_runs_and_what_is_odd_in_them() -> None:
    data = heat_data(_known())

    assert (data["first"], data["n"]) == ("2026-06-28", N)
    odd, late = cast("list[dict[str, Any]]", data["meters"])
    assert odd["runs"] == [["m", 2], ["o", 2], ["m", 1], ["u", 1]]
    assert odd["odd"] == {2: [90, 6, 0, 0, 0], 3: [0, 0, 0, 96, 0]}
    assert odd["later"] == {5: 40}
    assert late["runs"] == [["-", 4], ["m", 1], ["-", 1]]
    assert (odd["meter"], odd["node"]) == ("M1", "E01")


def test_heat_data__of_a_year_is_small() -> None:
    whole = _counts(measured=[96] * N)
    many = Coverage(
        _known().days,
        tuple(MeterDays(f"M{n}", "E", whole, np.zeros(N, np.int64)) for n in range(200)),
        np.ones(N, np.bool_),
    )

    assert len(str(heat_data(many))) < 200 * 100


def test_heat_data__of_an_empty_park_has_no_day() -> None:
    assert heat_data(Coverage((), ())) == {"first": None, "n": 0, "meters": []}


def test_month_cells__count_what_their_days_hold() -> None:
    known = _known()
    odd, late = known.meters

    june, july = (cell for _, cell in month_cells(odd, known))

    assert months_of(known) == ("2026-06", "2026-07")
    assert (june.expected, june.missing, june.estimated) == (3 * 96, 0, 6)
    assert june.ratio == (3 * 96 - 6) / (3 * 96)
    assert (july.expected, july.missing) == (2 * 96, 96)
    assert july.ratio == 0.5
    assert [cell.ratio for _, cell in month_cells(late, known)] == [None, 1.0]
