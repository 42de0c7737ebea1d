"""What a limit book must be before anybody is judged by it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from admission_case import BOOK, RULES, limit, unit
from taihang.core.admission.judge import LimitBook
from taihang.core.park.check_limits import check_limits
from taihang.core.park.limits import LimitMeasure
from taihang.core.park.problem import Severity, path_text


def paths(book: LimitBook) -> list[str]:
    return [
        path_text(problem.path)
        for problem in check_limits(book.rules, book.limits, book.closed_units)
    ]


def test_check_limits__takes_none_and_a_whole_book() -> None:
    assert list(check_limits(None, {}, {})) == []
    assert paths(BOOK) == []


def test_check_limits__wants_rules_and_limits_together() -> None:
    assert [path_text(p.path) for p in check_limits(None, BOOK.limits, {})] == ["admission"]
    assert [path_text(p.path) for p in check_limits(RULES, {}, {})] == ["limits"]


@pytest.mark.parametrize(
    ("book", "expected"),
    [
        (
            replace(BOOK, rules=replace(RULES, replacement_ratio=Decimal("0.99"))),
            ["admission.replacement_ratio"],
        ),
        (
            replace(BOOK, limits={**BOOK.limits, "c2": limit("c2", LimitMeasure.CARBON, "9", "1")}),
            ["limits.c2.measure"],
        ),
        (
            replace(BOOK, closed_units={"K9": unit("K9", {"nox": "1"})}),
            ["closed_units.K9.frees.nox"],
        ),
    ],
)
def test_check_limits__names_what_is_wrong(book: LimitBook, expected: list[str]) -> None:
    assert paths(book) == expected


def test_check_limits__warns_of_a_book_that_is_overdrawn() -> None:
    full = limit("so2", LimitMeasure.STATED, "1", "2")

    (problem,) = check_limits(RULES, {"so2": full}, {})

    assert (problem.severity, path_text(problem.path)) == (
        Severity.WARNING,
        "limits.so2.committed",
    )
