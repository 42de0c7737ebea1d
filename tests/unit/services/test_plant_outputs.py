"""What plants gave as it was measured: substitutes and gaps never speak of their health."""

from collections.abc import Generator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import roof_park
import small_park
from taihang.core.park.assets import PlantKind
from taihang.core.series import Quality
from taihang.services.plant_outputs import local_days, metered_wh, plant_outputs, sampled
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root: Path = roof_park.make(tmp_path_factory.mktemp("roofs") / "p", sensors=True)
    with small_park.opened(root) as opened:
        yield opened


def test_plant_outputs__are_what_was_read_and_what_was_held_back(ports: Ports) -> None:
    found = plant_outputs(PlantKind.PV, roof_park.PERIOD, ports=ports)

    kw = roof_park.generation_kw()
    assert found.ids == roof_park.ROOFS
    for row, plant in enumerate(found.ids[:3]):
        np.testing.assert_allclose(found.available_kw[row], kw[plant].ravel(), atol=0.01)
    # A dead meter is no value, and a curtailed plant could have given it all.
    dead = found.available_kw[3].reshape(-1, 96)[roof_park.DEAD_DAY :]
    assert np.isnan(dead).all()
    whole = kw["PV05"].copy()
    whole[roof_park.CURTAILED_DAY :] *= 2.0
    np.testing.assert_allclose(found.available_kw[4], whole.ravel(), atol=0.01)
    assert [*found.curtailed_wh] == ["PV05"]


def test_plant_outputs__a_substitute_counts_as_given_and_says_nothing_of_health(
    ports: Ports,
) -> None:
    day = roof_park.asked(0, 1)
    rows = ports.lake.read("matching", day)
    columns = {name: column.copy() for name, column in rows["plant", "PV01"].items()}
    columns["quality"][48] = Quality.ESTIMATED
    columns["held"][49] = 1
    ports.lake.replace("matching", day, {**rows, ("plant", "PV01"): columns})

    found = plant_outputs(PlantKind.PV, day, ports=ports)
    ports.lake.replace("matching", day, rows)

    assert np.flatnonzero(np.isnan(found.available_kw[0])).tolist() == [48, 49]
    assert np.flatnonzero(found.estimated[0]).tolist() == [48]
    assert np.isfinite(found.generated_wh[0]).all()


def test_metered_wh__is_nothing_where_nothing_was_read(ports: Ports) -> None:
    dead = metered_wh("M-PV04", roof_park.asked(34, 35), ports=ports)
    other = metered_wh("M-E02", roof_park.asked(34, 35), ports=ports)

    assert np.isnan(dead).all()
    assert other.tolist() == [225_000.0] * 96
    assert np.isnan(metered_wh("M-NOBODY", roof_park.asked(0, 1), ports=ports)).all()


def test_sampled__is_the_mean_in_the_unit_of_the_series(ports: Ports) -> None:
    found = sampled("SUN", roof_park.PERIOD, ports=ports)

    expected = roof_park.generation_kw()["PV01"].ravel() / 0.9
    np.testing.assert_allclose(found, expected, atol=0.06)


def test_local_days__count_from_the_first_local_day(ports: Ports) -> None:
    first, place = local_days(roof_park.asked(3, 5), ports=ports)

    assert first == date(2026, 7, 4)
    assert place.tolist() == [0] * 96 + [1] * 96
    # A day on which clocks change has 100 intervals, all of one day.
    berlin = replace(ports, park=replace(ports.park, time_zone="Europe/Berlin"))
    autumn = small_park.Period.of_s(1_792_879_200, 1_792_969_200)
    assert local_days(autumn, ports=berlin)[1].tolist() == [0] * 100
