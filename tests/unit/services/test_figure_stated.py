"""The words of rule books, and where the numbers of statements stand."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from taihang.core.figure.story import Ground, Label, Named
from taihang.core.seal.issued import IssuedStatement
from taihang.services.figure_stated import (
    Explained,
    Place,
    Stated,
    always,
    each,
    equal,
    explanation,
    first_that_adds_up,
    fits,
    largest,
    path_of,
    placed,
    product,
    rests_on,
    share,
    summed,
    total,
    unit_at,
)
from taihang.services.ports import Ports

BODY = {
    "unit": "CNY",
    "value": "7",
    "a_wh": 5,
    "b_wh": 2,
    "none_wh": None,
    "inputs": {"statements": ["part.E01.2026-08.v1", "other.E01.2026-08.v1"]},
    "lines": [
        {"code": "x", "title": {"zh": "甲", "en": "X"}, "n": "3", "unit": "kWh", "quantity": "1.5"},
        {"code": "y", "n": "4", "unit": "kW", "quantity": "2"},
    ],
}


@pytest.fixture
def of(tmp_path: Path) -> Stated:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        return Stated.of(issued("kind", BODY), ports=ports)


def issued(kind: str, body: Mapping[str, object]) -> IssuedStatement:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return IssuedStatement(f"{kind}.E01.2026-08", 1, kind, "E01", "2026-08", text)


def result(found: Explained) -> Decimal | None:
    exact = found.derivation.result
    return None if exact is None else Decimal(exact.numerator) / exact.denominator


def test_words__work_out_what_they_say(of: Stated) -> None:
    at = Place(of, ("value",), ("x",))

    assert result(total("a_wh", "b_wh")(at)) == 7
    assert result(total("a_wh", "-b_wh")(at)) == 3
    assert result(total("a_wh", "none_wh")(at)) == 5
    assert result(each("lines/*/n")(at)) == 7
    assert result(each("lines/*/n", where=lambda line: line["code"] == "y")(at)) == 4
    assert result(product("lines/{0}/n", "lines/{0}/quantity")(at)) == Decimal("4.5")
    assert result(product("lines/{0}/n", "lines/{0}/quantity", over=10, digits=1)(at)) == (
        Decimal("0.4")
    )
    assert result(share("b_wh", "a_wh")(at)) == Decimal("0.4")
    assert result(equal("a_wh")(at)) == 5
    assert result(largest("lines/*/n")(at)) == 4


def test_rests_on__shows_and_adds_nothing(of: Stated) -> None:
    found = rests_on(Ground.SOLVED, "why", "lines/*/n")(Place(of, ("value",)))

    assert found.ground is Ground.SOLVED
    assert found.derivation.result is None
    assert [one.value for one in found.derivation.beside] == [3, 4]
    assert found.notes == (Label("why"),)


def test_first_that_adds_up__takes_the_branch_that_gives_the_number(of: Stated) -> None:
    at = Place(of, ("value",))

    found = first_that_adds_up(equal("a_wh"), total("a_wh", "b_wh"), equal("b_wh"))(at)

    assert result(found) == 7
    # Where none does, the last one is shown, and the page says that it does not add up.
    assert result(first_that_adds_up(equal("a_wh"), equal("b_wh"))(at)) == 2
    assert always(found)(at) is found


def test_summed__adds_one_number_of_each_statement_behind(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        parts = [issued("part", {"n": "2"}), issued("other", {"n": "5"})]
        ports.registry.add_statements(parts, at_s=0)
        of = Stated.of(issued("kind", BODY), ports=ports)

        assert result(summed("n", "part")(Place(of, ("value",)))) == 2
        assert result(summed("n", "part", "other")(Place(of, ("value",)))) == 7
        assert [one.issued.kind for one in of.behind("other", subject="E01")] == ["other"]
        assert not list(of.behind("other", subject="E02"))


def test_explanation__takes_the_first_rule_that_fits(of: Stated) -> None:
    book = {"lines/x/n": equal("a_wh"), "lines/*/n": equal("b_wh")}

    first, second = (explanation(book, of, ("lines", code, "n")) for code in ("x", "y"))

    assert first is not None
    assert second is not None
    assert (result(first), result(second)) == (5, 2)
    assert explanation(book, of, ("value",)) is None


def test_paths__are_matched_and_filled() -> None:
    assert fits("lines/*/n", ("lines", "x.y", "n")) == ("x.y",)
    assert fits("lines/*/n", ("lines", "x", "m")) is None
    assert fits("lines/*", ("lines", "x", "n")) is None
    assert path_of("a/{1}/{0}", ("x", "y")) == ("a", "y", "x")


def test_placed__names_line_and_unit(of: Stated) -> None:
    path = ("lines", "x", "quantity")

    name = placed(of, path)

    assert name.line == Named("甲", "X")
    assert (name.kind, name.subject, name.period, name.path) == ("kind", "E01", "2026-08", path)
    assert unit_at(BODY, path) == "kWh"
    assert unit_at(BODY, ("value",)) == "CNY"
    assert unit_at(BODY, ("a_wh",)) == "Wh"
    assert not unit_at(BODY, ("lines", "x", "n"))


def test_activities__are_the_lines_that_a_statement_names(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        assert not _without_activities(ports)


def _without_activities(ports: Ports) -> list[object]:
    return [*Stated.of(issued("kind", BODY), ports=ports).activities()]
