from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from market_case import (
    AUGUST,
    BOOK,
    GREEN_CNY_PER_KWH,
    ZONE,
    august,
    month_use,
    refund,
    series,
    steady,
    supply,
    tariff,
    terms,
    with_quality,
)
from taihang.core.market.bill import Bill, BillState, bill
from taihang.core.market.bill_line import BillLine, LineState
from taihang.core.market.month_use import GreenPurchase, MonthUse, ReactiveReading
from taihang.core.market.tariff import BillItem, BillTerms
from taihang.core.market.tou import PeriodKind, TariffNotInForceError
from taihang.core.quantities import Energy
from taihang.core.series import EnergySeries, Quality

FEN = Decimal("0.01")
ALL_FLOAT = ("energy", "line_loss", "transmission")


def billed(use: MonthUse, one: BillTerms | None = None) -> Bill:
    return bill(use, terms=one or terms(), book=BOOK, month_name="2026-08", zone=ZONE)


def by_code(found: Bill) -> dict[str, BillLine]:
    lines = {line.code: line for line in found.lines}
    assert len(lines) == len(found.lines)
    return lines


def realistic() -> MonthUse:
    case = august()
    return month_use(
        case.grid,
        green=(GreenPurchase(supply=supply(), matched=case.green),),
        reactive=ReactiveReading(active_kwh=Decimal(1_000_000), reactive_kvarh=Decimal(600_000)),
        corrections=(refund("2026-07-meter", "-1234.56"),),
    )


def kind_of(hour: int) -> str:
    """Read off the summer table by hand, in the order of the clock."""
    if 18 <= hour < 21:
        return "sharp"
    if hour in {6, 7} or hour >= 21:
        return "peak"
    if 2 <= hour < 5 or 10 <= hour < 15:
        return "valley"
    return "flat"


def by_hand() -> dict[str, Decimal]:
    """The same bill, interval by interval in plain Decimals, from the numbers of the texts."""
    case = august()
    ratio = {"sharp": "1.92", "peak": "1.60", "flat": "1", "valley": "0.45"}
    energy = dict.fromkeys(ratio, Decimal(0))
    names = ("loss", "td", "system", "funds", "green", "td-g", "system-g", "funds-g")
    totals: dict[str, Decimal] = {name: Decimal(0) for name in names}
    loss_price = Decimal("0.4137") * Decimal("0.0352") / (1 - Decimal("0.0352"))
    at = datetime(2026, 7, 31, 16, 0, tzinfo=UTC)  # midnight of 1 August in Shanghai
    for grid_wh, green_wh in zip(case.grid.wh.tolist(), case.green.wh.tolist(), strict=True):
        grid, green = Decimal(grid_wh) / 1000, Decimal(green_wh) / 1000
        kind = kind_of((at.hour + 8) % 24)
        energy[kind] += grid * Decimal("0.4137") * Decimal(ratio[kind])
        totals["loss"] += grid * loss_price
        for name, price in (("td", "0.0290"), ("system", "0.0312"), ("funds", "0.04336875")):
            totals[name] += grid * Decimal(price)
            totals[f"{name}-g"] += green * Decimal(price)
        totals["green"] += green * Decimal("0.3320")
        at += timedelta(minutes=15)
    assert at == datetime(2026, 8, 31, 16, 0, tzinfo=UTC)
    lines = {
        **{f"energy.grid.{kind}": amount for kind, amount in energy.items()},
        "green.pv-line": totals["green"],
        "line_loss.grid": totals["loss"],
        "transmission.grid": totals["td"],
        "transmission.green": totals["td-g"],
        "capacity.kva": Decimal(100_000) * Decimal("18.8"),
        "system_operation.grid": totals["system"],
        "system_operation.green": totals["system-g"],
        "funds.grid": totals["funds"],
        "funds.green": totals["funds-g"],
        "correction.2026-07-meter": Decimal("-1234.56"),
    }
    fen = {code: amount.quantize(FEN, ROUND_HALF_EVEN) for code, amount in lines.items()}
    base = sum(
        amount
        for code, amount in fen.items()
        if code.split(".")[0] in {"energy", "transmission", "capacity"}
    )
    # power factor 1 000 000 kWh and 600 000 kvarh → 0.8575 → 0.86 → +2.0 %
    fen["power_factor"] = (base * Decimal("0.02")).quantize(FEN, ROUND_HALF_EVEN)
    return fen


def test_bill__august_of_an_enterprise_equals_the_sum_by_hand() -> None:
    found = billed(realistic())

    expected = by_hand()
    assert len(expected) == 15
    assert {code: line.amount_cny for code, line in by_code(found).items()} == expected
    assert sum(expected.values()) == found.total_cny
    assert found.state is BillState.COMPLETE
    assert all(line.state is LineState.BILLED for line in found.lines)


def test_bill__lines_stand_in_the_order_of_the_bill() -> None:
    found = billed(realistic())

    order = [list(BillItem).index(line.item) for line in found.lines]
    assert sorted(order) == order


def test_bill__every_price_opens_to_its_facts() -> None:
    lines = by_code(billed(realistic()))

    assert lines["energy.grid.sharp"].fact_keys == (
        "tariff/agent-110kv/agent_price_cny_per_kwh=0.4137",
        "shanxi-2026-15/tou.ratio.sharp/Shanxi/2026-05-01=1.92",
    )
    assert lines["transmission.green"].fact_keys == (
        "ndrc-2026-1077/td.energy.two-part.from-110kv/Shanxi/2026-08-01=0.0290",
    )
    assert "tariff/agent-110kv/line_loss_rule=gross-up" in lines["line_loss.grid"].fact_keys
    assert lines["green.pv-line"].fact_keys == ("contract/pv-line/price_cny_per_kwh=0.3320",)
    without = [code for code, line in lines.items() if not line.fact_keys]
    assert without == ["correction.2026-07-meter"]


def test_bill__energy_of_the_lines_is_the_energy_of_the_meter() -> None:
    use = realistic()

    lines = by_code(billed(use, terms(tariff(floating_items=ALL_FLOAT))))

    for item in ALL_FLOAT:
        quantities = [
            lines[f"{item}.grid.{kind}"].quantity for kind in ("sharp", "peak", "flat", "valley")
        ]
        kwh = sum(quantity for quantity in quantities if quantity is not None)
        assert Energy(use.grid.total_wh).kwh == kwh
    assert Energy(use.green[0].matched.total_wh).kwh == lines["green.pv-line"].quantity


@st.composite
def months(draw: st.DrawFn) -> MonthUse:
    def values(top: int) -> NDArray[np.int64]:
        # a hundred drawn values, repeated over the month: enough to reach every kind and edge
        drawn = draw(npst.arrays(np.int64, 100, elements=st.integers(0, top)))
        return np.resize(drawn, AUGUST.n_steps)

    def one(top: int) -> EnergySeries:
        quality = draw(npst.arrays(np.uint8, 40, elements=st.integers(0, 4)))
        return replace(series(values(top)), quality=np.resize(quality, AUGUST.n_steps))

    grid = one(10**10)
    grid.quality[0] = Quality.MEASURED
    names = draw(st.lists(st.sampled_from("abc"), max_size=2, unique=True))
    green = tuple(GreenPurchase(supply=supply(name), matched=one(10**9)) for name in names)
    return month_use(grid, green=green, corrections=(refund("r", "0.01"),))


@given(use=months(), floats=st.lists(st.sampled_from(ALL_FLOAT), unique=True))
@settings(max_examples=25, deadline=None)
def test_bill__lines_sum_to_the_total_and_miss_no_usable_energy(
    use: MonthUse, floats: list[str]
) -> None:
    found = billed(use, terms(tariff(floating_items=tuple(floats))))

    lines = by_code(found)
    amounts = [line.amount_cny for line in found.lines if line.amount_cny is not None]
    assert sum(amounts) == found.total_cny
    assert all(amount == amount.quantize(FEN) for amount in amounts)
    every = [use.grid, *(purchase.matched for purchase in use.green)]
    usable = np.logical_and.reduce([one.present for one in every])
    assert sum(one.total_wh for one in every) == found.energy.wh
    assert int(usable.sum()) == found.n_usable
    for item in (BillItem.ENERGY, BillItem.FUNDS):
        kwh = sum(
            line.quantity
            for code, line in lines.items()
            if code.startswith(f"{item}.grid") and line.quantity is not None
        )
        assert Energy(use.grid.total_wh).kwh == kwh


def test_bill__missing_intervals_make_it_provisional_and_say_so_on_the_lines() -> None:
    whole = steady(1_000_000)
    hole = with_quality(whole, Quality.MISSING, at=slice(18 * 4, 18 * 4 + 2))

    found = billed(month_use(hole))

    lines = by_code(found)
    assert found.state is BillState.PROVISIONAL
    assert Decimal(AUGUST.n_steps - 2) / AUGUST.n_steps == found.coverage_ratio
    assert Decimal(0) == found.estimated_ratio
    assert lines["energy.grid.sharp"].state is LineState.PARTIAL
    assert lines["energy.grid.sharp"].reason is not None
    assert lines["energy.grid.peak"].state is LineState.BILLED
    assert lines["funds.grid"].state is LineState.PARTIAL
    full = by_code(billed(month_use(whole)))
    assert full["energy.grid.peak"].amount_cny == lines["energy.grid.peak"].amount_cny


def test_bill__a_kind_without_any_reading_is_not_billed_as_zero() -> None:
    grid = steady(1_000_000)
    evening = np.isin(np.arange(AUGUST.n_steps) % 96, np.arange(18 * 4, 21 * 4))
    quality = np.where(evening, Quality.MISSING, Quality.MEASURED).astype(np.uint8)

    found = billed(month_use(replace(grid, quality=quality)))

    sharp = by_code(found)["energy.grid.sharp"]
    assert sharp.state is LineState.NOT_ASSESSED
    assert sharp.amount_cny is None
    assert sharp.quantity is None
    assert sharp in found.not_assessed


def test_bill__states_how_much_rests_on_estimates() -> None:
    guessed = with_quality(steady(1_000), Quality.ESTIMATED, at=slice(0, AUGUST.n_steps // 4))

    found = billed(month_use(guessed))

    assert found.state is BillState.COMPLETE
    assert Decimal("0.25") == found.estimated_ratio


@pytest.mark.parametrize(
    "pays", [(), ("transmission",), ("line_loss", "transmission", "system_operation", "funds")]
)
def test_bill__green_energy_pays_the_named_fees_only(pays: tuple[str, ...]) -> None:
    one = terms(tariff(green_pays=pays))

    lines = by_code(billed(realistic(), one))

    charged = {line.item.value for code, line in lines.items() if code.endswith(".green")}
    assert set(pays) == charged
    matched = Energy(august().green.total_wh).kwh
    assert (matched * GREEN_CNY_PER_KWH).quantize(FEN) == lines["green.pv-line"].amount_cny


def test_bill__without_green_supply_has_no_green_lines() -> None:
    found = billed(month_use(steady(1_000)))

    assert not [line.code for line in found.lines if "green" in line.code]


def test_bill__without_the_sharp_price_the_evening_is_peak() -> None:
    use = month_use(steady(1_000_000))

    lines = by_code(billed(use, terms(tariff(sharp_applies=False))))

    assert "energy.grid.sharp" not in lines
    assert Decimal(31 * 8 * 4 * 1_000) == lines["energy.grid.peak"].quantity


def test_bill__one_floating_item_keeps_the_others_at_flat() -> None:
    lines = by_code(billed(month_use(steady(1_000_000))))

    assert {PeriodKind(code.split(".")[2]) for code in lines if code.startswith("energy.")} == {
        PeriodKind.SHARP,
        PeriodKind.PEAK,
        PeriodKind.FLAT,
        PeriodKind.VALLEY,
    }
    assert Decimal("0.0290") == lines["transmission.grid"].price


def test_bill__refuses_a_month_before_the_tariff() -> None:
    with pytest.raises(TariffNotInForceError, match="2026-07-01"):
        bill(month_use(steady(1_000)), terms=terms(), book=BOOK, month_name="2026-07", zone=ZONE)
