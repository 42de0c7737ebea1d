"""Numbers of statements and their paths."""

from decimal import Decimal

from taihang.core.figure.number import Document, at, matching, numbers

BODY: Document = {
    "id": "bill.E01.2026-08.v1",
    "version": 1,
    "energy_wh": 5,
    "whole": True,
    "value": None,
    "lines": [
        {"code": "energy.peak", "quantity": "12.5", "facts": ["a=0.5"], "amount_cny": None},
        {"code": "energy.flat", "quantity": "2", "facts": [], "amount_cny": "1.20"},
    ],
    "other": [
        {"item": "coal", "flow": "consumed", "t": "1"},
        {"item": "coal", "flow": "x", "t": 2},
    ],
    "hours": [3, 4],
    "months": {"01": "7"},
    "factors": [{"value": "0.5"}],
}


def test_numbers__are_found_by_words_and_without_what_is_no_figure() -> None:
    assert {"/".join(path): value for path, value in numbers(BODY)} == {
        "energy_wh": Decimal(5),
        "lines/energy.peak/quantity": Decimal("12.5"),
        "lines/energy.flat/quantity": Decimal(2),
        "lines/energy.flat/amount_cny": Decimal("1.20"),
        "other/coal:consumed/t": Decimal(1),
        "other/coal:x/t": Decimal(2),
        "hours/0": Decimal(3),
        "hours/1": Decimal(4),
        "months/01": Decimal(7),
    }


def test_at__finds_every_number_again() -> None:
    found = list(numbers(BODY))

    assert found
    assert all(Decimal(str(at(BODY, path))) == value for path, value in found)


def test_at__finds_nothing_where_nothing_lies() -> None:
    assert at(BODY, ("lines", "energy.valley", "quantity")) is None
    assert at(BODY, ("energy_wh", "deeper")) is None


def test_paths__stay_when_a_line_comes_before() -> None:
    assert isinstance(BODY, dict)
    lines = BODY["lines"]
    assert isinstance(lines, list)
    longer: Document = {**BODY, "lines": [{"code": "new", "quantity": "1"}, *lines]}

    assert at(longer, ("lines", "energy.flat", "quantity")) == "2"


def test_matching__takes_any_name_for_a_star() -> None:
    found = [(path[1], each) for path, each in matching(BODY, ("lines", "*", "amount_cny"))]

    assert found == [("energy.peak", None), ("energy.flat", "1.20")]
