import tomllib
from dataclasses import dataclass, field
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from taihang.config.line_map import map_lines
from taihang.core.park.problem import KeyPath

_SCALARS = (
    "1",
    "-1_000.5e3",
    "inf",
    "true",
    "1979-05-27 07:32:00Z",
    "2025-01-01",
    '"a # no comment, ] } [ {"',
    r'"quote \" and backslash \\"',
    r"'C:\no\escape'",
    '"""two\nlines "" with # and ]"""',
    '""""two" at both ends"""""',
    "'''raw\n''lines'''",
    '""',
)
_KEYS = ("a", "b-c", "d_1", '"quoted key"', '"with.dot"', "'raw # key'", '"\\u56ed"', "7")
_GAPS = ("", "\n", "# comment [x] = {\n", "\n\n  # more \" ' text\n")


@dataclass
class _Writer:
    """Writes TOML and remembers on which line it wrote each key."""

    text: str = ""
    lines: dict[KeyPath, int] = field(default_factory=dict[KeyPath, int])

    def mark(self, path: KeyPath) -> None:
        self.lines.setdefault(path, self.text.count("\n") + 1)


def _name(key: str) -> str:
    return next(iter(tomllib.loads(f"{key} = 1")))


def _value(draw: st.DrawFn, writer: _Writer, path: KeyPath, *, depth: int) -> None:
    kind = draw(st.sampled_from(("scalar", "scalar", "list", "table") if depth else ("scalar",)))
    if kind == "scalar":
        writer.text += draw(st.sampled_from(_SCALARS))
    elif kind == "list":
        writer.text += "["
        for place in range(draw(st.integers(0, 3))):
            writer.text += draw(st.sampled_from(_GAPS))
            writer.mark((*path, place))
            _value(draw, writer, (*path, place), depth=depth - 1)
            writer.text += draw(st.sampled_from(_GAPS)) + ","
        writer.text += draw(st.sampled_from(_GAPS)) + "]"
    else:
        writer.text += "{ "
        keys = draw(st.lists(st.sampled_from(_KEYS), max_size=3, unique=True))
        for number, key in enumerate(keys):
            writer.text += ", " if number else ""
            writer.mark((*path, _name(key)))
            writer.text += f"{key} = "
            _value(draw, writer, (*path, _name(key)), depth=depth - 1)
        writer.text += " }"


def _pairs(draw: st.DrawFn, writer: _Writer, table: KeyPath) -> None:
    for key in draw(st.lists(st.sampled_from(_KEYS), max_size=3, unique=True)):
        writer.text += draw(st.sampled_from(_GAPS))
        path = (*table, _name(key))
        writer.mark(path)
        writer.text += f"  {key} "
        if draw(st.booleans()):
            path = (*path, "sub")
            writer.mark(path)
            writer.text += ". sub"
        writer.text += " = "
        _value(draw, writer, path, depth=2)
        writer.text += draw(st.sampled_from((" # end\n", "\n", "\r\n")))


@st.composite
def _documents(draw: st.DrawFn) -> _Writer:
    writer = _Writer()
    _pairs(draw, writer, ())
    for number in range(draw(st.integers(0, 3))):
        writer.text += draw(st.sampled_from(_GAPS))
        name = f"table{number}"
        if draw(st.booleans()):
            writer.mark((name,))
            writer.mark((name, "inner.part"))
            writer.text += f'[ {name} . "inner.part" ]\n'
            _pairs(draw, writer, (name, "inner.part"))
            continue
        for place in range(draw(st.integers(1, 3))):
            writer.mark((name,))
            writer.mark((name, place))
            writer.text += f"[[{name}]]  # one more\n"
            _pairs(draw, writer, (name, place))
            writer.mark((name, place, "child"))
            writer.text += f"[{name}.child]\n"
    return writer


def _paths(value: object, path: KeyPath = ()) -> set[KeyPath]:
    found: set[KeyPath] = {path} if path else set()
    if isinstance(value, dict):
        for key, item in cast("dict[str, object]", value).items():
            found |= _paths(item, (*path, key))
    elif isinstance(value, list):
        for place, item in enumerate(cast("list[object]", value)):
            found |= _paths(item, (*path, place))
    return found


@given(document=_documents())
def test_map_lines__finds_each_key_where_it_was_written(document: _Writer) -> None:
    found = map_lines(document.text)

    assert document.lines == dict(found.lines)
    assert _paths(tomllib.loads(document.text)) == set(found.lines)


def test_line_of__falls_back_to_the_table_above() -> None:
    lines = map_lines("\n[a]\nb = { c = 1 }\n")

    assert lines.line_of(("a", "b", "c", 0, "deep")) == 3
    assert lines.line_of(("a", "absent")) == 2
    assert lines.line_of(("absent",)) == 1
    assert lines.line_of(()) == 1


@given(text=st.text(alphabet="ab=.,[]{}#'\"\n \t"))
def test_map_lines__ends_on_any_text(text: str) -> None:
    found = map_lines(text)

    assert all(1 <= line <= text.count("\n") + 1 for line in found.lines.values())


def test_map_lines__of_an_empty_text() -> None:
    assert dict(map_lines("").lines) == {}
    assert dict(map_lines("# only this").lines) == {}
