"""The report in the terminal: sums that a reader can add up, both languages, 80 columns."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from command_line import DemoPark, blank_park, done, energy_rows, imported, write_import
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.text_width import width_of

_NUMBER = r"-?[\d,]+\.\d"


def _told(root: Path, lang: Lang, monkeypatch: pytest.MonkeyPatch, month: str = "2026-09") -> str:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    return done("report", root, "--month", month, "--lang", lang).out


def _facts(root: Path, month: str = "2026-09") -> dict[str, object]:
    return done("report", root, "--month", month, "--json").facts


def _amounts(line: str) -> list[Decimal]:
    return [Decimal(found.replace(",", "")) for found in re.findall(_NUMBER, line)]


@pytest.mark.parametrize("lang", LANGS)
def test_print_report__fits_80_columns(
    lang: Lang, demo_park: DemoPark, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = _told(demo_park.root, lang, monkeypatch).splitlines()

    assert len(lines) > 30
    assert max(width_of(line.rstrip()) for line in lines) <= 80


@pytest.mark.parametrize("lang", LANGS)
def test_print_report__says_the_balance_as_two_sums_that_add_up(
    lang: Lang, demo_park: DemoPark, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = _told(demo_park.root, lang, monkeypatch)

    inflow, outflow = (line for line in told.splitlines() if " = " in line)
    *parts_in, total_in = _amounts(inflow)
    *parts_out, total_out = _amounts(outflow)
    assert total_in == total_out
    # Each part is rounded to 0.1 MWh on its own.
    assert abs(sum(parts_in) - total_in) <= Decimal("0.05") * len(parts_in)
    assert abs(sum(parts_out) - total_out) <= Decimal("0.05") * len(parts_out)
    assert (len(parts_in), len(parts_out)) == (3, 4)


def test_report_facts__flows_close_to_the_watt_hour(demo_park: DemoPark) -> None:
    flows_wh = cast("dict[str, int]", _facts(demo_park.root)["flows_wh"])

    inflow_wh = flows_wh["generation"] + flows_wh["import"] + flows_wh["discharge"]
    outflow_wh = sum(flows_wh[name] for name in ("load", "charge", "export", "losses"))
    assert inflow_wh == outflow_wh


@pytest.mark.parametrize("lang", LANGS)
def test_print_report__the_table_keeps_every_row_on_one_line(
    lang: Lang, demo_park: DemoPark, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = re.findall(r"^ (E\d\d .+)$", _told(demo_park.root, lang, monkeypatch), re.MULTILINE)

    enterprises = cast("list[dict[str, object]]", _facts(demo_park.root)["enterprises"])
    loads_wh = sorted((cast("int", found["load_wh"]) for found in enterprises), reverse=True)
    assert len(rows) == 8
    assert not any("…" in row for row in rows)
    shown_mwh = [_first_whole(row) for row in rows]
    assert [round(wh / 1e6) for wh in loads_wh[:8]] == shown_mwh


def _first_whole(row: str) -> int:
    """The first column behind the name, which two spaces end."""
    return int(re.split(r" {2,}", row.strip())[1].replace(",", ""))


@pytest.mark.parametrize("lang", LANGS)
def test_print_report__has_one_language(
    lang: Lang, demo_park: DemoPark, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = _told(demo_park.root, lang, monkeypatch)

    assert bool(re.search("[\u4e00-\u9fff]", told)) == (lang == "zh")


def test_report_facts__are_integers_and_decimal_texts(demo_park: DemoPark) -> None:
    facts = _facts(demo_park.root)

    assert isinstance(facts["load_wh"], int)
    assert all(isinstance(wh, int) for wh in cast("dict[str, int]", facts["flows_wh"]).values())
    assert Decimal(cast("dict[str, str]", facts["bills"])["cny"]) > 0
    for name in ("standard_coal_tce_equivalent", "scope2_location_tco2", "scope2_market_tco2"):
        assert isinstance(facts[name], str)
        assert "E" not in str(facts[name])
    assert json.loads(json.dumps(facts)) == facts


def test_report_facts__parts_add_up_to_the_park(demo_park: DemoPark) -> None:
    facts = _facts(demo_park.root)
    enterprises = cast("list[dict[str, str]]", facts["enterprises"])
    plants = cast("list[dict[str, int]]", facts["plants"])

    # Charging stations use energy as well, so enterprises alone stay below the park.
    assert sum(int(found["load_wh"]) for found in enterprises) < cast("int", facts["load_wh"])
    assert sum(cast("dict[str, int]", facts["generated_wh"]).values()) == sum(
        plant["generated_wh"] for plant in plants
    )
    assert facts["matched_green_wh"] == sum(
        plant["matched_line_wh"] + plant["matched_pool_wh"] for plant in plants
    )


def test_print_report__a_part_of_a_month_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    park = blank_park(tmp_path / "park")
    imported(park, *write_import(tmp_path / "in", energy_rows(date(2026, 6, 1), 2)))
    done("settle", park, "--from", "2026-06-01", "--to", "2026-06-03")

    assert "192 / 2,880" in _told(park, "zh", monkeypatch, "2026-06")
    assert "192 of 2,880" in _told(park, "en", monkeypatch, "2026-06")
    assert tuple(
        _facts(park, "2026-06")[name] for name in ("intervals", "intervals_of_period")
    ) == (192, 2880)


def test_print_report__a_park_without_storage_has_no_storage_in_its_sums(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    park = blank_park(tmp_path / "park")
    imported(park, *write_import(tmp_path / "in", energy_rows(date(2026, 6, 1), 1)))
    done("settle", park, "--from", "2026-06-01", "--to", "2026-06-02")

    told = _told(park, "en", monkeypatch, "2026-06")

    assert "charge" not in told.partition("Balance")[2].partition("\n\n")[0]
    # No grid meter: import follows from the balance, and that is said.
    assert "96 of them without a grid meter" in told


def test_print_report__coverage_is_never_rounded_up_to_all(
    demo_park: DemoPark, monkeypatch: pytest.MonkeyPatch
) -> None:
    ratio = cast("float", _facts(demo_park.root)["coverage_ratio"])
    assert ratio < 1

    (shown,) = re.findall(r"data coverage +([\d.]+) %", _told(demo_park.root, "en", monkeypatch))

    assert float(shown) <= 100 * ratio
    assert shown != "100.000"


def test_print_report__a_gap_is_shown_as_missing_and_not_as_zero(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    park = blank_park(tmp_path / "park")
    rows = energy_rows(date(2026, 6, 1), 1)
    del rows[10:14]
    imported(park, *write_import(tmp_path / "in", rows))
    done("settle", park, "--from", "2026-06-01", "--to", "2026-06-02")

    told = _told(park, "en", monkeypatch, "2026-06")

    assert re.search(r"^ E01 .+ 4 *$", told, re.MULTILINE)
    assert "4 intervals open" in told
    assert re.search(r"data coverage +95\.833 %", told)
    # No month is whole, so no statement gives these figures.
    assert re.search(r"^scope 2, location +–", told, re.MULTILINE)


@pytest.mark.parametrize("lang", LANGS)
def test_print_report__says_what_coal_and_scope_2_leave_out(
    lang: Lang, demo_park: DemoPark, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = " ".join(_told(demo_park.root, lang, monkeypatch).split())

    without = {"zh": "不含估算", "en": "no estimated"}[lang]
    assert told.count(without) == 2
