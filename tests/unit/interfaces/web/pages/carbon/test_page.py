"""Carbon in words: cards, steps between months, and what is missing."""

from decimal import Decimal
from typing import cast

import pytest

from taihang.core.figure.story import Label, Named, RuleOf
from taihang.interfaces.figure_words import FigureWords
from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.pages.carbon.page import (
    GAPS_SHOWN,
    Card,
    carbon_context,
    gap_lines,
    quota_context,
)
from taihang.interfaces.web.pages.carbon.view import (
    CarbonView,
    GapRow,
    Quotas,
    RuleRow,
)
from taihang.services.figure_standing import Told

GAP = Label("gap", {"what": "diesel consumed", "reason": "months-missing", "detail": "2026-10"})


def view(**change: object) -> CarbonView:
    base: dict[str, object] = {
        "zone": "Asia/Shanghai",
        "is_whole": True,
        "months": ("2026-07", "2026-08", "2026-09"),
        "month": "2026-08",
        "n_users": 3,
        "n_stated": {"scope2-location": 3, "scope2-market": 2},
        "scope2_t": {
            "scope2-location": Told(value=Decimal(200), key="total/scope2-location/2026-08"),
            "scope2-market": Told(value=Decimal(50), key="total/scope2-market/2026-08"),
        },
        **change,
    }
    return CarbonView(**base)  # pyright: ignore[reportArgumentType]


def cards(shown: CarbonView) -> dict[str, Card]:
    found = cast("tuple[Card, ...]", carbon_context(shown, look=PLAIN)["cards"])
    return {card.code: card for card in found}


def test_carbon_context__compares_the_ways_and_says_whom_one_lacks() -> None:
    found = cards(view())

    assert found["scope2-location"].fill_percent == "100.0%"
    assert found["scope2-market"].fill_percent == "25.0%"
    assert "2/3" in found["scope2-market"].note
    assert "/3" not in found["scope2-location"].note
    assert found["scope2-physical"].cell.words == "—"
    assert found["scope1"].cell.words == "—"


@pytest.mark.parametrize(
    ("month", "before", "after"),
    [("2026-07", "", "2026-08"), ("2026-08", "2026-07", "2026-09"), ("", "", "")],
)
def test_carbon_context__steps_to_months_that_are_there(
    month: str, before: str, after: str
) -> None:
    context = carbon_context(view(month=month), look=PLAIN)

    assert (context["before"], context["after"]) == (before, after)


def test_carbon_context__shows_so_many_gaps_and_counts_the_rest() -> None:
    gaps = tuple(GapRow(kind="inventory", subject="E01", words=GAP) for _ in range(GAPS_SHOWN + 2))
    context = carbon_context(view(gaps=gaps), look=PLAIN)

    assert len(cast("tuple[object, ...]", context["gaps"])) == GAPS_SHOWN
    assert (context["n_gaps"], context["n_more"]) == (GAPS_SHOWN + 2, 2)


def test_carbon_context__names_rules_with_their_text() -> None:
    rule = RuleRow(kind="inventory", rule=RuleOf("gbt-32150/v2", "carbon.md", "GB/T 32150"))
    (found,) = cast(
        "tuple[dict[str, str], ...]", carbon_context(view(rules=(rule,)), look=PLAIN)["rules"]
    )

    assert found == {
        "kind": "温室气体清单",
        "name": "gbt-32150/v2",
        "basis": "GB/T 32150",
        "page": "carbon.md",
    }


def test_gap_lines__say_what_and_why_in_the_words_of_the_reader() -> None:
    row = GapRow(kind="inventory", subject="E01", words=GAP)
    words = FigureWords("en", "UTC", {"E01": Named("一厂", "Plant one")})

    (line,) = gap_lines([row], words)

    assert line["subject"] == "E01 Plant one"
    assert line["words"].startswith("diesel consumed: ")
    assert "2026-10" in line["words"]


def test_quota_context__of_no_quota_is_empty() -> None:
    context = quota_context(
        Quotas(year="2026", lines=(), is_issued=False, gaps=(), names={}), lang="en"
    )

    assert context["quotas"] is None
