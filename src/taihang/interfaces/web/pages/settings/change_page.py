"""Turns a change of the park file into what its form prints: fields, errors, what changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from taihang.config.park_edit import Edited, typed_tables, typed_values
from taihang.config.park_tables import keys_of
from taihang.core.errors import TaihangError
from taihang.interfaces.catalogue import Lang, has_text, text
from taihang.interfaces.park_words import key_in, kind_in
from taihang.interfaces.web.pages.settings.draft import (
    LIST,
    METER,
    METER_ID,
    NEW_ID,
    OWN,
    Draft,
    Sorted,
    changed_keys,
    lists_beside,
    meter_keys,
    sort_problems,
)
from taihang.interfaces.web.pages.settings.fields import Field, Filling, Names, fields_of
from taihang.interfaces.web.pages.settings.kinds import KINDS, ONCE
from taihang.interfaces.web.wording import DASH


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One key of an object, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not done."""

    words: str
    code: str
    given: str
    expected: str
    remedy: str


def change_context(
    draft: Draft, text_now: str, *, edited: Edited | None, lang: Lang
) -> dict[str, object]:
    """Return what the form of a change prints.

    Args:
        draft: What was typed, or what stands in the file.
        text_now: The park file as it is.
        edited: What the change would make of it; None where nothing was asked yet.
        lang: The reader's language.
    """
    problems = Sorted() if edited is None else sort_problems(edited.reading.problems, draft, lang)
    is_new = draft.how == "add"
    names = names_in(text_now, lang)
    before = {} if is_new else typed_values(text_now, draft.kind, draft.object_id)
    filling = Filling(
        typed={**before, **draft.typed},
        before=before,
        errors=problems.own,
        names=names,
        is_new=is_new,
    )
    return {
        "kind": draft.kind,
        "object_id": draft.object_id,
        "how": draft.how,
        "kind_name": kind_in(draft.kind, lang),
        "object_name": names.get(draft.kind, {}).get(draft.object_id, ""),
        "note": _note(draft, lang),
        "fields": fields_of(draft.kind, keys_of(draft.kind), filling, prefix=OWN, lang=lang),
        "beside": _beside(draft, problems, names, lang) if is_new else (),
        "meter_fields": _meter(draft, problems, names, lang) if is_new else (),
        "new_id": _id_field(NEW_ID, draft.object_id, problems, lang) if is_new else None,
        "changes": tuple(_changes(draft, text_now, lang)),
        "diff": () if edited is None else edited.diff,
        "is_same": edited is not None and not edited.diff,
        "is_good": edited is not None and bool(edited.diff) and edited.reading.park is not None,
        "n_wrong": problems.n_beside,
        "elsewhere": problems.elsewhere,
        "warnings": problems.warnings,
    }


def refusal_of(error: TaihangError, lang: Lang) -> Refusal:
    """Return why something was not done, in the reader's words where there are some."""
    code = error.code.replace(".", "_").replace("-", "_")
    key = f"settings_page.refused.{code}"
    words = text(key, lang) if has_text(key) else text("settings_page.refused_plain", lang)
    return Refusal(words, error.code, error.given, error.expected, error.remedy)


def names_in(text_now: str, lang: Lang) -> Names:
    """Return ids and names of everything that a park file holds, by table."""
    tables = typed_tables(text_now, [kind for kind in KINDS if kind not in ONCE])
    return {
        kind: {object_id: _name(found, lang) for object_id, found in objects.items()}
        for kind, objects in tables.items()
    }


def _name(found: Mapping[str, str], lang: Lang) -> str:
    return found.get(f"name_{lang}") or found.get("node", "")


def _note(draft: Draft, lang: Lang) -> str:
    for key in (f"{draft.how}_{draft.kind}", draft.how):
        found = f"settings_page.note.{key}"
        if has_text(found):
            return text(found, lang)
    return ""


def _id_field(name: str, value: str, problems: Sorted, lang: Lang) -> Field:
    return Field(
        name=name,
        label=key_in("id", lang),
        value=value,
        is_required=True,
        about=text("settings_page.about.id", lang),
        errors=tuple(problems.own.get(NEW_ID, ())),
    )


def _beside(draft: Draft, problems: Sorted, names: Names, lang: Lang) -> Iterator[Field]:
    """Yield the lists into which a new object may go; a gateway may be new, the others stand."""
    for table in lists_beside(draft.kind):
        known = tuple(names.get(table, {}).items())
        is_gateway = table == "gateways"
        yield Field(
            name=f"{LIST}{table}",
            label=text(f"settings_page.beside.{table}", lang),
            value=draft.lists.get(table, ""),
            options=() if is_gateway else (("", DASH), *known),
            known=known if is_gateway else (),
            about=text("settings_page.about.gateway", lang) if is_gateway else "",
            is_required=is_gateway,
            errors=tuple(problems.lists.get(table, ())),
        )


def _meter(draft: Draft, problems: Sorted, names: Names, lang: Lang) -> Sequence[Field]:
    keys = meter_keys(draft.kind)
    if not keys:
        return ()
    filling = Filling(typed=draft.meter, before={}, errors=problems.meter, names=names, is_new=True)
    meter_id = Field(
        name=METER_ID,
        label=text("settings_page.meter_id", lang),
        value=draft.meter_id,
        placeholder=f"M-{draft.object_id or '…'}",
    )
    return (meter_id, *fields_of("meters", keys, filling, prefix=METER, lang=lang))


def _changes(draft: Draft, text_now: str, lang: Lang) -> Iterator[Change]:
    if draft.how != "set":
        return
    for key, (before, after) in changed_keys(draft, text_now).items():
        yield Change(label=key_in(key, lang), before=before or DASH, after=after or DASH)
