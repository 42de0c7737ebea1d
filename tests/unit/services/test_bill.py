"""What is billed: all energy and no more, green energy traced to its contract, or a reason."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

import small_park
from small_park import AUGUST, JUNE, ZONE
from taihang.core.park.assets import InService
from taihang.core.periods import Period, days
from taihang.services.account import UnsettledMonthError
from taihang.services.bill import Billed, bill_enterprises
from taihang.services.billed_use import NoContractError
from taihang.services.ports import Ports
from taihang.services.settle import settle

FEN = Decimal("0.01")


def billed(ports: Ports, period: Period = AUGUST) -> Billed:
    settle(period, ports=ports)
    return bill_enterprises(period, ports=ports)


def document(ports: Ports, user: str) -> dict[str, object]:
    text = ports.registry.statement(f"bill.{user}.2026-08").document
    return cast("dict[str, object]", json.loads(text))


def lines(ports: Ports, user: str) -> list[dict[str, str | None]]:
    return cast("list[dict[str, str | None]]", document(ports, user)["lines"])


def kwh(ports: Ports, user: str, start: str) -> Decimal:
    """Energy of the lines of one kind [kWh]."""
    return sum(
        (
            Decimal(str(line["quantity"]))
            for line in lines(ports, user)
            if str(line["code"]).startswith(start) and line["unit"] == "kWh"
        ),
        Decimal(0),
    )


def test_bill__has_every_watt_hour_of_the_load_once(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        found = billed(ports)

        for user, point in (("E01", "M-E01"), ("E02", "M-E02")):
            used_wh = int(small_park.step_wh(point, AUGUST).sum())
            assert document(ports, user)["energy_wh"] == used_wh
            assert (
                kwh(ports, user, "energy.") + kwh(ports, user, "green.") == Decimal(used_wh) / 1_000
            )
    assert (found.n_bills, found.not_billed, found.reason) == (2, (), "")


def test_bill__sums_its_lines_and_the_park_its_bills(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        found = billed(ports)
        total_cny = Decimal(0)
        for user in ("E01", "E02"):
            amounts = [line["amount_cny"] for line in lines(ports, user)]
            bill_cny = sum((Decimal(a) for a in amounts if a is not None), Decimal(0))
            assert Decimal(str(document(ports, user)["value"])) == bill_cny
            assert bill_cny == bill_cny.quantize(FEN)
            total_cny += bill_cny
    assert found.total_cny == total_cny > 0


def test_bill__traces_green_energy_to_what_was_matched(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        billed(ports)
        matching = ports.lake.read("matching", AUGUST)
        green_kwh = Decimal(0)
        for user in ("E01", "E02"):
            rows = matching["user", user]
            matched_wh = int((rows["line_wh"] + rows["pool_wh"]).sum())
            assert kwh(ports, user, "green.GS1") == Decimal(matched_wh) / 1_000 > 0
            assert kwh(ports, user, "energy.grid") == (
                Decimal(int(rows["total_wh"].sum()) - matched_wh) / 1_000
            )
            green_kwh += kwh(ports, user, "green.GS1")
        given = matching["plant", "PV01"]
        given_wh = int((given["line_wh"] + given["pool_wh"]).sum())
    assert green_kwh == Decimal(given_wh) / 1_000, "what the plant gave is what was bought"


def test_bill__charges_green_energy_at_its_contract_price(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        billed(ports)
        green = [ln for ln in lines(ports, "E01") if str(ln["code"]).startswith("green.GS1")]

    assert [line["price"] for line in green] == ["0.3100"]
    (line,) = green
    exact_cny = Decimal(str(line["quantity"])) * Decimal("0.3100")
    assert Decimal(str(line["amount_cny"])) == exact_cny.quantize(FEN)


def test_bill__again_changes_nothing(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        first = billed(ports)
        text = ports.registry.statement("bill.E01.2026-08").document

        again = billed(ports)

        assert again == first
        assert ports.registry.statement("bill.E01.2026-08").version == 1
        assert ports.registry.statement("bill.E01.2026-08").document == text


def test_bill__of_a_month_whose_prices_are_not_known_is_told_in_words(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        found = billed(ports, JUNE)

        assert (found.n_bills, found.total_cny) == (0, Decimal(0))
        assert found.not_billed == ("2026-06",)
        assert "2026-06" in found.reason
        assert ports.registry.latest_statements("2026-06") == []


def test_bill__of_a_month_that_is_not_wholly_settled_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        settle(days(date(2026, 8, 11), 10, ZONE), ports=ports)

        with pytest.raises(UnsettledMonthError):
            bill_enterprises(AUGUST, ports=ports)


def test_bill__of_green_energy_without_a_contract_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        settle(AUGUST, ports=ports)
        supply = ports.park.green_supplies["GS1"]
        for term in (
            replace(supply, buyers=("E01",)),
            replace(supply, in_service=InService(until=date(2026, 8, 20))),
        ):
            park = replace(ports.park, green_supplies={"GS1": term})
            with pytest.raises(NoContractError, match="PV01 matched with E0"):
                bill_enterprises(AUGUST, ports=replace(ports, park=park))

        assert ports.registry.latest_statements("2026-08") == []
