"""``taihang dispatch``: both languages, 80 columns, the same for machines."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from command_line import done, taihang
from park_case import battery, bus, column, grid, load, write_problem
from taihang import planning_wiring
from taihang.core.dispatch.slope.case import Reason
from taihang.core.dispatch.slope.search import find_plan
from taihang.interfaces.catalogue import LANGS, Lang, load_catalogue
from taihang.interfaces.text_width import width_of
from taihang.services.plan_park import no_loops
from whole_park import LOAD, PRICE, SUN, N, whole_park

COLUMNS = 80


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A problem in which every kind of asset has something to do."""
    series = {"works_kw": LOAD, "sun_ratio": SUN, "tariff_cny_per_kwh": PRICE}
    assets = whole_park()
    for _, fields in assets:
        values = cast("dict[str, Any]", fields)
        for name, key in (("load_kw", LOAD), ("available_ratio", SUN)):
            if values.get(name) is key:
                values[name] = column("works_kw" if key is LOAD else "sun_ratio")
        if values.get("import_price_cny_per_kwh") is PRICE:
            values["import_price_cny_per_kwh"] = column("tariff_cny_per_kwh")
    return write_problem(tmp_path, assets, series=series, n_steps=N)


def too_tight(folder: Path) -> Path:
    assets = [
        bus("el"),
        load("l", "el", column("load_kw")),
        grid("gate", "el", import_limit_kw=100.0),
    ]
    return write_problem(folder, assets, series={"load_kw": [50.0, 120.0, 90.0]}, n_steps=3)


@pytest.mark.parametrize("lang", LANGS)
def test_dispatch__tells_bill_prices_and_verdict_within_80_columns(whole: Path, lang: Lang) -> None:
    out = done("dispatch", whole, "--lang", lang).out

    assert max(width_of(line) for line in out.splitlines()) <= COLUMNS
    words = load_catalogue()
    for key in ("bill", "flows", "sizes", "buses", "values", "bindings"):
        assert words[f"cli.dispatch.{key}"][lang].split("（")[0][:12] in out.replace("\n", "")
    assert "9,212.53" in out
    assert "11,972.07" in out


def test_dispatch__gives_machines_the_same(whole: Path) -> None:
    facts = done("dispatch", whole, "--json").facts

    plan = cast("Mapping[str, float]", facts["plan"])
    assert plan["total_cny"] == pytest.approx(9212.53, abs=0.01)
    assert facts["idle_total_cny"] == pytest.approx(11972.07, abs=0.01)
    assert facts["saving_cny"] == pytest.approx(2759.54, abs=0.02)


def test_dispatch__writes_problem_release_series_and_model(whole: Path, tmp_path: Path) -> None:
    out, model = tmp_path / "answer", tmp_path / "model.mps"

    done("dispatch", whole, "--out", out, "--model", model)

    problem = json.loads((out / "problem.json").read_text(encoding="utf-8"))
    release = json.loads((out / "release.json").read_text(encoding="utf-8"))
    assert problem["format"] == "taihang/park-problem/v1"
    assert release["verdict"]["accepted"]
    with (out / "series.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == N
    assert float(rows[12]["sun.used_kw"]) == pytest.approx(900.0)
    assert "north.price_cny_per_kwh" in rows[0]
    assert model.read_text(encoding="utf-8").startswith("NAME taihang")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", "受电上限 100 kW 低了 20 kW"),
        ("en", "import limit of 100 kW of gate is 20 kW too low"),
    ],
)
def test_dispatch__says_why_there_is_no_plan(tmp_path: Path, lang: Lang, words: str) -> None:
    ended = taihang("dispatch", too_tight(tmp_path), "--lang", lang)

    assert ended.code == 1
    assert words in " ".join(ended.out.split())


def test_dispatch__a_refusal_is_plain_for_machines_too(tmp_path: Path) -> None:
    ended = taihang("dispatch", too_tight(tmp_path), "--json")

    assert ended.code == 1
    (breach,) = cast("list[Mapping[str, object]]", ended.facts["breaches"])
    assert (breach["kind"], breach["step"], breach["total_kwh"]) == ("import", 1, 20.0)


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--gap", "2"), "input.gap"), (("--model", "m.txt"), "input.model-format")],
)
def test_dispatch__odd_options_are_refused(
    tmp_path: Path, words: tuple[str, ...], code: str
) -> None:
    taihang("dispatch", too_tight(tmp_path), *words).refused(code)


def test_catalogue__has_words_for_every_rule_limit_and_line() -> None:
    keys = set(load_catalogue())
    breaches = {key.rsplit(".", 1)[1] for key in keys if key.startswith("cli.dispatch.breach.")}
    limits = {key.rsplit(".", 1)[1] for key in keys if key.startswith("cli.dispatch.limit.")}

    assert breaches == limits | {"short", "surplus"}


def one_store(folder: Path) -> Path:
    assets = [
        bus("el"),
        load("l", "el", column("load_kw")),
        grid("gate", "el", import_price_cny_per_kwh=column("price_cny_per_kwh")),
        battery("store", "el", charge_kw=40.0, energy_kwh=80.0),
    ]
    series = {"load_kw": [50.0, 120.0, 90.0], "price_cny_per_kwh": [0.2, 0.9, 0.5]}
    return write_problem(folder, assets, series=series, n_steps=3)


@pytest.mark.parametrize("lang", LANGS)
def test_dispatch__says_once_that_a_compiler_would_make_it_faster(
    tmp_path: Path, lang: Lang, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning_wiring, "find_plan", no_loops)

    said = done("dispatch", one_store(tmp_path), "--lang", lang).out

    assert said.replace("\n", "").count("taihang[fast]") == 1
    assert max(width_of(line) for line in said.splitlines()) <= COLUMNS


@pytest.mark.parametrize("lang", LANGS)
def test_dispatch__says_that_the_programme_of_one_store_found_the_plan(
    tmp_path: Path, lang: Lang, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning_wiring, "find_plan", lambda: find_plan)

    said = done("dispatch", one_store(tmp_path), "--lang", lang).out
    facts = done("dispatch", one_store(tmp_path), "--json").facts

    assert load_catalogue()["cli.dispatch.method.slope"][lang] in said
    assert facts["method"] == "slope-dp"


def test_dispatch__has_words_for_every_reason_to_take_the_linear_model() -> None:
    assert all(f"cli.dispatch.why_linear.{reason}" in load_catalogue() for reason in Reason)
