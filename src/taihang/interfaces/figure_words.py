"""Stories of figures in the words of a reader: names, notes, values, times."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from taihang.core.figure.story import Label, Named, Placed, Words
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.quantities import WH_PER_KWH, WH_PER_MWH
from taihang.interfaces.account_words import gap_name
from taihang.interfaces.catalogue import Lang, has_text, text

_MINUS: Final = "\N{MINUS SIGN}"
_INTERVAL: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?Z", re.ASCII)
_NODES: Final = frozenset(("node", "user", "plant", "subject"))
"""Values of a label that are ids of what stands in the park."""
_NO_NAMES: Final[Mapping[str, Named]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FigureWords:
    """Says things in one language, in the zone of the park."""

    lang: Lang
    zone: str
    names: Mapping[str, Named] = field(default_factory=lambda: _NO_NAMES)
    """What the park calls its plants and users, by id."""

    def name(self, words: Words) -> str:
        """Return the name of a figure."""
        if isinstance(words, Placed):
            return self._placed(words)
        return self._said(words, "figures.name")

    def note(self, words: Words) -> str:
        """Return a remark about a figure."""
        if isinstance(words, Placed):
            return self._placed(words)
        if isinstance(words, Label) and words.code == "gap":
            return self._gap(words)
        return self._said(words, "figures.note")

    def _gap(self, gap: Label) -> str:
        """Return what is not known and why, with the names of items and reasons where they have."""
        reason = f"cli.reason.{gap.values['reason']}"
        what = gap_name(gap.values["what"], self.lang)
        if not has_text(reason):
            return text("figures.note.gap", self.lang, **{**gap.values, "what": what})
        return f"{what}: {text(reason, self.lang, detail=gap.values['detail'])}"

    def proof(self, words: Words) -> str:
        """Return what a proof file shows, or why there is none."""
        if isinstance(words, Placed):
            return self._placed(words)
        return self._said(words, "figures.proof")

    def _said(self, words: Label | Named, under: str) -> str:
        if isinstance(words, Named):
            return self.of(words)
        values = {name: self._value(name, value) for name, value in words.values.items()}
        return text(f"{under}.{words.code}", self.lang, **values)

    def _value(self, name: str, value: str) -> str:
        if name in {"span", "at"}:
            return self.span(value)
        if name in _NODES:
            return self.node(value)
        if name == "statements":
            return self.kind(value)
        for group in ("flow", "kind"):
            prefix = "figures.flow" if group == "flow" else "figures.hours"
            if name == group and has_text(f"{prefix}.{value}"):
                return text(f"{prefix}.{value}", self.lang)
        return value

    def _placed(self, words: Placed) -> str:
        kind = self.kind(words.kind)
        subject = "" if words.subject == PARK_SUBJECT else f" {self.node(words.subject)}"
        head = f"{kind}{subject} {words.period}"
        if words.path == ("value",):
            return head
        *above, last = words.path
        line = " / ".join(above) if words.line is None else self.of(words.line)
        return " · ".join(part for part in (head, line, self.field(last)) if part)

    def of(self, named: Named) -> str:
        """Return the words of the language."""
        return named.zh if self.lang == "zh" else named.en

    def node(self, node: str) -> str:
        """Return a plant or user by its id and its name."""
        if node == PARK_SUBJECT:
            return text("figures.page.park", self.lang)
        named = self.names.get(node)
        return node if named is None else f"{node} {self.of(named)}"

    def kind(self, kind: str) -> str:
        """Return what a kind of statement is called; a what-if says that it is one."""
        plain, dash, _ = kind.partition("-what-if")
        key = f"figures.kind.{plain}"
        name = text(key, self.lang) if has_text(key) else plain
        return f"{name} (what-if)" if dash else name

    def field(self, name: str) -> str:
        """Return what a field of a statement is called; one without words is shown as it stands."""
        key = f"figures.field.{name}"
        return text(key, self.lang) if has_text(key) else name

    def span(self, name: str) -> str:
        """Return a stretch of time as a reader says it: an interval by its local start."""
        if not _INTERVAL.fullmatch(name):
            return name.replace("..", " – ")
        at = datetime.fromisoformat(name)
        return f"{at.astimezone(ZoneInfo(self.zone)):%Y-%m-%d %H:%M}"

    def instant(self, time_s: int) -> str:
        """Return an instant in the park's zone, to the second."""
        at = datetime.fromtimestamp(time_s, UTC).astimezone(ZoneInfo(self.zone))
        return f"{at:%Y-%m-%d %H:%M:%S}"


def exact(value: Decimal) -> str:
    """Write a number with every digit that it has.

    Example:
        >>> exact(Decimal("-662912000.50"))
        '−662,912,000.50'
    """
    return f"{value:,f}".replace("-", _MINUS)


def readable(value: Decimal, *, unit: str) -> str:
    """Return a large energy in a larger unit; empty where the number reads well as it is.

    Example:
        >>> readable(Decimal(662_912_000), unit="Wh"), readable(Decimal(7), unit="Wh")
        ('662.912 MWh', '')
    """
    if unit != "Wh" or abs(value) < WH_PER_KWH:
        return ""
    over, name = (WH_PER_MWH, "MWh") if abs(value) >= WH_PER_MWH else (WH_PER_KWH, "kWh")
    return f"{exact((value / over).normalize())} {name}"


def unit_words(unit: str) -> str:
    """Return a unit as a reader writes it; a share has none.

    Example:
        >>> unit_words("tCO2e"), unit_words("1")
        ('tCO₂e', '')
    """
    return "" if unit in {"1", "count"} else unit.replace("CO2", "CO₂")
