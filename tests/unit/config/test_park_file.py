import re
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.config.park_file import (
    CHARS_MAX,
    ParkFileError,
    Problem,
    examine_park,
    read_park,
)
from taihang.config.park_tables import keys_of
from taihang.config.templates import template_text
from taihang.core.park.assets import ALWAYS, InService
from taihang.core.park.problem import Severity, path_text

_ID = "letters, digits, _ . or -, 32 characters at most"


def _changed(text: str, old: str, new: str) -> tuple[str, int]:
    """Replace the one place where ``old`` stands; say on which line ``new`` begins."""
    assert text.count(old) == 1, (old, text.count(old))
    return text.replace(old, new), text[: text.index(old)].count("\n") + 1


def _only(text: str) -> Problem:
    problems = examine_park(text).problems
    assert len(problems) == 1, [problem.told("park.toml") for problem in problems]
    return problems[0]


# ── what a right file gives ──────────────────────────────────────────────────────────────────────


def test_read_park__takes_every_kind(full_text: str) -> None:
    park = read_park(full_text, source="park.toml")

    assert park.id == "mypark"
    assert tuple(park.assets) == ("G1", "E01", "PV01", "CS1", "B1")
    assert park.users == ("E01", "CS1")
    assert len(park.meters) == 7
    assert park.meters["M-G1-IMP"].wh_per_count == 100
    assert park.feeders["F1"].members == ("E01", "PV01", "CS1", "B1")
    assert park.dedicated_lines["DL1"].users == ("E01",)
    assert park.series["SPOT-DA"].scale == "0.01"
    assert park.batteries["B1"].in_service == InService(since=date(2025, 1, 1))
    assert park.enterprises["E01"].in_service == ALWAYS


def test_read_park__keeps_money_exact(full_text: str) -> None:
    # 0.3310 as a TOML float and "0.3100" as a text both keep their digits.
    text, _ = _changed(
        full_text, 'agent_price_cny_per_kwh      = "0.3320"', ("agent_price_cny_per_kwh = 0.3310")
    )

    park = read_park(text, source="park.toml")

    assert str(park.grid_tariffs["GT"].agent_price_cny_per_kwh) == "0.3310"
    assert str(park.green_supplies["GS-PV01"].price_cny_per_kwh) == "0.3100"
    assert park.accounting.export_limit_ratio == Decimal("0.20")


def test_read_park__all_means_every_user_in_order(full_text: str) -> None:
    park = read_park(full_text, source="park.toml")

    assert park.green_supplies["GS-PV01"].buyers == ("E01", "CS1")
    assert park.grid_tariffs["GT"].users == ("E01", "CS1")


def test_read_park__system_fee_may_be_a_refund(full_text: str) -> None:
    text, _ = _changed(full_text, '"0.0400"', '"-0.0125"')

    park = read_park(text, source="park.toml")

    assert park.grid_tariffs["GT"].system_operation_cny_per_kwh == Decimal("-0.0125")


def test_read_park__objects_may_stand_as_tables(full_text: str) -> None:
    text = f'{full_text}\n[gateways.GW3]\nmeters = [\n  "M-X",\n]\n'

    problem = _only(text)

    assert problem.told("park.toml") == (
        f"park.toml:{len(text.splitlines()) - 2}: gateways.GW3.meters: given 'M-X', expected the "
        "id of a meter of this park, add a meter or correct it"
    )


# ── what a wrong value is told ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "path", "given_text", "expected", "remedy"),
    [
        pytest.param(
            "voltage_kv = 10,",
            'voltage_kv = "110 kV",',
            "enterprises.E01.voltage_kv",
            '"110 kV"',
            "a number of kilovolts above 0",
            "write 110",
            id="unit-in-the-value",
        ),
        pytest.param(
            "transformer_kva = 2000",
            "transformer_kva = true",
            "enterprises.E01.transformer_kva",
            "true",
            "a number of kilovolt-amperes above 0",
            "write for example 1000",
            id="bool-as-number",
        ),
        pytest.param(
            "capacity_kw = 400",
            "capacity_kw = nan",
            "plants.PV01.capacity_kw",
            "nan",
            "a number of kilowatts above 0",
            "write for example 1000",
            id="nan",
        ),
        pytest.param(
            "capacity_kw = 400",
            "capacity_kw = inf",
            "plants.PV01.capacity_kw",
            "infinity",
            "a number of kilowatts above 0",
            "write for example 1000",
            id="infinity",
        ),
        pytest.param(
            "capacity_kw = 400",
            "capacity_kw = -400",
            "plants.PV01.capacity_kw",
            "-400",
            "a number of kilowatts above 0",
            "write for example 1000",
            id="negative-capacity",
        ),
        pytest.param(
            "energy_kwh = 2000",
            "energy_kwh = 1e99999999999999999999",
            "batteries.B1.energy_kwh",
            "nan",
            "a number of kilowatt-hours above 0",
            "write for example 2000",
            id="senseless-exponent",
        ),
        pytest.param(
            "energy_kwh = 2000",
            f"energy_kwh = 0x{'f' * 5000}",
            "batteries.B1.energy_kwh",
            "an integer of 20000 bits",
            "a number of kilowatt-hours above 0",
            "write for example 2000",
            id="giant-integer",
        ),
        pytest.param(
            "piles = 4",
            "piles = 4.0",
            "stations.CS1.piles",
            "4.0",
            "a whole number of 1 or more",
            "write for example 1",
            id="float-as-count",
        ),
        pytest.param(
            "resolution_wh = 1,   multiplier = 3000, digits = 9,",
            "resolution_wh = 1,   multiplier = 3000, digits = 19,",
            "meters.M-E01.digits",
            "19",
            "a whole number of digits of 1 or more and at most 18",
            "write for example 8",
            id="too-many-digits",
        ),
        pytest.param(
            "charge_efficiency_ratio = 0.95, dis",
            'charge_efficiency_ratio = "95 %", dis',
            "batteries.B1.charge_efficiency_ratio",
            '"95 %"',
            "a ratio of 0 or more",
            "write 95",
            id="percent",
        ),
        pytest.param(
            "latitude_deg  = 36.2 ",
            'latitude_deg  = "N 36.2" ',
            "park.latitude_deg",
            '"N 36.2"',
            "a number of degrees",
            "write for example 36.2",
            id="degrees-as-text",
        ),
        pytest.param(
            'id            = "mypark"',
            'id            = "my park"',
            "park.id",
            '"my park"',
            f"an id of {_ID}",
            'write for example "changzhi"',
            id="park-id",
        ),
        pytest.param(
            'name_zh       = "我的园区"',
            'name_zh       = "  "',
            "park.name_zh",
            '"  "',
            "a text of one line",
            'write for example "示例园区"',
            id="blank-text",
        ),
        pytest.param(
            'name_zh       = "我的园区"',
            r'name_zh       = "a\u001b[2J"',
            "park.name_zh",
            r'"a\u001b[2J"',
            "a text of one line",
            'write for example "示例园区"',
            id="control-character",
        ),
        pytest.param(
            'shift_pattern = "two-shift"',
            'shift_pattern = "twoshift"',
            "enterprises.E01.shift_pattern",
            '"twoshift"',
            "one of continuous, three-shift, two-shift, day-shift",
            "write two-shift",
            id="choice-misspelt",
        ),
        pytest.param(
            'kind = "pv"',
            "kind = 7",
            "plants.PV01.kind",
            "7",
            "one of pv, wind",
            'write for example "pv"',
            id="choice-of-another-type",
        ),
        pytest.param(
            "storage_losses_in_load = true",
            'storage_losses_in_load = "yes"',
            "accounting.storage_losses_in_load",
            '"yes"',
            "true or false",
            "write for example true or false, without quotes",
            id="flag",
        ),
        pytest.param(
            "in_service = { since = 2025-01-01 }",
            "in_service = { since = 2025-01-01T08:00:00 }",
            "batteries.B1.in_service.since",
            "2025-01-01T08:00:00",
            "a local day without time of day and without quotes",
            "write 2025-01-01",
            id="naive-time",
        ),
        pytest.param(
            "in_service = { since = 2025-01-01 }",
            "in_service = { until = 2025-01-01T08:00:00+08:00 }",
            "batteries.B1.in_service.until",
            "2025-01-01T08:00:00+08:00",
            "a local day without time of day and without quotes",
            "write 2025-01-01",
            id="time-with-zone",
        ),
        pytest.param(
            "in_service = { since = 2025-01-01 }",
            'in_service = "2025-01-01"',
            "batteries.B1.in_service",
            '"2025-01-01"',
            "a table of the days since and until",
            "write for example { since = 2025-01-01 }",
            id="days-as-text",
        ),
        pytest.param(
            "in_service = { since = 2025-01-01 }",
            "in_service = { since = 2025-01-01, to = 2026-01-01 }",
            "batteries.B1.in_service.to",
            "an unknown key",
            "one of since, until",
            "remove it",
            id="unknown-day",
        ),
        pytest.param(
            'members = ["E01", "PV01", "CS1", "B1"]',
            'members = "E01"',
            "feeders.F1.members",
            '"E01"',
            f"a list of one or more ids of {_ID}",
            'write for example ["E01"]',
            id="list-as-text",
        ),
        pytest.param(
            'members = ["E01", "PV01", "CS1", "B1"]',
            'members = ["E01", 7]',
            "feeders.F1.members",
            "a list",
            f"a list of one or more ids of {_ID}",
            'write for example ["E01"]',
            id="number-in-a-list",
        ),
        pytest.param(
            'meters = ["M-E01"]',
            "meters = []",
            "gateways.GW1.meters",
            "a list",
            f"a list of one or more ids of {_ID}",
            'write for example ["M-E01"]',
            id="empty-list",
        ),
        pytest.param(
            'buyers = "all",',
            'buyers = "everyone",',
            "green_supplies.GS-PV01.buyers",
            '"everyone"',
            f'"all", or a list of one or more ids of {_ID}',
            'write for example ["E01"]',
            id="buyers",
        ),
        pytest.param(
            'price_cny_per_kwh = "0.3100"',
            'price_cny_per_kwh = "0.31 元"',
            "green_supplies.GS-PV01.price_cny_per_kwh",
            '"0.31 元"',
            "a price in CNY per kWh of 0 or more",
            "write 0.31",
            id="price-with-unit",
        ),
        pytest.param(
            'scale = "0.01"',
            'scale = "1e-2"',
            "series.SPOT-DA.scale",
            '"1e-2"',
            "a plain decimal number above 0 in quotes",
            'write for example "0.01"',
            id="scale",
        ),
        pytest.param(
            'G1 = { name_zh = "35 千伏开闭所"',
            '"G 1" = { name_zh = "35 千伏开闭所"',
            'grids."G 1"',
            'the id "G 1"',
            f"an id of {_ID}",
            "rename it, for example E01",
            id="id-with-a-space",
        ),
        pytest.param(
            'GW1  = { meters = ["M-E01"] }',
            'GW1  = ["M-E01"]',
            "gateways.GW1",
            "a list",
            "a table of its keys",
            "write GW1 = { … }",
            id="object-is-no-table",
        ),
        pytest.param(
            "format = 1 ",
            "format = 2 ",
            "format",
            "2",
            "the whole number 1",
            "use a newer release of this program",
            id="newer-format",
        ),
        pytest.param(
            "format = 1 ",
            "format = true ",
            "format",
            "true",
            "the whole number 1",
            "write 1",
            id="format-as-bool",
        ),
        pytest.param(
            "[plants]",
            "[plant]",
            "plant",
            "an unknown key",
            "one of format, park, accounting, enterprises, stations, grids, plants, batteries, "
            "feeders, dedicated_lines, meters, media_meters, reactive_meters, gateways, series, "
            "green_supplies, grid_tariffs, matching_rules, billing, witnesses, log, validation, "
            "estimation, energy_values, zero_carbon, peak_plan, peak_targets, peak_actions, "
            "peak_classes, peak_projects, peak_stages, peak_uncertainty, certificate_market, "
            "certificates, parties, admission, limits, closed_units, "
            "quota_rules, quotas, product_quotas, alarms, "
            "scores, score_measures, export_limits, remedies, seasonal_shapes, ratio_forecast, "
            "plant_sensors, heat_networks, heat_reference, asset_company, asset_costs, "
            "other_incomes, market_positions, carbon_sources, park_carbon, processes, products, "
            "precursors, installations, footprint, cbam",
            "write plants",
            id="misspelt-table",
        ),
    ],
)
def test_examine_park__tells_a_wrong_value(
    full_text: str, old: str, new: str, path: str, given_text: str, expected: str, remedy: str
) -> None:
    text, line = _changed(full_text, old, new)

    problem = _only(text)

    assert (path, given_text, expected, remedy) == (
        path_text(problem.path),
        problem.given,
        problem.expected,
        problem.remedy,
    )
    assert line == problem.line


@pytest.mark.parametrize("ident", ["", "-E01", ".hidden", "企业", "E" * 33, "a/b", "a b"])
def test_examine_park__refuses_an_id_outside_the_pattern(full_text: str, ident: str) -> None:
    text, _ = _changed(full_text, "GS-PV01 = {", f'"{ident}" = {{')

    assert _only(text).given == f'the id "{ident}"'


@pytest.mark.parametrize("ident", ["E", "9.a_b-c", "E" * 32])
def test_examine_park__takes_an_id_of_the_pattern(full_text: str, ident: str) -> None:
    text, _ = _changed(full_text, "GS-PV01 = {", f'"{ident}" = {{')

    assert examine_park(text).problems == ()


def test_examine_park__format_missing(full_text: str) -> None:
    text, _ = _changed(full_text, "format = 1 ", "# format = 1 ")

    problem = _only(text)

    assert (problem.line, problem.given, problem.expected) == (1, "nothing", "the whole number 1")


@pytest.mark.parametrize("table", ["park", "accounting"])
def test_examine_park__needed_table_missing(table: str) -> None:
    text = template_text("blank")
    start = text.index(f"\n[{table}]\n")
    cut = text[:start] + re.sub(r"^\n\[\w+\]\n(\w+ += .*\n)+", "\n", text[start:])

    problem = _only(cut)

    assert (problem.line, path_text(problem.path), problem.given, problem.remedy) == (
        1,
        table,
        "nothing",
        f"write for example [{table}] on a line of its own",
    )


def test_examine_park__empty_table_misses_each_key() -> None:
    problems = examine_park("format = 1\n[park]\n[accounting]\n").problems

    # The limit of export may stand in another table.
    accounting = [key for key in keys_of("accounting") if key.required]
    expected = [*(2 for _ in keys_of("park")), *(3 for _ in accounting)]
    assert expected == [problem.line for problem in problems]


def test_examine_park__relations_get_lines(full_text: str) -> None:
    text, line = _changed(full_text, 'users = ["E01"] }', 'users = ["E09"] }')

    problem = _only(text)

    assert problem.told("park.toml") == (
        f"park.toml:{line}: dedicated_lines.DL1.users: given 'E09', expected the id of an "
        "enterprise or station of this park, write E01"
    )


def test_examine_park__relations_wait_until_every_object_reads(full_text: str) -> None:
    # An enterprise that did not read must not also be told absent by all that name it.
    text, _ = _changed(full_text, "transformer_kva = 2000", "transformer_kva = 0")

    assert path_text(_only(text).path) == "enterprises.E01.transformer_kva"


def test_examine_park__warnings_do_not_refuse(full_text: str) -> None:
    text, line = _changed(full_text, "capacity_kva = 500,", "capacity_kva = 300,")

    reading = examine_park(text)

    assert reading.park is not None
    assert [problem.severity for problem in reading.problems] == [Severity.WARNING]
    assert reading.problems[0].told("park.toml") == (
        f"park.toml:{line}: warning: dedicated_lines.DL1.capacity_kva: given 300 kVA for sources "
        "of 400 kW together, expected room for all of them at full power, expect curtailment, or "
        "correct the ratings"
    )
    assert reading.park == read_park(text, source="park.toml")


# ── all of it at once ────────────────────────────────────────────────────────────────────────────


def test_read_park__tells_all_problems_in_order(full_text: str) -> None:
    text, first = _changed(full_text, "latitude_deg  = 36.2 ", "latitude_deg  = nan ")
    text, second = _changed(text, "piles = 4", "piles = 0")
    text, third = _changed(text, "sharp_applies ", "sharp_apply ")

    with pytest.raises(ParkFileError) as caught:
        read_park(text, source="my/park.toml")

    error = caught.value
    assert [first, second, third] == [problem.line for problem in error.problems]
    assert str(error).splitlines() == [
        (
            "input.park-file: given my/park.toml with 3 problems; expected a park file without "
            "any; correct each line named below; docs/park-toml.md describes every key"
        ),
        (
            f"my/park.toml:{first}: park.latitude_deg: given nan, expected a number of degrees, "
            "write for example 36.2"
        ),
        (
            f"my/park.toml:{second}: stations.CS1.piles: given 0, expected a whole number of 1 or "
            "more, write for example 1"
        ),
        (
            f"my/park.toml:{third}: grid_tariffs.GT.sharp_apply: given an unknown key, expected "
            f"one of {', '.join(key.name for key in keys_of('grid_tariffs'))}, write sharp_applies"
        ),
    ]
    assert error.code == "input.park-file"


def test_examine_park__problems_come_in_the_order_of_the_lines(full_text: str) -> None:
    # Stations are read before meters, but stand below them in this file.
    text, below = _changed(full_text, "piles = 4", "piles = 0")
    text, above = _changed(text, "max_kw = 420", "max_kw = 0")

    lines = [problem.line for problem in examine_park(text).problems]

    assert lines == [above, below]
    assert above < below


def test_read_park__leaves_warnings_out_of_the_error(full_text: str) -> None:
    text, _ = _changed(full_text, "capacity_kva = 500,", "capacity_kva = 300,")
    text, _ = _changed(text, 'plant = "PV01"', 'plant = "PV02"')

    with pytest.raises(ParkFileError) as caught:
        read_park(text, source="park.toml")

    assert [path_text(problem.path) for problem in caught.value.problems] == [
        "green_supplies.GS-PV01.plant"
    ]


# ── what is no TOML ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "format = 1\nid = \n",
            'park.toml:2: given "id =", expected valid TOML, correct the line: Invalid value',
        ),
        (
            "format = 1\n[park]\n[park]\n",
            (
                'park.toml:3: given "[park]", expected valid TOML, correct the line: Cannot '
                "declare ('park',) twice"
            ),
        ),
        (
            'a = "x\n',
            (
                'park.toml:1: given "a = "x", expected valid TOML, correct the line: '
                "Illegal character '\\n'"
            ),
        ),
        (
            "format = 1\nid = 'x",
            'park.toml:2: given "id = \'x", expected valid TOML, correct the line: Expected "\'"',
        ),
        (
            "\ufeffformat = 1\n",
            (
                "park.toml:1: given a byte order mark, expected plain UTF-8, save the file as "
                "UTF-8 without BOM"
            ),
        ),
        (
            f"a = {'[' * 5000}",
            (
                "park.toml:1: given lists inside lists without end, expected the tables described, "
                "unfold them"
            ),
        ),
        (
            "#" * (CHARS_MAX + 1),
            (
                "park.toml:1: given 4000001 characters, expected at most 4000000, split it into "
                "several parks"
            ),
        ),
    ],
)
def test_examine_park__tells_where_the_text_is_no_toml(text: str, told: str) -> None:
    reading = examine_park(text)

    assert [told] == [problem.told("park.toml") for problem in reading.problems]
    assert reading.park is None


def test_examine_park__integer_of_thousands_of_digits() -> None:
    problem = _only(f"format = {'9' * 5000}")

    assert problem.expected == "valid TOML"


def test_examine_park__takes_the_longest_file() -> None:
    text = template_text("blank")

    reading = examine_park(text + "#" * (CHARS_MAX - len(text)))

    assert reading.problems == ()


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_examine_park__any_text_is_told_or_read(text: str) -> None:
    reading = examine_park(text)

    assert reading.park is None
    assert reading.problems
    assert all(problem.told("park.toml").isprintable() for problem in reading.problems)


# ── any single key lost or misspelt ──────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Place:
    """One key as it stands in the text."""

    path: str
    start: int
    end: int
    """Where the key with its value ends, behind the comma."""
    line: int
    table_line: int
    required: bool


_HEADER = re.compile(r"\[([a-z_]+)(\.[A-Z0-9]+)?\]")
_ROW = re.compile(r"([A-Z][A-Z0-9-]*)\s+= \{")
_PAIR = re.compile(r'([a-z][a-z0-9_]*)\s*= (?:\{[^}]*\}|\[[^]]*\]|"[^"]*"|[^,}#\n]+),?')


def _places(text: str) -> list[_Place]:
    found: list[_Place] = []
    section, suffix, header_line, offset = "", "", 0, 0
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        header, row = _HEADER.match(line), _ROW.match(line)
        if header:
            section, suffix, header_line = header.group(1), header.group(2) or "", number
        elif section and not line.startswith("#"):
            owner = f"{section}.{row.group(1)}" if row else f"{section}{suffix}"
            required = {key.name: key.required for key in keys_of(section)}
            found.extend(
                _Place(
                    path=f"{owner}.{pair.group(1)}",
                    start=offset + pair.start(),
                    end=offset + pair.end(),
                    line=number,
                    table_line=number if row else header_line,
                    required=required[pair.group(1)],
                )
                for pair in _PAIR.finditer(line, row.end() if row else 0)
            )
        offset += len(line)
    return found


_FULL = re.sub(r"(?m)^#(?=[\[A-Za-z0-9])", "", template_text("blank"))
_PLACES = _places(_FULL)


def _leaves(section: object, *, rows: bool) -> int:
    table = cast("dict[str, dict[str, object]]", section)
    return sum(len(row) for row in table.values()) if rows else len(table)


def test_places__are_all_keys_of_the_full_file() -> None:
    document = tomllib.loads(_FULL)
    sections = {name: value for name, value in document.items() if name != "format"}

    tables = {
        "park",
        "accounting",
        "billing",
        "certificate_market",
        "log",
        "validation",
        "estimation",
    }
    expected = sum(_leaves(section, rows=name not in tables) for name, section in sections.items())
    assert expected == len(_PLACES)
    assert len(sections) == 22


@given(place=st.sampled_from([place for place in _PLACES if place.required]))
def test_examine_park__tells_any_lost_key_with_its_line(place: _Place) -> None:
    before, after = _FULL[: place.start], _FULL[place.end :]
    # TOML 1.0 allows no comma behind the last key of a line.
    lost = (before.rstrip(", ") if after.lstrip().startswith("}") else before) + after

    problem = _only(lost)

    assert (place.path, place.table_line, "nothing") == (
        path_text(problem.path),
        problem.line,
        problem.given,
    )


@given(data=st.data())
def test_examine_park__tells_any_misspelt_key_with_its_line_and_remedy(data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(_PLACES))
    owner, _, key = place.path.rpartition(".")
    at = data.draw(st.integers(0, len(key) - 1))
    wrong = key[:at] + data.draw(st.sampled_from(("", "x", "_"))) + key[at + 1 :]
    known = {facts.name for facts in keys_of(place.path.split(".")[0])}
    if not wrong or wrong in known:
        return

    text = _FULL[: place.start] + wrong + _FULL[place.start + len(key) :]
    problem = next(
        found for found in examine_park(text).problems if found.given == "an unknown key"
    )

    assert (f"{owner}.{wrong}", place.line) == (path_text(problem.path), problem.line)
    # Two letters are too few to be near anything.
    assert problem.remedy == f"write {key}" or key == "id"
