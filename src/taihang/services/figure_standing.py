"""What stands of an account: its issued statements, else what would be issued if it were drawn up.

A page shows both the same way and says which it is. A number of an issued statement opens as it is
on record; one of a draft opens too, and says that nothing is on record yet.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from taihang.core.errors import StateError
from taihang.core.figure.key import key_of
from taihang.core.figure.number import Document, at, number_of
from taihang.core.figure.story import Label, Named, Words
from taihang.core.seal.canonical import load_canonical
from taihang.services.account import Draft
from taihang.services.figure_drawn import can_be_drawn
from taihang.services.figure_stated import DRAFT, STATEMENT
from taihang.services.ports import Ports
from taihang.services.sight_rules import PartOfParkError

Draw = Callable[[], list[Draft]]
_GAP: Final = ("what", "reason", "detail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A number, and the key that opens it."""

    value: Decimal | None
    key: str = ""
    """Empty where nothing can be opened."""


NOT_TOLD: Final = Told(value=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One account as it stands."""

    kind: str
    subject: str
    period: str
    body: Mapping[str, Document]
    id: str = ""
    """Of the issued statement; empty of a draft."""

    @property
    def is_issued(self) -> bool:
        """Whether it is on record."""
        return bool(self.id)

    def at(self, *path: str) -> Document:
        """Return what lies at a path."""
        return at(self.body, path)

    def told(self, *path: str) -> Told:
        """Return the number at a path with its key; of a draft it is drawn up again to open."""
        value = number_of(self.at(*path))
        if value is None:
            return Told(value=value)
        if self.id:
            return Told(value=value, key=key_of(STATEMENT, self.id, *path))
        if not can_be_drawn(self.kind):
            return Told(value=value)
        series = f"{self.kind}.{self.subject}.{self.period}"
        return Told(value=value, key=key_of(DRAFT, series, *path))

    def elements(self, *path: str) -> tuple[Mapping[str, Document], ...]:
        """Return the elements of a list."""
        found = self.at(*path)
        elements = found if isinstance(found, list) else []
        return tuple(each for each in elements if isinstance(each, Mapping))

    def said(self, *path: str) -> str:
        """Return the words at a path; empty where there are none."""
        found = self.at(*path)
        return found if isinstance(found, str) else ""

    def gaps(self) -> Iterator[Words]:
        """Yield what was not assessed, and why."""
        yield from gaps_of(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """The accounts of a kind and a period, by subject."""

    each: Mapping[str, Standing] = field(default_factory=dict[str, Standing])
    why: str = ""
    """Why there are none, where drawing them up was refused."""

    @property
    def is_issued(self) -> bool:
        """Whether they are on record."""
        return any(one.is_issued for one in self.each.values())


def standings(kind: str, period: str, *, draw: Draw | None = None, ports: Ports) -> Standings:
    """Return the accounts of a kind: as issued, else as they would be drawn up now.

    Args:
        kind: The kind of statements.
        period: Their period.
        draw: Draws them up; None where only what is issued counts.
        ports: The outside world, as far as the reader sees it.
    """
    issued = {
        one.subject: Standing(
            kind=kind,
            subject=one.subject,
            period=period,
            body=_body(one.document),
            id=one.id,
        )
        for one in ports.registry.latest_statements(period, [kind])
    }
    if issued or draw is None:
        return Standings(each=issued)
    try:
        drafts = draw()
    except PartOfParkError:
        return Standings()
    except StateError as error:
        return Standings(why=str(error))
    return Standings(
        each={
            one.subject: Standing(kind=kind, subject=one.subject, period=period, body=one.body)
            for one in drafts
        }
    )


def gaps_of(body: Mapping[str, Document]) -> Iterator[Words]:
    """Yield what a statement did not assess, and why.

    Args:
        body: The statement, opened.
    """
    found = body.get("not_assessed")
    for each in found if isinstance(found, list) else []:
        if not isinstance(each, dict):
            continue
        if isinstance(each.get("zh"), str) and isinstance(each.get("en"), str):
            what = str(each.get("what", ""))
            yield Named(f"{what}：{each['zh']}", f"{what}: {each['en']}")
        else:
            yield Label("gap", {name: str(each.get(name, "")) for name in _GAP})


def _body(document: str) -> Mapping[str, Document]:
    body = load_canonical(document.encode())
    return body if isinstance(body, dict) else {}
