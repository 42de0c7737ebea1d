"""From activity data to the lines of an inventory: burnt, lost in processes, bought as heat.

What belongs to the stay of an enterprise in the park counts, month by month; the form of a month in
which it comes or leaves covers its days in the park. What cannot be worked out is named, with the
reason, and adds nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, localcontext
from typing import Final, Protocol

from taihang.core.activity.amount import Unknown
from taihang.core.activity.book import ActivityBook
from taihang.core.activity.item import ANODE_EFFECT, ANODE_PFC, GAS, PROCESS_ITEMS
from taihang.core.activity.record import ActivityRecord, Flow
from taihang.core.activity.unit import UnknownUnitError, converted
from taihang.core.carbon.inventory import Line
from taihang.core.carbon.uncertainty import Doubted
from taihang.core.facts import Fact, FactBook, FactOutOfForceError
from taihang.core.park.assets import ALWAYS, InService
from taihang.core.park.park import Park
from taihang.core.periods import month_names
from taihang.core.quantities import EXACT
from taihang.standards.gbt_32151 import (
    ActivityDataError,
    anode_effect_emission,
    converted_carbon,
    fuel_emission,
    gas_emission,
    heat_emission,
    process_emission,
)

HEAT: Final = "heat"
UNCERTAINTY: Final = "uncertainty."
"""Before the code of a fact: half its 95 % interval over its value, a fact itself."""
_PFC: Final = "PFC"
PFC_GASES: Final = ("CF4", "C2F6")
"""What an anode effect gives off."""
_HEAT_SETS: Final = ("gbt-32150-2025",)
_COAL_EQUIVALENT: Final = "coal-equivalent."
_NOT_BURNT: Final = ("electricity", "medium.")


class _Formula(Protocol):
    """Fuel burnt, or the carbon in it."""

    def __call__(
        self, fuel: str, amount: Decimal, *, unit: str, book: FactBook, on: date, factor_set: str
    ) -> Line: ...


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be assessed."""

    what: str
    unknown: Unknown


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line of an inventory with the activity data behind it."""

    kind: str
    """``fuel``, ``conversion``, ``process``, ``gas`` or ``heat``."""
    line: Line
    records: tuple[ActivityRecord, ...]
    signs: tuple[int, ...]
    """1 where a record adds to the amount, −1 where it is taken off."""

    def doubts(self, book: FactBook, on: date) -> Iterable[Doubted]:
        """Yield what each record moves, and what each factor moves."""
        if self.line.amount == 0:
            return
        per_unit = self.line.kg_co2e / self.line.amount
        for record, sign in zip(self.records, self.signs, strict=True):
            yield Doubted(
                kg_co2e=rounded_kg(sign * record.amount * per_unit),
                half_width_ratio={f"{record.id}": record.uncertainty_ratio},
            )
        yield Doubted(
            kg_co2e=self.line.kg_co2e,
            half_width_ratio={fact.key: doubt_of(fact, book, on) for fact in self.line.factors},
        )


@dataclass(slots=True)
class Found:
    """What the activity data of a subject and year come to."""

    lines: list[SourceLine] = field(default_factory=list[SourceLine])
    gaps: list[Gap] = field(default_factory=list[Gap])
    outside: list[str] = field(default_factory=list[str])
    """Lines of months in which the subject did not belong to the park: not counted."""


def rounded_kg(kg_co2e: Decimal) -> Decimal:
    """Round to the gram, half to even."""
    return kg_co2e.quantize(Decimal("0.001"))


def doubt_of(fact: Fact, book: FactBook, on: date) -> Decimal | None:
    """Return the stated doubt of a factor; a definition such as a factor of zero has none.

    Args:
        fact: The factor.
        book: The facts.
        on: A local day.
    """
    if fact.value == 0:
        return Decimal(0)
    stated = book.candidates(f"{UNCERTAINTY}{fact.code}", on=on)
    here = [one for one in stated if one.region == fact.region] or list(stated)
    return here[0].value if len(here) == 1 else None


def stay_of(subject: str, park: Park) -> InService:
    """Return the local days on which a subject belongs to the park."""
    asset = park.assets.get(subject)
    return ALWAYS if asset is None else asset.in_service


def months_of_stay(stay: InService, period: str) -> tuple[str, ...]:
    """Return the months of a year, or of one month itself, that a stay touches, in order.

    Example:
        >>> months_of_stay(InService(since=date(2026, 11, 3)), "2026")
        ('2026-11', '2026-12')
    """
    found: list[str] = []
    for name in month_names(period):
        year, number = int(name[:4]), int(name[5:])
        first = date(year, number, 1)
        after = date(year + number // 12, number % 12 + 1, 1)
        if stay.overlaps(InService(since=first, until=after)):
            found.append(name)
    return tuple(found)


class SubjectYear:
    """The activity data of one subject in one year, or one month of it, turned into lines.

    A month takes the factors of its year, so that twelve months sum to the year.

    Args:
        subject: Enterprise, station or ``park``.
        period: For example ``2026``, or ``2026-08``.
        records: All activity data of the park, as a book.
        book: The facts.
        park: The park; names the sets of factors and the boundary of the subject.
    """

    def __init__(
        self, subject: str, period: str, *, records: ActivityBook, book: FactBook, park: Park
    ) -> None:
        self._subject, self._period, self._book = subject, period, book
        self._sets = park.accounting
        self.on = date(int(period[:4]), 12, 31)
        self.months = months_of_stay(stay_of(subject, park), period)
        self._declared = park.carbon.sources.get(subject)
        self._found = Found()
        self._of: dict[tuple[str, Flow], list[ActivityRecord]] = {}
        for record in records.lines(period=period, subject=subject):
            if record.period in {period, *self.months}:
                self._of.setdefault((record.item, record.flow), []).append(record)
            else:
                self._found.outside.append(f"{record.id}.v{record.version}")
        stay = {period[:4], *months_of_stay(stay_of(subject, park), period[:4])}
        of_year = records.lines(period=period[:4], subject=subject)
        of_stay = {(one.item, one.flow) for one in of_year if one.period in stay}
        self._elsewhere = of_stay - self._of.keys()
        """Series that say something of the year and nothing of this month of it."""

    def found(self) -> Found:
        """Return every line and every gap, in order of item."""
        items = {item for item, _ in {*self._of, *self._elsewhere}}
        if self._declared is None:
            self._gap(self._subject, "no-boundary", f"[carbon_sources.{self._subject}]")
        else:
            for item in sorted({*self._declared.items} - items):
                self._gap(item, "no-data", f"{self._subject} {item}")
        balanced = self._is_balanced()
        for item in sorted(items):
            self._take(item, balanced=balanced)
        return self._found

    def _take(self, item: str, *, balanced: bool) -> None:
        if item == HEAT:
            self._heat()
        elif item.startswith(GAS):
            self._gas(item)
        elif self._is_fuel(item):
            self._fuel(item, balanced=balanced)
        elif item == ANODE_PFC:
            self._anode_effect()
        elif item in PROCESS_ITEMS or self._book.candidates(f"process.{item}.ef", on=self.on):
            # One that is named and has no factor is a gap: no table of a text prints it yet.
            self._process(item)
        elif (item, Flow.CONSUMED) in self._of and self._is_energy(item):
            self._gap(item, "no-factor", f"fuel.{item} {self._sets.fuel_factor_set}")

    def _is_fuel(self, item: str) -> bool:
        codes = (f"fuel.{item}.ncv", f"fuel.{item}.ef")
        family = self._sets.fuel_factor_set
        return any(self._book.candidates(code, on=self.on, family=family) for code in codes)

    def _is_energy(self, item: str) -> bool:
        known = self._book.candidates(f"{_COAL_EQUIVALENT}{item}", on=self.on)
        fuel = any(
            self._book.candidates(f"fuel.{item}.{part}", on=self.on) for part in ("ncv", "ef")
        )
        return bool(known or fuel) and not item.startswith(_NOT_BURNT)

    def _is_balanced(self) -> bool:
        """Say whether a conversion made other fuels: then its carbon is balanced, not burnt."""
        return any(
            flow is Flow.CONVERSION_OUTPUT and self._is_fuel(item) for item, flow in self._of
        )

    # -- kinds of lines ---------------------------------------------------------------------------

    def _fuel(self, item: str, *, balanced: bool) -> None:
        """Burnt is what was consumed, but for feedstock and what a carbon balance accounts for."""
        consumed = self._whole(item, Flow.CONSUMED)
        parts = [(consumed, 1), (self._whole(item, Flow.FEEDSTOCK), -1)]
        if balanced:
            parts.append((self._whole(item, Flow.CONVERSION_INPUT), -1))
            self._line(
                ("conversion", item), parts[2:], self._emission(item, converted_carbon), turned=-1
            )
            made = self._whole(item, Flow.CONVERSION_OUTPUT)
            self._line(("conversion", item), [(made, -1)], self._emission(item, converted_carbon))
        for part, _ in parts[1:]:
            self._half_said(item, consumed, part)
        if consumed:
            self._line(("fuel", item), parts, self._emission(item, fuel_emission))
        elif (item, Flow.CONVERSION_OUTPUT) not in self._of:
            said = ", ".join(sorted(flow.value for of, flow in self._of if of == item))
            self._gap(item, "no-data", f"{Flow.CONSUMED.value}; {said}")

    def _emission(self, item: str, formula: _Formula) -> Callable[[Decimal, str], Line]:
        def emission(amount: Decimal, unit: str) -> Line:
            return formula(
                item,
                amount,
                unit=unit,
                book=self._book,
                on=self.on,
                factor_set=self._sets.fuel_factor_set,
            )

        return emission

    def _process(self, item: str) -> None:
        def emission(amount: Decimal, unit: str) -> Line:
            if unit != "t":
                raise ActivityDataError(
                    given=f"{item} in {unit}", expected="t", remedy="say it in tonnes"
                )
            factor = self._book.in_force(f"process.{item}.ef", on=self.on)
            line = process_emission(
                item, amount, book=self._book, on=self.on, factor_set=factor.set
            )
            # No CO2: it stands among the gases, and in no account of CO2 alone.
            return replace(line, activity=_PFC) if item == ANODE_EFFECT else line

        flow = Flow.OUTPUT if (item, Flow.OUTPUT) in self._of else Flow.CONSUMED
        kind = "gas" if item == ANODE_EFFECT else "process"
        self._line((kind, item), [(self._whole(item, flow), 1)], emission)

    def _anode_effect(self) -> None:
        """Two gases by aluminium made; never beside the factor that holds both of them."""
        if any(item == ANODE_EFFECT for item, _ in self._of):
            self._gap(ANODE_PFC, "counted-twice", f"{ANODE_EFFECT}, {ANODE_PFC}")
            return
        made = self._whole(ANODE_PFC, Flow.OUTPUT)
        for gas in PFC_GASES:
            self._line(("gas", ANODE_PFC), [(made, 1)], self._pfc(gas))

    def _pfc(self, gas: str) -> Callable[[Decimal, str], Line]:
        def emission(amount: Decimal, unit: str) -> Line:
            if unit != "t":
                raise ActivityDataError(
                    given=f"aluminium in {unit}", expected="t", remedy="say it in tonnes"
                )
            return anode_effect_emission(
                gas, amount, book=self._book, on=self.on, gwp_set=self._sets.gwp_set
            )

        return emission

    def _gas(self, item: str) -> None:
        names = {f"{GAS}{code.lower()}": code for code in _gases(self._book)}

        def emission(amount: Decimal, unit: str) -> Line:
            if unit != "kg":
                raise ActivityDataError(
                    given=f"{item} in {unit}", expected="kg", remedy="say it in kilograms"
                )
            gas = names.get(item, item.removeprefix(GAS))
            return gas_emission(
                gas, amount, book=self._book, on=self.on, gwp_set=self._sets.gwp_set
            )

        self._line(("gas", item), [(self._whole(item, Flow.OUTPUT), 1)], emission)

    def _heat(self) -> None:
        bought, sold = self._whole(HEAT, Flow.PURCHASED), self._whole(HEAT, Flow.SUPPLIED)
        in_gj, out_gj = _sum(bought), _sum(sold)

        def emission(_: Decimal, unit: str) -> Line:
            if unit != "GJ":
                raise ActivityDataError(
                    given=f"heat in {unit}", expected="GJ", remedy="say it in gigajoules"
                )
            return heat_emission(in_gj, out_gj=out_gj, factor=self._heat_factor())

        self._line(("heat", HEAT), [(bought, 1), (sold, -1)], emission)

    def _heat_factor(self) -> Fact:
        """GB/T 32150-2025 once it is in force, else the value of the park's set."""
        family = next(
            (f for f in _HEAT_SETS if self._book.candidates("heat.ef", on=self.on, family=f)),
            self._sets.fuel_factor_set,
        )
        return self._book.in_force("heat.ef", on=self.on, family=family)

    # -- amounts ----------------------------------------------------------------------------------

    def _whole(self, item: str, flow: Flow) -> tuple[ActivityRecord, ...]:
        """Return the records of one flow in the unit of the table; months that lack are noted."""
        unit = self._unit_of(item)
        records = tuple(_in_unit(record, unit) for record in self._of.get((item, flow), ()))
        said = {record.period for record in records}
        lacking = [name for name in self.months if name not in said]
        is_half_said = bool(records) or (item, flow) in self._elsewhere
        if is_half_said and self._period not in said and lacking:
            self._gap(f"{item} {flow.value}", "months-missing", ", ".join(lacking))
        return records

    def _unit_of(self, item: str) -> str:
        """Return the unit that the formula of an item takes."""
        if item == HEAT or item.startswith(GAS):
            return "GJ" if item == HEAT else "kg"
        family = self._sets.fuel_factor_set
        for part in ("ncv", "ef"):
            found = self._book.candidates(f"fuel.{item}.{part}", on=self.on, family=family)
            if found:
                return found[0].unit.partition("/")[2]
        return "t"

    def _half_said(
        self, item: str, consumed: Sequence[ActivityRecord], part: Sequence[ActivityRecord]
    ) -> None:
        if strange := sorted({r.period for r in part} - {r.period for r in consumed}):
            self._gap(item, "half-said", ", ".join(strange))

    def _line(
        self,
        named: tuple[str, str],
        parts: Iterable[tuple[Sequence[ActivityRecord], int]],
        emission: Callable[[Decimal, str], Line],
        *,
        turned: int = 1,
    ) -> None:
        """Add a line of a kind and item; ``turned`` is −1 where parts have another line's sign."""
        signed = [(record, sign * turned) for records, sign in parts for record in records]
        units = {record.unit for record, _ in signed}
        kind, item = named
        if not signed:
            return
        if len(units) > 1:
            self._gap(item, "units-differ", ", ".join(sorted(units)))
            return
        with localcontext(EXACT):
            amount = sum((record.amount * sign for record, sign in signed), start=Decimal(0))
        try:
            line = _signed(amount, units.pop(), emission)
        except ActivityDataError as error:
            self._gap(item, "wrong-unit", f"{error.given}; {error.expected}")
            return
        except FactOutOfForceError as error:
            self._gap(item, "no-factor", error.given)
            return
        records = tuple(record for record, _ in signed)
        self._found.lines.append(SourceLine(kind, line, records, tuple(sign for _, sign in signed)))

    def _gap(self, what: str, reason: str, detail: str) -> None:
        self._found.gaps.append(Gap(what, Unknown(reason, detail)))


def _in_unit(record: ActivityRecord, unit: str) -> ActivityRecord:
    """Say a record in another unit; what is of another kind stays, and the formula refuses it."""
    try:
        amount = converted(record.amount, unit=record.unit, to=unit)
    except UnknownUnitError:
        return record
    return replace(record, amount=amount, unit=unit)


def _signed(amount: Decimal, unit: str, emission: Callable[[Decimal, str], Line]) -> Line:
    """Carbon that leaves in a product is an amount below zero: the same formula, taken off."""
    if amount >= 0:
        return emission(amount, unit)
    line = emission(-amount, unit)
    if line.amount < 0:  # Heat: more was passed on than bought.
        return line
    return Line(
        scope=line.scope,
        activity=line.activity,
        amount=amount,
        unit=unit,
        factors=line.factors,
        kg_co2e=-line.kg_co2e,
        method=line.method,
    )


def _sum(records: Iterable[ActivityRecord]) -> Decimal:
    with localcontext(EXACT):
        return sum((record.amount for record in records), start=Decimal(0))


def _gases(book: FactBook) -> tuple[str, ...]:
    found = {fact.code.removeprefix("gwp.") for fact in book.all() if fact.code.startswith("gwp.")}
    return tuple(sorted(found))
