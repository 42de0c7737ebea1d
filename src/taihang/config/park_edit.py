"""Changes a park file key by key and leaves everything else as a person wrote it.

Every change is made in the text at the place of its key, so that comments, order and alignment
stay. The result is judged like every other park file; whoever saves it does so whole.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final, Literal, TypeAlias, cast

from taihang.config.line_map import PairSpan, SpanMap, map_spans
from taihang.config.park_file import ParkReading, examine_park
from taihang.config.park_tables import keys_of
from taihang.config.table_reader import KeyFacts, Shape
from taihang.config.toml_value import quoted, toml_key, toml_value, typed_value
from taihang.core.errors import InputError
from taihang.core.park.problem import KeyPath, path_text

_CONTEXT_LINES: Final = 2
_EMPTY: Final = {Shape.TEXTS: "[]", Shape.AMOUNTS: "{}"}
Typed: TypeAlias = Mapping[str, str]
"""What was typed into the fields of a form, by key; empty: the key is not there."""


class ParkEditError(InputError):
    """A park file cannot be changed as asked: something is there already, or is not there."""

    code = "input.park-edit"


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be changed of one object, or of a table that stands once.

    Exactly one of an addition, a removal, or new values.
    """

    kind: str
    """The table, for example ``enterprises``, or ``billing``."""
    id: str
    """The object in it; empty of a table that stands once."""
    typed: Typed
    """Keys that are set, or taken away where nothing was typed."""
    how: Literal["add", "set", "remove"] = "set"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of what a change does to the file."""

    sign: Literal["+", "-", " ", "@"]
    """Added, taken away, beside it, or a jump."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A changed park file that is not saved yet."""

    base_sha256: str
    """Hash of the text that was changed: saving asks whether it is still there."""
    text: str
    reading: ParkReading
    """The park that it describes, and everything that is wrong with it."""
    diff: tuple[DiffLine, ...]


def edit_park(text: str, changes: Sequence[Change]) -> Edited:
    """Change a park file.

    Args:
        text: The park file; it is valid TOML.
        changes: What to change, one after the other.

    Returns:
        The changed file, judged as a whole, and what is different in it.

    Raises:
        ParkEditError: If something to be added is there, or something to be changed is not.
    """
    changed = text
    for change in changes:
        changed = _changed(changed, change)
    return Edited(
        base_sha256=text_sha256(text),
        text=changed,
        reading=examine_park(changed),
        diff=tuple(diff_lines(text, changed)),
    )


def text_sha256(text: str) -> str:
    """Return the hash under which a park file is known."""
    return sha256(text.encode()).hexdigest()


def typed_values(text: str, kind: str, object_id: str = "") -> dict[str, str]:
    """Return what stands in the fields of a form for an object that is there.

    Args:
        text: The park file.
        kind: The table.
        object_id: The object in it; empty of a table that stands once.

    Returns:
        What was written of each key, as it would be typed; keys that are not there are left out.
    """
    document = tomllib.loads(text, parse_float=Decimal)
    found = document.get(kind, {})
    if object_id:
        found = cast("dict[str, object]", found).get(object_id, {})
    values = cast("dict[str, object]", found)
    return {
        key.name: typed_value(key.shape, values[key.name])
        for key in keys_of(kind)
        if key.name in values
    }


def typed_tables(text: str, kinds: Sequence[str]) -> dict[str, dict[str, dict[str, str]]]:
    """Return what stands in the fields of every object of some tables, by table and id.

    Args:
        text: The park file.
        kinds: The tables; those that are not there are empty.
    """
    document = tomllib.loads(text, parse_float=Decimal)
    return {kind: _typed_objects(kind, document.get(kind, {})) for kind in kinds}


def _typed_objects(kind: str, objects: Mapping[str, object]) -> dict[str, dict[str, str]]:
    shapes = {key.name: key.shape for key in keys_of(kind)}
    return {
        name: {
            key: typed_value(shapes[key], value)
            for key, value in cast("Mapping[str, object]", found).items()
            if key in shapes
        }
        for name, found in objects.items()
        if isinstance(found, dict)
    }


def diff_lines(before: str, after: str) -> Iterator[DiffLine]:
    """Yield the lines in which two texts differ, with some of those around them."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), lineterm="", n=_CONTEXT_LINES
    )
    for number, line in enumerate(lines):
        if number < 2:  # noqa: PLR2004 - the names of the files
            continue
        sign = cast("Literal['+', '-', ' ', '@']", line[0])
        yield DiffLine(sign, "" if sign == "@" else line[1:])


def _changed(text: str, change: Change) -> str:
    spans = map_spans(text)
    path = (change.kind, change.id) if change.id else (change.kind,)
    is_there = path in spans.pairs or path in spans.headers
    if change.how == "add":
        if is_there:
            raise _refusal(f"a second {path_text(path)}", "an id that is new", "choose another id")
        return _added(text, spans, change)
    if not is_there and (change.how == "remove" or change.id):
        told = f"{path_text(path)}, which is not there"
        raise _refusal(told, "something that is in the file", "look at the file again")
    if change.how == "remove":
        return _removed(text, spans, path)
    if not is_there:
        return _appended(text, f"[{toml_key(change.kind)}]\n" + "".join(_lines(change)))
    for key in keys_of(change.kind):
        if key.name in change.typed:
            text = _set(text, (*path, key.name), _literal(key, change.typed))
    return text


# -- one key ---------------------------------------------------------------------------------------


def _literal(key: KeyFacts, typed: Typed) -> str | None:
    given = typed[key.name]
    if given.strip():
        return toml_value(key.shape, given)
    # A list that must be there may be an empty one; anything else is not there.
    return _EMPTY.get(key.shape) if key.required else None


def _set(text: str, path: KeyPath, literal: str | None) -> str:
    spans = map_spans(text)
    span = spans.pairs.get(path)
    if span is None:
        return text if literal is None else _inserted(text, spans, path, literal)
    if literal is None:
        return _without(text, spans, path)
    old = text[span.value_start : span.value_end]
    return text[: span.value_start] + (_relisted(old, literal) or literal) + text[span.value_end :]


def _relisted(old: str, literal: str) -> str | None:
    """Put what is new in a list behind its last item, and cut out what is gone, line by line.

    Returns:
        The list as a person wrote it but for these; None where more than that is different.
    """
    before, after = _items(old), _items(literal)
    if not before or after is None:
        return None
    kept = [each for each in before if each in after]
    made = old
    for gone in (each for each in before if each not in after):
        made = re.sub(rf"{re.escape(quoted(str(gone)))}[ \t]*,?[ \t]*", "", made, count=1)
        # Neither a blank at the end of its line nor a line of nothing is left behind.
        made = re.sub(r"[ \t]+(?=\n)", "", made).replace("\n\n", "\n")
    come = "".join(f", {quoted(str(each))}" for each in after[len(kept) :])
    last = quoted(str(kept[-1])) if kept else ""
    end = made.rfind(last) + len(last)
    made = made[:end] + come + made[end:] if last and come else made
    # A comment may hold the very text of an item: then the whole list is written anew.
    return made if _items(made) == after else None


def _items(literal: str) -> list[object] | None:
    """Return what a list of TOML holds; None of what is no list."""
    try:
        found = tomllib.loads(f"x = {literal}")["x"]
    except tomllib.TOMLDecodeError:
        return None
    return cast("list[object]", found) if isinstance(found, list) else None


def _inserted(text: str, spans: SpanMap, path: KeyPath, literal: str) -> str:
    """Put a key behind the last one of its table."""
    parent, pair = path[:-1], f"{toml_key(str(path[-1]))} = {literal}"
    inline = spans.pairs.get(parent)
    if inline is None:
        end = _line_end(text, spans.headers[parent].value_end)
        key = _aligned(toml_key(str(path[-1])), text, spans, parent)
        return f"{text[:end]}\n{key} = {literal}{text[end:]}"
    last = max((spans.pairs[each].value_end for each in _children(spans, parent)), default=None)
    if last is None:
        return f"{text[: inline.value_start]}{{ {pair} }}{text[inline.value_end :]}"
    return f"{text[:last]}, {pair}{text[last:]}"


def _aligned(key: str, text: str, spans: SpanMap, parent: KeyPath) -> str:
    """Widen a key so that its equals sign stands where those above it do."""
    columns = {_equals_column(text, spans.pairs[child]) for child in _children(spans, parent)}
    return key.ljust(columns.pop()) if len(columns) == 1 else key


def _equals_column(text: str, span: PairSpan) -> int:
    """Return how far a key reaches with the blanks behind it."""
    return text.index("=", span.key_start) - span.key_start - 1


def _without(text: str, spans: SpanMap, path: KeyPath) -> str:
    """Take a key away: its line, or its part of an inline table."""
    span, parent = spans.pairs[path], path[:-1]
    if parent not in spans.pairs:
        return _without_lines(text, span)
    children = sorted(_children(spans, parent), key=lambda each: spans.pairs[each].key_start)
    at = children.index(path)
    if at + 1 < len(children):
        return text[: span.key_start] + text[spans.pairs[children[at + 1]].key_start :]
    start = spans.pairs[children[at - 1]].value_end if at else span.key_start
    return text[:start] + text[span.value_end :]


# -- whole objects ---------------------------------------------------------------------------------


def _added(text: str, spans: SpanMap, change: Change) -> str:
    """Put an object behind the last one of its kind, in the form that these have."""
    kind: KeyPath = (change.kind,)
    pairs = ", ".join(line.strip() for line in _lines(change))
    row = f"{toml_key(change.id)} = {{ {pairs} }}"
    children = _children(spans, kind)
    sections = [path for path in spans.headers if path[:-1] == kind]
    if kind in spans.headers and (children or not sections):
        end = _line_end(text, spans.headers[kind].value_end)
        return f"{text[:end]}\n{row}{text[end:]}"
    if sections:
        end = _line_end(text, max(spans.headers[path].value_end for path in sections))
        head = f"[{toml_key(change.kind)}.{toml_key(change.id)}]"
        return f"{text[:end]}\n\n{head}\n{''.join(_lines(change)).rstrip()}{text[end:]}"
    return _appended(text, f"[{toml_key(change.kind)}]\n{row}\n")


def _lines(change: Change) -> Iterator[str]:
    for key in keys_of(change.kind):
        literal = _literal(key, change.typed) if key.name in change.typed else None
        if literal is not None:
            yield f"{key.name} = {literal}\n"


def _removed(text: str, spans: SpanMap, path: KeyPath) -> str:
    return _without_lines(text, spans.pairs.get(path) or spans.headers[path])


def _without_lines(text: str, span: PairSpan) -> str:
    """Take whole lines away, with the comment behind them."""
    start = text.rfind("\n", 0, span.key_start) + 1
    return text[:start] + text[_line_end(text, span.value_end) + 1 :]


def _appended(text: str, block: str) -> str:
    return f"{text.rstrip()}\n\n{block}"


def _children(spans: SpanMap, parent: KeyPath) -> list[KeyPath]:
    return [path for path in spans.pairs if path[:-1] == parent]


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _refusal(given: str, expected: str, remedy: str) -> ParkEditError:
    return ParkEditError(given=given, expected=expected, remedy=remedy)
