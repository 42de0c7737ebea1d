"""Fields of a form for an object of the park file: what is asked, what is there, what is wrong."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from taihang.config.table_reader import KeyFacts, Shape
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.park_words import example_of, key_in, option_in, options_of
from taihang.interfaces.web.pages.settings.kinds import FIXED

Names = Mapping[str, Mapping[str, str]]
"""Ids and names of the objects of each table."""
_ASSETS: Final = ("enterprises", "plants", "stations", "batteries", "grids")
_USERS: Final = ("enterprises", "stations")
_SERIES: Final = ("series",)
NAMED: Final[Mapping[str, tuple[str, ...]]] = {
    "node": _ASSETS,
    "grid": ("grids",),
    "members": _ASSETS,
    "plants": ("plants",),
    "plant": ("plants",),
    "owns": ("plants",),
    "users": (*_USERS, "grids"),
    "buyers": _USERS,
    "meters": ("meters", "media_meters", "reactive_meters"),
    "grid_tariff": ("grid_tariffs",),
    "market_price_series": _SERIES,
    "export_price_series": _SERIES,
    "price_series": _SERIES,
    "irradiance": _SERIES,
    "wind_speed": _SERIES,
}
"""Of which tables a key names objects."""
_LONG: Final = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field, ready to print."""

    name: str
    label: str
    value: str
    unit: str = ""
    about: str = ""
    placeholder: str = ""
    options: tuple[tuple[str, str], ...] = ()
    """What may be chosen, with its words; empty where something is typed."""
    known: tuple[tuple[str, str], ...] = ()
    """What may be named, with its words."""
    is_required: bool = False
    is_fixed: bool = False
    is_number: bool = False
    is_long: bool = False
    was: str = ""
    """What stands in the file now, where something else was typed; a dash for nothing."""
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What fills the fields of one object."""

    typed: Mapping[str, str]
    before: Mapping[str, str]
    """What stands in the file."""
    errors: Mapping[str, Sequence[str]]
    """What is wrong, by key."""
    names: Names
    is_new: bool = False


def fields_of(
    kind: str, keys: Sequence[KeyFacts], filling: Filling, *, prefix: str, lang: Lang
) -> tuple[Field, ...]:
    """Return the fields of an object.

    Args:
        kind: The table.
        keys: The keys that are asked for.
        filling: What fills them.
        prefix: Stands before the name of each.
        lang: The reader's language.
    """
    return tuple(
        _field(f"{prefix}{key.name}", key, filling, lang=lang, is_fixed=(kind, key.name) in FIXED)
        for key in keys
    )


def _field(name: str, key: KeyFacts, filling: Filling, *, lang: Lang, is_fixed: bool) -> Field:
    value = filling.typed.get(key.name, "")
    before = filling.before.get(key.name, "")
    differs = not filling.is_new and value.strip() != before
    return Field(
        name=name,
        label=key_in(key.name, lang),
        value=value,
        unit="" if key.unit == "1" else key.unit,
        about=_about(key, lang),
        placeholder="" if key.rule is None else example_of(key.rule),
        options=_options(key, value, lang) if key.shape in {Shape.CHOICE, Shape.FLAG} else (),
        known=tuple(_known(key.name, filling.names)) if key.shape is Shape.TEXT else (),
        is_required=key.required,
        is_fixed=is_fixed,
        is_number=key.rule is not None and key.shape in {Shape.NUMBER, Shape.EXACT},
        is_long=max(len(value), len(before)) > _LONG,
        was=(before or "—") if differs else "",
        errors=tuple(filling.errors.get(key.name, ())),
    )


def _options(key: KeyFacts, value: str, lang: Lang) -> tuple[tuple[str, str], ...]:
    known = options_of(key)
    foreign = [value] if value and value not in known else []
    nothing = [] if key.required else [("", "—")]
    return (*nothing, *((each, option_in(each, lang)) for each in (*known, *foreign)))


def _known(key: str, names: Names) -> Iterator[tuple[str, str]]:
    for table in NAMED.get(key, ()):
        yield from names.get(table, {}).items()


def _about(key: KeyFacts, lang: Lang) -> str:
    say = _ABOUT.get(key.shape)
    return "" if say is None else say(key, lang)


def _choices(key: KeyFacts, lang: Lang) -> str:
    known = ", ".join(f"{each} ({option_in(each, lang)})" for each in key.options)
    return text("settings_page.about.choices", lang, known=known)


def _plain(name: str) -> Callable[[KeyFacts, Lang], str]:
    return lambda _key, lang: text(f"settings_page.about.{name}", lang)


_ABOUT: Final[Mapping[Shape, Callable[[KeyFacts, Lang], str]]] = {
    Shape.TEXTS: _plain("texts"),
    Shape.TEXTS_OR_ALL: _plain("texts_or_all"),
    Shape.EXACTS: _plain("texts"),
    Shape.AMOUNTS: _plain("amounts"),
    Shape.CHOICES: _choices,
    Shape.SERVICE: _plain("service"),
    Shape.DAY: _plain("day"),
}
