"""``taihang revenue``: every side of a month, results of assets, and the same as pages."""

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

import asset_park
import money_park
import small_park
from command_line import done, taihang
from taihang.interfaces.catalogue import LANGS, Lang

MONTH = "2026-08"
Facts = dict[str, Any]


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """August of a park whose plant has a position, one day of which is not settled."""
    text = asset_park.text(asset_park.COMPANY, asset_park.COSTS, asset_park.INCOME)
    root = small_park.make(tmp_path_factory.mktemp("revenue") / "park", text)
    with money_park.opened(root) as ports:
        asset_park.closed(ports, dear=500)
    return root


def facts(root: Path, *words: str) -> Facts:
    return cast("Facts", done("revenue", root, "--month", MONTH, *words, "--json").facts)


def figures(found: Facts) -> list[str | None]:
    return [each.get("value") for each in found["figures"]]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("of", ["", "PV01", "E01", "operator", "assets"])
def test_revenue__tells_every_side_in_both_languages(settled: Path, of: str, lang: Lang) -> None:
    words = ("--of", of) if of else ()

    told = done("revenue", settled, "--month", MONTH, *words, "--lang", lang).out

    assert MONTH in told
    assert "revenue." not in told, "a word of the catalogue lacks"
    assert ("元" in told) == (lang == "zh")
    assert max(map(len, told.splitlines())) <= 100


def test_revenue__of_all_plants_closes_to_the_fen(settled: Path) -> None:
    found = facts(settled, "--lang", "en")

    users, plants, margin = (Decimal(str(value)) for value in figures(found))
    (closing,) = (each for each in found["sections"] if each["title"].startswith("How the money"))
    amounts = [Decimal(row[1]["value"]) for row in closing["tables"][0]["rows"]]
    assert amounts[0] == users
    assert (amounts[2], amounts[4], amounts[5]) == (plants, margin, 0)
    assert amounts[0] + amounts[1] == sum(amounts[2:5])


def test_revenue__of_a_plant_is_its_statement(settled: Path) -> None:
    found = facts(settled, "--of", "PV01")

    with small_park.opened(settled, writing=False) as ports:
        assert figures(found)[0] == small_park.value_of(ports, f"revenue.PV01.{MONTH}")
    assert [each["id"] for each in found["references"]] == [f"revenue.PV01.{MONTH}.v1"]


def test_revenue__of_a_year_is_a_result_without_one_where_months_lack(settled: Path) -> None:
    told = done("revenue", settled, "--year", "2026", "--of", "PV01", "--lang", "en").out

    assert "11 months have no statement of revenue" in told
    assert "result  – CNY" in told


def test_revenue__issues_results_and_quotes_them(settled: Path, tmp_path: Path) -> None:
    root = tmp_path / "park"
    shutil.copytree(settled, root)
    out = tmp_path / "deep" / "result.html"

    draft = facts(root, "--of", "PV01", "--result")
    found = facts(root, "--of", "PV01", "--result", "--issue", "--out", str(out))

    assert draft["references"] == []
    assert found["issued"] == 3
    assert [each["id"] for each in found["references"]] == [f"asset-result.PV01.{MONTH}.v1"]
    assert found["code"] in out.read_text("utf-8")
    assert [*figures(draft)] == [*figures(found)]


HEADS = {"html": b"<!doctype", "xlsx": b"PK", "pdf": b"%PDF"}


@pytest.mark.parametrize(("form", "head"), HEADS.items())
def test_revenue__writes_pages(settled: Path, tmp_path: Path, form: str, head: bytes) -> None:
    out = tmp_path / f"pv01.{form}"

    told = done("revenue", settled, "--month", MONTH, "--of", "PV01", "--out", str(out)).out

    assert out.read_bytes()[: len(head)].lower() == head.lower()
    assert str(out) in told


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--month", MONTH, "--of", "X9"), "input.unknown-payee"),
        (("--month", "2026-07"), "state.no-revenue"),
        (("--month", "2026-07", "--of", "assets"), "state.no-asset-result"),
        (("--month", MONTH, "--of", "E01", "--result"), "state.no-asset-result"),
        (("--month", MONTH, "--out", "x.doc"), "input.page-form"),
    ],
)
def test_revenue__refuses_what_it_cannot_say(
    settled: Path, words: tuple[str, ...], code: str
) -> None:
    taihang("revenue", settled, *words).refused(code)
