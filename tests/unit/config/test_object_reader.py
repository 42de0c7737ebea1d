from taihang.config.object_reader import read_each, read_one, read_perhaps
from taihang.config.table_reader import TableReader
from taihang.core.park.problem import ParkProblem, path_text


def name_of(table: TableReader) -> str:
    return table.text("name", example="x")


def test_read_one__blames_a_table_that_lacks_once() -> None:
    problems: list[ParkProblem] = []
    root = TableReader({}, path=(), problems=problems)

    read_one(root, "park", name_of, problems)
    root.close()

    assert [path_text(problem.path) for problem in problems] == ["park"]


def test_read_perhaps__is_none_without_a_problem() -> None:
    problems: list[ParkProblem] = []
    root = TableReader({"log": {"name": "a"}}, path=(), problems=problems)

    assert read_perhaps(root, "witness", name_of, problems) is None
    assert read_perhaps(root, "log", name_of, problems) == "a"
    assert problems == []


def test_read_each__keeps_order_and_tells_every_bad_one() -> None:
    problems: list[ParkProblem] = []
    rows = {"b": {"name": "1"}, "a": {"name": "2"}, "c d": {"name": "3"}, "e": 5, "f": {}}
    root = TableReader({"plants": rows}, path=(), problems=problems)

    found = read_each(root, "plants", name_of, problems)

    assert list(found.items())[:2] == [("b", "1"), ("a", "2")]
    assert [path_text(problem.path) for problem in problems] == [
        'plants."c d"',
        "plants.e",
        "plants.f.name",
    ]
