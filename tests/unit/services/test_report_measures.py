"""What an enterprise could do: at its own prices, and as the bill charges it."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import small_park
from report_desk import MONTH, settled
from small_park import AUGUST
from taihang.core.access.scope import Scope
from taihang.core.market.tariff_options import TariffOption
from taihang.core.market.tou import PeriodKind
from taihang.services.ports import Ports
from taihang.services.report_bands import read_bands
from taihang.services.report_measures import SHIFTED_RATIO, demand_compared, shift_of
from taihang.services.sight import see


def bill_line(ports: Ports, user: str, code: str) -> Decimal:
    """Return the amount of a line of the bill of August."""
    body = json.loads(ports.registry.statement(f"bill.{user}.{MONTH}").document)
    (line,) = [each for each in body["lines"] if each["code"] == code]
    return Decimal(line["amount_cny"])


def test_demand_compared__says_of_the_present_way_what_the_bill_says(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        for user in ("E01", "E02"):
            found = demand_compared(user, MONTH, ports=ports)
            assert found is not None
            code = "capacity.kva" if found.current is TariffOption.CAPACITY else "capacity.kw"
            assert found.current_cny == bill_line(ports, user, code)
            assert found.months == (MONTH,)
            assert [each.option for each in found.costs] == [
                TariffOption.CAPACITY,
                TariffOption.CONTRACT_DEMAND,
                TariffOption.METERED_DEMAND,
            ]
            assert found.saving_cny == found.current_cny - min(
                each.cost_cny for each in found.costs
            )
            assert found.saving_cny >= 0


def test_demand_compared__is_the_same_for_the_enterprise_itself(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        seen = see(ports, Scope(frozenset({"E02"})))

        assert demand_compared("E02", MONTH, ports=seen) == demand_compared(
            "E02", MONTH, ports=ports
        )
        assert demand_compared("E01", MONTH, ports=seen) is None


def test_demand_compared__of_no_bill_is_nothing(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        assert demand_compared("E02", MONTH, ports=ports) is None
        settled(ports)
        assert demand_compared("E99", MONTH, ports=ports) is None
        assert demand_compared("E02", "2026-07", ports=ports) is None


def test_shift_of__is_a_tenth_of_the_dearest_hours_at_their_spread(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        bands = read_bands("E02", AUGUST, ports=ports)
    found = shift_of(bands)
    by_kind = {band.kind: band for band in bands.bands}
    dear, cheap = by_kind[PeriodKind.PEAK], by_kind[PeriodKind.VALLEY]

    assert found is not None
    assert (found.leaves, found.enters) == (PeriodKind.PEAK, PeriodKind.VALLEY)
    assert found.moved_wh == int(dear.grid_wh * SHIFTED_RATIO)
    assert dear.price_cny_per_kwh is not None
    assert cheap.price_cny_per_kwh is not None
    assert found.spread_cny_per_kwh == dear.price_cny_per_kwh - cheap.price_cny_per_kwh
    expected = found.spread_cny_per_kwh * found.moved_wh / 1_000
    assert found.saving_cny == expected.quantize(Decimal("0.01"))


def test_shift_of__without_prices_or_spread_is_nothing(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        bands = read_bands("E02", AUGUST, ports=ports)
    unpriced = tuple(replace(band, price_cny_per_kwh=None) for band in bands.bands)
    free = tuple(
        replace(
            band, price_cny_per_kwh=Decimal(0) if band.kind is PeriodKind.VALLEY else Decimal(1)
        )
        for band in bands.bands
    )
    flat = tuple(replace(band, price_cny_per_kwh=Decimal(1)) for band in bands.bands)

    assert shift_of(replace(bands, bands=unpriced)) is None
    assert shift_of(replace(bands, bands=flat)) is None
    found = shift_of(replace(bands, bands=free))
    assert found is not None
    assert (found.enters, found.spread_cny_per_kwh) == (PeriodKind.VALLEY, Decimal(1))
