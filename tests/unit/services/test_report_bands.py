"""Kinds of hour: every watt-hour stands in one of them, at the prices of the bill."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from report_desk import settled
from small_park import AUGUST, ZONE
from taihang.core.market.tou import KINDS
from taihang.core.periods import days
from taihang.services.report_bands import NoTariffError, read_bands
from taihang.services.report_span import read_span


def test_read_bands__cover_all_energy_and_cost_what_the_bill_charges(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        found = read_bands("E02", AUGUST, ports=ports)
        user = read_span(AUGUST, ports=ports).users["E02"]
        bill = json.loads(ports.registry.statement("bill.E02.2026-08").document)

    charged = sum(
        (Decimal(line["amount_cny"]) for line in bill["lines"] if ".grid" in line["code"]),
        Decimal(0),
    )
    assert sum(band.load_wh for band in found.bands) == user.load_wh
    assert sum(band.grid_wh for band in found.bands) == user.load_wh - user.green_wh
    assert found.cost_cny is not None
    # Every line of the bill is rounded to the fen, and here every band.
    assert abs(found.cost_cny - charged) <= Decimal("0.01") * (len(bill["lines"]) + 5)
    assert len(found.kinds) == AUGUST.n_steps
    assert {KINDS[kind] for kind in found.kinds} == {band.kind for band in found.bands}


def test_read_bands__prices_rise_from_valley_to_peak(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        found = read_bands("E02", days(date(2026, 8, 5), 1, ZONE), ports=ports)
    price = {band.kind.value: band.price_cny_per_kwh for band in found.bands}

    assert price["valley"] is not None
    assert price["flat"] is not None
    assert price["peak"] is not None
    assert 0 < price["valley"] < price["flat"] < price["peak"]


def test_read_bands__refuses_who_has_no_tariff_and_times_without_prices(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        with pytest.raises(NoTariffError, match="E99"):
            read_bands("E99", AUGUST, ports=ports)
        with pytest.raises(NoTariffError, match="2019"):
            read_bands("E02", days(date(2019, 1, 1), 1, ZONE), ports=ports)
