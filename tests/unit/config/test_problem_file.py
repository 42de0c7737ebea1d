"""Problem files: strict in, and every message names field, value, range and remedy."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from park_case import (
    START,
    Table,
    battery,
    bus,
    column,
    grid,
    load,
    plant,
    write_problem,
)
from taihang.config.problem_file import ProblemFileError, read_problem_file, unit_of
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.fields import ParkProblemError
from taihang.core.dispatch.park_problem import problem_of

N = 4
SERIES = {"load_kw": [1.0, 2.0, 3.0, 4.0], "sun_ratio": [0.0, 0.5, 1.0, 0.5]}


def park(*more: Table) -> list[Table]:
    return [
        bus("el"),
        load("l", "el", column("load_kw")),
        plant("sun", "el", column("sun_ratio"), capacity_kw=10.0),
        grid("g", "el"),
        *more,
    ]


def written(folder: Path, *more: Table) -> Path:
    return write_problem(folder, park(*more), series=SERIES, n_steps=N)


def test_read_problem_file__is_what_it_says(tmp_path: Path) -> None:
    found = read_problem_file(written(tmp_path))

    echo = found.problem.echo()
    assert problem_of(echo).echo() == echo
    assert found.remarks == ()
    assert found.problem.horizon.start_s == int(START.timestamp())


def test_read_problem_file__turns_mw_into_kw_and_a_ratio_into_its_base(tmp_path: Path) -> None:
    assets = [
        bus("el"),
        load("l", "el", column("load_mw")),
        load("m", "el", column("shape_ratio", 50.0)),
        grid("g", "el", import_price_cny_per_kwh=column("spot_cny_per_mwh")),
    ]
    series = {
        "load_mw": [1.0, 2.0],
        "shape_ratio": [0.5, 1.0],
        "spot_cny_per_mwh": [300.0, -20.0],
    }

    path = write_problem(tmp_path, assets, series=series, n_steps=2)
    text = str(read_problem_file(path).problem.echo())

    assert "'load_kw': [1000.0, 2000.0]" in text
    assert "'load_kw': [25.0, 50.0]" in text
    assert "'import_price_cny_per_kwh': [0.3, -0.02]" in text


Change = Callable[[str], str]


def drop_last(text: str) -> str:
    return text.rsplit("\n", 2)[0] + "\n"


def swap(old: str, new: str) -> Change:
    return lambda text: text.replace(old, new)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (swap('column = "load_kw"', 'column = "lod_kw"'), "column 'lod_kw' for load l.load_kw"),
        (swap('column = "sun_ratio"', 'column = "load_kw"'), "in kw for plant sun.available_ratio"),
        (swap('column = "load_kw" }', 'column = "load_kw", times = 2.0 }'), "ends in _ratio"),
        (swap('load_kw = { column = "load_kw" }', "load_kw = 5.0"), "columns that no asset reads"),
        (swap("connection_kw = 100000.0", 'connection_kw = "80 %"'), "a percentage has no unit"),
        (swap("connection_kw = 100000.0", "conection_kw = 100000.0"), "unknown keys"),
        (swap("[[grid]]", "[[gird]]"), "tables .'gird'. in problem.toml"),
        (swap('file = "series.csv"', 'file = "../series.csv"'), "a file beside the problem"),
        (swap("n_steps = 4", "n_steps = 8784"), "a leap year has 8784 hours"),
        (swap("step_s = 3600\nn_steps", "step_s = 900\nn_steps"), "expected 1, for 4 intervals"),
        (swap("+08:00", ""), "an instant with its zone"),
        (swap("[horizon]", "[horizon"), "a TOML file"),
        (swap('format = "taihang/park-problem/v1"', 'format = "v2"'), "format 'v2'"),
    ],
)
def test_read_problem_file__refuses_in_words(tmp_path: Path, change: Change, says: str) -> None:
    path = written(tmp_path)
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    with pytest.raises((ProblemFileError, ParkProblemError), match=says):
        read_problem_file(path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (swap(",2.0,", ",,"), "'' as load_kw in interval 1"),
        (
            swap(",2.0,", ",nan,"),
            "1 of 4 values of load l.load_kw missing, the first in interval 1",
        ),
        (swap("T01:00:00", "T01:15:00"), "row 3 of series.csv"),
        (swap("start,", "when,"), '"start" first'),
        (swap("sun_ratio", "load_kw"), "every name once"),
        (swap("T02:00:00+08:00", "T02:00:00"), "an instant with its zone"),
        (swap(",4.0,0.5", ",4.0"), "as many cells"),
        (drop_last, "3 rows of 3600 s in series.csv"),
        (swap(",0.5\n", ",95.0\n"), "95 as plant sun.available_ratio"),
    ],
)
def test_read_problem_file__refuses_a_bad_series(tmp_path: Path, change: Change, says: str) -> None:
    path = written(tmp_path)
    csv = tmp_path / "series.csv"
    csv.write_text(change(csv.read_text(encoding="utf-8")), encoding="utf-8")

    with pytest.raises((ProblemFileError, ParkProblemError), match=says):
        read_problem_file(path)


def test_read_problem_file__hourly_prices_for_quarters_must_be_declared(tmp_path: Path) -> None:
    path = written(tmp_path)
    text = path.read_text(encoding="utf-8")
    quarters = text.replace("step_s = 3600\nn_steps = 4", "step_s = 900\nn_steps = 16")
    path.write_text(quarters, encoding="utf-8")

    found = read_problem_file(path)

    assert "[1.0, 1.0, 1.0, 1.0, 2.0" in str(found.problem.echo())


def test_read_problem_file__sessions_are_a_file_of_their_own(tmp_path: Path) -> None:
    station = (
        "charging",
        {
            "id": "s",
            "bus": "el",
            "sessions": {"file": "sessions.csv"},
            "station_kw": 50.0,
            "unserved_price_cny_per_kwh": "none",
        },
    )
    (tmp_path / "sessions.csv").write_text(
        "id,arrival,departure,energy_kwh,power_kw\n"
        "a,2012-01-01T00:00:00+08:00,2012-01-01T03:00:00+08:00,20,10\n",
        encoding="utf-8",
    )

    echo = str(read_problem_file(written(tmp_path, station)).problem.echo())

    assert "'departure_s': 1325358000, 'energy_kwh': 20.0" in echo


def test_read_problem_file__a_start_in_percent_or_outside_is_told_apart(tmp_path: Path) -> None:
    store = battery("b", "el", charge_kw=1.0, energy_kwh=2.0, soc_start_ratio=50.0)

    with pytest.raises(ParkProblemError, match=r"50 as battery b\.soc_start_ratio; expected 0 … 1"):
        read_problem_file(written(tmp_path, store))


def test_unit_of__knows_compound_units() -> None:
    assert unit_of("battery b.standing_loss_ratio_per_h") == "ratio_per_h"


def test_read_problem_file__a_gap_is_refused_or_is_a_value_that_is_not_known(
    tmp_path: Path,
) -> None:
    assets = [bus("a"), load("l", "a", column("load_kw")), grid("g", "a")]
    path = write_problem(tmp_path, assets, series={"load_kw": [1.0, 2.0, 3.0]}, n_steps=3)
    rows = (tmp_path / "series.csv").read_text(encoding="utf-8").splitlines()
    rows[2] = rows[2].replace("2.0", "")
    (tmp_path / "series.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")

    with pytest.raises(ProblemFileError, match="missing is never zero"):
        read_problem_file(path)
    (found,) = (
        asset
        for asset in read_problem_file(path, may_have_gaps=True).problem.assets
        if isinstance(asset, Load)
    )

    assert np.isnan(found.load_kw).tolist() == [False, True, False]
    assert found.load_kw[[0, 2]].tolist() == [1.0, 3.0]
