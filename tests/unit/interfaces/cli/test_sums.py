from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

import small_park
from carbon_kit import PARK_CHOICES, SOURCES, declared, state_load
from command_line import done
from taihang.core.activity.record import Flow
from taihang.core.seal.canonical import JsonValue
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.services.account import Draft, issue_statements
from year_kit import MONTHS, YEAR, hand_in, lines


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park of two enterprises whose year is known."""
    root = small_park.make(tmp_path_factory.mktemp("sums") / "p", small_park.GRID_METERED)
    sources = SOURCES.replace('"anthracite", "natural-gas", "diesel", "heat"', '"diesel"')
    declared(root, sources, PARK_CHOICES.replace("deduct_green = true", "deduct_green = false"))
    with small_park.opened(root) as ports:
        hand_in(ports, lines("diesel", Flow.CONSUMED, "50", periods=[YEAR]))
        for subject in ("E01", "E02"):
            state_load(ports, subject=subject, load_wh=12_000_000_000)
        for name in MONTHS:
            body: dict[str, JsonValue] = {
                "format": "taihang-account/v1",
                "imported_wh": 10**9,
                "exported_wh": 0,
            }
            issue_statements([Draft("ratios-650", "park", name, body)], period=name, ports=ports)
    return root


def _tables(park: Path) -> list[dict[str, Any]]:
    facts = done("sums", park, "--year", YEAR, "--json").facts
    return cast("list[dict[str, Any]]", facts["tables"])


def test_sums__before_anything_is_stated_show_what_would_be(park: Path) -> None:
    told = done("sums", park, "--year", YEAR, "--lang", "en").out
    before = _tables(park)
    done("sums", park, "--year", YEAR, "--issue")
    after = _tables(park)

    assert "a draft; --issue makes it a statement" in told
    assert len(before) == 2, "energy and carbon"
    for draft, issued in zip(before, after, strict=True):
        for key in ("rows", "sectors", "members", "between", "park", "difference", "value"):
            assert draft[key] == issued[key], key
        assert draft["inputs"]["statements"] == []
        assert len(issued["inputs"]["statements"]) == 3, "two enterprises and the park"


def test_sums__of_a_year_without_anything_are_not_zero(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "p", small_park.GRID_METERED)

    energy, carbon = _tables(root)

    assert (energy["value"], carbon["value"]) == (None, None)
    assert energy["not_assessed"]


@pytest.mark.parametrize("lang", LANGS)
def test_sums__issued_close(lang: Lang, park: Path) -> None:
    done("sums", park, "--year", YEAR, "--issue")
    told = done("sums", park, "--year", YEAR, "--lang", lang).out
    facts = done("sums", park, "--year", YEAR, "--json").facts

    assert "!" not in told
    found = cast("list[dict[str, Any]]", facts["tables"])
    assert [table["series"] for table in found] == [
        f"energy-sums.park.{YEAR}",
        f"carbon-sums.park.{YEAR}",
    ]
    for table in found:
        assert table["difference"] == "0"
        assert f"{Decimal(table['park']):,.2f}" in told
        # A number is never cut: what stands on the terminal can be added up.
        totals = [f"{Decimal(row['total']):,.0f}" for row in table["rows"]]
        assert len(totals) == 2, "two enterprises"
        assert all(
            any(line.endswith(f"{total} ") for line in told.splitlines()) for total in totals
        )
    name = f"carbon-sums.park.{YEAR}"
    page = done("report", park, "--statement", name, "--out", park / "p.html", "--json").facts
    assert page["statements"] == 1


def test_sums__issued_again_add_nothing(park: Path) -> None:
    done("sums", park, "--year", YEAR, "--issue")
    before = done("statements", park, "--year", YEAR, "--json").facts
    done("sums", park, "--year", YEAR, "--issue")

    assert done("statements", park, "--year", YEAR, "--json").facts == before
