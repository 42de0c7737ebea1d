"""Two bills of the same month, the platform's and one worked out on paper, are equal to the fen."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bill_oracle
from bill_oracle import Sheet
from market_case import BOOK, ZONE
from taihang.core.market.bill import Bill, bill
from taihang.core.market.demand import max_demand_kw
from taihang.core.market.month_use import (
    GreenPurchase,
    IntervalPrices,
    MonthUse,
    ReactiveReading,
)
from taihang.core.market.tariff import BillTerms, TariffParts
from taihang.core.park.contract import DemandBasis, GreenSupply, GridTariff
from taihang.core.periods import month
from taihang.core.series import EnergySeries, Quality
from taihang.standards import (
    ndrc_2026_1077,
    sgcc_1983_215,
    shanxi_2026_15,
    state_council_holidays,
)

N_MONTHS: Final = 200
VOLTAGES: Final = {"0.4": 0.4, "10": 10.0, "35": 35.0, "110": 220.0}
FLOATING: Final = ("energy", "line_loss", "transmission")
GREEN_PAYS: Final = ("transmission", "line_loss", "system_operation", "funds")


def some(items: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(items))


def price(most: int) -> st.SearchStrategy[Decimal]:
    return st.integers(0, most).map(lambda count: Decimal(count).scaleb(-4))


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """Whatever an enterprise can be; the loads come from a drawn seed, not one draw an interval."""
    number = draw(st.integers(8, 12))
    n_steps = month(f"2026-{number:02}", ZONE).n_steps
    kva = draw(st.integers(50, 60_000))
    dice = random.Random(draw(st.integers(0, 2**32)))  # noqa: S311  a case, no secret
    most_wh = kva * 250 * draw(st.integers(1, 100)) // 100
    base_wh = most_wh * draw(st.integers(0, 100)) // 100
    n_missing = draw(st.sampled_from([0, 0, 1, n_steps // 3]))
    load_wh: list[int | None] = [dice.randint(base_wh, most_wh) for _ in range(n_steps)]
    for gap in dice.sample(range(n_steps), n_missing):
        load_wh[gap] = None
    left = [wh or 0 for wh in load_wh]
    green_wh: dict[str, list[int]] = {}
    for n in range(draw(st.integers(0, 2))):
        green_wh[f"C{n}"] = [dice.randint(0, wh) for wh in left]
        left = [wh - part for wh, part in zip(left, green_wh[f"C{n}"], strict=True)]
    market: list[int | None] | None = None
    if draw(st.integers(0, 3)) == 0:
        market = [dice.randint(0, 150_000) for _ in range(n_steps)]
        for gap in dice.sample(range(n_steps), draw(st.sampled_from([0, 0, 5, n_steps]))):
            market[gap] = None
    is_near_site = draw(st.integers(0, 3)) == 0
    return Sheet(
        month=number,
        load_wh=load_wh,
        market=market,
        fee=draw(price(200)),
        load_factor=Decimal(draw(st.integers(1, 100))) / 100 if is_near_site else None,
        green_wh=dict(green_wh),
        green_prices={name: draw(price(6_000)) for name in green_wh},
        voltage=draw(st.sampled_from(sorted(VOLTAGES))),
        two_part=is_near_site or draw(st.booleans()),
        basis=draw(st.sampled_from(["kva", "kw", "contract", "exempt"])),
        kva=Decimal(kva),
        contract_kw=Decimal(draw(st.integers(0, kva))),
        agent_price=draw(price(9_000)),
        system_price=draw(price(900)),
        floating=draw(some(FLOATING)) if market is None else frozenset(),
        sharp=draw(st.booleans()) and market is None,
        gross_up=draw(st.booleans()),
        green_pays=draw(some(GREEN_PAYS)),
        standard=draw(st.sampled_from(sorted(sgcc_1983_215.POINTS))),
        kvarh=draw(st.none() | st.integers(0, kva * 1_500).map(Decimal)),
    )


def terms_of(sheet: Sheet) -> BillTerms:
    on = date(2026, sheet.month, 1)
    parts = TariffParts.TWO_PART if sheet.two_part else TariffParts.ONE_PART
    tariff = GridTariff(
        id="GT",
        users=("E1",),
        parts=parts,
        demand_basis=DemandBasis.CAPACITY if sheet.basis == "kva" else DemandBasis.DEMAND,
        agent_price_cny_per_kwh=sheet.agent_price,
        system_operation_cny_per_kwh=sheet.system_price,
        export_price_cny_per_kwh=sheet.agent_price,
        floating_items=tuple(sorted(sheet.floating)),
        sharp_applies=sheet.sharp,
        line_loss_rule="gross-up" if sheet.gross_up else "on-sales",
        green_pays=tuple(sorted(sheet.green_pays)),
        power_factor_standard=sheet.standard,
        source="drawn",
        market_price_series=None if sheet.market is None else "SPOT",
        market_fee_cny_per_kwh=None if sheet.market is None else sheet.fee,
        near_site_load_factor_ratio=sheet.load_factor,
    )
    return BillTerms(
        tariff=tariff,
        transmission=ndrc_2026_1077.transmission_tariff(
            BOOK,
            voltage_kv=VOLTAGES[sheet.voltage],
            parts=parts,
            charging_station=sheet.basis == "exempt",
            on=on,
        ),
        schedule=shanxi_2026_15.SCHEDULE,
        holidays=state_council_holidays.deep_valley_calendar(),
        power_factor=sgcc_1983_215.power_factor_table(BOOK, standard=sheet.standard, on=on),
        power_factor_base=sgcc_1983_215.BASE_ITEMS,
        contract_demand_kw=sheet.contract_kw if sheet.basis == "contract" else None,
        stand_in=None,
        near_site_hours=None
        if sheet.load_factor is None
        else BOOK.in_force("near-site.hours-per-month", on=on),
    )


def use_of(sheet: Sheet) -> MonthUse:
    period = month(f"2026-{sheet.month:02}", ZONE)
    quality = np.array(
        [Quality.MISSING if wh is None else Quality.MEASURED for wh in sheet.load_wh], np.uint8
    )
    load_wh = np.array([wh or 0 for wh in sheet.load_wh], np.int64)
    green = {name: np.array(wh, np.int64) for name, wh in sheet.green_wh.items()}
    grid_wh = load_wh - sum(green.values(), np.zeros_like(load_wh))
    supplies = {
        name: GreenSupply(id=name, plant="PV", buyers=("E1",), price_cny_per_kwh=each)
        for name, each in sheet.green_prices.items()
    }
    return MonthUse(
        user="E1",
        grid=EnergySeries(period.start_s, grid_wh, quality),
        green=tuple(
            GreenPurchase(supply=supplies[name], matched=EnergySeries(period.start_s, wh, quality))
            for name, wh in green.items()
        ),
        max_demand_kw=max_demand_kw(EnergySeries(period.start_s, load_wh, quality)),
        transformer_kva=sheet.kva,
        reactive=None
        if sheet.kvarh is None
        else ReactiveReading(
            active_kwh=Decimal(int(load_wh.sum())) / 1_000, reactive_kvarh=sheet.kvarh
        ),
        corrections=(),
        market_prices=None if sheet.market is None else prices_of(sheet.market),
    )


def prices_of(market: Sequence[int | None]) -> IntervalPrices:
    return IntervalPrices(
        counts=np.array([each or 0 for each in market], np.int64),
        known=np.array([each is not None for each in market], np.bool_),
        cny_per_kwh_of_count=Decimal("0.00001"),
    )


def billed(sheet: Sheet, terms: BillTerms | None = None) -> Bill:
    return bill(
        use_of(sheet),
        terms=terms or terms_of(sheet),
        book=BOOK,
        month_name=f"2026-{sheet.month:02}",
        zone=ZONE,
    )


def amounts(found: Bill) -> dict[str, Decimal | None]:
    return {line.code: line.amount_cny for line in found.lines}


@settings(
    max_examples=N_MONTHS,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(sheet=sheets())
def test_bill__equals_the_bill_on_paper_line_by_line(sheet: Sheet) -> None:
    found = billed(sheet)
    expected = bill_oracle.lines(sheet)

    assert amounts(found) == expected
    assert found.total_cny == sum((a for a in expected.values() if a is not None), Decimal(0))


def steady(number: int = 10) -> Sheet:
    """A National Day month with a steady load and one green contract."""
    n_steps = month(f"2026-{number:02}", ZONE).n_steps
    return Sheet(
        month=number,
        load_wh=[250_000] * n_steps,
        green_wh={"C0": [10_000] * n_steps},
        green_prices={"C0": Decimal("0.31")},
        voltage="10",
        two_part=True,
        basis="contract",
        kva=Decimal(2_000),
        contract_kw=Decimal(900),
        agent_price=Decimal("0.4137"),
        system_price=Decimal("0.0312"),
        floating=frozenset({"energy"}),
        sharp=True,
        gross_up=True,
        green_pays=frozenset({"transmission", "funds"}),
        standard="0.90",
        kvarh=Decimal(400_000),
        market=None,
        fee=Decimal(0),
        load_factor=None,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"sharp": False, "month": 8}, id="sharp price"),
        pytest.param({"gross_up": False}, id="loss formula"),
        pytest.param({"contract_kw": Decimal(1_000)}, id="contract demand"),
        pytest.param({"voltage": "35"}, id="voltage class"),
        pytest.param({"standard": "0.85"}, id="power factor"),
        pytest.param({"green_pays": frozenset({"funds"})}, id="fees on green energy"),
        pytest.param({"kvarh": Decimal(500_000)}, id="reactive energy"),
    ],
)
def test_oracle__sees_one_planted_difference(wrong: dict[str, object]) -> None:
    right = steady(8) if "month" in wrong else steady()
    assert amounts(billed(right)) == bill_oracle.lines(right)

    altered = replace(right, **{k: v for k, v in wrong.items() if k != "month"})

    assert amounts(billed(right)) != bill_oracle.lines(altered)


def test_oracle__sees_a_bill_without_holidays() -> None:
    sheet = steady()
    calendar = replace(state_council_holidays.deep_valley_calendar(), days=frozenset())
    terms = replace(terms_of(sheet), holidays=calendar)

    assert amounts(billed(sheet, terms)) != bill_oracle.lines(sheet)


def test_oracle__sees_one_wrong_market_price_and_another_load_factor() -> None:
    n_steps = len(steady().load_wh)
    right = replace(
        steady(),
        market=[30_000] * n_steps,
        fee=Decimal("0.01"),
        load_factor=Decimal("0.60"),
        floating=frozenset(),
        sharp=False,
    )
    assert amounts(billed(right)) == bill_oracle.lines(right)

    dearer = replace(right, market=[30_100, *[30_000] * (n_steps - 1)])
    fuller = replace(right, load_factor=Decimal("0.61"))

    assert amounts(billed(right)) != bill_oracle.lines(dearer)
    assert amounts(billed(right)) != bill_oracle.lines(fuller)
