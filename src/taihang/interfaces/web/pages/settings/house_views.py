"""Prices and calendar, data in and out, backup, and what this program is."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import django
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from taihang import pages_wiring
from taihang.core.access.role import Right
from taihang.core.errors import InputError
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.assets import PREFIX
from taihang.interfaces.web.pages.settings.done import DONE, find_done
from taihang.interfaces.web.pages.settings.house import HouseView, build_house
from taihang.interfaces.web.pages.settings.may import may_change
from taihang.interfaces.web.pages.settings.park_page import park_groups
from taihang.interfaces.web.pages.settings.prices import build_prices
from taihang.interfaces.web.pages.settings.prices_page import DEFAULT_SET, prices_context
from taihang.interfaces.web.visit import Visit, visit_of
from taihang.interfaces.web.wording import DASH, local_instant, number
from taihang.settings_wiring import park_text

FOLDER: Final = "taihang/pages/settings"
_UNITS: Final = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))
_FEW_RATIO: Final = 0.1
"""Less free room than this share of the disk says so in colour."""
_DOORS: Final = (
    ("import", "/import/", Right.HAND_IN),
    ("reports", "/reports/", Right.SEE_OWN),
    ("records", "/records/", Right.SEE_PARK),
    ("trust", "/trust", Right.SEE_EVIDENCE),
    ("api", "/api/v1/openapi.json", Right.SEE_OWN),
)
"""Where data come in and go out: text, address, right."""


class NoDayError(InputError):
    """An address asks for what held on something that is no day."""

    code = "input.settings-day"


@dataclass(frozen=True, slots=True)
class Place:
    """One part of the park folder."""

    name: str
    label: str
    size: str
    sort: int


@require_safe
def prices_page(request: HttpRequest) -> HttpResponse:
    """Show the contracts of the park, and what the public texts say on a day."""
    visit = visit_of(request)
    words = visit.look.demand_words(("on", "set", DONE))
    lang, may_edit = visit.look.lang, may_change(visit)
    view = visit.ask(build_prices, _day_in(words), words.get("set", DEFAULT_SET))
    groups = park_groups(
        park_text(visit.source.root), codes=("contracts",), lang=lang, may_edit=may_edit
    )
    context = {
        "here": "prices",
        "done": find_done(visit, words),
        "groups": groups,
        "may_edit": may_edit,
        **prices_context(view, lang=lang),
    }
    return visit.show(f"{FOLDER}/prices.html", context)


@require_safe
def house_page(request: HttpRequest) -> HttpResponse:
    """Show where data come in and go out, how large everything is, and what this program is."""
    visit = visit_of(request)
    visit.look.demand_words(())
    view, lang, root = visit.ask(build_house), visit.look.lang, visit.source.root
    free, total = pages_wiring.disk_bytes(root)
    context = {
        "here": "house",
        "doors": tuple(_doors(visit, lang)),
        "places": _places(pages_wiring.park_bytes(root), lang),
        "free": size_words(free),
        "disk": size_words(total),
        "is_full": free < total * _FEW_RATIO,
        "log": _log(view, lang),
        "backup_command": f"taihang backup {root.name} /mnt/second-disk/{root.name}",
        "restore_command": f"taihang restore /mnt/second-disk/{root.name} {root.name}-restored",
        "about": {
            "taihang": view.version,
            "Python": platform.python_version(),
            "Django": django.get_version(),
        },
        "licences": f"{PREFIX}LICENSES-web.txt",
    }
    return visit.show(f"{FOLDER}/house.html", context)


def _day_in(words: Mapping[str, str]) -> str:
    given = words.get("on", "")
    if not given:
        return ""
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError as error:
        raise NoDayError(
            given=repr(given), expected="a day, as 2026-09-01", remedy="correct the address"
        ) from error


def _doors(visit: Visit, lang: Lang) -> list[tuple[str, str, str]]:
    rights = frozenset[Right]() if visit.viewer is None else visit.viewer.rights
    return [
        (address, _say(f"door.{code}", lang), _say(f"door_note.{code}", lang))
        for code, address, may in _DOORS
        if may in rights
    ]


def _places(sizes: Mapping[str, int], lang: Lang) -> tuple[Place, ...]:
    found = [
        Place(name, _say(f"place.{name}", lang), size_words(n_bytes), n_bytes)
        for name, n_bytes in sizes.items()
    ]
    whole = sum(sizes.values())
    return (
        *sorted(found, key=lambda place: -place.sort),
        Place("all", _say("place.all", lang), size_words(whole), whole),
    )


def _log(view: HouseView, lang: Lang) -> list[tuple[str, str]]:
    last_s = view.log.last_at_s
    rows = {
        "size": number(view.log.size, digits=0),
        "last": DASH if last_s is None else local_instant(last_s, zone=view.zone),
        "witnesses": number(len(view.log.witnesses), digits=0),
        "published": DASH
        if view.log.published_size is None
        else number(view.log.published_size, digits=0),
        "trail": number(view.n_trail, digits=0),
        "park_texts": number(view.n_park_texts, digits=0),
    }
    return [(_say(f"log.{code}", lang), words) for code, words in rows.items()]


def size_words(n_bytes: int) -> str:
    """Write a number of bytes with the unit that suits it.

    Example:
        >>> size_words(81_454_400_000), size_words(1_240_000), size_words(900)
        ('81.5 GB', '1.2 MB', '0.9 kB')
    """
    unit = next((each for each in _UNITS if n_bytes >= each[0]), _UNITS[-1])
    return f"{number(n_bytes / unit[0], digits=1)} {unit[1]}"


def _say(key: str, lang: Lang) -> str:
    return text(f"settings_page.house.{key}", lang)
