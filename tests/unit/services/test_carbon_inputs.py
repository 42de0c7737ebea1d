"""Random activity data against an oracle that knows only the table and fractions."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbon_kit import FUELS, burnt_t, carbon_t
from taihang.adapters.facts import load_facts
from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.activity.book import ActivityBook
from taihang.core.activity.record import ActivityRecord, Flow, Origin
from taihang.core.park.assets import InService
from taihang.services.carbon_inputs import Found, SubjectYear, months_of_stay
from year_kit import YEAR

BOOK = load_facts()
PARK = read_park(template_text("changzhi"), source="park.toml")
Said: TypeAlias = dict[tuple[str, Flow], list[Decimal]]
AMOUNT = st.decimals(0, 10**5, places=2)
FLOWS = (Flow.CONSUMED, Flow.FEEDSTOCK, Flow.CONVERSION_INPUT, Flow.CONVERSION_OUTPUT)


def record(item: str, flow: Flow, amount: Decimal, *, period: str, unit: str) -> ActivityRecord:
    return ActivityRecord(
        id=f"{item}-{flow.value}-{period}",
        subject="E01",
        period=period,
        item=item,
        flow=flow,
        amount=amount,
        unit=unit,
        origin=Origin.FORM,
        evidence=(),
        uncertainty_ratio=Decimal("0.05"),
        known_at_s=1,
        version=1,
        reason="first issue",
    )


def found_of(records: list[ActivityRecord]) -> Found:
    return SubjectYear("E01", YEAR, records=ActivityBook(records), book=BOOK, park=PARK).found()


def oracle_t(said: Said) -> Fraction:
    """Burnt at the whole factor; converted carbon in, less carbon out, where fuels were made."""

    def of(fuel: str, flow: Flow) -> Fraction:
        return sum((Fraction(each) for each in said.get((fuel, flow), [])), start=Fraction(0))

    balanced = any(flow is Flow.CONVERSION_OUTPUT for _, flow in said)
    total = Fraction(0)
    for fuel in FUELS:
        burnt = (
            of(fuel, Flow.CONSUMED) - of(fuel, Flow.FEEDSTOCK)
            if (fuel, Flow.CONSUMED) in said
            else Fraction(0)
        )
        if balanced:
            total += carbon_t(fuel, of(fuel, Flow.CONVERSION_INPUT))
            total -= carbon_t(fuel, of(fuel, Flow.CONVERSION_OUTPUT))
            burnt -= of(fuel, Flow.CONVERSION_INPUT)
        # Without a word on consumption nothing was burnt: the rest is a gap, not a negative.
        total += burnt_t(fuel, burnt) if (fuel, Flow.CONSUMED) in said else 0
    return total


def records_of(said: Said) -> list[ActivityRecord]:
    return [
        record(fuel, flow, amount, period=f"{YEAR}-{number:02d}", unit=FUELS[fuel][0])
        for (fuel, flow), amounts in said.items()
        for number, amount in enumerate(amounts, start=1)
    ]


SAID = st.dictionaries(
    st.tuples(st.sampled_from(sorted(FUELS)), st.sampled_from(FLOWS)),
    st.lists(AMOUNT, min_size=12, max_size=12),
    max_size=8,
)


def computed_t(found: Found) -> Fraction:
    return sum((Fraction(one.line.kg_co2e) for one in found.lines), start=Fraction(0)) / 1000


@settings(max_examples=60, deadline=None)
@given(SAID)
def test_found__agrees_with_an_oracle_in_fractions(said: Said) -> None:
    found = found_of(records_of(said))

    # Each line is rounded once to the gram; three lines a fuel.
    assert abs(computed_t(found) - oracle_t(said)) <= Fraction(3 * len(FUELS), 2_000_000)


def test_oracle__notices_a_planted_bug() -> None:
    said: Said = {
        ("anthracite", Flow.CONSUMED): [Decimal(10)] * 12,
        ("anthracite", Flow.FEEDSTOCK): [Decimal(4)] * 12,
    }
    found = found_of(records_of(said))
    right = computed_t(found)

    (line,) = found.lines
    found.lines[0] = replace(line, line=replace(line.line, kg_co2e=line.line.kg_co2e * 10 / 6))

    assert abs(right - oracle_t(said)) < Fraction(1, 1000)
    assert abs(computed_t(found) - oracle_t(said)) > 1


@pytest.mark.parametrize(("amount", "unit"), [("1000", "t"), ("1000000", "kg"), ("0.1", "10⁴t")])
def test_found__says_an_amount_in_the_unit_of_the_table(amount: str, unit: str) -> None:
    said = record("anthracite", Flow.CONSUMED, Decimal(amount), period=YEAR, unit=unit)

    (one,) = found_of([said]).lines

    assert one.line.unit == "t"
    assert abs(
        Fraction(one.line.kg_co2e) / 1000 - burnt_t("anthracite", Fraction(1000))
    ) < Fraction(1, 10**6)


def test_found__never_meets_tonnes_with_a_gas() -> None:
    said = record("natural-gas", Flow.CONSUMED, Decimal(1), period=YEAR, unit="t")

    found = found_of([said])

    assert found.lines == []
    assert "wrong-unit" in {gap.unknown.reason for gap in found.gaps}


def test_months_of_stay__are_those_that_it_touches() -> None:
    stay = InService(since=date(2026, 3, 31), until=date(2026, 6, 15))

    assert months_of_stay(stay, "2026") == ("2026-03", "2026-04", "2026-05", "2026-06")
    assert months_of_stay(InService(until=date(2026, 6, 1)), "2026")[-1] == "2026-05"
    assert months_of_stay(stay, "2027") == ()


def made(item: str, amount: str) -> ActivityRecord:
    return record(item, Flow.OUTPUT, Decimal(amount), period=YEAR, unit="t")


def by_activity(found: Found) -> dict[tuple[str, str], Decimal]:
    return {(one.kind, one.line.activity): one.line.kg_co2e for one in found.lines}


def test_found__of_a_smelter_by_the_draft_guide() -> None:
    # Origin: §2.7 of the domain handbook, 1.424 and 0.1454 tCO2e/t (K44).
    found = found_of([made("aluminium-anode", "500000"), made("aluminium-anode-effect", "500000")])

    assert by_activity(found) == {
        ("process", "aluminium-anode"): Decimal(712_000_000),
        ("gas", "PFC"): Decimal(72_700_000),
    }


def test_found__of_a_smelter_gas_by_gas() -> None:
    # Origin: §2.7, 0.034 and 0.0034 kg/t; AR6: 7 380 and 12 400.
    found = found_of([made("aluminium-pfc", "1000")])

    assert by_activity(found) == {
        ("gas", "CF4"): Decimal("250920.000"),
        ("gas", "C2F6"): Decimal("42160.0000"),
    }


def test_found__never_counts_the_anode_effect_twice() -> None:
    found = found_of([made("aluminium-pfc", "1"), made("aluminium-anode-effect", "1")])

    assert [activity for _, activity in by_activity(found)] == ["PFC"]
    assert ("aluminium-pfc", "counted-twice") in [
        (gap.what, gap.unknown.reason) for gap in found.gaps
    ]


def test_found__a_process_that_is_named_without_a_value_is_a_gap() -> None:
    found = found_of([made("clinker", "1000")])

    assert found.lines == []
    assert ("clinker", "no-factor") in [(gap.what, gap.unknown.reason) for gap in found.gaps]
