from dataclasses import replace
from decimal import Decimal
from typing import Final, cast

from taihang.core.activity.record import Flow
from taihang.core.energy.account import CoalAmount, EnergyAccount
from taihang.core.energy.sankey import Sankey
from taihang.services.energy_statement import Gaps, SubjectEnergy, energy_body

COAL: Final = CoalAmount(
    item="raw-coal",
    flow=Flow.CONSUMED,
    amount=Decimal("1.50"),
    unit="t",
    equivalent_tce=Decimal("1.07145"),
    equal_tce=Decimal("1.07145"),
    is_medium=False,
    facts=(),
    sources=("b.v1", "scope2-market.E01.2026-08.v1", "a.v2"),
)

NOTHING: Final = Sankey(rows=(), recycled={}, not_drawn=())


def _subject(*lines: CoalAmount, gaps: Gaps | None = None) -> SubjectEnergy:
    account = EnergyAccount(lines)
    return SubjectEnergy(account, (), gaps or Gaps(), {}, 0, account.says_feedstock, NOTHING)


def test_energy_body__says_what_it_builds_on_in_order() -> None:
    body = energy_body(_subject(COAL), version="0")
    assert body["inputs"] == {
        "activities": ["a.v2", "b.v1"],
        "statements": ["scope2-market.E01.2026-08.v1"],
    }
    assert (body["value"], body["unit"]) == ("1.07145", "tce")


def test_energy_body__of_nothing_has_no_value() -> None:
    assert energy_body(_subject(), version="0")["value"] is None


def test_energy_body__a_gap_takes_the_value_away_and_keeps_the_lines() -> None:
    gaps = Gaps()
    gaps.add("electricity", zh="缺", en="lacks")
    body = energy_body(_subject(COAL, gaps=gaps), version="0")
    assert (body["value"], body["equal_tce"], body["feedstock_equivalent_tce"]) == (None,) * 3
    assert [each["item"] for each in cast("list[dict[str, str]]", body["lines"])] == ["raw-coal"]
    assert body["not_assessed"] == [{"what": "electricity", "zh": "缺", "en": "lacks"}]


def test_gaps__one_that_is_whole_is_told_and_keeps_the_value() -> None:
    gaps = Gaps()
    gaps.add("electricity", zh="z", en="e", whole=True)
    body = energy_body(_subject(COAL, gaps=gaps), version="0")
    assert body["value"] == "1.07145"
    assert body["not_assessed"] == [{"what": "electricity", "zh": "z", "en": "e"}]


def test_energy_body__without_a_meter_nothing_is_said_of_green_electricity() -> None:
    body = energy_body(_subject(COAL), version="0")
    assert body["value"] is not None
    assert body["non_fossil_equivalent_tce"] is None


def test_energy_body__a_feedstock_that_nobody_stated_is_not_zero() -> None:
    silent = energy_body(_subject(COAL), version="0")
    none = replace(COAL, flow=Flow.FEEDSTOCK, amount=Decimal(0), equivalent_tce=Decimal(0))
    said = energy_body(_subject(COAL, none), version="0")
    power = replace(COAL, item="electricity.grid", unit="MWh")
    metered = energy_body(_subject(power), version="0")

    assert silent["value"] is not None
    assert silent["feedstock_equivalent_tce"] is None
    assert silent["feedstock_equal_tce"] is None
    assert said["feedstock_equivalent_tce"] == "0"
    assert metered["feedstock_equivalent_tce"] == "0", "electricity is no raw material"
