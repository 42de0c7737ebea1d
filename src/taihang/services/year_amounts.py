"""Amounts of a year for indicators: summed from activity data, or taken from other statements.

What is not whole is not known: a month that nobody reported, a subject that said one half of a
share, a statement that is not there. Each amount remembers which lines and statements it is from.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from taihang.core.activity.amount import Amount, Known, Unknown
from taihang.core.activity.book import ActivityBook, total
from taihang.core.activity.record import ActivityRecord, Flow
from taihang.core.activity.unit import are_of_one_kind
from taihang.core.quantities import Energy
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.services.account import PARK_SUBJECT
from taihang.services.ports import Ports

MATCHED: Final = "scope2-market"
"""Kind of the statements that say how much green electricity a user took."""
_MONTHS_A_YEAR: Final = 12
_NAMED: Final = 3
"""So many series that lack months are named; their number is always whole."""


@dataclass(slots=True)
class Sources:
    """What amounts were taken from, noted as they are taken."""

    activities: set[str] = field(default_factory=set[str])
    """``id.vN`` of lines."""
    statements: set[str] = field(default_factory=set[str])

    def document(self) -> dict[str, JsonValue]:
        """Return them as statements carry them."""
        return {
            "activities": [*sorted(self.activities)],
            "statements": [*sorted(self.statements)],
        }


class YearAmounts:
    """Where amounts of one calendar year are asked for.

    Args:
        year: For example ``2026``.
        ports: The outside world.
    """

    def __init__(self, year: str, *, ports: Ports) -> None:
        self.year: str = year
        self.sources = Sources()
        self._book = ActivityBook(ports.registry.activity_records())
        self._lines = self._book.lines(period=year)
        self._latest = ports.registry.latest_statements
        self._statements = {
            issued.series: issued for issued in ports.registry.latest_statements(year)
        }

    def sum_of(self, items: Iterable[str], flow: Flow) -> Amount:
        """Return the sum of some items in one flow over all subjects and the whole year.

        Args:
            items: Names of items; those that nobody mentions add nothing, if one is mentioned.
            flow: The flow.

        Returns:
            The sum; unknown where nobody said anything, a month lacks, the park and a part of it
            are both said, or units differ.
        """
        wanted = frozenset(items)
        lines = [line for line in self._lines if line.item in wanted and line.flow is flow]
        self._note(lines)
        if not lines:
            return Unknown("no-data", f"{', '.join(sorted(wanted))} {flow.value}")
        subjects = {line.subject for line in lines}
        if PARK_SUBJECT in subjects and len(subjects) > 1:
            return Unknown("said-twice", f"{', '.join(sorted(subjects))} {flow.value}")
        if gaps := self._gaps(lines):
            more = f" … ({len(gaps)})" if len(gaps) > _NAMED else ""
            return Unknown("months-missing", "; ".join(gaps[:_NAMED]) + more)
        if not are_of_one_kind(line.unit for line in lines):
            return Unknown("units-differ", ", ".join(sorted({line.unit for line in lines})))
        return Known(*total(lines))

    def share_of(self, items: Iterable[str], part: Flow, whole: Flow) -> tuple[Amount, Amount]:
        """Return two sums of the same items, of which every subject has to say both.

        Args:
            items: Names of items.
            part: The flow that is the part.
            whole: The flow that is the whole.

        Returns:
            Part and whole.
        """
        wanted = frozenset(items)
        amounts = self.sum_of(wanted, part), self.sum_of(wanted, whole)
        said = {
            flow: {(r.subject, r.item) for r in self._lines if r.item in wanted and r.flow is flow}
            for flow in (part, whole)
        }
        if half := sorted(said[part] ^ said[whole]):
            return Unknown("half-said", ", ".join(f"{s} {i}" for s, i in half[:_NAMED])), amounts[1]
        return amounts

    def items(self, prefix: str, flow: Flow) -> tuple[tuple[str, str], ...]:
        """Return subject and item of every series whose item begins with a prefix, in order."""
        return tuple(
            sorted(
                {
                    (line.subject, line.item)
                    for line in self._lines
                    if line.flow is flow and line.item.startswith(prefix)
                }
            )
        )

    def of_subject(self, subject: str, item: str, flow: Flow) -> Amount:
        """Return the amount of one series over the whole year."""
        lines = [line for line in self._lines if line.series == (subject, item, flow.value)]
        self._note(lines)
        if not lines:
            return Unknown("no-data", f"{subject} {item} {flow.value}")
        if gaps := self._gaps(lines):
            return Unknown("months-missing", "; ".join(gaps))
        if not are_of_one_kind(line.unit for line in lines):
            return Unknown("units-differ", ", ".join(sorted({line.unit for line in lines})))
        return Known(*total(lines))

    def statement(self, kind: str) -> Mapping[str, JsonValue] | Unknown:
        """Return the body of a statement of the park and year."""
        series = f"{kind}.{PARK_SUBJECT}.{self.year}"
        issued: IssuedStatement | None = self._statements.get(series)
        if issued is None:
            return Unknown("no-statement", series)
        self.sources.statements.add(issued.id)
        body = load_canonical(issued.document.encode())
        return body if isinstance(body, dict) else Unknown("no-statement", series)

    def stated(self, kind: str, field_name: str, *, unit: str) -> Amount:
        """Return one number of a statement of the park and year.

        Args:
            kind: The kind of statement.
            field_name: The field that holds the number as a plain decimal.
            unit: Unit of the field.
        """
        body = self.statement(kind)
        if isinstance(body, Unknown):
            return body
        return decimal_field(body, field_name, unit=unit, where=kind)

    def green_electricity(self) -> Amount:
        """Return the electricity of the year that was matched with green generation [kWh].

        From the monthly statements of every user; unknown where a month has none.
        """
        sum_wh, without = 0, list[str]()
        for number in range(1, _MONTHS_A_YEAR + 1):
            name = f"{self.year}-{number:02d}"
            matched = [s for s in self._latest(name) if s.kind == MATCHED]
            if not matched:
                without.append(name)
            for issued in matched:
                body = load_canonical(issued.document.encode())
                if isinstance(body, dict):
                    sum_wh += _whole(body, "line_wh") + _whole(body, "pool_wh")
                self.sources.statements.add(issued.id)
        if without:
            return Unknown("months-missing", f"{MATCHED}: {len(without)} ({without[0]} …)")
        return Known(Energy(sum_wh).kwh, "kWh")

    def _gaps(self, lines: Iterable[ActivityRecord]) -> list[str]:
        series = sorted({(line.subject, line.item, line.flow) for line in lines})
        found: list[str] = []
        for subject, item, flow in series:
            months = self._book.months_without(subject, item, flow, year=self.year)
            if months:
                found.append(f"{subject} {item}: {len(months)} ({months[0]} …)")
        return found

    def _note(self, lines: Iterable[ActivityRecord]) -> None:
        self.sources.activities |= {f"{line.id}.v{line.version}" for line in lines}


def _whole(body: Mapping[str, JsonValue], field_name: str) -> int:
    value = body.get(field_name)
    return value if isinstance(value, int) else 0


def decimal_field(
    body: Mapping[str, JsonValue], field_name: str, *, unit: str, where: str
) -> Amount:
    """Return a number of a document, or that it is not stated there.

    Args:
        body: The document.
        field_name: The field.
        unit: Its unit.
        where: What the document is called in the reason.

    Example:
        >>> decimal_field({"value": "1.5"}, "value", unit="t", where="x").amount
        Decimal('1.5')
    """
    value = body.get(field_name)
    try:
        amount = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite():
        return Unknown("not-stated", f"{where}: {field_name}")
    return Known(amount, unit)
