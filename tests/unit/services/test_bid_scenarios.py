"""Scenarios of a park: from what it settled and read, and from nothing else."""

from collections.abc import Generator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import small_park
from bid_case import EXPECTED, market
from park_case import EFFORT
from small_park import ZONE
from taihang.adapters.highs import solve
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.forecast import NoHistoryError
from taihang.core.dispatch.stochastic.bid_problem import BidRules
from taihang.core.dispatch.stochastic.history import FORECAST_DAYS, LEAST_DAYS, HistoryTerms
from taihang.core.park.contract import DemandBasis
from taihang.core.periods import STEP_S, STEPS_PER_DAY, days
from taihang.core.series import Quantity
from taihang.services.bid_scenarios import GATE, BidSourceError, park_day, park_limits
from taihang.services.collect import IMPORT_GATEWAY, Collected
from taihang.services.plan_bids import plan_bids
from taihang.services.ports import Ports
from taihang.services.settle import settle
from taihang.services.settled_power import month_so_far_kw

TOMORROW = date(2026, 8, 29)
N_DAYS = FORECAST_DAYS + LEAST_DAYS + 2
FIRST = date(2026, 7, 10)
PAST = days(FIRST, N_DAYS, ZONE)
PARK = small_park.WITH_BATTERY.replace(
    "[green_supplies]",
    'PRICE-RT = { quantity = "sample", unit = "CNY/MWh", scale = "0.01" }\n[green_supplies]',
)
TERMS = HistoryTerms(
    days=LEAST_DAYS + 2,
    kept=6,
    calibration_days=2,
    day_ahead_series="PRICE",
    real_time_series="PRICE-RT",
    tariff="GT",
    export_limit_kw=6300.0,
    curtail_price_cny_per_kwh=0.0,
    soc_start_ratio=0.5,
)


def _rules(grid: str = GATE) -> BidRules:
    return BidRules(
        market=market(STEPS_PER_DAY, grid=grid, bought_max_kw=6000.0, offer="curve", steps_max=3),
        offers=(),
        committed=(),
        risk=EXPECTED,
    )


def _send(ports: Ports, series: str, *, more: int) -> None:
    """Send prices in 0.01 CNY/MWh that change from hour to hour and from day to day."""
    step = np.arange(PAST.n_steps)
    counts = 30_000 + more + 500 * (step // 4 % 24) + 700 * (step // STEPS_PER_DAY % 5)
    block = replace(
        small_park.block_of(series, PAST.start_s, counts.tolist()),
        times_s=PAST.start_s + STEP_S * step.astype(np.int64),
        quantity=Quantity.SAMPLE,
        unit="CNY/MWh",
        scale="0.01",
        modulus=0,
    )
    small_park.store(ports, [Collected(IMPORT_GATEWAY, PAST.end_s + 60, (block,))])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park with a battery, fifty settled days and two series of prices."""
    folder = small_park.make(tmp_path_factory.mktemp("bids") / "park", PARK)
    with small_park.opened(folder) as ports:
        small_park.fill(ports, PAST)
        _send(ports, "PRICE", more=0)
        _send(ports, "PRICE-RT", more=900)
        settle(PAST, ports=ports)
    return folder


@pytest.fixture
def ports(root: Path) -> Generator[Ports]:
    with small_park.opened(root, writing=False) as opened:
        yield opened


def test_park_day__its_bid_is_accepted_in_every_scenario(ports: Ports) -> None:
    found = park_day(TOMORROW, _rules(), TERMS, ports=ports)

    assert len(found.problem.scenarios) == 6
    assert len(found.draws.days) == LEAST_DAYS + 2
    assert found.draws.left_out == 0
    assert found.problem.hourly_prices() == ("day_ahead_cny_per_kwh", "real_time_cny_per_kwh")
    assert {one.name for one in found.calibration} == {"load", "pv", "day_ahead", "real_time"}
    assert {one.days for one in found.calibration} == {2}
    release = plan_bids(found.problem, solve=solve, effort=EFFORT)
    assert release.first is not None
    assert release.worth.vss_cny is not None


def test_park_day__each_scenario_is_named_by_the_day_whose_errors_it_carries(ports: Ports) -> None:
    found = park_day(TOMORROW, _rules(), TERMS, ports=ports)

    days_named = [date.fromisoformat(one.id) for one in found.problem.scenarios]
    assert days_named == sorted(days_named)
    assert date(2026, 8, 7) <= days_named[0] <= days_named[-1] <= date(2026, 8, 28)


def test_park_day__the_fees_beside_the_market_are_those_of_the_tariff(ports: Ports) -> None:
    found = park_day(TOMORROW, _rules(), TERMS, ports=ports)

    assets = found.problem.scenarios[0].problem.assets
    fees = next(one for one in assets if isinstance(one, Grid)).import_price_cny_per_kwh
    assert 0.0 < float(fees.min()) <= float(fees.max()) < 0.332


def test_park_day__limits_and_prices_are_those_of_the_file(ports: Ports) -> None:
    terms = replace(TERMS, export_limit_kw=1234.0, curtail_price_cny_per_kwh=0.07)

    assets = park_day(TOMORROW, _rules(), terms, ports=ports).problem.scenarios[0].problem.assets

    assert {float(one.export_limit_kw[0]) for one in assets if isinstance(one, Grid)} == {1234.0}
    assert {one.curtail_price_cny_per_kwh for one in assets if isinstance(one, Plant)} == {0.07}
    assert not any(isinstance(one, DemandCharge) for one in assets), "charged by capacity"


def test_park_day__the_demand_charge_begins_at_the_peak_of_the_month(ports: Ports) -> None:
    park = ports.park
    tariff = replace(park.grid_tariffs["GT"], demand_basis=DemandBasis.DEMAND)
    charged = replace(ports, park=replace(park, grid_tariffs={**park.grid_tariffs, "GT": tariff}))

    assets = park_day(TOMORROW, _rules(), TERMS, ports=charged).problem.scenarios[0].problem.assets

    (charge,) = (one for one in assets if isinstance(one, DemandCharge))
    august = days(date(2026, 8, 1), 28, ZONE)
    rows = ports.lake.read("balance", august, "import")
    assert charge.so_far_kw == max(int(each["wh"].max()) for each in rows.values()) * 4 / 1000
    assert charge.so_far_kw == month_so_far_kw(TOMORROW, ports) > 0.0
    # The peaks of July are paid, and August begins anew.
    assert month_so_far_kw(date(2026, 7, 31), ports) > 0.0
    assert month_so_far_kw(date(2026, 8, 1), ports) == 0.0


def test_park_day__a_past_without_prices_is_refused(ports: Ports) -> None:
    with pytest.raises(NoHistoryError, match="0 days measured in full"):
        park_day(
            date(2026, 8, 29),
            _rules(),
            replace(TERMS, real_time_series="PRICE-NONE"),
            ports=_with_series(ports, "PRICE-NONE"),
        )


def test_park_day__too_short_a_past_is_refused(ports: Ports) -> None:
    with pytest.raises(NoHistoryError, match="measured in full"):
        park_day(date(2026, 7, 25), _rules(), TERMS, ports=ports)


def test_park_day__days_on_which_clocks_change_are_refused(ports: Ports) -> None:
    berlin = replace(ports, park=replace(ports.park, time_zone="Europe/Berlin"))

    for day in (date(2026, 3, 29), date(2026, 4, 20)):
        with pytest.raises(NoHistoryError, match="clocks change"):
            park_day(day, _rules(), TERMS, ports=berlin)


@pytest.mark.parametrize(
    ("terms", "grid", "words"),
    [
        (replace(TERMS, day_ahead_series="X"), GATE, "series 'X'"),
        (replace(TERMS, tariff="X"), GATE, "grid tariff 'X'"),
        (TERMS, "west", "gateway 'west'"),
    ],
)
def test_park_day__names_that_lead_nowhere_are_refused(
    ports: Ports, terms: HistoryTerms, grid: str, words: str
) -> None:
    with pytest.raises(BidSourceError, match=words):
        park_day(TOMORROW, _rules(grid), terms, ports=ports)


def test_park_day__a_park_without_a_connection_is_refused(ports: Ports) -> None:
    bare = replace(ports, park=replace(ports.park, grids={}))

    with pytest.raises(BidSourceError, match=r"without \[grids\]"):
        park_day(TOMORROW, _rules(), TERMS, ports=bare)


def test_park_limits__are_the_facts_of_the_province(ports: Ports) -> None:
    assert park_limits(TOMORROW, ports) == (0.0, 1500.0)
    assert park_limits(date(2020, 1, 1), ports) is None


def _with_series(ports: Ports, name: str) -> Ports:
    series = {**ports.park.series, name: replace(ports.park.series["PRICE"], id=name)}
    return replace(ports, park=replace(ports.park, series=series))
