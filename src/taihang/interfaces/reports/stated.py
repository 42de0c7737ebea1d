"""The statements of one period, as reports quote them."""

from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256
from typing import cast

from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.interfaces.catalogue import Lang
from taihang.interfaces.reports.document import Cell, Reference, Tone, number, prose
from taihang.services.ports import Ports

Body = dict[str, JsonValue]


class Stated:
    """The latest version of every statement of one or more names of periods.

    Args:
        names: Months or years.
        ports: The park.
        also: Earlier versions that are quoted too.
    """

    def __init__(
        self, names: Sequence[str], *, ports: Ports, also: Sequence[IssuedStatement] = ()
    ) -> None:
        self._issued: dict[tuple[str, str], list[IssuedStatement]] = {}
        self._by_id = {each.id: each for each in also}
        for name in names:
            for each in ports.registry.latest_statements(name):
                self._issued.setdefault((each.kind, each.subject), []).append(each)
                self._by_id[each.id] = each

    def cell(self, kind: str, subject: str, digits: int, *, period: str | None = None) -> Cell:
        """Return the value that statements give a subject.

        Args:
            kind: Kind of the statements.
            subject: Whose.
            digits: Decimals in print.
            period: Only of this month or year; None takes all.

        Returns:
            The value of the one statement with its id, the sum of several without, or nothing.
        """
        found = [
            each for each in self._issued.get((kind, subject), []) if period in {None, each.period}
        ]
        values = [value for each in found if (value := _value(body(each))) is not None]
        if not values:
            return number(None)
        one = found[0].id if len(found) == 1 else ""
        return number(sum(values, Decimal(0)), digits, statement=one)

    def bodies(self, kind: str, subject: str) -> list[tuple[str, Body]]:
        """Return id and body of every statement of a kind and subject, in order of period."""
        return [(each.id, body(each)) for each in self._issued.get((kind, subject), [])]

    def subjects(self, kind: str) -> tuple[str, ...]:
        """Return whom statements of a kind speak of, in order of issue."""
        return tuple(subject for of_kind, subject in self._issued if of_kind == kind)

    def issued(self, statement: str) -> IssuedStatement:
        """Return a statement that was quoted."""
        return self._by_id[statement]

    def periods(self, kind: str) -> tuple[str, ...]:
        """Return the months and years that statements of a kind speak of, in order."""
        found = (
            each.period
            for (of_kind, _), issued in self._issued.items()
            if of_kind == kind
            for each in issued
        )
        return tuple(sorted(set(found)))

    def quotable(self, statement: str) -> str:
        """Return an id whose text is at hand; empty for one that can be named only.

        A statement may build on a version that was restated since: it is named, and the list of
        hashes holds only texts that are at hand here.
        """
        return statement if statement in self._by_id else ""

    def reference(self, statement: str) -> Reference:
        """Return the hash of the text of a statement that was quoted."""
        text = self._by_id[statement].document
        return Reference(id=statement, sha256=sha256(text.encode()).hexdigest())


def body(issued: IssuedStatement) -> Body:
    """Return what a statement says."""
    return cast("Body", load_canonical(issued.document.encode()))


def said(of: JsonValue, lang: Lang) -> str:
    """Return one language of a text that a statement holds in two."""
    return str(of.get(lang, "")) if isinstance(of, dict) else str(of or "")


def unit_in(unit: str, lang: Lang) -> str:
    """Return a unit as a reader of a language writes it; only money and months differ.

    Example:
        >>> unit_in("CNY/(kVA·month)", "zh")
        '元/(kVA·月)'
    """
    return unit.replace("CNY", "元").replace("month", "月") if lang == "zh" else unit


def verdict(label: str, *, is_met: bool | None) -> Cell:
    """Return a judgement in its colour; None means that it cannot be judged."""
    tone = Tone.OPEN if is_met is None else Tone.GOOD if is_met else Tone.BAD
    return prose(label, tone=tone)


def _value(of: Body) -> Decimal | None:
    value = of.get("value")
    return None if value is None else Decimal(str(value))
