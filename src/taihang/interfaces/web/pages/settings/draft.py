"""A change of the park file that somebody is making in a form, before it is saved."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from taihang.config.park_edit import Change, Edited, edit_park, typed_values
from taihang.config.park_file import Problem
from taihang.config.park_membership import (
    DIRECTIONS,
    LISTS,
    Beside,
    Document,
    changes_to_add,
    changes_to_remove,
)
from taihang.config.park_tables import keys_of
from taihang.config.table_reader import KeyFacts
from taihang.core.park.problem import Severity
from taihang.interfaces.catalogue import Lang
from taihang.interfaces.park_words import ToldProblem, place_in, problem_in
from taihang.interfaces.web.pages.settings.kinds import FIXED

How = Literal["add", "set", "remove"]
OWN: Final = "f-"
"""Begins the name of a field of the object itself."""
LIST: Final = "b-"
"""Begins the name of a field that says into which list the object goes."""
METER: Final = "m-"
"""Begins the name of a field of its meter."""
NEW_ID: Final = "new-id"
METER_ID: Final = "meter-id"
_METERS: Final = "meters"
_GATEWAYS: Final = "gateways"
_ASKED_OF_METERS: Final = ("resolution_wh", "multiplier", "digits", "max_kw")
_BESIDE: Final = {
    "exactly one gateway": _GATEWAYS,
    "exactly one grid tariff": "grid_tariffs",
}
"""How a problem of an object begins that a list beside it would solve."""
_UNMETERED: Final = "a meter with node"
Posted = Mapping[str, str]
"""What a form sent: the value of each field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was typed into a form."""

    kind: str
    object_id: str
    """Empty of a table that stands once."""
    how: How
    typed: Mapping[str, str] = field(default_factory=dict[str, str])
    lists: Mapping[str, str] = field(default_factory=dict[str, str])
    """Into which object of each table a new object goes."""
    meter: Mapping[str, str] = field(default_factory=dict[str, str])
    meter_id: str = ""


Errors = dict[str, list[str]]
"""What is wrong, by the key of its field."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """What is wrong with a draft, each at its place, in words."""

    own: Errors = field(default_factory=Errors)
    lists: Errors = field(default_factory=Errors)
    meter: Errors = field(default_factory=Errors)
    elsewhere: list[tuple[str, ToldProblem]] = field(default_factory=list[tuple[str, ToldProblem]])
    """Place and words of what has no field in the form."""
    warnings: list[tuple[str, ToldProblem]] = field(default_factory=list[tuple[str, ToldProblem]])

    @property
    def n_beside(self) -> int:
        """How many problems stand beside a field."""
        every = (self.own, self.lists, self.meter)
        return sum(len(told) for errors in every for told in errors.values())


def draft_of(posted: Posted, *, kind: str, object_id: str, how: How) -> Draft:
    """Return what a form says.

    Args:
        posted: What it sent.
        kind: The table.
        object_id: The object in it; of an object that is added the form says it.
        how: What is to be done.
    """
    return Draft(
        kind=kind,
        object_id=posted.get(NEW_ID, object_id).strip() if how == "add" else object_id,
        how=how,
        typed={
            key.name: posted.get(f"{OWN}{key.name}", "").strip()
            for key in keys_of(kind)
            if (kind, key.name) not in FIXED
        },
        lists={table: posted.get(f"{LIST}{table}", "").strip() for table in lists_beside(kind)},
        meter={key.name: posted.get(f"{METER}{key.name}", "").strip() for key in meter_keys(kind)},
        meter_id=posted.get(METER_ID, "").strip(),
    )


def lists_beside(kind: str) -> tuple[str, ...]:
    """Return the tables into whose lists a new object of a kind goes.

    Example:
        >>> lists_beside("meters"), lists_beside("plants")
        (('gateways',), ('feeders', 'dedicated_lines', 'gateways'))
    """
    named = tuple(table for table, _ in LISTS.get(kind, ()))
    return (*named, _GATEWAYS) if kind in DIRECTIONS else named


def meter_keys(kind: str) -> tuple[KeyFacts, ...]:
    """Return what is asked of the meter of a new object; nothing where it needs none."""
    if kind not in DIRECTIONS:
        return ()
    return tuple(key for key in keys_of(_METERS) if key.name in _ASKED_OF_METERS)


def draw_up(draft: Draft, text: str) -> Edited:
    """Return the changed park file of a draft, judged and not saved.

    Args:
        draft: What was typed.
        text: The park file.

    Raises:
        ParkEditError: If something to be added is there, or something to be changed is not.
    """
    return edit_park(text, [*_changes(draft, text)])


def changed_keys(draft: Draft, text: str) -> dict[str, tuple[str, str]]:
    """Return what a draft changes of its object: before and after, by key."""
    before = {} if draft.how == "add" else typed_values(text, draft.kind, draft.object_id)
    return {
        key: (before.get(key, ""), value)
        for key, value in draft.typed.items()
        if value != before.get(key, "")
    }


def rebased(draft: Draft, *, begun: str, text: str) -> Draft:
    """Return a draft of an older park file as one of the file as it is.

    What nobody typed anything else into follows the file, so that saving takes nothing back that
    somebody else has changed meanwhile.

    Args:
        draft: What was typed.
        begun: The park file that the form was opened on; empty where it is not known.
        text: The park file as it is.
    """
    if draft.how != "set" or not begun:
        return draft
    before = typed_values(begun, draft.kind, draft.object_id)
    now = typed_values(text, draft.kind, draft.object_id)
    typed = {
        key: now.get(key, "") if value == before.get(key, "") else value
        for key, value in draft.typed.items()
    }
    return replace(draft, typed=typed)


def document_of(text: str) -> Document:
    """Return a park file as its parser gives it."""
    return tomllib.loads(text)


def _changes(draft: Draft, text: str) -> list[Change]:
    if draft.how == "remove":
        return changes_to_remove(draft.kind, draft.object_id, document=document_of(text))
    if draft.how == "add":
        typed = {key: value for key, value in draft.typed.items() if value}
        beside = Beside(
            lists=draft.lists,
            meter={key: value for key, value in draft.meter.items() if value},
            meter_id=draft.meter_id,
        )
        return changes_to_add(
            draft.kind, draft.object_id, typed, beside=beside, document=document_of(text)
        )
    # Only what is different is written: everything else stays as a person wrote it.
    typed = {key: after for key, (_, after) in changed_keys(draft, text).items()}
    return [Change(draft.kind, draft.object_id, typed)] if typed else []


def sort_problems(problems: tuple[Problem, ...], draft: Draft, lang: Lang) -> Sorted:
    """Put every problem of a draft beside its field.

    Args:
        problems: What the park file says of itself.
        draft: What was typed.
        lang: The reader's language.
    """
    found = Sorted()
    for problem in problems:
        told, where = problem_in(problem, lang), place_in(problem, lang)
        if problem.severity is Severity.WARNING:
            if draft.object_id in {str(part) for part in problem.path}:
                found.warnings.append((where, told))
            continue
        place = next(_places(problem, draft, found), None)
        if place is None or told.foreign:
            found.elsewhere.append((where, told))
        else:
            fields, key = place
            fields.setdefault(key, []).append(told.words)
    return found


def _places(problem: Problem, draft: Draft, found: Sorted) -> Iterator[tuple[Errors, str]]:
    """Yield the field of a problem, where the form has one."""
    path = tuple(str(part) for part in problem.path)
    own = (draft.kind, draft.object_id) if draft.object_id else (draft.kind,)
    rest = path[len(own) :]
    if path[: len(own)] == own:
        yield from ((found.own, part) for part in rest if part in draft.typed)
        if not rest:
            yield from _beside(problem, draft, found)
    elif path[:1] == (_METERS,) and draft.meter:
        yield from ((found.meter, part) for part in path if part in draft.meter)
        yield from _beside(problem, draft, found)


def _beside(problem: Problem, draft: Draft, found: Sorted) -> Iterator[tuple[Errors, str]]:
    for begins, table in _BESIDE.items():
        if problem.expected.startswith(begins) and table in draft.lists:
            yield found.lists, table
    if problem.expected.startswith(_UNMETERED) and draft.meter:
        yield found.meter, next(iter(draft.meter))
    elif draft.how == "add":
        yield found.own, NEW_ID
