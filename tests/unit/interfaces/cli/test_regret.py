"""The regret ledger on the terminal, in both languages, and for machines."""

from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

import late_park
import regret_park
from command_line import done, taihang
from taihang.interfaces.catalogue import LANGS, Lang

DAY = "2026-08-29"


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return late_park.copied(regret_park.rested(), tmp_path_factory.mktemp("regret") / "park")


@pytest.mark.parametrize("lang", LANGS)
def test_regret__of_a_day_tells_four_bills_and_where_the_difference_lies(
    lang: Lang, park: Path
) -> None:
    told = done("regret", park, "--day", DAY, "--lang", lang).out

    words = {
        "zh": ("不动储能", "计划承诺", "实际", "事后最优", "控制", "模型", "预测", "视野"),
        "en": ("at rest", "promised", "as it was done", "perfect foresight", "control", "model"),
    }
    for word in words[lang]:
        assert word in told
    assert max(len(line) for line in told.splitlines()) <= 80


@pytest.mark.parametrize("lang", LANGS)
def test_regret__of_a_month_shows_every_day_and_what_lies_across_them(
    lang: Lang, park: Path
) -> None:
    told = done("regret", park, "--month", "2026-08", "--lang", lang).out

    assert all(f"08-{day:02d}" in told for day in range(1, 32))
    assert {"zh": "跨日", "en": "across days"}[lang] in told
    assert {"zh": "裁判", "en": "referee"}[lang] in told
    assert "…" not in told, "no column is cut"


def test_regret__for_machines_sums(park: Path) -> None:
    day = done("regret", park, "--day", DAY, "--json").facts
    month = done("regret", park, "--month", "2026-08", "--json").facts

    parts = cast("dict[str, str]", day["parts_cny"])
    assert sum(map(Decimal, parts.values())) == Decimal(str(day["value"]))
    days = cast("dict[str, dict[str, Any]]", month["days"])
    across = Decimal(cast("dict[str, str]", month["parts_cny"])["across_days"])
    total = sum((Decimal(each["value"]) for each in days.values()), across)
    assert total == Decimal(str(month["value"]))
    assert days[DAY] == {key: value for key, value in day.items() if key != "day"}


def test_regret__of_a_day_that_is_not_settled_says_what_to_do(park: Path) -> None:
    assert "settle the day" in taihang("regret", park, "--day", "2026-10-05").err


@pytest.mark.parametrize("word", ["2026-13", "2026-9", "x", ""])
def test_regret__refuses_what_is_no_month(word: str, park: Path) -> None:
    taihang("regret", park, "--month", word).refused("input.period", "YYYY-MM")


def test_regret__of_a_month_tells_its_saving_beside_that_of_its_days(park: Path) -> None:
    told = done("regret", park, "--month", "2026-08", "--lang", "en").out
    bills = cast(
        "dict[str, str]", done("regret", park, "--month", "2026-08", "--json").facts["bills_cny"]
    )

    saved = Decimal(bills["idle"]) - Decimal(bills["done"])
    assert f"saved over the month: {saved:,.0f} CNY" in told
