"""Dated facts: factors, tariffs and thresholds as records, never as constants.

A fact is one value of one published text, valid for a stretch of days. A calculation asks the book
for the one fact in force and keeps its ``key`` beside the result, so that the number can be opened.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from taihang.core.errors import InputError

DECLARED_SET: Final = "park.toml"
"""Set of the values that no text publishes: the park states them, and statements name them so."""


class FactOutOfForceError(InputError):
    """No fact, or more than one, is in force for what was asked: nothing is guessed (§12)."""

    code = "input.fact-out-of-force"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One dated value of one published text."""

    code: str
    """What it is, for example ``grid.average`` or ``coal-equivalent.electricity``."""
    value: Decimal
    unit: str
    region: str
    """``CN``, a grid region or a province in English, for example ``Shanxi``."""
    valid_from: date
    valid_to: date | None
    """First day no more; None means still in force."""
    data_year: int | None
    """Year of the data behind it, where the text names one."""
    document: str
    clause: str
    source: str
    """Key of the address where the text was seen."""
    status: str
    """How sure we are: ``verified``, ``calc``, ``from-memory`` or ``uncertain``."""
    set: str
    """Named family of facts that may not be mixed with another, for example ``guide-2015``."""
    note: str = ""

    @property
    def key(self) -> str:
        """What a statement stores: names this very value for ever.

        Returns:
            ``set/code/region/valid_from=value``.
        """
        return f"{self.set}/{self.code}/{self.region}/{self.valid_from.isoformat()}={self.value}"


class FactBook:
    """All facts a calculation may use."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._facts: dict[str, list[Fact]] = {}
        for fact in facts:
            self._facts.setdefault(fact.code, []).append(fact)

    def all(self) -> tuple[Fact, ...]:
        """Every fact, in order of code, set, region and first day."""
        every = [fact for facts in self._facts.values() for fact in facts]
        return tuple(sorted(every, key=lambda f: (f.code, f.set, f.region, f.valid_from)))

    def with_facts(self, extra: Iterable[Fact]) -> "FactBook":
        """Return a book that also holds the facts of one park."""
        return FactBook([*self.all(), *extra])

    def in_force(
        self, code: str, *, on: date, region: str | None = None, family: str | None = None
    ) -> Fact:
        """Return the one fact in force on a day.

        Args:
            code: What is asked for.
            on: The local day.
            region: The region, where facts of several regions share the code.
            family: The set, where several sets share the code.

        Returns:
            The fact.

        Raises:
            FactOutOfForceError: If none or several are in force; the message names the candidates.
        """
        found = self.candidates(code, on=on, region=region, family=family)
        if len(found) == 1:
            return found[0]
        raise self._out_of_force(
            code,
            asked=f"on {on.isoformat()} (region {region}, set {family})",
            expected="exactly one fact in force",
            found=found,
        )

    def candidates(
        self, code: str, *, on: date, region: str | None = None, family: str | None = None
    ) -> tuple[Fact, ...]:
        """Return every fact in force on a day, none or several included.

        For a caller that must tell "nothing is known" from "more than one is meant"; the arguments
        are those of ``in_force``.

        Returns:
            The facts, in the order in which they were given.
        """
        return tuple(
            fact
            for fact in self._facts.get(code, [])
            if fact.valid_from <= on
            and (fact.valid_to is None or on < fact.valid_to)
            and region in {None, fact.region}
            and family in {None, fact.set}
        )

    def of_data_year(
        self, code: str, *, data_year: int, region: str | None = None, family: str | None = None
    ) -> Fact:
        """Return the one fact whose data are of a year, whenever it was published.

        Args:
            code: What is asked for.
            data_year: The year of the data behind the value.
            region: The region, where facts of several regions share the code.
            family: The set, where several sets share the code.

        Returns:
            The fact.

        Raises:
            FactOutOfForceError: If no fact, or more than one, is of that year.
        """
        found = tuple(
            fact
            for fact in self._facts.get(code, [])
            if fact.data_year == data_year
            and region in {None, fact.region}
            and family in {None, fact.set}
        )
        if len(found) == 1:
            return found[0]
        raise self._out_of_force(
            code,
            asked=f"of data year {data_year} (region {region}, set {family})",
            expected=f"exactly one fact of data year {data_year}",
            found=found,
        )

    def _out_of_force(
        self, code: str, *, asked: str, expected: str, found: tuple[Fact, ...]
    ) -> FactOutOfForceError:
        known = sorted({fact.key for fact in found or self._facts.get(code, [])})
        return FactOutOfForceError(
            given=f"{code!r} {asked}",
            expected=f"{expected}, found {len(found)} of {known[:6]}",
            remedy="name the region or set, or add the dated fact to the park's facts",
        )
