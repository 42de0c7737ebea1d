"""Results of assets: of the statements of plants, of positions, and of what documents give."""

from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import asset_park
import money_park
import small_park
from small_park import AUGUST
from taihang.services.account import issue_statements
from taihang.services.asset_account import drafts
from taihang.services.billed_use import matched_month
from taihang.services.gateway_bill import exports_month
from taihang.services.ports import Ports
from taihang.services.restate import restate

MONTH = "2026-08"
Body = dict[str, Any]


def bodies(ports: Ports, period: str = MONTH) -> dict[str, Body]:
    return {draft.subject: cast("Body", draft.body) for draft in drafts(period, ports=ports)}


def amounts(body: Body) -> dict[str, Decimal | None]:
    return {
        line["part"]: None if line["amount_cny"] is None else Decimal(line["amount_cny"])
        for line in body["lines"]
    }


def by_hand_cny(ports: Ports, days: list[int]) -> Decimal:
    """Differences of the position over some days, interval by interval, form A less spot."""
    matched = matched_month(MONTH, ports)
    (export,) = exports_month(MONTH, matched, ports=ports)
    fed_in_wh = export.fed_in_wh[0].tolist()
    found: list[Decimal] = []
    for market in ("all", "spot"):
        total = Decimal(0)
        for i in (96 * day + n for day in days for n in range(96)):
            q_mlt, p_mlt = Decimal(10) / 1_000, Decimal(340)
            q_da, p_da = Decimal((i * 13) % 900) / 10_000, Decimal((i * 41) % 44_000) / 100
            q_rt, p_rt = Decimal(fed_in_wh[i]) / 10**6, Decimal((i * 37) % 45_000) / 100
            total += (
                q_mlt * p_mlt + (q_da - q_mlt) * p_da + (q_rt - q_da) * p_rt
                if market == "all"
                else q_rt * p_rt
            )
        found.append(total.quantize(Decimal("0.01")))
    return found[0] - found[1]


def test_drafts__split_self_use_market_and_green_value(tmp_path: Path) -> None:
    text = asset_park.text(asset_park.COMPANY, asset_park.COSTS, asset_park.INCOME)
    root = small_park.make(tmp_path / "park", text)
    with money_park.opened(root) as ports:
        asset_park.closed(ports)
        found = bodies(ports)
        revenue = small_park.value_of(ports, f"revenue.PV01.{MONTH}")
        expected = by_hand_cny(ports, [*range(31)])

    plant, battery, company = (amounts(found[name]) for name in ("PV01", "B1", "park"))
    of_statement = [plant[part] for part in ("self-use", "market-spot", "green-premium")]
    assert sum(cny for cny in of_statement if cny is not None) == Decimal(revenue)
    assert None not in of_statement
    assert plant["market-contracts"] == expected != 0
    assert (plant["operation"], plant["depreciation"]) == (Decimal("83.34"), Decimal("1666.66"))
    assert battery["ancillary"] == company["ancillary"] == Decimal("1234.56")
    assert plant["certificates"] is None
    costs = ("operation", "depreciation")
    income = sum(cny for part, cny in plant.items() if cny is not None and part not in costs)
    assert Decimal(found["PV01"]["income_cny"]) == income
    assert Decimal(found["PV01"]["value"]) == income - Decimal(1750)
    # The battery has no depreciation: neither it nor the company has a result.
    assert found["B1"]["value"] is found["park"]["value"] is None
    assert {gap["what"] for gap in found["B1"]["not_assessed"]} == {"B1 depreciation"}


def test_drafts__hold_the_plan_beside_what_was_earned(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", asset_park.text(asset_park.COMPANY))
    with money_park.opened(root) as ports:
        asset_park.closed(ports)
        found = bodies(ports)["park"]

    assert found["plan"]["investment_cny"] == "13860000000"
    assert found["plan"]["output_cny_per_year"] == "15500000000"
    assert Decimal(found["income_cny"]) < 10**6


def test_drafts__refuse_a_day_with_a_price_above_the_cap_and_one_with_a_gap(
    tmp_path: Path,
) -> None:
    root = small_park.make(tmp_path / "park", asset_park.text())
    with money_park.opened(root) as ports:
        asset_park.closed(ports, dear=96 * 4 + 20, but=frozenset({96 * 9}))
        found = bodies(ports)["PV01"]
        expected = by_hand_cny(ports, [day for day in range(31) if day not in {4, 9}])

    (position,) = found["positions"]
    assert (position["days"], position["days_settled"]) == (31, 29)
    assert Decimal(position["differences_cny"]) == expected
    (gap,) = [gap for gap in found["not_assessed"] if gap["what"] == "MP1"]
    assert "2026-08-05" in gap["en"]
    assert "real-time price of 1501.00 CNY/MWh at interval 20" in gap["en"]
    assert "0 … 1500" in gap["en"]
    assert [key for key in position["facts"] if "market.price.cap" in key]


def test_drafts__of_a_year_are_the_sum_of_its_months_and_name_those_that_lack(
    tmp_path: Path,
) -> None:
    root = small_park.make(tmp_path / "park", asset_park.text(asset_park.COSTS, position=False))
    with money_park.opened(root) as ports:
        asset_park.closed(ports)
        year, month = bodies(ports, "2026")["PV01"], bodies(ports)["PV01"]

    assert amounts(year)["self-use"] == amounts(month)["self-use"]
    assert amounts(year)["operation"] == Decimal(1_000), "twelve twelfths are the year"
    assert year["months"][MONTH]["self-use"] == str(amounts(month)["self-use"])
    assert [gap for gap in year["not_assessed"] if gap["en"].startswith("11 months have no")]


def test_drafts__of_a_period_that_nobody_stated_are_none(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", asset_park.text())
    with money_park.opened(root) as ports:
        assert drafts("2026-07", ports=ports) == []


def test_drafts__once_issued_are_renewed_with_the_bills(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", asset_park.text(position=False))
    with money_park.opened(root) as ports:
        asset_park.closed(ports)
        issue_statements(drafts(MONTH, ports=ports), period=MONTH, ports=ports)
        start_s = AUGUST.start_s + 1_000 * small_park.STEP_S
        registers = money_park.registers("M-E02", AUGUST)
        one = small_park.but(
            small_park.cut(registers, 1_000, 1_002), [1], count=int(registers.counts[1_000]) + 900
        )
        assert int(one.times_s[0]) == start_s
        small_park.revise(ports, one, sent_at_s=AUGUST.end_s + 9_999)
        restate(ports=ports)
        kinds = {"revenue", "asset-result"}
        issued = ports.registry.latest_statements(MONTH, kinds)
        versions = {each.id: each.version for each in issued if each.subject == "PV01"}
        result = bodies(ports)["PV01"]

    assert set(versions.values()) == {2}
    assert result["inputs"]["statements"] == [f"revenue.PV01.{MONTH}.v2"]
