"""A CBAM sheet adds up by hand, counts what the act counts, and asks for what nobody stated."""

from fractions import Fraction
from pathlib import Path
from typing import cast

import pytest

import small_park
from product_kit import (
    AGREEMENT,
    CHOICES,
    INSTALLATION,
    JUNE,
    LINK,
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
from taihang.services.cbam_account import drafts
from taihang.services.ports import Ports
from year_kit import hand_in, lines

MARK_UP = Fraction("1.10")
CLOSE = Fraction(1, 1_000_000)


def sheet_of(ports: Ports) -> Body:
    (draft,) = drafts(JUNE, ports=ports)
    assert draft.series == f"cbam.AL1.{JUNE}"
    canonical_bytes(draft.body)
    return draft.body


def made(root: Path, *tables: str) -> Path:
    return written(root, tables or TABLES)


def test_drafts__add_up_by_hand(root: Path) -> None:
    with small_park.opened(made(root)) as ports:
        fill_june(ports)
        load_wh, line_wh, _ = matched(ports)

        body = sheet_of(ports)

    direct_t = gas_t() + METAL_T * Fraction("1.6") * MARK_UP
    rest_mwh = (load_wh - line_wh) * SHARE / 1_000_000
    indirect_t = rest_mwh * Fraction("0.9") * MARK_UP + METAL_T * 8 * MARK_UP
    assert abs(number(body, "direct_t_per_t") - direct_t / 100) < CLOSE
    assert abs(number(body, "indirect_t_per_t") - indirect_t / 100) < CLOSE
    # Of aluminium direct emissions count only.
    assert body["counted"] == ["direct"]
    assert body["value"] == body["direct_t_per_t"]
    assert gaps(body) == []


def test_drafts__count_indirect_emissions_of_cement(root: Path) -> None:
    tables = (PROCESS, PROFILE.replace("aluminium", "cement"), SHEET, METAL, INSTALLATION, CHOICES)
    with small_park.opened(made(root, *tables)) as ports:
        fill_june(ports)

        body = sheet_of(ports)

    assert body["counted"] == ["direct", "indirect"]
    both = number(body, "direct_t_per_t") + number(body, "indirect_t_per_t")
    assert abs(number(body, "value") - both) <= CLOSE


def test_drafts__bear_together_what_the_process_emitted(root: Path) -> None:
    good = SHEET.replace("left_out", 'cbam_good = "aluminium"\ncn_code = "7606 11"\nleft_out')
    with small_park.opened(made(root, PROCESS, PROFILE, good, METAL, INSTALLATION, CHOICES)) as p:
        fill_june(p)

        found = [draft.body for draft in drafts(JUNE, ports=p)]

    assert len(found) == 2
    for stage in ("direct", "indirect", "precursor-direct", "precursor-indirect"):
        borne = sum(cast("dict[str, int]", body["emissions_g"])[stage] for body in found)
        assert borne == cast("dict[str, int]", found[0]["process_g"])[stage] > 0


def test_drafts__take_the_agreement_for_the_energy_of_its_plant(root: Path) -> None:
    claim = PROFILE.replace("direct-line", "ppa")
    with small_park.opened(made(root, PROCESS, claim, SHEET, METAL, INSTALLATION, CHOICES)) as p:
        fill_june(p)
        load_wh, line_wh, pool_wh = matched(p)

        electricity = cast("Body", sheet_of(p)["electricity"])

    assert (electricity["used"], electricity["lacking"]) == ("ppa", [])
    assert electricity["contracts"] == ["GS1"]
    (proven,) = table(electricity, "proven")
    assert abs(number(proven, "wh") - (line_wh + pool_wh) * SHARE) <= 1
    assert number(proven, "wh") + number(electricity, "rest_wh") == round(load_wh * SHARE)


@pytest.mark.parametrize(
    ("claim", "file", "lacking"),
    [("direct-line", LINK, "no-documents"), ("ppa", AGREEMENT, "no-documents")],
)
def test_drafts__refuse_a_source_without_its_evidence(
    root: Path, claim: str, file: str, lacking: str
) -> None:
    bare = INSTALLATION.replace(f'["{file}"]', "[]")
    product = PROFILE.replace("direct-line", claim)
    with small_park.opened(made(root, PROCESS, product, SHEET, METAL, bare, CHOICES)) as ports:
        fill_june(ports)
        load_wh, _, _ = matched(ports)

        body = sheet_of(ports)

    electricity = cast("Body", body["electricity"])
    assert (electricity["claimed"], electricity["used"]) == (claim, "default")
    assert electricity["lacking"] == [lacking]
    assert electricity["rest_wh"] == round(load_wh * SHARE)
    (power,) = (one for one in table(body, "lines") if one["stage"] == "indirect")
    assert power["code"] == "default"


def test_drafts__take_the_default_where_an_interval_lacks(root: Path) -> None:
    # Origin: S17 (c): without hourly evidence the default is used.
    with small_park.opened(made(root)) as ports:
        blocks = list(small_park.uploads(ports, small_park.JUNE))
        kept = [upload for upload in blocks if upload.gateway != "GW1"]
        short = [
            type(upload)(
                upload.gateway,
                upload.sent_at_s,
                tuple(small_park.cut(block, 0, 2_000) for block in upload.blocks),
            )
            for upload in blocks
            if upload.gateway == "GW1"
        ]
        small_park.store(ports, [*kept, *short])
        fill_june(ports)

        body = sheet_of(ports)

    electricity = cast("Body", body["electricity"])
    assert (electricity["used"], electricity["lacking"]) == ("default", ["no-intervals"])
    assert ("indirect electricity", "intervals-missing") in gaps(body)
    # Indirect emissions are no part of the value of aluminium: it stands.
    assert body["indirect_t_per_t"] is None
    assert body["value"] == body["direct_t_per_t"]
    assert body["value"] is not None


@pytest.mark.parametrize(
    ("tables", "gap", "has_value"),
    [
        (
            (METAL.replace("\ndirect_t_per_t", "\n# "), CHOICES),
            ("M1", "unstated"),
            False,
        ),
        (
            (METAL.replace("indirect_t_per_t", "# "), CHOICES),
            ("indirect M1", "unstated"),
            True,
        ),
        (
            (METAL, CHOICES.replace("electricity_default_kg_per_kwh", "# ")),
            ("indirect electricity", "unstated"),
            True,
        ),
        ((METAL,), ("cbam", "no-choice"), False),
        (
            (METAL.replace('unit = "t"', 'unit = "piece"'), CHOICES),
            ("material.metal", "wrong-unit"),
            False,
        ),
    ],
)
def test_drafts__name_the_value_that_nobody_stated(
    root: Path, tables: tuple[str, ...], gap: tuple[str, str], *, has_value: bool
) -> None:
    with small_park.opened(made(root, PROCESS, PROFILE, SHEET, INSTALLATION, *tables)) as ports:
        fill_june(ports)

        body = sheet_of(ports)

    assert gap in gaps(body)
    assert (body["value"] is not None) is has_value


def test_drafts__of_a_raw_material_carry_nothing(root: Path) -> None:
    raw = METAL.replace('"default"', '"raw-material"')
    with small_park.opened(made(root, PROCESS, PROFILE, SHEET, raw, INSTALLATION, CHOICES)) as p:
        fill_june(p)

        emissions = cast("dict[str, int]", sheet_of(p)["emissions_g"])

    assert (emissions["precursor-direct"], emissions["precursor-indirect"]) == (0, 0)


def test_drafts__take_actual_values_without_a_mark_up(root: Path) -> None:
    actual = METAL.replace('"default"', '"actual"')
    with small_park.opened(made(root, PROCESS, PROFILE, SHEET, actual, INSTALLATION, CHOICES)) as p:
        fill_june(p)

        brought = cast("dict[str, int]", sheet_of(p)["process_g"])["precursor-direct"]

    assert brought == METAL_T * Fraction("1.6") * 1_000_000


def test_drafts__use_no_default_whose_mark_up_is_not_in_force(root: Path) -> None:
    """Before the definitive period there is no mark-up: the default is not used without one."""
    with small_park.opened(written(root, TABLES)) as ports:
        (draft,) = drafts("2025-06", ports=ports)

    body = draft.body
    assert ("cbam", "no-factor") in gaps(body)
    assert [fact["code"] for fact in table(body, "factors")] == []


def test_drafts__take_a_precursor_that_the_park_makes_from_its_sheet(root: Path) -> None:
    made_here = METAL.replace('unit = "t"\n', 'unit = "t"\nmade_as = "ING"\n')
    ingot = """
[processes.P2]
enterprise = "E02"
items = ["diesel"]
electricity_share_ratio = "1"
allocation = "avoided"
source = "one product"
[installations.E02]
address = "2 Park Road"
latitude_deg = 36.2
longitude_deg = 113.1
link_evidence = []
contract_evidence = []
attributes_sold = false
source = "test"
[products.ING]
name_zh = "铝锭"
name_en = "Ingot"
process = "P2"
item = "product.ingot"
precursors = []
electricity_source = "default"
cbam_good = "aluminium"
cn_code = "7601 10"
left_out = []
cut_off = "nothing"
source = "test"
"""
    tables = (PROCESS, PROFILE, SHEET, made_here, INSTALLATION, CHOICES, ingot)
    with small_park.opened(made(root, *tables)) as ports:
        fill_june(ports)
        hand_in(
            ports,
            lines("product.ingot", Flow.OUTPUT, "200", subject="E02", periods=[JUNE]),
            lines("diesel", Flow.CONSUMED, "50", subject="E02", periods=[JUNE]),
        )
        before, _ = drafts(JUNE, ports=ports)
        issue_statements(drafts(JUNE, ports=ports, subjects=["ING"]), period=JUNE, ports=ports)
        after, ing = drafts(JUNE, ports=ports)

    assert ("M1", "unstated") in gaps(before.body)
    brought = cast("dict[str, int]", after.body["process_g"])["precursor-direct"]
    assert abs(brought - METAL_T * number(ing.body, "direct_t_per_t") * 1_000_000) <= 1
    # By hand: 157.26 t of 50 t of diesel (S22) over 200 t.
    assert abs(number(ing.body, "value") - Fraction("157.26") / 200) < Fraction(1, 10_000)
