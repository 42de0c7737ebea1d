"""Expected output: untouched years raise no alarm, planted faults do, and clouds are no fault."""

from dataclasses import replace

import duckdb
import numpy as np
import pytest
from numpy.typing import NDArray

import roof_fleet
from shared_data import shared_path
from taihang.core.performance.change import healthy_level
from taihang.core.performance.expectation import MeasuredResource, PeerResource, expect
from taihang.core.performance.fleet import N_SKY_CELLS, Fleet, is_bright, sky_cells, sky_terms
from taihang.core.performance.output import LossKind, losses_of
from taihang.core.sky.sun import sun_at

_MONTHS = tuple((first, first + 30) for first in range(0, 360, 30))


def test_expect__an_untouched_year_of_sixteen_plants_raises_no_alarm() -> None:
    judged = roof_fleet.healthy()

    alarms = [judged.losses(row, slice(0, 365)) for row in range(16)]

    assert len(alarms) == 16
    assert sum(len(each) for each in alarms) == 0
    assert not judged.found.outage.any()


@pytest.mark.parametrize("end", [60, 120, 210, 300])
def test_expect__an_untouched_part_of_a_year_raises_no_alarm(end: int) -> None:
    judged = roof_fleet.judged(roof_fleet.fleet(n_days=end))

    assert [judged.losses(row, slice(0, end)) for row in range(16)] == [()] * 16


def test_expect__bands_hold_nine_of_ten_days_and_months() -> None:
    judged = roof_fleet.healthy()
    off = judged.found.ratio / judged.found.spread_ratio

    inside = np.abs(off[np.isfinite(off)]) <= 1.645
    months = [judged.total(row, slice(*days)) for row in range(16) for days in _MONTHS]
    held = [each.low_kwh <= each.actual_kwh <= each.high_kwh for each in months]

    assert 0.87 <= inside.mean() <= 0.97
    assert np.mean(held) >= 0.85
    # The band is worth something: below 5 % of a month.
    widths = [(each.high_kwh - each.low_kwh) / each.expected_kwh / 2 for each in months]
    assert max(widths) < 0.05


def test_expect__clouds_over_all_plants_are_no_fault() -> None:
    output = roof_fleet.year().output_ratio.copy()
    output[:, 96 * 150 : 96 * 154] *= 0.2

    judged = roof_fleet.judged(roof_fleet.fleet_of(output, n_days=180))

    assert [judged.losses(row, slice(150, 180)) for row in range(16)] == [()] * 16


def test_expect__says_nothing_with_fewer_than_three_others() -> None:
    found = expect(
        roof_fleet.fleet_of(roof_fleet.year().output_ratio[:3], n_days=60), PeerResource(2)
    )

    assert np.isnan(found.expected_ratio).all()
    assert all(each == () for each in found.stretches)


def test_expect__knows_nothing_of_a_plant_that_was_never_read() -> None:
    judged = roof_fleet.judged(roof_fleet.fleet(n_days=60, row=2, planted=roof_fleet.dead(0)))

    assert np.isnan(judged.found.ratio[2]).all()
    assert judged.losses(2, slice(0, 60)) == ()
    assert np.isfinite(judged.found.ratio[3]).any()


def test_expect__the_irradiance_finds_what_the_peers_find() -> None:
    # Each plant alone, against a sensor that sees the mean of all roofs: no peers needed.
    whole = roof_fleet.year().output_ratio
    of = roof_fleet.fleet_of(whole[:1].copy(), n_days=200)
    suns = np.median(whole, axis=0)[None, : 200 * 96]
    at = np.flatnonzero(roof_fleet.year().bright[: 200 * 96])
    of.output_ratio[0, of.day >= 160] *= 0.85

    found = expect(of, MeasuredResource(suns[:, at]))

    losses = losses_of(of, found, plant="PV01", capacity_kw=1.0, days=slice(160, 200))
    assert [(each.kind, abs(each.first_day - 160) <= 2) for each in losses] == [
        (LossKind.SHARE, True)
    ]


def _measured_roofs(variant: str, longitude_deg: float) -> Fleet:
    """Sixteen plants of a measured year, re-timed and scaled as the data set says."""
    source = shared_path(f"data/demo-park/{variant}/pv_15min.parquet")
    rated = shared_path(f"data/demo-park/{variant}/pv_plants.csv")
    with duckdb.connect() as engine:
        rows = engine.execute(
            "select pv_id, capacity_kw, list(p_kw / capacity_kw order by interval_start), "
            "min(epoch(interval_start)) from read_parquet(?) join read_csv(?) using (pv_id) "
            "group by all order by pv_id",
            [str(source), str(rated)],
        ).fetchall()
    output: NDArray[np.float64] = np.array([row[2] for row in rows])
    # Beijing time, as the set says.
    start_s = float(rows[0][3]) - 8 * 3_600
    n = len(output.T)
    middle_s = np.linspace(start_s + 450.0, start_s + 450.0 + 900.0 * (n - 1), n)
    sun = sun_at(middle_s, latitude_deg=36.2, longitude_deg=longitude_deg)
    at = np.flatnonzero(is_bright(sun))
    return Fleet(
        ids=tuple(str(row[0]) for row in rows),
        output_ratio=output[:, at],
        terms=sky_terms(sun)[:, at],
        cell=sky_cells(sun)[at],
        n_cells=N_SKY_CELLS,
        least_ratio=0.15,
        day=at // 96,
        n_days=output.shape[1] // 96,
    )


@pytest.mark.shared
@pytest.mark.parametrize(("variant", "longitude_deg"), [("cn", 119.0), ("open", 120.0)])
def test_expect__measured_roofs_raise_no_alarm_and_a_lost_string_does(
    variant: str, longitude_deg: float
) -> None:
    of = _measured_roofs(variant, longitude_deg)
    untouched = roof_fleet.judged(of)
    assert [untouched.losses(row, slice(0, 365)) for row in range(16)] == [()] * 16

    of.output_ratio[4, of.day >= 200] *= 0.88
    judged = roof_fleet.judged(of)

    losses = [judged.losses(row, slice(0, 365)) for row in range(16)]
    assert [row for row in range(16) if losses[row]] == [4]
    assert abs(losses[4][0].first_day - 200) <= 3
    assert losses[4][0].missing_ratio == pytest.approx(0.12, abs=0.03)


@pytest.mark.shared
def test_expect__measured_turbines_are_judged_by_each_other() -> None:
    source = shared_path("data/la-haute-borne/scada_10min_2014_2015.parquet")
    with duckdb.connect() as engine:
        rows = engine.execute(
            "with half as (select turbine, epoch(time_bucket(interval '30 minutes', time_utc)) t, "
            "avg(p_kw) / 2050 as y from read_parquet(?) group by all) "
            "select turbine, list(coalesce(y, 'nan'::double) order by t) from half "
            "group by turbine order by turbine",
            [str(source)],
        ).fetchall()
    n_days = 300
    output: NDArray[np.float64] = np.array([row[1][: 48 * n_days] for row in rows])
    output[1, 48 * 250 :] *= 0.8
    of = Fleet(
        ids=tuple(str(row[0]) for row in rows),
        output_ratio=output,
        terms=np.ones((1, output.shape[1])),
        cell=None,
        n_cells=20,
        least_ratio=0.05,
        day=np.arange(len(output.T)) // 48,
        n_days=n_days,
    )

    found = expect(of, PeerResource(3))

    last = found.stretches[1][-1]
    assert abs(last.first - 250) <= 5
    level, _ = healthy_level(found.stretches[1])
    assert (1.0 + last.level_ratio) / (1.0 + level) == pytest.approx(0.8, abs=0.06)


@pytest.mark.parametrize("rows", [(0, 3, 6, 9), (1, 4, 7, 10, 13), (2, 5, 8, 9, 11, 12, 14, 15)])
@pytest.mark.parametrize("n_days", [31, 60])
def test_expect__few_plants_and_a_short_record_raise_no_alarm(
    rows: tuple[int, ...], n_days: int
) -> None:
    whole = roof_fleet.fleet_of(roof_fleet.year().output_ratio[list(rows)])
    alarms: list[int] = []
    for first in range(0, 365 - n_days, 2 * n_days):
        at = (whole.day >= first) & (whole.day < first + n_days)
        assert whole.cell is not None
        part = replace(
            whole,
            output_ratio=whole.output_ratio[:, at],
            terms=whole.terms[:, at],
            cell=whole.cell[at],
            day=whole.day[at] - first,
            n_days=n_days,
        )
        judged = roof_fleet.judged(part)
        alarms += [len(judged.losses(row, slice(0, n_days))) for row in range(len(rows))]

    assert len(alarms) >= 3 * len(rows)
    assert sum(alarms) == 0
