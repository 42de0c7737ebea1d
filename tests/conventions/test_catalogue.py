"""Every text that code asks for exists in both languages, and no text waits for nobody."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from conventions.source_tree import SRC, STANDALONE, joined, modules, name_of, parsed
from taihang.interfaces.catalogue import LANGS, load_catalogue

N_TEXTS_LEAST: Final = 150
_CALLS: Final = frozenset(("text", "words", "has_text"))
_TAG: Final = re.compile(r"""\{%\s*words\s+["']([a-z0-9_.-]+)["']""")
_TEMPLATES: Final = SRC / "interfaces" / "web" / "templates"


def asked_keys(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and key of every text asked for; a key that is built has ``*`` in its place."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in _CALLS:
            key = _pattern(node.args[0])
            if key is not None:
                yield node.lineno, key


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _pattern(key: ast.expr) -> str | None:
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return key.value
    if isinstance(key, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "*" for part in key.values
        )
    return None


def matches(pattern: str, keys: set[str]) -> set[str]:
    """Return the keys that an asked key can mean."""
    wanted = re.compile(re.escape(pattern).replace(r"\*", "[^ ]+"))
    return {key for key in keys if wanted.fullmatch(key)}


def asked_in_code() -> list[tuple[str, str]]:
    """Return place and key of every text that code or a template asks for."""
    found = [
        (f"{name_of(path)}:{line}", key)
        for path in modules("interfaces")
        if path.name != STANDALONE
        for line, key in asked_keys(parsed(path))
    ]
    for path in sorted(_TEMPLATES.rglob("*.html")):
        found += [(name_of(path), key) for key in _TAG.findall(path.read_text(encoding="utf-8"))]
    return found


def test_catalogue__has_every_text_in_every_language() -> None:
    entries = load_catalogue()

    assert len(entries) >= N_TEXTS_LEAST
    assert all(set(entry) == set(LANGS) for entry in entries.values())


def test_catalogue__has_every_text_that_code_asks_for() -> None:
    keys = set(load_catalogue())
    asked = asked_in_code()

    assert len(asked) >= 40
    unknown = [f"{place}: {key}" for place, key in asked if not matches(key, keys)]
    assert not unknown, joined(unknown)


def test_asked_keys__sees_plain_and_built_keys() -> None:
    source = 'text("a.b", lang)\ntext(f"a.{code}", lang)\nother("no")\ntext(key, lang)'

    assert [key for _, key in asked_keys(ast.parse(source))] == ["a.b", "a.*"]
    assert matches("a.*", {"a.b", "c.d"}) == {"a.b"}
    assert matches("a.x", {"a.b"}) == set()
