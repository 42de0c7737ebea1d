"""Import maps are read strictly: what is unknown or contradictory is an error that says so."""

from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest

from taihang.adapters.imports.import_map import Ambiguous, Kind, Label, Midnight
from taihang.adapters.imports.read_map import (
    ImportMapError,
    bundled_maps,
    load_map,
    parse_map,
)
from taihang.core.series import Quantity
from trial_map import Changes, map_text


def text(
    *, top: str = "", table: Changes | None = None, time: Changes | None = None, **value: str | None
) -> str:
    return map_text(top=top, table=table, time=time, value=value)


def test_bundled_maps__are_the_seven_that_are_documented() -> None:
    expected = (
        "cn-spot-15min",
        "cn-stategrid-pv",
        "demo-park",
        "la-haute-borne",
        "nrel-pv",
        "simbench-2016",
        "uci-steel",
    )

    assert expected == bundled_maps()


@pytest.mark.parametrize("name", bundled_maps())
def test_load_map__every_bundled_map_reads_and_bears_its_file_name(name: str) -> None:
    found = load_map(name)

    assert name == found.name
    assert found.tables
    assert found.title


def test_load_map__reads_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text(), encoding="utf-8")

    found = load_map(path)

    assert (found.name, found.notes) == ("trial", ("a note",))


@pytest.mark.parametrize("name", ["nothing", "demo-park.csv", "absent.toml", "../demo-park"])
def test_load_map__an_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(ImportMapError, match="uci-steel"):
        load_map(name)


def test_parse_map__fills_every_field() -> None:
    found = parse_map(
        text(
            table={"label": '"period-end"', "csv": '{ delimiter = ";", encoding = "gb18030" }'},
            time={
                "zone": '"Europe/Berlin"',
                "ambiguous": '"order-of-rows"',
                "midnight": '"old-day"',
            },
            multiplier='"0.5"',
            missing='["empty", -99, 3276.7]',
        ),
        where="trial",
    ).tables[0]

    value = found.values[0]
    assert (
        found.label,
        found.step_s,
        found.csv.delimiter if found.csv else "",
    ) == (Label.PERIOD_END, 900, ";")
    assert (
        found.time.ambiguous,
        found.time.midnight,
    ) == (Ambiguous.ORDER_OF_ROWS, Midnight.OLD_DAY)
    assert (Kind.ENERGY, Quantity.ENERGY, Decimal("0.5")) == (
        value.kind,
        value.quantity,
        value.multiplier,
    )
    assert (frozenset({"empty"}), (-99.0, 3276.7)) == (value.missing_words, value.missing_codes)
    assert (value.block_unit, value.scale, value.modulus) == ("Wh", "1", 0)


@pytest.mark.parametrize(
    ("quantity", "unit", "scale", "block_unit", "expected"),
    [
        ("mean-power", "MW", None, "Wh", Quantity.ENERGY),
        ("reactive-energy", "kvarh", None, "varh", Quantity.REACTIVE),
        ("mean-reactive-power", "kvar", None, "varh", Quantity.REACTIVE),
        ("sample", "CNY/MWh", '"0.01"', "CNY/MWh", Quantity.SAMPLE),
    ],
)
def test_parse_map__knows_what_a_column_becomes(
    quantity: str, unit: str, scale: str | None, block_unit: str, expected: Quantity
) -> None:
    value = (
        parse_map(text(quantity=f'"{quantity}"', unit=f'"{unit}"', scale=scale), where="trial")
        .tables[0]
        .values[0]
    )

    assert (block_unit, expected) == (value.block_unit, value.quantity)


@pytest.mark.parametrize(
    ("document", "named", "allowed"),
    [
        (text(top='titel = "x"'), "trial, titel", "title"),
        (text(table={"stepp": "1"}), "table 1, stepp", "step_s"),
        (text(time={"zones": '"x"'}), "time, zones", "zone"),
        (text(units='"kWh"'), "value 1, units", "multiplier"),
        (text(table={"csv": '{ delimiter = ",", encoding = "utf-8", x = 1 }'}), "csv, x", "encod"),
        # Keys that mean nothing beside the others are unknown too: nothing is read in vain.
        (text(scale='"1"'), "value 1, scale", "missing"),
        (text(table={"resample": '"split"'}), "table 1, resample", "duplicates"),
        (text(time={"ambiguous": '"refuse"'}), "time, ambiguous", "format"),
        (text(time={"midnight": '"old-day"'}), "time, midnight", "format"),
    ],
)
def test_parse_map__an_unknown_key_is_named_with_what_is_allowed(
    document: str, named: str, allowed: str
) -> None:
    with pytest.raises(ImportMapError) as raised:
        parse_map(document, where="trial")

    assert f"{named}: a key that is unknown here" in raised.value.given
    assert allowed in raised.value.expected


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("name = ", "TOML"),
        (text(unit=None), "unit: nothing"),
        (text(missing=None), "missing: nothing"),
        (text(table={"duplicates": None}), "duplicates: nothing"),
        (text(time={"zone": None}), "zone: nothing"),
        (text(time={"zone": '"Europe/Berlin"'}), "ambiguous: nothing"),
        (text(table={"label": '"period-end"'}), "midnight: nothing"),
        (text(table={"step_s": "600"}), "resample: nothing"),
        (text(table={"step_s": "0"}), "whole number above 0"),
        (text(table={"step_s": "true"}), "whole number above 0"),
        (text(table={"step_s": "600", "resample": '"sum"'}), "divides 900"),
        (text(table={"label": '"middle"'}), "period-start, period-end, instant"),
        (text(table={"label": '"instant"'}), "only a register"),
        (text(quantity='"register"'), "only a register"),
        (text(quantity='"power"'), "mean-power"),
        (text(unit='"kW"'), "Wh, kWh, MWh"),
        (text(multiplier="40"), "text in quotes"),
        (text(multiplier='"0"'), "plain number"),
        (text(multiplier='"many"'), "plain number"),
        (text(quantity='"sample"'), "scale: nothing"),
        (text(quantity='"sample"', scale='"-1"'), "above 0"),
        (text(missing='["n/a"]'), "empty or nan"),
        (text(missing="[true]"), "numbers"),
        (text(missing='"empty"'), "a list"),
        (text(point='"M-{}"'), "else no {}"),
        (text(column='"*_p"', point='"M-1"'), "once where points come from"),
        (text(column='"*_*"', point='"M-{}"'), "one \\* at most"),
        (
            text(table={"point_column": '"id"'}, column='"*_p"', point='"M-{}"'),
            "none beside a point_column",
        ),
        (text(time={"zone": '"Mars/Base"'}), "IANA"),
        (text(time={"zone": '"+25:00"'}), "IANA"),
        (text(time={"zone": '"in-data"'}), "%z exactly with in-data"),
        (text(time={"format": '"%Y-%m-%d %H:%M%z"'}), "%z exactly with in-data"),
        (text(time={"format": '"epoch-s"'}), "epoch-s is UTC"),
        ('name = "x"\ntitle = "x"\nnotes = []\ntable = []', "at least one"),
        ('name = "x"\ntitle = "x"\nnotes = []\ntable = [1]', "a table"),
        ('name = "x"\ntitle = "x"\nnotes = [1]', "list of texts"),
        ('name = ""', "text in quotes"),
    ],
)
def test_parse_map__says_what_is_wrong(document: str, message: str) -> None:
    with pytest.raises(ImportMapError, match=message):
        parse_map(document, where="trial")


def test_parse_map__a_register_states_its_scale_in_whole_wh_and_its_dial() -> None:
    table = {"label": '"instant"', "step_s": None}
    good = parse_map(
        text(table=table, quantity='"register"', scale='"10"', modulus="1000000"), where="trial"
    )

    assert (good.tables[0].values[0].scale, good.tables[0].values[0].modulus) == ("10", 1_000_000)
    with pytest.raises(ImportMapError, match="whole Wh"):
        parse_map(
            text(table=table, quantity='"register"', scale='"0.5"', modulus="10"), where="trial"
        )
    with pytest.raises(ImportMapError, match="modulus: nothing"):
        parse_map(text(table=table, quantity='"register"', scale='"1"'), where="trial")


def test_bundled_maps__lie_in_the_package() -> None:
    package = import_module("taihang.adapters.imports")

    folder = Path(str(package.__file__)).parent / "maps"

    assert len(bundled_maps()) == len(list(folder.glob("*.toml")))
