from enum import StrEnum

from taihang.config.table_reader import TableReader, table_of
from taihang.config.value_rules import NumberRule
from taihang.core.park.assets import ALWAYS
from taihang.core.park.problem import ParkProblem, path_text

_KW = NumberRule(words="a number of kilowatts", unit="kW", example="1000", above=0)


class _Colour(StrEnum):
    RED = "red"
    GREEN = "green"


def _reader(table: dict[str, object]) -> tuple[TableReader, list[ParkProblem]]:
    problems: list[ParkProblem] = []
    return TableReader(table, path=("things", "T1"), problems=problems), problems


def test_close__tells_a_missing_key_only_when_it_is_required() -> None:
    reader, problems = _reader({})

    reader.number("power_kw", _KW)
    reader.optional_number("planned_kw", _KW)
    reader.close()

    assert [path_text(problem.path) for problem in problems] == ["things.T1.power_kw"]
    assert problems[0].remedy == "write for example 1000"


def test_close__tells_a_misspelt_key_once() -> None:
    reader, problems = _reader({"pwer_kw": 5})

    reader.number("power_kw", _KW)
    reader.close()

    assert [(problem.given, problem.remedy) for problem in problems] == [
        ("an unknown key", "write power_kw")
    ]


def test_close__does_not_suggest_a_key_that_is_there() -> None:
    reader, problems = _reader({"power_kw": 5, "pwer_kw": 5})

    assert reader.number("power_kw", _KW) == 5.0
    reader.close()

    assert [problem.remedy for problem in problems] == ["remove it"]


def test_choice__stands_in_for_a_refused_one() -> None:
    reader, problems = _reader({"colour": "gren"})

    colour = reader.choice("colour", _Colour)

    assert isinstance(colour, _Colour)
    assert problems[0].remedy == "write green"


def test_optional_choice__is_none_where_it_is_not_given() -> None:
    reader, problems = _reader({})

    assert reader.optional_choice("colour", _Colour) is None
    assert problems == []


def test_in_service__is_always_where_it_is_not_given() -> None:
    reader, _ = _reader({})

    assert reader.in_service() == ALWAYS


def test_references_or_all__of_nobody_is_refused() -> None:
    reader, problems = _reader({"users": "all"})

    assert reader.references_or_all("users", everyone=()) == ()
    assert [problem.given for problem in problems] == ['"all"']


def test_words__may_be_empty() -> None:
    reader, problems = _reader({"items": []})

    assert reader.words("items", example="energy") == ()
    assert problems == []


def test_asked__names_each_key_with_its_unit() -> None:
    reader, _ = _reader({})

    reader.number("power_kw", _KW)
    reader.in_service()

    assert [(key.name, key.unit, key.required) for key in reader.asked] == [
        ("power_kw", "kW", True),
        ("in_service", "", False),
    ]


def test_table_of__is_none_for_what_is_no_table() -> None:
    assert table_of([1]) is None
    assert table_of({"a": 1}) == {"a": 1}
