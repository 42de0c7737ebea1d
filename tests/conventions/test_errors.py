"""Every failure has a code of its own that docs/errors.md explains."""

import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Final

import taihang
from conventions.source_tree import DOCS, joined
from taihang.core.errors import InputError, IntegrityError, LinkError, StateError, TaihangError

PAGE: Final = DOCS / "errors.md"
N_CLASSES_LEAST: Final = 100
BRANCHES: Final = (InputError, StateError, IntegrityError, LinkError)
_CODE: Final = re.compile(r"(?:input|state|integrity|link)(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)?")
_ROW: Final = re.compile(r"^\| `([^`]+)` \| (.+) \| (.+) \|$", re.MULTILINE)


def failures() -> list[type[TaihangError]]:
    """Return every class of failure of the package, by importing all of it."""
    # The wiring sets Django up, which the models of the registry need before they are imported.
    import_module("taihang.wiring")
    for found in walk_packages(taihang.__path__, "taihang."):
        import_module(found.name)
    own = [kind for kind in _below(TaihangError) if kind.__module__.startswith("taihang.")]
    return sorted(set(own), key=lambda kind: (kind.code, kind.__module__, kind.__name__))


def shared_codes(kinds: list[type[TaihangError]]) -> list[str]:
    """Return the codes that two classes bear, with the classes."""
    by_code: dict[str, list[str]] = {}
    for kind in kinds:
        by_code.setdefault(kind.code, []).append(f"{kind.__module__}.{kind.__name__}")
    return [f"{code}: {', '.join(names)}" for code, names in by_code.items() if len(names) > 1]


def documented() -> dict[str, tuple[str, str]]:
    """Return meaning and remedy of every code of the page."""
    rows: list[tuple[str, str, str]] = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert len({code for code, _, _ in rows}) == len(rows), "a code stands twice on the page"
    return {code: (meaning, remedy) for code, meaning, remedy in rows}


def _below(kind: type[TaihangError]) -> Iterator[type[TaihangError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)


def test_failures__have_a_code_of_their_own() -> None:
    kinds = failures()

    assert len(kinds) >= N_CLASSES_LEAST
    assert not shared_codes(kinds), joined(shared_codes(kinds))


def test_failures__have_a_code_that_begins_with_their_branch() -> None:
    for kind in failures():
        (branch,) = (base.code for base in BRANCHES if issubclass(kind, base))
        assert _CODE.fullmatch(kind.code), kind
        assert kind.code.split(".")[0] == branch, kind


def test_failures__are_explained_on_the_page_and_nothing_else_is() -> None:
    codes = {kind.code for kind in failures()}
    page = documented()

    assert not codes - set(page), f"not in docs/errors.md: {joined(sorted(codes - set(page)))}"
    assert not set(page) - codes, f"no class has this code: {joined(sorted(set(page) - codes))}"
    assert all(meaning.strip() and remedy.strip() for meaning, remedy in page.values())


def test_shared_codes__finds_a_code_used_twice() -> None:
    class OneError(InputError):
        code = "input.one"

    class OtherError(InputError):
        code = "input.one"

    assert shared_codes([OneError, InputError]) == []
    assert len(shared_codes([OneError, OtherError])) == 1
