"""Names that say nothing, and clocks in the wrong place."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from conventions.source_tree import SRC, joined, modules, name_of, parsed, text_files

EMPTY_NAMES: Final = frozenset(("base", "common", "helper", "helpers", "manager", "util", "utils"))
"""A module of this name is a place for what has no place."""
SYNONYMS: Final = {
    "generator": "plant",
    "registration": "register",
    "retire": "cancel",
    "retirement": "cancel",
    "setpoint": "set point",
    "timestamp": "instant, or time_s",
    "tenant": "enterprise",
}
"""Words that the glossary does not use in names, and what it says instead."""
CLOCK: Final = SRC / "adapters" / "system.py"
_CLOCKS: Final = frozenset(
    (
        ("datetime", "now"),
        ("datetime", "utcnow"),
        ("datetime", "today"),
        ("date", "today"),
        ("time", "time"),
        ("time", "time_ns"),
        ("time", "localtime"),
    )
)


def empty_names(paths: list[Path]) -> list[str]:
    """Return paths with a part that says nothing about what is inside."""
    return [
        str(path)
        for path in paths
        for part in path.with_suffix("").parts
        if set(part.lower().split("_")) & EMPTY_NAMES
    ]


def clock_calls(tree: ast.AST) -> Iterator[str]:
    """Yield every use of the wall clock."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            if (name, node.attr) in _CLOCKS:
                yield f"{node.lineno}: {name}.{node.attr}"


def defined_names(tree: ast.AST) -> Iterator[str]:
    """Yield the names that a module gives to things: functions, classes, parameters, fields."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def test_modules__have_names_that_say_something() -> None:
    found = [path.relative_to(SRC) for path in modules()]

    assert len(found) >= 120
    assert not empty_names(found), joined(empty_names(found))


def test_clock__is_read_in_one_module_only() -> None:
    reading = {path: list(clock_calls(parsed(path))) for path in modules()}

    assert reading.pop(CLOCK), "the clock has moved: say where it is now"
    found = [f"{name_of(path)}:{call}" for path, calls in reading.items() for call in calls]
    assert not found, joined(found)


def strangers(tree: ast.AST) -> Iterator[str]:
    """Yield names with a word that the glossary calls otherwise."""
    for name in defined_names(tree):
        for word in re.findall(r"[A-Z]?[a-z]+", name):
            if word.lower() in SYNONYMS:
                yield f"{name}, the glossary says {SYNONYMS[word.lower()]}"


def test_names__are_those_of_the_glossary() -> None:
    found = [
        f"{name_of(path)}: {name}"
        for path in modules("core", "services", "standards", "simulator")
        for name in strangers(parsed(path))
    ]

    assert not found, joined(found)


def test_strangers__finds_a_word_in_the_middle_of_a_name() -> None:
    source = "def f(last_timestamp_s: int, plant: str) -> None: ...\nclass WindGenerator: ..."

    assert len(list(strangers(ast.parse(source)))) == 2


def test_text_files__are_found() -> None:
    assert len(text_files()) >= 250


def test_empty_names__finds_a_drawer() -> None:
    assert empty_names([Path("core/park/utils.py"), Path("core/park/database.py")]) == [
        "core/park/utils.py"
    ]


def test_clock_calls__finds_every_way_to_ask() -> None:
    source = "a = datetime.now()\nb = datetime.datetime.now(UTC)\nc = clock.now()\nd = time.time()"

    assert len(list(clock_calls(ast.parse(source)))) == 3


def test_defined_names__finds_what_a_module_names() -> None:
    source = "class A:\n    b: int\n    def c(self, d: int) -> None: ..."

    assert set(defined_names(ast.parse(source))) == {"A", "b", "c", "self", "d"}
