"""The zero-carbon statement: what it says, what it leaves open, and what it was made from."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

import small_park
from taihang.core.activity.record import Flow
from taihang.core.facts import FactBook
from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.services.account import issue_statements
from taihang.services.indicator_account import drafts, plain
from taihang.services.ports import Ports
from year_kit import (
    CHOICES,
    MONTHS,
    YEAR,
    hand_in,
    hand_in_year,
    lines,
    state,
    state_green,
    state_year,
)

Body = dict[str, JsonValue]
_EQUAL = "supply-coal-consumption"


@pytest.fixture
def decided(root: Path) -> Path:
    """A park that made its choices."""
    file = root / "park.toml"
    file.write_text(file.read_text("utf-8") + CHOICES, encoding="utf-8")
    return root


def body_of(ports: Ports, year: str = YEAR) -> Body:
    (draft,) = drafts(year, ports=ports)
    assert draft.series == f"zero-carbon.park.{year}"
    canonical_bytes(draft.body)
    return draft.body


def verdicts(body: Body) -> dict[str, str]:
    return {
        str(line["indicator"]): str(line["verdict"]) for line in cast("list[Body]", body["lines"])
    }


def reasons(body: Body) -> dict[str, str]:
    return {
        str(line["what"]): str(line["reason"]) for line in cast("list[Body]", body["not_assessed"])
    }


def test_drafts__of_a_year_that_is_known(decided: Path) -> None:
    with small_park.opened(decided) as ports:
        state_year(ports)
        state_green(ports)
        hand_in_year(ports)

        body = body_of(ports)

    assert verdicts(body) == {
        "I1": "not-met",
        "I2": "met",
        "I3": "not-assessed",
        "I4": "met",
        "I5": "not-met",
        "I6": "met",
    }
    # The gap of the handbook: 0.22 tCO2/tce at 0.5 Mtce is 10 000 t above the threshold.
    assert (body["value"], body["gap_t"], body["size"]) == ("0.22", "10000", "medium")
    assert reasons(body) == {"I3": "no-data"}
    inputs = cast("dict[str, list[str]]", body["inputs"])
    assert {"energy-account.park.2026.v1", "park-inventory.park.2026.v1"} < {*inputs["statements"]}
    assert len(inputs["statements"]) == 2 + 12
    assert len(inputs["activities"]) == 6 * 12
    second = cast("list[Body]", body["lines"])[1]
    clean = cast("dict[str, dict[str, str]]", second["inputs"])["clean_energy"]
    # 449 877.1 tce of hydrogen and 1 000 MWh at 0.1229: 90 % to the gram.
    assert clean == {"amount": "450000", "unit": "tce"}


def test_drafts__of_a_park_that_said_nothing_assess_nothing(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        body = body_of(ports)

    assert set(verdicts(body).values()) == {"not-assessed"}
    assert reasons(body) == {
        "I1": "no-statement",
        "I2": "no-choice",
        "I3": "no-data",
        "I4": "no-data",
        "I5": "no-data",
        "I6": "no-data",
    }
    assert (body["value"], body["choices"]) == (None, None)


def test_drafts__feedstock_counts_where_the_park_says_so(decided: Path) -> None:
    file = decided / "park.toml"
    words = file.read_text("utf-8").replace(
        "feedstock_in_energy = false", "feedstock_in_energy = true"
    )
    file.write_text(words, encoding="utf-8")
    with small_park.opened(decided) as ports:
        state_year(ports)

        body = body_of(ports)

    assert body["gap_t"] == "8000"  # 110 000 − 0.2 × 510 000


def test_drafts__an_item_that_the_energy_account_does_not_name_is_not_zero(decided: Path) -> None:
    with small_park.opened(decided) as ports:
        state_year(ports)
        state_green(ports)
        state(ports, "energy-account", {"equivalent_tce": "1", "feedstock_equivalent_tce": "0"})

        assert reasons(body_of(ports))["I2"] == "not-stated"


def test_drafts__green_electricity_of_a_month_that_lacks_is_not_zero(decided: Path) -> None:
    with small_park.opened(decided) as ports:
        state_year(ports)
        state_green(ports, months=MONTHS[1:])

        assert reasons(body_of(ports))["I2"] == "months-missing"


def test_drafts__green_electricity_without_a_coefficient_is_not_known(decided: Path) -> None:
    file = decided / "park.toml"
    words = file.read_text("utf-8").replace('"equivalent"', '"equal"')
    file.write_text(words, encoding="utf-8")
    with small_park.opened(decided) as ports:
        state_year(ports)
        state_green(ports)
        nothing = replace(ports, facts=FactBook(f for f in ports.facts.all() if f.set != _EQUAL))

        body = body_of(nothing)

    assert reasons(body)["I2"] == "no-coefficient"


def test_drafts__a_product_without_a_known_quota_is_open(decided: Path) -> None:
    with small_park.opened(decided) as ports:
        hand_in(
            ports,
            lines("product.alumina", Flow.OUTPUT, "100"),
            lines("product-energy.alumina", Flow.CONSUMED, "40", unit="tce"),
        )

        body = body_of(ports)

    assert reasons(body)["I3"] == "no-quota"
    (_, _, third, *_) = cast("list[Body]", body["lines"])
    assert third["inputs"] == {"E01.alumina": {"amount": "400", "unit": "kgce/t"}}


QUOTA = """
[product_quotas]
P1 = { product = "alumina", level_2 = "%s", unit = "%s", valid_from = 2025-01-01, \
document = "assumed for this test", clause = "table 1", evidence = "uncertain" }
"""


@pytest.mark.parametrize(
    ("level", "unit", "verdict"),
    [
        ("400", "kgce/t", "met"),
        ("399.9", "kgce/t", "not-met"),
        ("0.4", "tce/t", "not-assessed"),
    ],
)
def test_drafts__a_product_is_judged_by_the_quota_of_the_park_file(
    decided: Path, level: str, unit: str, verdict: str
) -> None:
    file = decided / "park.toml"
    file.write_text(file.read_text("utf-8") + QUOTA % (level, unit), encoding="utf-8")
    with small_park.opened(decided) as ports:
        hand_in(
            ports,
            lines("product.alumina", Flow.OUTPUT, "100"),
            lines("product-energy.alumina", Flow.CONSUMED, "40", unit="tce"),
        )

        body = body_of(ports)

    assert verdicts(body)["I3"] == verdict
    quotas = [
        fact
        for fact in cast("list[Body]", body["factors"])
        if str(fact["key"]).startswith("park/energy-quota.level-2.alumina/Shanxi/2025-01-01")
    ]
    assert len(quotas) == 1


def test_drafts__changes_nothing_and_issues_once(decided: Path) -> None:
    with small_park.opened(decided) as ports:
        state_year(ports)
        n_before = len(ports.registry.roll())
        drafts(YEAR, ports=ports)
        assert len(ports.registry.roll()) == n_before

        first = issue_statements(drafts(YEAR, ports=ports), period=YEAR, ports=ports)
        again = issue_statements(drafts(YEAR, ports=ports), period=YEAR, ports=ports)
        state_year(ports, carbon_t="100000")
        other = issue_statements(drafts(YEAR, ports=ports), period=YEAR, ports=ports)

    assert (first, again, other) == ((1, 0, 0), (0, 0, 1), (0, 1, 0))


def test_drafts__of_other_subjects_are_none(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        assert drafts(YEAR, ports=ports, subjects=["E01"]) == []


def test_drafts__of_a_year_before_the_notice_take_its_first_thresholds(decided: Path) -> None:
    with small_park.opened(decided) as ports:
        state_year(ports, year="2024")

        assert body_of(ports, "2024")["gap_t"] == "10000"


def test_plain__writes_no_exponent() -> None:

    assert plain(Decimal("1E+3")) == "1000"
    assert plain(Decimal("-0.0")) == "0"
