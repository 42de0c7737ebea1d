"""A footprint adds up by hand, bears what its process emitted, and names what it does not know."""

from fractions import Fraction
from pathlib import Path
from typing import cast

import pytest

import small_park
from product_kit import (
    CHOICES,
    INGOT,
    INSTALLATION,
    JUNE,
    LINK,
    MADE_T,
    METAL,
    METAL_T,
    PROCESS,
    PROFILE,
    SHARE,
    SHEET,
    TABLES,
    Body,
    fill_june,
    gaps,
    gas_t,
    matched,
    number,
    table,
    written,
)
from taihang.core.activity.record import Flow
from taihang.core.seal.canonical import canonical_bytes
from taihang.services.account import issue_statements
from taihang.services.ports import Ports
from taihang.services.product_account import drafts
from year_kit import hand_in, lines

GRID, PV = Fraction("0.5777"), Fraction("0.0545")


def bodies(ports: Ports, period: str = JUNE) -> dict[str, Body]:
    found = {draft.subject: draft.body for draft in drafts(period, ports=ports)}
    for body in found.values():
        canonical_bytes(body)
    return found


def test_drafts__add_up_by_hand(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)
        load_wh, line_wh, _ = matched(ports)

        body = bodies(ports)["AL1"]

    power_kg = (line_wh * PV + (load_wh - line_wh) * GRID) * SHARE / 1000
    process_kg = gas_t() * 1000 + METAL_T * 12_000 + power_kg
    assert line_wh > 0
    assert body["unit"] == "kgCO2e/t"
    # By mass 60 of 100 t: the same for a tonne of either.
    assert abs(number(body, "value") - process_kg / 100) < Fraction(1, 1000)
    assert gaps(body) == []
    assert sum(cast("int", one["g"]) for one in table(body, "lines")) == body["total_g"]
    assert sum(cast("dict[str, int]", body["stages"]).values()) == body["total_g"]


def test_drafts__bear_together_what_the_process_emitted(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)

        found = bodies(ports)

    assert [*found] == ["AL1", "AL2"]
    emitted = sum(cast("int", one["process_g"]) for one in table(found["AL1"], "lines"))
    assert sum(cast("int", body["total_g"]) for body in found.values()) == emitted
    assert number(found["AL1"], "total_g") / number(found["AL2"], "total_g") == pytest.approx(
        float(MADE_T["AL1"] / MADE_T["AL2"]), rel=1e-6
    )


def test_drafts__fall_back_to_the_grid_without_the_files_of_the_line(root: Path) -> None:
    bare = INSTALLATION.replace(f'["{LINK}"]', '["' + "0" * 64 + '"]')
    with small_park.opened(written(root, (PROCESS, PROFILE, SHEET, METAL, bare, CHOICES))) as ports:
        fill_june(ports)
        load_wh, _, _ = matched(ports)

        body = bodies(ports)["AL1"]

    electricity = cast("Body", body["electricity"])
    assert electricity["claimed"] == "direct-line"
    assert electricity["used"] == "default"
    assert electricity["lacking"] == ["no-documents"]
    (power,) = (one for one in table(body, "lines") if one["stage"] == "electricity")
    assert power["code"] == "grid"
    assert abs(number(power, "process_g") - load_wh * SHARE * GRID) <= 1


def test_drafts__let_a_claim_fall_whose_attributes_were_sold(root: Path) -> None:
    sold = INSTALLATION.replace("attributes_sold = false", "attributes_sold = true")
    with small_park.opened(written(root, (PROCESS, PROFILE, SHEET, METAL, sold, CHOICES))) as ports:
        fill_june(ports)

        electricity = cast("Body", bodies(ports)["AL1"]["electricity"])

    assert (electricity["used"], electricity["lacking"]) == ("default", ["attributes-sold"])
    assert electricity["proven"] == []


@pytest.mark.parametrize(
    ("tables", "gap"),
    [
        (
            (PROCESS, PROFILE, SHEET, METAL.replace("footprint_kg_per_unit", "# "), CHOICES),
            ("M1", "unstated"),
        ),
        (
            (PROCESS, PROFILE.replace('["natural-gas"]', "[]"), SHEET, METAL, CHOICES),
            ("natural-gas", "no-upstream"),
        ),
        ((PROCESS, PROFILE, SHEET, METAL), ("electricity", "unstated")),
        (
            (
                PROCESS,
                PROFILE,
                SHEET,
                METAL,
                INSTALLATION,
                CHOICES.replace("source_data_year = 2023", "source_data_year = 2024"),
            ),
            ("electricity PV01", "no-factor"),
        ),
        (
            (
                PROCESS,
                PROFILE,
                SHEET.replace("product.sheet", "product.foil"),
                METAL,
                CHOICES,
                INSTALLATION,
            ),
            ("product.foil output", "months-missing"),
        ),
    ],
)
def test_drafts__name_what_nobody_stated_and_have_no_value(
    root: Path, tables: tuple[str, ...], gap: tuple[str, str]
) -> None:
    tables = tables if INSTALLATION in tables else (*tables, INSTALLATION)
    with small_park.opened(written(root, tables)) as ports:
        fill_june(ports)

        body = bodies(ports)["AL1"]

    assert gap in gaps(body)
    assert body["value"] is None


def test_drafts__of_a_year_name_the_months_that_lack(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)

        body = bodies(ports, "2026")["AL1"]

    assert ("product.profile output", "months-missing") in gaps(body)
    assert ("electricity", "months-missing") in gaps(body)
    assert body["value"] is None


def test_drafts__take_a_precursor_that_the_park_makes_from_its_statement(root: Path) -> None:
    made = METAL.replace('unit = "t"\n', 'unit = "t"\nmade_as = "ING"\n').replace(
        'footprint_kg_per_unit = "12000"\n', ""
    )
    tables = (PROCESS, PROFILE, SHEET, made, INSTALLATION, CHOICES, INGOT)
    with small_park.opened(written(root, tables)) as ports:
        fill_june(ports)
        hand_in(ports, lines("product.ingot", Flow.OUTPUT, "200", subject="E02", periods=[JUNE]))
        before = bodies(ports)["AL1"]
        issue_statements(drafts(JUNE, ports=ports, subjects=["ING"]), period=JUNE, ports=ports)

        after, made_here = bodies(ports)["AL1"], bodies(ports)["ING"]

    assert ("M1", "unstated") in gaps(before)
    (metal,) = (one for one in table(after, "lines") if one["stage"] == "materials")
    assert number(metal, "process_g") == METAL_T * number(made_here, "value") * 1000
    assert f"product-footprint.ING.{JUNE}.v1" in cast("Body", after["inputs"])["statements"]  # pyright: ignore[reportOperatorIssue] - a list of texts


def test_drafts__restate_with_the_reason_when_a_value_changes(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)
        issue_statements(drafts(JUNE, ports=ports), period=JUNE, ports=ports)
        again = issue_statements(drafts(JUNE, ports=ports), period=JUNE, ports=ports)
    file = root / "park.toml"
    file.write_text(file.read_text("utf-8").replace('"12000"', '"11000"'), encoding="utf-8")

    with small_park.opened(root) as ports:
        counts = issue_statements(drafts(JUNE, ports=ports), period=JUNE, ports=ports)
        document = ports.registry.statement(f"product-footprint.AL1.{JUNE}.v2").document

    assert again == (0, 0, 2)
    assert counts == (0, 2, 0)
    assert "precursors.M1.footprint_kg_per_unit" in document
    assert "12000" in document
