"""Plants beside what they should have given: the ladder of methods, and what each says."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

import roof_park
import small_park
from taihang.core.performance.output import LossKind
from taihang.services.plant_performance import (
    Method,
    PlantPerformance,
    Why,
    plant_performances,
)
from taihang.services.ports import Ports

ASKED = roof_park.asked(31, 45)


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root: Path = roof_park.make(tmp_path_factory.mktemp("roofs") / "p", sensors=True)
    with small_park.opened(root) as opened:
        yield opened


@pytest.fixture(scope="module")
def found(ports: Ports) -> dict[str, PlantPerformance]:
    listed = plant_performances(ASKED, history=roof_park.PERIOD, ports=ports)
    return {each.plant.id: each for each in listed}


def test_plant_performances__choose_the_best_that_is_measured(
    found: dict[str, PlantPerformance],
) -> None:
    assert {name: each.method for name, each in found.items()} == {
        "PV01": Method.IEC_61724,
        "PV02": Method.PEERS,
        "PV03": Method.PEERS,
        "PV04": Method.PEERS,
        "PV05": Method.PEERS,
        "W01": Method.WIND_SPEED,
    }
    assert found["PV02"].n_peers == 4
    # 0.9 of the sun, over 1 150 kW of modules for 1 000 kW of rating.
    assert found["PV01"].performance_ratio == pytest.approx(0.9 / 1.15, rel=1e-3)
    assert found["PV02"].performance_ratio is None


def test_plant_performances__find_what_was_planted_and_nothing_else(
    found: dict[str, PlantPerformance],
) -> None:
    kinds = {name: [loss.kind for loss in each.losses] for name, each in found.items()}

    assert kinds == {
        "PV01": [],
        "PV02": [LossKind.SHARE],
        "PV03": [LossKind.OUTAGE],
        "PV04": [],
        "PV05": [],
        "W01": [],
    }
    assert [each.state for each in found.values()] == [
        "normal", "losing", "losing", "normal", "normal", "normal",
    ]  # fmt: skip
    string = found["PV02"].lost_kwh
    assert string is not None
    lost, low, high = string
    assert 0.0 < low < lost < high
    assert low <= found["PV02"].generated_kwh / 4.0 <= 1.15 * high


def test_plant_performances__a_dead_meter_is_missing_and_no_fault(
    found: dict[str, PlantPerformance],
) -> None:
    dead = found["PV04"]

    assert dead.total is not None
    assert (dead.total.n_days, dead.n_read, dead.n_intervals) == (3, 3 * 96, 14 * 96)
    assert dead.total.availability_ratio == 1.0
    assert [day.actual_kwh is None for day in dead.days] == [False] * 3 + [True] * 11
    assert dead.generated_kwh == pytest.approx(
        sum(day.actual_kwh or 0.0 for day in dead.days), rel=0.01
    )


def test_plant_performances__what_was_curtailed_is_told_and_is_no_loss(
    found: dict[str, PlantPerformance],
) -> None:
    told = found["PV05"]

    assert told.curtailed_kwh == pytest.approx(
        float(roof_park.generation_kw()["PV05"][38:].sum()) / 4.0, rel=1e-3
    )
    assert told.lost_kwh == (0.0, 0.0, 0.0)
    assert found["PV01"].curtailed_kwh is None, "not metered is not zero"


def test_plant_performances__two_days_of_outage_cost_availability(
    found: dict[str, PlantPerformance],
) -> None:
    still = found["PV03"].total

    assert still is not None
    assert still.availability_ratio == pytest.approx(12 / 14, abs=0.02)


def test_plant_performances__an_outage_that_lasts_is_a_plant_that_stands_still(
    ports: Ports,
) -> None:
    until = roof_park.asked(31, 37)
    history = small_park.Period(roof_park.PERIOD.start, until.end)

    listed = plant_performances(until, history=history, ports=ports)

    assert {each.plant.id: each.state for each in listed}["PV03"] == "stood-still"


def test_plant_performances__without_instruments_few_plants_are_not_judged(ports: Ports) -> None:
    park = replace(ports.park, plant_sensors={})
    bare = replace(ports, park=park)
    three = {name: plant for name, plant in park.plants.items() if name not in {"PV04", "PV05"}}
    few = replace(ports, park=replace(park, plants=three))

    by_peers = plant_performances(ASKED, history=roof_park.PERIOD, ports=bare)
    not_judged = plant_performances(ASKED, history=roof_park.PERIOD, ports=few)

    assert [each.method for each in by_peers] == [Method.PEERS] * 5 + [Method.NONE]
    wind = by_peers[-1]
    assert (wind.why, wind.total, wind.state) == (Why.TOO_FEW_PEERS, None, "not-judged")
    assert wind.full_load_h > 0.0
    assert wind.running_ratio == 1.0
    assert [each.why for each in not_judged] == [Why.TOO_FEW_PEERS] * 4
    assert all(each.lost_kwh is None for each in not_judged)


def test_plant_performances__a_sensor_that_cannot_be_right_is_not_believed(ports: Ports) -> None:
    # The wind series read as irradiance: a few tens of W/m² under a plant at full sun.
    sensors = dict(ports.park.plant_sensors)
    sensors["PV01"] = replace(sensors["PV01"], irradiance="WIND")
    fooled = replace(ports, park=replace(ports.park, plant_sensors=sensors))

    found = plant_performances(ASKED, history=roof_park.PERIOD, ports=fooled)

    ratio = found[0].performance_ratio
    assert found[0].losses == ()
    assert ratio is None or ratio < 1.0


def test_plant_performances__say_why_where_too_little_is_known(ports: Ports) -> None:
    first = roof_park.asked(0, 10)
    short = plant_performances(first, history=first, ports=ports)
    dead = plant_performances(roof_park.asked(40, 45), history=roof_park.PERIOD, ports=ports)

    assert {each.why for each in short} == {Why.TOO_FEW_DAYS}
    assert {each.plant.id: each.why for each in dead}["PV04"] is Why.NOT_READ
