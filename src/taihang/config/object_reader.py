"""Reads the tables of a park file that stand once, perhaps, or once for each id."""

from collections.abc import Callable
from typing import TypeVar

from taihang.config.table_reader import ID_WORDS, TableReader, table_of
from taihang.config.value_rules import id_of, shown
from taihang.core.park.problem import ParkProblem, visible

_Object = TypeVar("_Object")


def read_one(
    root: TableReader,
    name: str,
    read: Callable[[TableReader], _Object],
    problems: list[ParkProblem],
) -> _Object:
    """Read a table that must be there.

    Args:
        root: The whole file.
        name: Name of the table.
        read: What reads it.
        problems: Where what is wrong is noted.

    Returns:
        What was read; of no use where a problem was noted.
    """
    content = root.table(name, required=True)
    # A table that is not there at all is one problem, not one for each of its keys.
    table = TableReader(content or {}, path=(name,), problems=[] if content is None else problems)
    value = read(table)
    table.close()
    return value


def read_perhaps(
    root: TableReader,
    name: str,
    read: Callable[[TableReader], _Object],
    problems: list[ParkProblem],
) -> _Object | None:
    """Read a table where it is there; the arguments are those of ``read_one``."""
    content = root.table(name, required=False)
    if content is None:
        return None
    table = TableReader(content, path=(name,), problems=problems)
    value = read(table)
    table.close()
    return value


def read_each(
    root: TableReader,
    kind: str,
    read: Callable[[TableReader], _Object],
    problems: list[ParkProblem],
) -> dict[str, _Object]:
    """Read every object of a kind, by id; the arguments are those of ``read_one``."""
    objects: dict[str, _Object] = {}
    for name, row in (root.table(kind, required=False) or {}).items():
        content = table_of(row)
        if id_of(name) is None:
            problems.append(
                ParkProblem(
                    path=(kind, name),
                    given=f'the id "{visible(name)}"',
                    expected=f"an id of {ID_WORDS}",
                    remedy="rename it, for example E01",
                )
            )
        if content is None:
            problems.append(
                ParkProblem(
                    path=(kind, name),
                    given=shown(row),
                    expected="a table of its keys",
                    remedy=f"write {visible(name)} = {{ … }}",
                )
            )
            continue
        table = TableReader(content, path=(kind, name), problems=problems)
        objects[name] = read(table)
        table.close()
    return objects
