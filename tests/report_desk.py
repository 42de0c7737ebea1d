"""A small reports centre: August of a small park, and a press that sets bytes one can read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from typing_extensions import override

import small_park
from small_park import AUGUST
from taihang.core.errors import StateError
from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.core.seal.review import Step
from taihang.services.close_period import close_period
from taihang.services.ports import Ports
from taihang.services.report_centre import Order
from taihang.services.report_copies import Centre
from taihang.services.report_period import Cadence, report_period
from taihang.services.report_press import Asked, Drawn, Press, Stamp
from taihang.services.report_schedule import IfIncomplete, Schedule
from taihang.services.report_span import read_span
from taihang.services.review import Signing

SITE: Final = "https://park.example"
FORMS: Final = (("zh", "html"), ("en", "csv"))
MONTH: Final = "2026-08"
DAY: Final = "2026-08-31"
PEOPLE: Final = {Step.PREPARED: "Zhang Min", Step.CHECKED: "Li Wei", Step.VERIFIED: "Wang Fang"}


class NoTypesetterError(StateError):
    """The press of these tests cannot set PDF."""

    code = "state.no-typesetter"


@dataclass
class SmallPress(Press):
    """Draws the load of every user, and counts how often it was asked."""

    drawn: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    is_set: list[str] = field(default_factory=list[str])

    @override
    def draw(self, asked: Asked, *, lang: str, ports: Ports) -> Drawn:
        """Return the load of every user in watt-hours."""
        self.drawn.append((asked.subject, asked.period.name, lang))
        span = read_span(asked.period.span(ports.park.zone), ports=ports)
        content: dict[str, JsonValue] = {user: of.load_wh for user, of in span.users.items()}
        quoted: list[JsonValue] = [
            {"id": each.id, "sha256": "00"}
            for each in ports.registry.latest_statements(asked.period.name, {"energy"})
            if asked.subject in {"park", each.subject}
        ]
        log: dict[str, JsonValue] = {"size": ports.journal.size, "references": quoted}
        return Drawn(f"{asked.subject} {lang}", {**content, **log}, content, ("<svg/>",))

    @override
    def set_copy(
        self,
        form: str,
        figures: Mapping[str, JsonValue],
        drawings: tuple[str, ...],
        *,
        stamp: Stamp,
    ) -> bytes:
        """Return what stands on the copy as JSON; PDF cannot be set here."""
        if form == "pdf":
            raise NoTypesetterError(given="a PDF", expected="a typesetter", remedy="install one")
        self.is_set.append(form)
        who: list[JsonValue] = [each.who for each in stamp.signatures]
        return canonical_bytes(
            {
                "code": stamp.code,
                "figures": {**figures},
                "form": form,
                "is_approved": stamp.is_approved,
                "svg": [*drawings],
                "who": who,
            }
        )


def settled(ports: Ports) -> None:
    """Fill August, settle it and state it."""
    small_park.fill(ports, AUGUST)
    close_period(AUGUST, ports=ports)


def centre(ports: Ports, press: Press | None = None) -> Centre:
    """Return the centre of a park."""
    return Centre(ports=ports, press=press or SmallPress(), site=SITE)


def order(
    name: str = MONTH,
    *,
    subject: str = "park",
    forms: tuple[tuple[str, str], ...] = FORMS,
    floor_percent: int = 95,
    if_incomplete: IfIncomplete = IfIncomplete.WAIT,
) -> Order:
    """Return an order for a report."""
    return Order(
        asked=Asked(report_period(name), subject),
        forms=forms,
        who="Zhang Min",
        reason="first issue",
        floor_percent=floor_percent,
        if_incomplete=if_incomplete,
    )


def schedule(
    id_: str = "park-monthly",
    *,
    cadence: Cadence = Cadence.MONTH,
    subject: str = "park",
    since: date = date(2026, 8, 1),
    floor_percent: int = 95,
    if_incomplete: IfIncomplete = IfIncomplete.WAIT,
    formats: tuple[str, ...] = ("html",),
) -> Schedule:
    """Return a schedule whose reports are due at eight of the day after."""
    return Schedule(
        id=id_,
        cadence=cadence,
        subject=subject,
        formats=formats,
        langs=("zh", "en"),
        recipient="管委会",
        since=since,
        due_days=0,
        due_minute=480,
        floor_percent=floor_percent,
        if_incomplete=if_incomplete,
    )


def signing(step: Step, who: str | None = None) -> Signing:
    """Return what a person says of a step."""
    return Signing(step=step, who=who or PEOPLE[step], role="office", remark="looked at")
