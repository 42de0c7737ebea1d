"""What a process made and used, in one unit, and who bears it; what nobody handed in is named."""

from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from product_kit import (
    INSTALLATION,
    JUNE,
    METAL,
    PROCESS,
    PROFILE,
    SHEET,
    TABLES,
    fill_june,
    written,
)
from taihang.core.activity.book import ActivityBook
from taihang.core.activity.record import Flow
from taihang.core.product.process import Charge
from taihang.services.ports import Ports
from taihang.services.product_inputs import (
    Entry,
    ProcessInputs,
    borne_by,
    declared_fact,
    inputs_of,
    sources_of,
    without_upstream,
)
from year_kit import hand_in, lines


def inputs(ports: Ports) -> ProcessInputs:
    records = ActivityBook(ports.registry.activity_records())
    process = ports.park.carbon.processes["P1"]
    return inputs_of(process, JUNE, records=records, ports=ports)


def entry(grams: int, *only: str) -> Entry:
    charge = Charge(stage="direct", code="gas", grams=grams, only=only)
    return Entry(charge=charge, quantity=Decimal(1), unit="t")


def test_inputs_of__says_everything_in_the_unit_that_counts(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)

        found = inputs(ports)

    made = {each.product: (each.amount, each.unit) for each in found.outputs}
    assert made == {"AL1": (Decimal(60), "t"), "AL2": (Decimal(40), "t")}
    (use,) = found.uses
    assert (use.amount, use.only) == (Decimal("110.5"), ())
    assert found.gaps == []


def test_inputs_of__gives_a_precursor_to_the_products_that_use_it(root: Path) -> None:
    sheet = SHEET.replace('["M1"]', "[]")
    with small_park.opened(written(root, (PROCESS, PROFILE, sheet, METAL, INSTALLATION))) as ports:
        fill_june(ports)

        (use,) = inputs(ports).uses

    assert use.only == ("AL1",)


def test_sources_of__counts_items_of_the_process_only(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)
        hand_in(ports, lines("diesel", Flow.CONSUMED, "50", periods=[JUNE]))
        records = ActivityBook(ports.registry.activity_records())
        process = ports.park.carbon.processes["P1"]

        found = sources_of(process, JUNE, sets=("guide-2015", "AR5"), records=records, ports=ports)

    assert [one.line.activity for one in found.lines] == ["natural-gas"]
    assert found.gaps == []


def test_borne_by__gives_nothing_where_an_output_lacks(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        hand_in(ports, lines("product.profile", Flow.OUTPUT, "60", periods=[JUNE]))

        found = inputs(ports)

    assert borne_by("AL1", [entry(10)], inputs=found) is None
    reasons = {(gap.what, gap.unknown.reason) for gap in found.gaps}
    assert ("product.sheet output", "months-missing") in reasons


def test_borne_by__tells_why_outputs_cannot_share(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        hand_in(
            ports,
            lines("product.profile", Flow.OUTPUT, "60", periods=[JUNE]),
            lines("product.sheet", Flow.OUTPUT, "40", unit="piece", periods=[JUNE]),
        )

        found = inputs(ports)

    assert borne_by("AL1", [entry(10)], inputs=found) is None
    assert found.gaps[-1].unknown.reason == "no-allocation"


def test_borne_by__keeps_entries_with_what_is_borne_of_them(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)

        found = inputs(ports)

    mine = borne_by("AL2", [entry(10), entry(7, "AL1"), entry(5, "AL2")], inputs=found)
    assert mine is not None
    assert [(one.charge.grams, part.grams) for one, part in mine] == [(10, 4), (5, 5)]


@pytest.mark.parametrize(
    ("left_out", "lacking"), [("[]", ["natural-gas"]), ('["natural-gas"]', [])]
)
def test_without_upstream__names_items_that_nobody_answers_for(
    root: Path, left_out: str, lacking: list[str]
) -> None:
    product = PROFILE.replace('["natural-gas"]', left_out)
    with small_park.opened(written(root, (PROCESS, product, SHEET, METAL, INSTALLATION))) as ports:
        carbon = ports.park.carbon

        found = list(without_upstream(carbon.products["AL1"], carbon.processes["P1"], ports))

    assert found == lacking


def test_declared_fact__has_one_name_for_all_its_values() -> None:
    facts = [
        declared_fact("p.q", Decimal(value), unit="1", period="2026", source="s") for value in "12"
    ]

    assert len({fact.key.rpartition("=")[0] for fact in facts}) == 1
    assert facts[0].valid_from.isoformat() == "2026-01-01"
