"""The guides: their steps, what each needs, and how the park tells that it is done.

The words of a step are the texts ``help_page.<guide>.<step>.title``, ``.do`` and ``.see``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.menu import ENTRIES
from taihang.interfaces.web.pages.help.progress import Progress

PARK: Final = "mypark"
"""Stands for the folder of the park in commands."""


@dataclass(frozen=True, slots=True)
class Link:
    """A page that a step leads to."""

    key: str
    """Of the text that names it."""
    address: str
    may: Right | None
    """The right that it needs; None of what anybody may open."""


def _page(code: str) -> Link:
    (entry,) = (each for each in ENTRIES if each.code == code)
    return Link(f"menu.{code}", entry.address, entry.may if isinstance(entry.may, Right) else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a guide."""

    code: str
    commands: tuple[str, ...] = ()
    """Lines for a terminal, with places in braces that the progress of the park fills."""
    links: tuple[Link, ...] = ()
    is_done: Callable[[Progress], bool] | None = None
    """Tells it from the park; None where the park cannot know."""
    shows_body: bool = False
    """Whether a body for the door stands with it."""
    shows_newest: bool = False
    """Whether the newest reading of the park stands with it."""
    shows_certificate: bool = False
    """Whether it leads to a certificate of the park, once there is one."""


@dataclass(frozen=True, slots=True)
class Guide:
    """Steps in order."""

    code: str
    steps: tuple[Step, ...]


_GATEWAYS: Final = Link("help_page.link.gateways", "/settings/gateways/", Right.SEE_PARK)
METER: Final = Guide(
    "meter",
    (
        Step(
            code="park",
            commands=("taihang doctor {park}",),
            links=(_page("settings"),),
            is_done=lambda progress: bool(progress.gateway),
        ),
        Step(
            code="token",
            commands=("taihang token {park} {gateway} --days 90",),
            links=(_GATEWAYS,),
            is_done=lambda progress: progress.is_enrolled,
        ),
        Step(code="door", commands=("taihang ingest {park}",)),
        Step(
            code="send",
            links=(_GATEWAYS,),
            shows_body=True,
            is_done=lambda progress: progress.has_sent,
        ),
        Step(
            code="look",
            commands=("taihang last {park}",),
            links=(_page("trust"), Link("help_page.link.points", "/points/", Right.SEE_OWN)),
            shows_newest=True,
            is_done=lambda progress: progress.newest_s is not None,
        ),
    ),
)
IMPORT: Final = Guide(
    "import",
    (
        Step(code="export"),
        Step(code="upload", links=(_page("import"),)),
        Step(
            code="hand-in",
            commands=("taihang import {park} readings.csv --map my-map.toml",),
            links=(_page("import"),),
            is_done=lambda progress: progress.has_imported,
        ),
        Step(
            code="settle",
            commands=("taihang settle {park} --from {first} --to {stop}",),
            links=(_page("reports"),),
            is_done=lambda progress: progress.is_settled,
        ),
        Step(code="look", links=(_page("overview"), _page("flows"), _page("trust"))),
    ),
)
CERTIFICATE: Final = Guide(
    "certificate",
    (
        Step(
            code="rules",
            commands=("taihang doctor {park}",),
            is_done=lambda progress: progress.has_rules,
        ),
        Step(
            code="settle",
            commands=("taihang settle {park} --from {first} --to {stop}",),
            links=(_page("reports"),),
            is_done=lambda progress: progress.is_settled,
        ),
        Step(
            code="issue",
            commands=("taihang certificates issue {park} --month {month}",),
            is_done=lambda progress: bool(progress.certificate),
        ),
        Step(
            code="open",
            links=(Link("help_page.link.certificates", "/green/certificates/", Right.SEE_OWN),),
            shows_certificate=True,
        ),
        Step(code="read"),
        Step(code="verify", links=(Link("help_page.link.verify", "/verify", None),)),
    ),
)
PLAN: Final = Guide(
    "plan",
    (
        Step(
            code="settle",
            commands=("taihang settle {park} --from {first} --to {stop}",),
            is_done=lambda progress: progress.is_settled,
        ),
        Step(
            code="make",
            commands=("taihang plan {park} --day {day}",),
            is_done=lambda progress: progress.has_plan,
        ),
        Step(code="decide", links=(_page("dispatch"),)),
    ),
)
GUIDES: Final = (METER, IMPORT, CERTIFICATE, PLAN)


def filled(command: str, progress: Progress | None) -> str:
    """Return a line for a terminal, with what the park says in its places.

    Args:
        command: With places in braces.
        progress: Of the park; None where it may not be told, then examples stand in the places.

    Example:
        >>> filled("taihang certificates issue {park} --month {month}", None)
        'taihang certificates issue mypark --month 2026-01'
    """
    if progress is None:
        values = {"gateway": "GW1", "first": "2026-01-01", "stop": "2026-02-01", "month": "2026-01"}
        values["day"] = values["stop"]
    else:
        values = {
            "gateway": progress.gateway or "GW1",
            "first": progress.first_day.isoformat(),
            "stop": progress.stop_day.isoformat(),
            "month": progress.month,
            "day": progress.next_day.isoformat(),
        }
    return command.format(park=PARK, **values)
