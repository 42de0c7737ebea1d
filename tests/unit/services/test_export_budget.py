"""What the year's ratios ask of a day: open, priced, blocked or shut."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

import small_park
from ratio_kit import NARROW, STATED, june_park
from small_park import ZONE
from taihang.core.periods import days
from taihang.core.ratio.budget import daily_level_wh
from taihang.services.export_budget import BudgetMode, budget_of, export_budget
from taihang.services.plan_day import plan_day
from taihang.services.ports import Ports
from taihang.services.ratio_outlook import RatioOutlook, ratio_outlook
from taihang.services.settle import settle

JULY = date(2026, 7, 1)
TOMORROW = date(2026, 8, 29)
EXPORT = 2
"""Place of the export limit among the ratios."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return june_park(tmp_path_factory.mktemp("budget") / "park", NARROW)


@pytest.fixture
def ports(root: Path) -> Iterator[Ports]:
    with small_park.opened(root, writing=False) as opened:
        yield opened


def with_chance(outlook: RatioOutlook, n_missed: int) -> RatioOutlook:
    """The same end of the year, its export limit missed in so many of the scenarios only."""
    ratios = outlook.outlook.ratios
    export = replace(ratios[EXPORT], n_missed=n_missed)
    return replace(outlook, outlook=replace(outlook.outlook, ratios=(ratios[0], ratios[1], export)))


def test_export_budget__without_the_block_the_year_breaches_with_it_it_holds(
    ports: Ports,
) -> None:
    outlook = ratio_outlook(JULY, ports=ports)
    allowed_wh = int(outlook.outlook.allowance_wh[outlook.planning])
    done_wh = free_wh = outlook.settled.wh["export"]
    exports = outlook.case.exported_by_day_wh

    for day, wh in enumerate(exports):
        level = daily_level_wh(exports[day:], left_wh=max(allowed_wh - done_wh, 0))
        done_wh += wh if level is None else min(wh, level)
        free_wh += wh

    assert len(exports) == 184
    assert free_wh > allowed_wh, "without the block the year breaches"
    assert done_wh <= max(allowed_wh, outlook.settled.wh["export"]), "with it, it holds"


def test_export_budget__blocks_what_is_likely_at_the_day_s_level(ports: Ports) -> None:
    found = export_budget(JULY, ports=ports)

    outlook = ratio_outlook(JULY, ports=ports)
    assert found.left_kwh is not None
    level = daily_level_wh(outlook.case.exported_by_day_wh, left_wh=round(found.left_kwh * 1_000))
    assert level is not None
    assert (found.mode, found.chance_ratio) == (BudgetMode.BLOCK, 1.0)
    assert found.most_kwh == level / 1_000
    assert found.curtail_price_cny_per_kwh is not None, "what the battery cannot take is curtailed"


def test_budget_of__prices_what_is_possible_by_how_likely_it_is(ports: Ports) -> None:
    outlook = ratio_outlook(JULY, ports=ports)
    n = outlook.outlook.ratios[EXPORT].n_scenarios

    found = budget_of(with_chance(outlook, n // 20), ports.park)

    assert found.mode is BudgetMode.PRICE
    assert found.most_kwh is None
    # The cheapest remedy that has a price and reaches so far: 120 CNY a MWh, in one case of twenty.
    assert found.export_value_cny_per_kwh == pytest.approx(0.12 * 0.05)


def test_budget_of__asks_nothing_where_no_scenario_misses(ports: Ports) -> None:
    found = budget_of(with_chance(ratio_outlook(JULY, ports=ports), 0), ports.park)

    assert (found.mode, found.is_binding) == (BudgetMode.OPEN, False)


def test_budget_of__says_what_has_no_price(ports: Ports) -> None:
    park, outlook = ports.park, ratio_outlook(JULY, ports=ports)
    stated = replace(park.direct_connection, remedies={})

    found = budget_of(with_chance(outlook, 1), replace(park, direct_connection=stated))

    assert [(one.key, one.words["ratio"]) for one in found.notices] == [("ratio-unpriced", "R_exp")]
    assert found.curtail_price_cny_per_kwh is None


def test_export_budget__is_shut_where_nothing_may_be_exported(ports: Ports) -> None:
    none = replace(ports.park.accounting, export_limit_ratio=Decimal(0))

    found = export_budget(JULY, ports=replace(ports, park=replace(ports.park, accounting=none)))

    assert (found.mode, found.is_shut) == (BudgetMode.SHUT, True)
    assert found.curtail_price_cny_per_kwh == 0.0, "332 CNY a MWh is what the export would earn"


def test_export_budget__is_open_where_the_year_is_not_forecast(ports: Ports) -> None:
    stated = replace(ports.park.direct_connection, forecast=None)
    other = replace(ports, park=replace(ports.park, direct_connection=stated))

    assert export_budget(JULY, ports=other).mode is BudgetMode.OPEN
    assert export_budget(date(2026, 1, 1), ports=ports).mode is BudgetMode.OPEN
    (notice,) = export_budget(date(2026, 6, 1), ports=ports).notices
    assert notice.key == "year-unknown", "nothing was settled before"


def test_plan_day__obeys_the_block_and_stores_before_it_curtails(tmp_path: Path) -> None:
    text = small_park.WITH_BATTERY.replace(
        'export_limit_ratio = "0.20"\n', 'export_limit_ratio = "0.02"\n'
    )
    root = small_park.make(tmp_path / "park", text + STATED)
    august = days(date(2026, 8, 1), 28, ZONE)
    with small_park.opened(root) as ports:
        small_park.fill(ports, august)
        settle(august, ports=ports)
        found = plan_day(TOMORROW, ports=ports)
        stated = replace(ports.park.direct_connection, forecast=None)
        free = plan_day(
            TOMORROW, ports=replace(ports, park=replace(ports.park, direct_connection=stated))
        )

    assert found.release.plan is not None
    assert free.release.plan is not None
    exported_kwh = found.release.plan.series["G1.export_kw"].sum() / 4
    assert found.budget.mode is BudgetMode.BLOCK
    assert found.budget.most_kwh is not None
    assert exported_kwh <= found.budget.most_kwh + 1e-6
    assert free.release.plan.series["G1.export_kw"].sum() / 4 > found.budget.most_kwh + 1.0
    into = found.release.plan.series["B1.charge_kw"], free.release.plan.series["B1.charge_kw"]
    noon = slice(36, 60)
    assert np.sum(into[0][noon]) >= np.sum(into[1][noon]), "surplus is stored"
