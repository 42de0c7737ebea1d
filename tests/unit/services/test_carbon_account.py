"""The inventory of an enterprise: vectors of the handbook, an oracle in fractions, and its gaps."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

import small_park
from carbon_kit import SOURCES, declared, gaps_of, hand_in_vectors, state_load, view_of
from taihang.core.activity.record import Flow
from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.services.account import issue_statements
from taihang.services.carbon_account import drafts, plain
from taihang.services.ports import Ports
from year_kit import MONTHS, YEAR, hand_in, lines

Body = dict[str, JsonValue]


@pytest.fixture
def park(root: Path) -> Path:
    return declared(root, SOURCES)


def body_of(ports: Ports, subject: str = "E01", year: str = YEAR) -> Body:
    (draft,) = drafts(year, ports=ports, subjects=[subject])
    assert draft.series == f"inventory.{subject}.{year}"
    canonical_bytes(draft.body)
    return draft.body


def rounded(text: JsonValue) -> str:
    return str(Decimal(str(text)).quantize(Decimal("0.01")))


def test_drafts__give_the_acceptance_facts(park: Path) -> None:
    # Origin: S22 of the domain handbook; rounded once, the sum is 4 642.21 + 550 + 13 268.
    with small_park.opened(park) as ports:
        hand_in_vectors(ports)
        state_load(ports, load_wh=20_000_000_000 // 12 * 12)

        body = body_of(ports)

    by_code = {str(o["code"]): rounded(o["t_co2e"]) for o in cast("list[Body]", body["lines"])}
    assert by_code == {
        "anthracite": "2322.77",
        "diesel": "157.26",
        "natural-gas": "2162.19",
        "net heat": "550.00",
    }
    assert rounded(view_of(body, "location")["scope2_t"]) == "13268.00"
    assert rounded(body["scope1_t"]) == "4642.21"
    assert rounded(body["value"]) == "18460.21"
    assert gaps_of(body) == []


def test_drafts__add_up_by_hand(park: Path) -> None:
    with small_park.opened(park) as ports:
        hand_in_vectors(ports)
        state_load(ports, load_wh=12_000_000_000, line_wh=1_200_000_000, pool_wh=2_400_000_000)

        body = body_of(ports)

    listed = sum(Decimal(str(o["t_co2e"])) for o in cast("list[Body]", body["lines"]))
    for name in ("location", "market", "physical"):
        view = view_of(body, name)
        of_view = sum(Decimal(str(o["t_co2e"])) for o in cast("list[Body]", view["lines"]))
        assert Decimal(str(view["scope2_t"])) == of_view
        assert Decimal(str(view["total_t"])) == listed + of_view
    assert body["value"] == view_of(body, "location")["total_t"]
    # 12 GWh at 0.6634; 8.4 and 10.8 GWh at 0.6096: the wire proves less than the contract.
    assert rounded(view_of(body, "location")["scope2_t"]) == "7960.80"
    assert rounded(view_of(body, "market")["scope2_t"]) == "5120.64"
    assert rounded(view_of(body, "physical")["scope2_t"]) == "6583.68"


def test_drafts__name_every_missing_month_and_have_no_value(park: Path) -> None:
    with small_park.opened(park) as ports:
        hand_in(ports, lines("anthracite", Flow.CONSUMED, "10", periods=MONTHS[:-1]))
        state_load(ports, months=MONTHS[1:], missing=3)

        body = body_of(ports)

    assert body["value"] is None
    assert Decimal(str(body["assessed_t"])) > 0
    assert gaps_of(body)[:4] == [
        ("diesel", "no-data"),
        ("heat", "no-data"),
        ("natural-gas", "no-data"),
        ("anthracite consumed", "months-missing"),
    ]
    assert gaps_of(body)[4] == ("electricity", "months-missing")
    assert gaps_of(body)[5:] == [("electricity", "intervals-missing")] * 11


def test_drafts__of_a_subject_without_a_boundary_are_never_whole(root: Path) -> None:
    with small_park.opened(root) as ports:
        state_load(ports)

        body = body_of(ports)

    assert body["value"] is None
    assert gaps_of(body) == [("E01", "no-boundary")]


def test_drafts__take_only_what_was_burnt(park: Path) -> None:
    with small_park.opened(park) as ports:
        hand_in_vectors(ports)
        hand_in(ports, lines("anthracite", Flow.FEEDSTOCK, "400", periods=[YEAR]))

        (line,) = (
            o for o in cast("list[Body]", body_of(ports)["lines"]) if o["code"] == "anthracite"
        )

    assert line["quantity"] == "600"
    assert rounded(line["t_co2e"]) == "1393.66"


def test_drafts__leave_carbon_in_the_products_of_a_conversion(root: Path) -> None:
    # 1000 t of washed coal to 750 t of coke and 30 t of tar: (C_in − C_out) × 44/12.
    with small_park.opened(root) as ports:
        hand_in(
            ports,
            lines("washed-coal", Flow.CONSUMED, "1000", periods=[YEAR]),
            lines("washed-coal", Flow.CONVERSION_INPUT, "1000", periods=[YEAR]),
            lines("coke", Flow.CONVERSION_OUTPUT, "750", periods=[YEAR]),
            lines("tar", Flow.CONVERSION_OUTPUT, "30", periods=[YEAR]),
        )

        body = body_of(ports)

    carbon = (
        1000 * Fraction("26.344") * Fraction("0.02540")
        - 750 * Fraction("28.446") * Fraction("0.02940")
        - 30 * Fraction("33.453") * Fraction("0.02200")
    )
    expected = carbon * 44 / 12
    assert abs(Fraction(str(body["scope1_t"])) - expected) < Fraction(1, 100_000)
    assert gaps_of(body)[0] == ("E01", "no-boundary")


@pytest.mark.parametrize(
    ("item", "unit", "reason"),
    [("natural-gas", "t", "wrong-unit"), ("raw-coal", "t", "no-factor")],
)
def test_drafts__refuse_a_unit_that_is_not_of_the_table_and_an_unknown_factor(
    park: Path, item: str, unit: str, reason: str
) -> None:
    with small_park.opened(park) as ports:
        hand_in(ports, lines(item, Flow.CONSUMED, "1", unit=unit, periods=[YEAR]))

        body = body_of(ports)

    assert (item, reason) in gaps_of(body)
    assert body["scope1_t"] == "0"


def test_drafts__weigh_gases_by_the_set_of_the_park(park: Path) -> None:
    with small_park.opened(park) as ports:
        hand_in(ports, lines("gas.ch4", Flow.OUTPUT, "1000", unit="kg", periods=[YEAR]))

        body = body_of(ports)

    assert cast("Body", body["by_gas"])["CH4"] == "27.9"
    assert body["gwp_set"] == "AR6"


def test_drafts__state_uncertainty_only_where_it_was_stated(park: Path) -> None:
    with small_park.opened(park) as ports:
        hand_in_vectors(ports)
        state_load(ports)

        uncertainty = cast("Body", body_of(ports)["uncertainty"])

    assert uncertainty["half_width_t"] is None
    unstated = cast("list[str]", uncertainty["unstated"])
    assert "metered-electricity" in unstated
    assert "E01-anthracite-consumed-2026" in unstated


def test_drafts__count_an_enterprise_that_left_by_its_stay(root: Path) -> None:
    file = root / "park.toml"
    text = file.read_text("utf-8").replace(
        "[enterprises.E01]\n", "[enterprises.E01]\nin_service = { until = 2026-06-15 }\n"
    )
    file.write_text(text + SOURCES, encoding="utf-8")
    with small_park.opened(root) as ports:
        # Seven months are said; July lies outside the stay, June belongs to it whole.
        hand_in(
            ports,
            lines("anthracite", Flow.CONSUMED, "10", periods=MONTHS[:7]),
            lines("natural-gas", Flow.CONSUMED, "1", unit="10⁴Nm³", periods=MONTHS[:6]),
            lines("diesel", Flow.CONSUMED, "1", periods=MONTHS[:6]),
            lines("heat", Flow.PURCHASED, "1", unit="GJ", periods=MONTHS[:6]),
        )
        state_load(ports, months=MONTHS[:6], load_wh=6_000_000)

        body = body_of(ports)

    (coal,) = (o for o in cast("list[Body]", body["lines"]) if o["code"] == "anthracite")
    assert coal["quantity"] == "60"
    assert body["not_counted"] == ["E01-anthracite-consumed-2026-07.v1"]
    assert gaps_of(body) == []
    assert cast("Body", body["stay"])["months"] == [*MONTHS[:6]]
    with small_park.opened(root, writing=False) as ports:
        assert drafts("2027", ports=ports, subjects=["E01"]) == []


def test_drafts__change_nothing_when_nothing_changed(park: Path) -> None:
    with small_park.opened(park) as ports:
        hand_in_vectors(ports)
        state_load(ports)
        first = issue_statements(drafts(YEAR, ports=ports), period=YEAR, ports=ports)

        second = issue_statements(drafts(YEAR, ports=ports), period=YEAR, ports=ports)

    assert first == (2, 0, 0)
    assert second == (0, 0, 2)


def test_drafts__name_the_text_of_the_sector(park: Path) -> None:
    with small_park.opened(park) as ports:
        first, second = (cast("Body", body_of(ports, name)["method"]) for name in ("E01", "E02"))

    assert (first["text"], first["candidates"]) == ("guide.machinery", ["guide.machinery"])
    assert second["text"] is None
    assert "guide.cement" in cast("list[str]", second["candidates"])


def test_drafts__a_text_that_comes_later_is_a_gap(root: Path) -> None:
    named = 'source = "x", method = "gbt-32151.5-2026" }\n'
    sources = "\n[carbon_sources]\nE01 = { items = [], " + named
    with small_park.opened(declared(root, sources)) as ports:
        early, late = (body_of(ports, year=year) for year in ("2025", "2026"))

    assert ("method", "not-in-force") in gaps_of(early)
    assert ("method", "not-in-force") not in gaps_of(late)
    assert cast("Body", early["method"])["text"] == "gbt-32151.5-2026"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_plain__loses_no_digit(amount: Decimal) -> None:
    assert Decimal(plain(amount)) == amount
    long = Decimal("12.3456789012345678901234567890123456789")
    assert plain(long) == str(long)
    assert plain(Decimal("-0.00")) == "0"
