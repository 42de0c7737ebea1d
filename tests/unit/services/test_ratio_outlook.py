from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from ratio_kit import NARROW, june_park
from taihang.core.ratio.forecast import NoModelError
from taihang.services.ports import Ports
from taihang.services.ratio_outlook import (
    NoRatioForecastError,
    NoRatioPastError,
    day_after_settled,
    ratio_outlook,
    thresholds,
)

JULY = date(2026, 7, 1)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return june_park(tmp_path_factory.mktemp("outlook") / "park", NARROW)


@pytest.fixture
def ports(root: Path) -> Iterator[Ports]:
    with small_park.opened(root, writing=False) as opened:
        yield opened


def test_ratio_outlook__repeats_the_past_that_never_changes(ports: Ports) -> None:
    found = ratio_outlook(JULY, ports=ports)

    # June's days are alike but for a few counts: the year goes on as June went.
    exported = found.settled.wh["export"] / found.settled.wh["generated"]
    low, _, high = found.outlook.ratios[2].quantiles_ratio
    assert low is not None
    assert high is not None
    assert low <= exported * 1.01
    assert high >= exported * 0.99
    assert high - low < 0.01
    assert (found.n_days_left, found.n_past_days) == (184, 30)


def test_ratio_outlook__looks_at_nothing_from_its_day_on(ports: Ports) -> None:
    from_the_20th = ratio_outlook(date(2026, 6, 20), ports=ports)

    assert from_the_20th.n_past_days == 19
    assert from_the_20th.settled.n_closed == 19 * 96


def test_ratio_outlook__is_the_same_twice(ports: Ports) -> None:
    one, other = ratio_outlook(JULY, ports=ports), ratio_outlook(JULY, ports=ports)

    assert one.drawn.left_wh.tobytes() == other.drawn.left_wh.tobytes()
    assert one.cure == other.cure


def test_ratio_outlook__cures_what_is_likely_and_names_the_rest(ports: Ports) -> None:
    found = ratio_outlook(JULY, ports=ports)

    assert found.outlook.ratios[2].chance_ratio == 1, "noon exports more than it may"
    assert found.cure is not None
    assert found.cure.is_enough
    doses = {dose.remedy.id: dose.energy_wh for dose in found.cure.doses}
    assert doses == {"CURTAIL": 0, "CHARGE": found.case.needs_wh["R_exp"]}
    assert doses["CHARGE"] > 0


def test_ratio_outlook__works_out_no_cure_where_a_miss_is_unlikely(ports: Ports) -> None:
    stated = ports.park.direct_connection
    accounting = replace(ports.park.accounting, export_limit_ratio=Decimal("0.99"))
    park = replace(ports.park, accounting=accounting, direct_connection=stated)

    found = ratio_outlook(JULY, ports=replace(ports, park=park))

    assert found.outlook.ratios[2].chance_ratio == 0
    assert (found.cure is None) == (found.outlook.chance_ratio < Decimal("0.10"))


def test_ratio_outlook__of_a_year_that_is_over_has_no_days_left(ports: Ports) -> None:
    found = ratio_outlook(date(2027, 1, 1), ports=ports)

    assert found.n_days_left == 0
    assert len({tuple(one.quantiles_ratio) for one in found.outlook.ratios}) == 3
    for one in found.outlook.ratios:
        assert len(set(one.quantiles_ratio)) == 1, "nothing is left to chance"


def test_ratio_outlook__refuses_without_settings_past_or_model(
    ports: Ports,
) -> None:
    with pytest.raises(NoRatioPastError, match="settled"):
        ratio_outlook(date(2026, 6, 1), ports=ports)
    bare = replace(ports.park.direct_connection, shapes={})
    with pytest.raises(NoModelError, match="seasonal_shapes"):
        ratio_outlook(JULY, ports=replace(ports, park=replace(ports.park, direct_connection=bare)))
    none = replace(ports.park.direct_connection, forecast=None)
    with pytest.raises(NoRatioForecastError, match="ratio_forecast"):
        ratio_outlook(JULY, ports=replace(ports, park=replace(ports.park, direct_connection=none)))


def test_day_after_settled__is_the_first_that_is_forecast(ports: Ports) -> None:
    assert day_after_settled("2026", ports=ports) == JULY
    with pytest.raises(NoRatioPastError, match="2025"):
        day_after_settled("2025", ports=ports)


@pytest.mark.parametrize(
    ("day", "green"), [(date(2029, 12, 31), "0.30"), (date(2030, 1, 1), "0.35")]
)
def test_thresholds__of_green_rise_in_2030(ports: Ports, day: date, green: str) -> None:
    assert thresholds(day, ports=ports).green_min_ratio == Decimal(green)
