"""The inventory report of an enterprise: it adds up, quotes its statement, and hides no gap."""

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

import annual_kit
from command_line import done, taihang
from taihang.interfaces.catalogue import LANGS, Lang
from year_kit import YEAR

WORDS: Final = ("--year", YEAR, "--kind", "inventory", "--enterprise")
ID: Final = f"inventory.E01.{YEAR}.v1"


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return annual_kit.make(tmp_path_factory.mktemp("inventory") / "park")


@pytest.fixture(scope="module")
def form(park: Path) -> dict[str, Any]:
    return annual_kit.machine_form(park, *WORDS, "E01")


def test_inventory_year__has_every_section_in_both_languages(park: Path) -> None:
    titles = {
        lang: [
            section["title"]
            for section in annual_kit.machine_form(park, *WORDS, "E01", "--lang", lang)["sections"]
        ]
        for lang in LANGS
    }

    assert titles["zh"] == [
        "报告主体与核算边界",
        "排放源与温室气体",
        "活动数据",
        "所用因子与系数",
        "各排放源所用因子",
        "排放量：按范围与气体",
        "外购电力排放（范围二）",
        "不确定性",
        "未评定事项",
        "核查状态",
        "活动数据凭据与证据",
        "签署",
        "复核状态",
    ]
    assert len(titles["en"]) == len(titles["zh"])
    assert not set(titles["en"]) & set(titles["zh"])


def test_inventory_year__sums_are_the_sums_of_its_lines(form: dict[str, Any]) -> None:
    by_scope, by_gas = annual_kit.section(form, "排放量：按范围与气体")["tables"]
    *lines, scope1, heat, location, total = by_scope["rows"]
    n_sums = by_scope["sums"]

    assert n_sums == 4
    assert len(lines) == 5
    amounts = [(row[0]["words"], Decimal(row[5]["value"])) for row in lines]
    direct = sum(value for scope, value in amounts if scope == "1")
    assert direct == Decimal(scope1[5]["value"])
    assert sum(value for _, value in amounts) == Decimal(total[5]["value"])
    assert Decimal(heat[5]["value"]) == Decimal("277.2")
    assert sum(Decimal(row[1]["value"]) for row in by_gas["rows"]) == Decimal(total[5]["value"])
    assert Decimal(location[5]["value"]) > 13_000


def test_inventory_year__shows_three_views_and_never_adds_them(form: dict[str, Any]) -> None:
    (table,) = annual_kit.section(form, "外购电力排放（范围二）")["tables"]

    values = [Decimal(row[1]["value"]) for row in table["rows"]]
    base = {
        Decimal(row[2]["value"]) - value for row, value in zip(table["rows"], values, strict=True)
    }
    assert len(values) == 3 == len(set(values))
    assert len(base) == 1, "each view stands on the same direct emissions and heat"
    assert table["sums"] == 0


def test_inventory_year__every_number_of_the_year_bears_the_statement(form: dict[str, Any]) -> None:
    figures = [figure for figure in form["figures"] if "value" in figure]
    rows = annual_kit.section(form, "排放量：按范围与气体")["tables"][0]["rows"]

    assert len(figures) == 6
    assert {figure["statement"] for figure in figures} == {ID}
    numbers = [cell for row in rows for cell in row if "value" in cell]
    assert len(numbers) > 10
    assert {cell["statement"] for cell in numbers} == {ID}
    quoted = {each["id"] for each in form["references"]}
    assert {ID, *(f"scope2-market.E01.{YEAR}-{month:02d}.v1" for month in range(1, 13))} == quoted


def test_inventory_year__names_what_lacks_and_leaves_the_verifier_blank(
    form: dict[str, Any],
) -> None:
    (table,) = annual_kit.section(form, "排放源与温室气体")["tables"]
    states = {row[0]["words"]: row[5] for row in table["rows"]}
    assert states["柴油"] == {"words": "未评定", "tone": "bad"}
    assert states["无烟煤"] == {"words": "已计入", "tone": "good"}
    assert states["热力"] == states["六氟化硫"] == states["无烟煤"]
    (gaps,) = annual_kit.section(form, "未评定事项")["tables"]
    assert [row[0]["words"] for row in gaps["rows"]] == ["柴油"]
    _, opinion = annual_kit.section(form, "核查状态")["tables"]
    assert [row[1] for row in opinion["rows"]] == [{"words": ""}] * 3


def test_inventory_year__of_a_whole_year_says_so_and_prints_true_zeros(park: Path) -> None:
    form = annual_kit.machine_form(park, *WORDS, "E02")

    labels = [figure["label"] for figure in form["figures"]]
    assert labels[0] == "排放总量（电力基于位置）"
    assert form["figures"][1]["printed"] == "0.00"
    assert annual_kit.section(form, "未评定事项")["sentences"] == ["没有未评定事项。"]


def test_inventory_year__no_line_in_a_year_that_is_not_whole_is_no_zero(tmp_path: Path) -> None:
    root = annual_kit.blank(tmp_path / "park")
    annual_kit.declare(root, 'E03 = { items = ["diesel"], source = "examined" }')
    done("carbon", root, "--year", YEAR, "--subject", "E03", "--issue")

    form = annual_kit.machine_form(root, *WORDS, "E03")

    scope1, heat = form["figures"][1:3]
    assert scope1["words"] == heat["words"] == "–"
    sums = annual_kit.section(form, "排放量：按范围与气体")["tables"][0]["rows"][-4:]
    assert [row[5].get("words") for row in sums[:2]] == ["–", "–"]


@pytest.mark.parametrize("form_name", ["html", "xlsx", "pdf", "json"])
@pytest.mark.parametrize("lang", LANGS)
def test_inventory_year__is_set_in_every_form_with_one_code(
    form_name: str, lang: Lang, park: Path
) -> None:
    words = (*WORDS, "E01", "--format", form_name, "--lang", lang, "--json")
    facts = done("report", park, *words).facts
    again = done("report", park, *words).facts

    assert Path(str(facts["file"])).name == f"E01.{YEAR}.inventory.{lang}.{form_name}"
    assert facts == again
    assert facts["code"] == annual_kit.machine_form(park, *WORDS, "E01", "--lang", lang)["code"]


def test_inventory_year__refuses_what_was_never_issued(park: Path) -> None:
    taihang("report", park, *WORDS, "E03").refused("state.not-issued", f"inventory.E03.{YEAR}")


def test_inventory_year__machine_form_holds_the_exact_value(form: dict[str, Any]) -> None:
    rows = annual_kit.section(form, "排放量：按范围与气体")["tables"][0]["rows"]

    coal = next(row[5] for row in rows if row[2].get("words") == "无烟煤")
    exact = 999 * Decimal("24.515") * Decimal("0.02749") * Decimal("0.94") * 44 / 12
    assert Decimal(coal["value"]) == exact.quantize(Decimal("0.000001"))
    assert coal["printed"] == "2,320.45"
