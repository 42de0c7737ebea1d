import re
from dataclasses import fields
from pathlib import Path

from taihang.config.carbon_tables import CARBON_TABLES
from taihang.config.direct_connection_tables import DIRECT_CONNECTION_TABLES
from taihang.config.park_tables import TABLES, keys_of
from taihang.config.peak_tables import PEAK_TABLES
from taihang.core.park.park import Park

_PAGE = Path(__file__).parents[3] / "docs" / "park-toml.md"
_SECTION = re.compile(r"^## `\[?([a-z_]+)\]?` · .*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| `([a-z0-9_]+)` \| (yes|no) \| (\S+) \| (.+) \| (.+) \|$", re.MULTILINE)


_SPREAD = ("peak", "carbon", "direct_connection")
"""What of a park stands in several tables."""


def _documented() -> dict[str, list[tuple[str, bool, str]]]:
    page = _PAGE.read_text("utf-8")
    return {
        section.group(1): [
            (row.group(1), row.group(2) == "yes", row.group(3).replace("–", ""))
            for row in _ROW.finditer(section.group())
        ]
        for section in _SECTION.finditer(page)
    }


def test_docs__describe_every_key_with_its_unit_and_whether_it_is_required() -> None:
    expected = {
        table: [(key.name, key.required, key.unit) for key in keys_of(table)] for table in TABLES
    }

    assert expected == _documented()
    assert len(expected) == 63
    assert sum(map(len, expected.values())) == 420


def test_tables__are_all_kinds_of_a_park() -> None:
    place = {key.name for key in keys_of("park")}

    kinds = {item.name for item in fields(Park)} - place - {"accounting", *_SPREAD}

    spread = {*PEAK_TABLES, *CARBON_TABLES, *DIRECT_CONNECTION_TABLES}
    assert {"park", "accounting", "in_service"} | kinds | spread == set(TABLES)


def test_keys_of__ends_with_the_unit() -> None:
    suffix = {
        "kV": "_kv",
        "kVA": "_kva",
        "kW": "_kw",
        "kWh": "_kwh",
        "Wh": "_wh",
        "MWh/a": "_mwh_per_year",
        "CNY/kWh": "_cny_per_kwh",
        "CNY/MWh": "_cny_per_mwh",
        "°": "_deg",
        "MWh/d": "_mwh_per_day",
        "h": "_h",
        "min": "_min",
        "s": "_s",
        "day": "_days",
        "year": "_years",
        "t": "_t",
        "tce": "_tce",
        "t/a": "_t_per_year",
        "tce/a": "_tce_per_year",
        "CNY": "_cny",
        "CNY/a": "_cny_per_year",
        "L": "_l",
        "g": "_g",
        "kJ": "_kj",
        "°C": "_c",
        "kPa": "_kpa",
        "m³/h": "_m3_per_h",
        "t/h": "_t_per_h",
        "GJ/h": "_gj_per_h",
        "kg/m³": "_kg_per_m3",
        "kJ/kg": "_kj_per_kg",
    }
    measured = [key for table in TABLES for key in keys_of(table) if key.unit in suffix]

    assert all(key.name.endswith(suffix[key.unit]) for key in measured)
    assert len(measured) == 98
