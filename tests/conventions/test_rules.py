"""Every ``§n`` that is cited is a rule of docs/rules.md, and every rule is cited by code or tests.

A mark that does not stand alone is not ours: ``§32-1`` or ``§3.2`` is a clause of a foreign text.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from conventions.source_tree import DOCS, ROOT, TESTS, joined, modules, name_of

RULES: Final = DOCS / "rules.md"
PROMISES: Final = DOCS / "promises.md"
FAULTS: Final = DOCS / "faults.md"
N_FAULTS: Final = 63
N_RULES_LEAST: Final = 13
_CITED: Final = re.compile(r"§(\d+)(?![\d.]*\d|-\d)")
_RULE: Final = re.compile(r"^## §(\d+) \S.*$", re.MULTILINE)
_PROMISED: Final = re.compile(r"\(((?:[PTF]\d{1,2})(?:, [PTF]\d{1,2})*)\)")
_PROMISE: Final = re.compile(r"^\| \*\*([PTF]\d{1,2})\*\* \|", re.MULTILINE)
_SHOWN: Final = re.compile(r"`([\w/]+\.py)(?:::(test_\w+))?`")
_PARTS: Final = ("**Rule.**", "**Reason.**", "**Rejected.**", "**Source.**")


def citations(text: str) -> Iterator[int]:
    """Yield the numbers of the rules that a text cites."""
    for found in _CITED.finditer(text):
        yield int(found[1])


def rules(text: str) -> list[int]:
    """Return the numbers of the rules in the order of the page."""
    return [int(number) for number in _RULE.findall(text)]


def sections(text: str) -> list[str]:
    """Return the text of every rule."""
    edges = [found.start() for found in _RULE.finditer(text)]
    return [text[start:end] for start, end in zip(edges, [*edges[1:], len(text)], strict=True)]


def citing_files() -> list[Path]:
    """Return what may cite a rule: code, tests and documents, but not the rules themselves."""
    documents = [
        path for path in DOCS.rglob("*.md") if path != RULES and "_build" not in path.parts
    ]
    return [*modules(), *sorted((ROOT / "tests").rglob("*.py")), *documents]


def promises_cited(text: str) -> Iterator[str]:
    """Yield the promises, threats and faults that a text cites, as ``(P1)`` or ``(T5, T6)``."""
    for found in _PROMISED.finditer(text):
        yield from found[1].split(", ")


def test_rules__are_numbered_without_a_hole() -> None:
    found = rules(RULES.read_text(encoding="utf-8"))

    assert len(found) >= N_RULES_LEAST
    assert found == list(range(1, len(found) + 1))


def test_rules__say_reason_alternative_and_source() -> None:
    for section in sections(RULES.read_text(encoding="utf-8")):
        assert all(section.count(part) == 1 for part in _PARTS), section.splitlines()[0]


def test_citations__name_rules_that_exist() -> None:
    known = set(rules(RULES.read_text(encoding="utf-8")))
    cited = {path: set(citations(path.read_text(encoding="utf-8"))) for path in citing_files()}

    assert sum(bool(numbers) for numbers in cited.values()) >= 15
    unknown = [
        f"{name_of(path)}: §{number}"
        for path, numbers in cited.items()
        if path != Path(__file__)
        for number in sorted(numbers - known)
    ]
    assert not unknown, joined(unknown)


def test_rules__are_each_cited_by_code_or_a_test() -> None:
    known = set(rules(RULES.read_text(encoding="utf-8")))
    python = [path for path in citing_files() if path.suffix == ".py" and path != Path(__file__)]

    cited = {number for path in python for number in citations(path.read_text(encoding="utf-8"))}

    assert not known - cited, f"rules that nothing cites: {sorted(known - cited)}"


def test_promises__are_those_that_code_cites() -> None:
    told = [
        number
        for page in (PROMISES, FAULTS)
        for number in _PROMISE.findall(page.read_text(encoding="utf-8"))
    ]
    cited = {
        number
        for path in citing_files()
        if path.suffix == ".py" and path != Path(__file__)
        for number in promises_cited(path.read_text(encoding="utf-8"))
    }

    assert len(told) == len(set(told)) >= 12
    assert not cited - set(told), f"cited and not told: {sorted(cited - set(told))}"


def test_faults__are_numbered_without_a_hole() -> None:
    found = _PROMISE.findall(FAULTS.read_text(encoding="utf-8"))

    assert found == [f"F{number}" for number in range(1, N_FAULTS + 1)]


def shown_by(page: str) -> list[tuple[str, str]]:
    """Return the tests that the page of faults names, as (file below tests/, name or nothing)."""
    return [(found[1], found[2] or "") for found in _SHOWN.finditer(page)]


def test_faults__are_shown_by_tests_that_exist_or_say_why_not() -> None:
    page = FAULTS.read_text(encoding="utf-8")
    tests = shown_by(page)

    rows = [line for line in page.splitlines() if _PROMISE.match(line)]
    assert all(len(line.split(" | ")[-1].strip(" |")) > 20 for line in rows)
    assert len(tests) >= 60
    absent = [
        f"{file}::{name}"
        for file, name in tests
        if not (TESTS / file).is_file()
        or (name and f"def {name}(" not in (TESTS / file).read_text(encoding="utf-8"))
    ]
    assert not absent, joined(absent)


def test_shown_by__reads_a_test_and_a_whole_file() -> None:
    page = "| **F1** | a | b | `fault/test_kill.py::test_it`<br>`scenario/test_x.py` |"

    assert shown_by(page) == [("fault/test_kill.py", "test_it"), ("scenario/test_x.py", "")]


def test_promises_cited__reads_one_and_several() -> None:
    assert list(promises_cited("(P1) and (T5, T6), not F1 nor (PV01) nor (T2).")) == [
        "P1", "T5", "T6", "T2",
    ]  # fmt: skip


def test_citations__are_told_from_clauses_of_foreign_texts() -> None:
    assert list(citations("(§7, §12) but § 4, §32-1, §3.2 and §5.")) == [7, 12, 5]
