from pathlib import Path

import pytest

from taihang.adapters.forms.exchange_map import (
    ExchangeMapError,
    bundled_exchange_maps,
    load_exchange_map,
    parse_exchange_map,
)
from taihang.core.certificates.exchange import EnergyUnit, Field, TimeStyle, View

GOOD = """
format = "taihang/exchange-map/v1"
name = "mine"
title_zh = "我的"
title_en = "Mine"
registry = "mine"
[import]
unit = "MWh"
time = "month"
[import.columns]
serial_first = "No"
device_code = "Code"
device_name = "Name"
technology = "Type"
month = "Month"
energy = "MWh"
"""


def test_bundled_maps__read_and_say_that_they_are_not_official() -> None:
    found = [load_exchange_map(name) for name in bundled_exchange_maps()]

    assert [each.name for each in found] == ["energytag", "gec", "i-rec"]
    assert [each.view for each in found] == [View.GRANULAR, View.GEC, None]
    assert all("not an official" in each.title_en for each in found)
    assert all("非官方格式" in each.title_zh for each in found)


def test_bundled_maps__read_what_they_export() -> None:
    # A map that exports a column must know it when the table comes back.
    for name in ("energytag", "gec"):
        exchange = load_exchange_map(name)
        assert exchange.imports is not None
        known = {*exchange.imports.columns.values(), *exchange.imports.ignored}
        assert set(exchange.exports) == known


def test_load_exchange_map__reads_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD, encoding="utf-8")

    exchange = load_exchange_map(str(path))

    assert exchange.imports is not None
    assert exchange.imports.columns[Field.ENERGY] == "MWh"
    assert (exchange.imports.unit, exchange.imports.time) == (EnergyUnit.MWH, TimeStyle.MONTH)


@pytest.mark.parametrize("name", ["nothing", "../gec", "/etc/passwd"])
def test_load_exchange_map__refuses_what_is_no_map(name: str) -> None:
    with pytest.raises(ExchangeMapError):
        load_exchange_map(name)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("format = ", "format = 1 #", "format"),
        ('name = "mine"\n', "", "name"),
        ("registry", "registrar", "registrar"),
        ('unit = "MWh"', 'unit = "GWh"', "unit"),
        ('time = "month"', 'time = "week"', "time"),
        ('time = "month"', 'time = "days"', "columns for"),
        ('energy = "MWh"', "", "columns for"),
        ('energy = "MWh"', 'energy = "MWh"\ncolour = "C"', "colour"),
        ('energy = "MWh"', 'energy = "Code"', "one heading"),
        ('energy = "MWh"', 'energy = "MWh"\nstatus = "S"', "taken"),
        ('time = "month"', 'time = "month"\ntaken = ["x"]', "taken"),
        ('time = "month"', 'time = "month"\nignored = [1]', "ignored"),
        ('registry = "mine"', 'registry = "mine"\nview = "gec"', "view"),
        ("[import]", "[import", "TOML"),
    ],
)
def test_parse_exchange_map__refuses_a_map_that_does_not_hold_together(
    old: str, new: str, word: str
) -> None:
    assert old in GOOD

    with pytest.raises(ExchangeMapError, match=word):
        parse_exchange_map(GOOD.replace(old, new, 1), where="mine.toml")


def test_parse_exchange_map__wants_one_way_at_least() -> None:
    with pytest.raises(ExchangeMapError, match="neither"):
        parse_exchange_map(GOOD.partition("[import]")[0], where="mine.toml")
