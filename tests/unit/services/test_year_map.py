"""A point through a year: each quarter once, gaps as gaps, whatever the point is."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from time import process_time

import numpy as np
import pytest

import media_park
import roof_park
import small_park
from small_park import DAY, block_of, but, registers
from taihang.core.access.scope import Scope
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import STEP_S, Period, PeriodError
from taihang.services.collect import Collected
from taihang.services.ports import Ports
from taihang.services.query import UnknownPointError
from taihang.services.sight import see
from taihang.services.year_map import YearMap, year_map

_DAY = (date(2026, 6, 1) - date(2026, 1, 1)).days


def stored(ports: Ports, *blocks: ReadingBlock) -> YearMap:
    small_park.store(ports, [Collected("GW1", DAY.end_s + 60, blocks)])
    return year_map("M-E01", "2026", ports=ports)


def test_year_map__has_every_quarter_of_a_register(root: Path) -> None:
    with small_park.opened(root) as ports:
        found = stored(ports, registers("M-E01", DAY))

    assert (found.unit, found.node, found.first_day) == ("kW", "E01", date(2026, 1, 1))
    assert found.values.shape == (365, 96)
    np.testing.assert_allclose(found.values[_DAY] * 250.0, small_park.step_wh("M-E01", DAY))
    assert np.isnan(np.delete(found.values, _DAY, axis=0)).all()
    assert found.coverage_ratio == pytest.approx(96 / (_DAY * 96 + 96))


def test_year_map__a_hole_is_a_hole_and_its_sum_is_not_spread(root: Path) -> None:
    with small_park.opened(root) as ports:
        found = stored(ports, but(registers("M-E01", DAY), range(20, 40)))

    missing = np.flatnonzero(np.isnan(found.values[_DAY]))
    assert missing.tolist() == list(range(19, 40))


def test_year_map__a_register_of_each_hour_speaks_for_its_quarters(root: Path) -> None:
    with small_park.opened(root) as ports:
        found = stored(ports, block_of("M-E01", DAY.start_s, [0, 400, 400, 1_200], step_s=3_600))

    assert found.values[_DAY, :13].tolist()[:12] == [40.0] * 4 + [0.0] * 4 + [80.0] * 4
    assert np.isnan(found.values[_DAY, 12:]).all()


def test_year_map__of_gas_is_by_the_hour_in_its_unit(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "p", media_park.PARK)
    with small_park.opened(root) as ports:
        gas = media_park.hourly("N-E01", DAY, per_h=7, first=100)
        small_park.store(ports, [Collected("GW3", DAY.end_s + 60, (gas,))])
        found = year_map("N-E01", "2026", ports=ports)

    assert (found.unit, found.node) == ("L/h", "E01")
    np.testing.assert_allclose(found.values[_DAY], 700.0)


def test_year_map__of_a_declared_series_is_in_its_own_unit(tmp_path: Path) -> None:
    root = roof_park.make(tmp_path / "p")
    with small_park.opened(root) as ports:
        found = year_map("SUN", "2026", ports=ports)

    day = (roof_park.FIRST - date(2026, 1, 1)).days
    expected = roof_park.generation_kw()["PV01"] / 0.9
    np.testing.assert_allclose(found.values[day : day + 45], expected, atol=0.06)
    assert (found.unit, found.node) == ("W/m2", "")


def test_year_map__marks_what_a_person_read(root: Path) -> None:
    manual = registers("M-E01", DAY)
    quality = manual.quality.copy()
    quality[8] = 2
    with small_park.opened(root) as ports:
        found = stored(ports, replace(manual, quality=quality))

    assert found.doubtful[_DAY].sum() >= 1
    assert found.doubtful[_DAY, 8]


def test_year_map__where_clocks_change_every_day_has_96_places(root: Path) -> None:
    with small_park.opened(root) as ports:
        berlin = replace(ports, park=replace(ports.park, time_zone="Europe/Berlin"))
        spring = Period.of_s(1_774_738_800, 1_774_738_800 + 86_400)
        small_park.store(ports, [Collected("GW1", spring.end_s, (registers("M-E01", spring),))])
        found = year_map("M-E01", "2026", ports=berlin)

    day = (date(2026, 3, 29) - date(2026, 1, 1)).days
    assert found.values.shape == (365, 96)
    # A local day of 23 hours: its last four places are the hour that is not there.
    assert np.isfinite(found.values[day]).sum() == 92
    assert np.isfinite(found.values[day + 1]).sum() == 4


def test_year_map__refuses_what_is_no_point_or_no_year(root: Path) -> None:
    with small_park.opened(root) as ports:
        with pytest.raises(UnknownPointError):
            year_map("M-E99", "2026", ports=ports)
        with pytest.raises(PeriodError):
            year_map("M-E01", "26", ports=ports)
        with pytest.raises(UnknownPointError):
            year_map("M-E02", "2026", ports=see(ports, Scope(frozenset({"E01"}))))


def test_year_map__of_a_whole_year_takes_little(root: Path) -> None:
    # 2025, for readings of a time to come are not believed.
    end_s = DAY.start_s - _DAY * 86_400
    year = Period.of_s(end_s - 365 * 86_400, end_s)
    with small_park.opened(root) as ports:
        small_park.store(ports, [Collected("GW1", year.end_s, (registers("M-E01", year),))])
        year_map("M-E01", "2025", ports=ports)

        before = process_time()
        found = year_map("M-E01", "2025", ports=ports)
        took_s = process_time() - before

    assert np.isfinite(found.values).all()
    assert found.values.size == year.n_steps == 365 * 86_400 // STEP_S
    assert took_s < 0.15
