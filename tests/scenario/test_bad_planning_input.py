"""Bad input of planning: each is a sentence with field, value, expected range and what to do."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pytest

import small_park
from command_line import done, taihang
from park_case import Table, Value, battery, bus, column, grid, load, plant, write_problem
from taihang.config.study_file import study_text

N: Final = 24
PRICES: Final = [0.3] * 12 + [0.9] * 12


def assets(**change: Value) -> list[Table]:
    """A park of one bus; a change names asset and field, ``store__energy_kwh``."""
    tables: list[Table] = [
        bus("el"),
        load("works", "el", 100.0),
        plant("sun", "el", 0.5, capacity_kw=50.0),
        grid("gate", "el"),
        battery("store", "el", charge_kw=40.0, energy_kwh=100.0),
    ]
    for name, value in change.items():
        owner, field = name.split("__")
        at = next(n for n, (_, fields) in enumerate(tables) if fields["id"] == owner)
        tables[at] = tables[at][0], {**tables[at][1], field: value}
    return tables


PROBLEMS: Final[dict[str, tuple[dict[str, Value], Sequence[str]]]] = {
    "a percentage of load": (
        {"works__load_kw": "80 %"},
        ["works.load_kw", "'80 %'", "in the unit of load_kw", "write the number itself"],
    ),
    "a percentage as an import limit": (
        {"gate__import_limit_kw": "80%"},
        ["gate.import_limit_kw", "'80%'", "a percentage has no unit"],
    ),
    "a percentage as a battery's power": (
        {"store__charge_kw": "50 %"},
        ["store.charge_kw", "'50 %'", "in the unit of charge_kw"],
    ),
    "a limit of charge in percent": (
        {"store__soc_min_ratio": 10.0},
        ["store.soc_min_ratio", "given 10 ", "0 … 1", "90 % as 0.9"],
    ),
    "a start above what a battery can hold": (
        {"store__soc_start_ratio": 1.5},
        ["store.soc_start_ratio", "given 1.5 ", "0 … 1"],
    ),
    "limits of charge the wrong way round": (
        {"store__soc_min_ratio": 0.9, "store__soc_max_ratio": 0.2},
        ["store.soc_min_ratio 0.9", "soc_max_ratio 0.2", "not above the upper"],
    ),
    "an efficiency above 1": (
        {"store__charge_efficiency_ratio": 1.05},
        ["store.charge_efficiency_ratio", "given 1.05 ", "above 0, 1 at most", "90 % as 0.9"],
    ),
    "an efficiency in percent": (
        {"store__discharge_efficiency_ratio": 95.0},
        ["store.discharge_efficiency_ratio", "given 95 ", "above 0, 1 at most"],
    ),
    "an efficiency of nothing": (
        {"store__charge_efficiency_ratio": 0.0},
        ["store.charge_efficiency_ratio", "given 0 ", "above 0, 1 at most"],
    ),
    "a negative capacity": (
        {"sun__capacity_kw": -5.0},
        ["sun.capacity_kw", "given -5 ", "0 or more kW", "check the sign"],
    ),
    "a negative store": (
        {"store__energy_kwh": -5.0},
        ["store.energy_kwh", "given -5 ", "0 or more kWh"],
    ),
    "a negative load": (
        {"works__load_kw": [100.0] * 23 + [-3.0]},
        ["works.load_kw", "given -3 ", "interval 23", "0 or more kW"],
    ),
    "more sun than a plant has": (
        {"sun__available_ratio": 60.0},
        ["sun.available_ratio", "given 60 ", "0 … 1.5", "90 % as 0.9"],
    ),
    "prices one too few": (
        {"gate__import_price_cny_per_kwh": PRICES[1:]},
        ["23 values", "gate.import_price_cny_per_kwh", "24, one for each interval", "same grid"],
    ),
    "a text for a number": (
        {"works__load_kw": "lots"},
        ["works.load_kw", "'lots'", "a number in the unit of load_kw"],
    ),
    "a unit of another kind": (
        {"works__load_kw": column("price_cny_per_kwh")},
        ["works.load_kw", "price_cny_per_kwh", "a column in kw", "name the unit"],
    ),
    "a column that is not there": (
        {"works__load_kw": column("lod_kw")},
        ["works.load_kw", "'lod_kw'", "one of ['price_cny_per_kwh']", "correct the name"],
    ),
}
FILES: Final[dict[str, tuple[Callable[[str], str], Sequence[str]]]] = {
    "a year of 8 784 hours for a file of a day": (
        lambda text: text.replace(f"n_steps = {N}", "n_steps = 8784"),
        ["24 rows", "series.csv", "8784", "a leap year has 8784 hours"],
    ),
    "a file on another grid": (
        lambda text: text.replace('csv"\nstep_s = 3600', 'csv"\nstep_s = 5400'),
        ["step_s 5400 of series.csv", "3600 or a multiple", "on the grid of the problem"],
    ),
    "a horizon of nothing": (
        lambda text: text.replace(f"n_steps = {N}", "n_steps = 0"),
        ["n_steps 0", "1 …", "correct the horizon"],
    ),
}
STUDIES: Final[dict[str, tuple[str, str, Sequence[str]]]] = {
    "a percentage as a size": (
        "least = 200_000",
        'least = "80 %"',
        ["invest pv.least", "'80 %'", "write the number itself"],
    ),
    "a negative size": (
        "least = 200_000",
        "least = -5",
        ["invest pv.least", "given -5 ", "0 or more"],
    ),
    "most below least": (
        "most = 200_000",
        "most = 100_000",
        ["most 100000 of pv", "200000 or more"],
    ),
    "a share of export in percent": (
        "export_max_ratio = 0.20",
        "export_max_ratio = 20",
        ["study.export_max_ratio", "given 20 ", "0 … 1", "90 % as 0.9"],
    ),
    "interest in percent": (
        "discount_ratio = 0.06",
        "discount_ratio = 6",
        ["study.discount_ratio", "given 6 ", "0 … 0.5"],
    ),
    "an efficiency above 1": (
        "\ncharge_efficiency_ratio = 0.95",
        "\ncharge_efficiency_ratio = 1.05",
        ["store.charge_efficiency_ratio", "given 1.05 ", "above 0, 1 at most"],
    ),
    "more full-load hours than a year has": (
        "full_load_h = 1500",
        "full_load_h = 9500",
        ["plant.full_load_h", "given 9500 ", "1 … 8800"],
    ),
    "weather of ninety years": (
        "weather_years = 1",
        "weather_years = 90",
        ["study.weather_years", "given 90 ", "1 … 10"],
    ),
    "a year before all calendars": (
        "year = 2026",
        "year = 1900",
        ["study.year", "given 1900 ", "2000 … 2100"],
    ),
    "a year of odd steps": (
        "step_s = 3600",
        "step_s = 1000",
        ["step_s 1000", "900, 3600", "write step_s = 3600"],
    ),
    "a life of no years": (
        "life_years = 25",
        "life_years = 0",
        ["invest pv.life_years", "given 0 ", "1 … 60"],
    ),
    "a load below nothing": (
        "load_kwh = 2_200_000_000",
        "load_kwh = -1",
        ["study.load_kwh", "given -1 ", "0 or more kWh"],
    ),
}
PARKS: Final[dict[str, tuple[str, str, Sequence[str]]]] = {
    "a percentage as power": (
        "power_kw = 500",
        'power_kw = "80 %"',
        ["batteries.B1.power_kw", '"80 %"', "a number of kilowatts above 0"],
    ),
    "a negative store": (
        "energy_kwh = 1000",
        "energy_kwh = -1000",
        ["batteries.B1.energy_kwh", "-1000", "kilowatt-hours above 0", "write for example"],
    ),
    "an efficiency above 1": (
        "\ncharge_efficiency_ratio = 0.95",
        "\ncharge_efficiency_ratio = 1.05",
        ["batteries.B1.charge_efficiency_ratio", "1.05", "above 0 and at most 1", "write 0.95"],
    ),
    "limits of charge the wrong way round": (
        "soc_min_ratio = 0.10",
        "soc_min_ratio = 0.99",
        ["batteries.B1.soc_min_ratio", "0.99", "less than soc_max_ratio", "swap or correct"],
    ),
    "a limit of charge in percent": (
        "soc_max_ratio = 0.95",
        "soc_max_ratio = 95",
        ["batteries.B1.soc_max_ratio", "95", "a ratio", "write"],
    ),
    "a grid below nothing": (
        "capacity_kva = 6300",
        "capacity_kva = -1",
        ["grids.G1.capacity_kva", "-1", "kilovolt-amperes above 0"],
    ),
    "a limit of export in percent": (
        'export_limit_ratio = "0.20"',
        'export_limit_ratio = "20"',
        ["accounting.export_limit_ratio", "given 20", "a share from 0 to 1", "write 0.20"],
    ),
}


def said(ended_err: str, words: Sequence[str]) -> None:
    """Every word stands in one message, and the message tells what to do."""
    flat = " ".join(ended_err.split())
    missing = [word for word in words if word not in flat]
    assert not missing, (missing, flat)


def a_problem(folder: Path, tables: list[Table]) -> Path:
    return write_problem(folder, tables, series={"price_cny_per_kwh": PRICES}, n_steps=N)


@pytest.mark.parametrize("name", PROBLEMS)
def test_dispatch__says_field_value_range_and_remedy(name: str, tmp_path: Path) -> None:
    change, words = PROBLEMS[name]
    priced: dict[str, Value] = {"gate__import_price_cny_per_kwh": column("price_cny_per_kwh")}

    tables = assets(**{**priced, **change})
    series = {"price_cny_per_kwh": PRICES} if "'column'" in repr(tables) else {}
    path = write_problem(tmp_path, tables, series=series, n_steps=N)

    ended = taihang("dispatch", path, "--lang", "en")

    assert ended.code == 1
    said(ended.err, words)


@pytest.mark.parametrize("name", FILES)
def test_dispatch__says_which_grid_a_file_is_not_on(name: str, tmp_path: Path) -> None:
    change, words = FILES[name]
    path = a_problem(tmp_path, assets(gate__import_price_cny_per_kwh=column("price_cny_per_kwh")))
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    ended = taihang("dispatch", path, "--lang", "en")

    assert ended.code == 1
    said(ended.err, words)


def test_dispatch__a_gap_in_a_price_series_is_named_with_its_interval(tmp_path: Path) -> None:
    prices = [*PRICES[:5], float("nan"), *PRICES[6:]]
    tables = assets(gate__import_price_cny_per_kwh=column("price_cny_per_kwh"))
    path = write_problem(tmp_path, tables, series={"price_cny_per_kwh": prices}, n_steps=N)

    ended = taihang("dispatch", path, "--lang", "en")

    assert ended.code == 1
    said(
        ended.err,
        ["1 of 24 values of grid gate.import_price_cny_per_kwh", "interval 5", "never zero"],
    )


def test_dispatch__hourly_prices_of_quarters_are_said_and_planned(tmp_path: Path) -> None:
    tables = assets(gate__import_price_cny_per_kwh=column("price_cny_per_kwh"))
    path = write_problem(
        tmp_path, tables, series={"price_cny_per_kwh": PRICES}, n_steps=N, step_s=900
    )

    for lang, words in (("zh", "小时价"), ("en", "these are hourly prices")):
        assert words in " ".join(done("dispatch", path, "--lang", lang).out.split())


def test_dispatch__a_start_outside_the_limits_is_a_fact_and_said(tmp_path: Path) -> None:
    path = a_problem(
        tmp_path,
        assets(
            gate__import_price_cny_per_kwh=column("price_cny_per_kwh"),
            store__soc_min_ratio=0.2,
            store__soc_start_ratio=0.05,
        ),
    )

    for lang, words in (("zh", "期初就在限值之外"), ("en", "starts outside its limits")):
        assert words in " ".join(done("dispatch", path, "--lang", lang).out.split())


def test_dispatch__ratios_that_cannot_be_kept_name_what_is_missing(tmp_path: Path) -> None:
    green: Table = (
        "green_ratio",
        {"id": "green", "kind": "green-share", "limit_ratio": 0.9, "losses_in_load": False},
    )
    tables = assets(gate__import_price_cny_per_kwh=column("price_cny_per_kwh"))
    path = a_problem(tmp_path, [*tables, green])

    for lang, words in (
        ("zh", "绿电占比 green 全期差 1,560 kWh"),
        ("en", "green share green misses 1,560 kWh"),
    ):
        ended = taihang("dispatch", path, "--lang", lang)
        assert ended.code == 1
        assert words in " ".join(ended.out.split())


def test_dispatch__a_leap_year_of_hours_is_planned(tmp_path: Path) -> None:
    n = 8784
    tables = [bus("el"), load("works", "el", column("works_kw")), grid("gate", "el")]
    path = write_problem(tmp_path, tables, series={"works_kw": [50.0] * n}, n_steps=n)

    assert "8,784" in done("dispatch", path, "--lang", "en").out


@pytest.mark.parametrize("name", STUDIES)
def test_size__says_field_value_range_and_remedy(name: str, tmp_path: Path) -> None:
    old, new, words = STUDIES[name]
    text = study_text("xingxian")
    assert old in text
    path = tmp_path / "study.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    ended = taihang("size", path, "--lang", "en")

    assert ended.code == 1
    said(ended.err, words)


@pytest.mark.parametrize("name", PARKS)
def test_plan__says_field_value_range_and_remedy(name: str, tmp_path: Path) -> None:
    old, new, words = PARKS[name]
    root = small_park.make(tmp_path / "park", small_park.WITH_BATTERY)
    path = root / "park.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    ended = taihang("plan", root, "--day", "2026-08-29", "--lang", "en")

    assert ended.code == 1
    said(ended.err, words)


def test_cases__are_as_many_as_are_claimed() -> None:
    assert len(PROBLEMS) + len(FILES) + len(STUDIES) + len(PARKS) == 39
