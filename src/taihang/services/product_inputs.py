"""What a production process took in and made over a period, from activity data and the park file.

Only lines of the items that park.toml gives to the process count. What nobody handed in, and every
value that nobody stated, is a gap with its name; nothing is put in its place.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, localcontext
from typing import Final

from taihang.core.activity.amount import Unknown
from taihang.core.activity.book import ActivityBook
from taihang.core.activity.record import ActivityRecord, Flow
from taihang.core.activity.unit import Dimension, UnknownUnitError, converted, dimension_of
from taihang.core.carbon.inventory import Line
from taihang.core.facts import DECLARED_SET, Fact
from taihang.core.park.carbon import CarbonSources, Precursor, Product, ProductionProcess
from taihang.core.product.allocation import AllocationError, Output
from taihang.core.product.process import Borne, Charge, UnitProcess, embedded, grams_of
from taihang.core.quantities import EXACT
from taihang.services.carbon_inputs import (
    GAS,
    Found,
    Gap,
    SourceLine,
    SubjectYear,
    months_of_stay,
    stay_of,
)
from taihang.services.ports import Ports

DECLARED: Final = "declared"
"""Status of a value that stands in park.toml."""
_MATERIAL: Final = "material."
_TONNE: Final = "t"
_LAST_MONTH: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One charge of a process with all that it follows from."""

    charge: Charge
    quantity: Decimal
    unit: str
    facts: tuple[Fact, ...] = ()
    activities: tuple[ActivityRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a process used of one precursor."""

    precursor: Precursor
    amount: Decimal
    activities: tuple[ActivityRecord, ...]
    only: tuple[str, ...]
    """The products that it goes into; empty means all."""


@dataclass(slots=True)
class ProcessInputs:
    """A process over a period, before any factor."""

    process: ProductionProcess
    period: str
    products: tuple[Product, ...]
    outputs: tuple[Output, ...] = ()
    uses: tuple[Use, ...] = ()
    made: dict[str, tuple[ActivityRecord, ...]] = field(
        default_factory=dict[str, tuple[ActivityRecord, ...]]
    )
    """Activity data of the output, by product."""
    gaps: list[Gap] = field(default_factory=list[Gap])

    def gap(self, what: str, reason: str, detail: str) -> None:
        """Note something that could not be assessed."""
        self.gaps.append(Gap(what, Unknown(reason, detail)))


def last_day_of(period: str) -> date:
    """Return the last day of a month or year, whose facts are in force for it.

    Example:
        >>> last_day_of("2026").isoformat(), last_day_of("2026-02").isoformat()
        ('2026-12-31', '2026-02-28')
    """
    year, _, month = period.partition("-")
    number = int(month or _LAST_MONTH)
    return date(int(year), number, monthrange(int(year), number)[1])


def inputs_of(
    process: ProductionProcess, period: str, *, records: ActivityBook, ports: Ports
) -> ProcessInputs:
    """Collect outputs and precursors of a process.

    Args:
        process: The process.
        period: Month or year.
        records: All activity data of the park.
        ports: The outside world.
    """
    carbon = ports.park.carbon
    products = tuple(each for each in carbon.products.values() if each.process == process.id)
    found = ProcessInputs(process, period, products)
    months = months_of_stay(stay_of(process.enterprise, ports.park), period)
    amounts = _Amounts(process.enterprise, period, months, records=records, found=found)
    # 1. What it made.
    found.outputs = tuple(_outputs(products, amounts, found))
    # 2. What went into it and had a life before the gate.
    wanted = dict.fromkeys(name for product in products for name in product.precursors)
    uses: list[Use] = []
    for name in wanted:
        precursor = carbon.precursors[name]
        amount, said = amounts.whole(precursor.item, Flow.CONSUMED, precursor.unit)
        if amount is not None:
            users = tuple(product.id for product in products if name in product.precursors)
            only = users if len(users) < len(products) else ()
            uses.append(Use(precursor=precursor, amount=amount, activities=said, only=only))
    found.uses = tuple(uses)
    return found


def sources_of(
    process: ProductionProcess,
    period: str,
    *,
    sets: tuple[str, str],
    records: ActivityBook,
    ports: Ports,
) -> Found:
    """Return fuel, process, gas and heat lines of a process under named sets of factors.

    Args:
        process: The process.
        period: Month or year.
        sets: The set of fuel factors, and the set of global warming potentials.
        records: All activity data of the park.
        ports: The outside world.
    """
    park, enterprise = ports.park, process.enterprise
    items = tuple(item for item in process.items if not item.startswith(_MATERIAL))
    boundary = CarbonSources(id=enterprise, items=items, source=process.source)
    # The enterprise as far as the process goes: its items only, under the sets that are asked for.
    seen = replace(
        park,
        accounting=replace(park.accounting, fuel_factor_set=sets[0], gwp_set=sets[1]),
        carbon=replace(park.carbon, sources={enterprise: boundary}),
    )
    lines = records.lines(period=period, subject=enterprise)
    own = ActivityBook(record for record in lines if record.item in items)
    return SubjectYear(enterprise, period, records=own, book=ports.facts, park=seen).found()


def source_entry(one: SourceLine, stage: str) -> Entry:
    """Return a line of fuel, process, gas or heat as an entry."""
    line: Line = one.line
    return Entry(
        charge=Charge(
            stage=stage, code=f"{one.kind}.{line.activity}", grams=grams_of(line.kg_co2e)
        ),
        quantity=line.amount,
        unit=line.unit,
        facts=line.factors,
        activities=one.records,
    )


def use_entry(use: Use, *, stage: str, grams: int, facts: tuple[Fact, ...]) -> Entry:
    """Return what a precursor brought along as an entry."""
    return Entry(
        charge=Charge(stage=stage, code=use.precursor.id, grams=grams, only=use.only),
        quantity=use.amount,
        unit=use.precursor.unit,
        facts=facts,
        activities=use.activities,
    )


def declared_fact(parameter: str, value: Decimal, *, unit: str, period: str, source: str) -> Fact:
    """Return a value of park.toml as a fact, so that a statement restates when it changes.

    Args:
        parameter: Its path in park.toml.
        value: The value.
        unit: Its unit.
        period: The month or year that it is stated for.
        source: What park.toml says of it.
    """
    first = last_day_of(period).replace(day=1)
    return Fact(
        code=parameter,
        value=value,
        unit=unit,
        region=DECLARED_SET,
        valid_from=first if "-" in period else date(first.year, 1, 1),
        valid_to=None,
        data_year=None,
        document=DECLARED_SET,
        clause=parameter,
        source=source,
        status=DECLARED,
        set=DECLARED_SET,
    )


def borne_by(
    product: str, entries: Iterable[Entry], *, inputs: ProcessInputs
) -> list[tuple[Entry, Borne]] | None:
    """Share entries out, and return what one product bears of each.

    Args:
        product: The product.
        entries: Every charge of the process.
        inputs: The process.

    Returns:
        Entries with what the product bears; None where they cannot be shared out, which is noted.
    """
    every = tuple(entries)
    unit = UnitProcess(
        id=inputs.process.id,
        outputs=inputs.outputs,
        charges=tuple(entry.charge for entry in every),
        method=inputs.process.allocation,
        reason=inputs.process.source,
    )
    if len(inputs.outputs) < len(inputs.products):
        return None  # An output that lacks is noted already.
    try:
        parts = embedded(unit)[product]
    except AllocationError as error:
        inputs.gap(inputs.process.id, "no-allocation", error.given)
        return None
    mine = [one for one in every if not one.charge.only or product in one.charge.only]
    return list(zip(mine, parts, strict=True))


def without_upstream(product: Product, process: ProductionProcess, ports: Ports) -> Iterator[str]:
    """Yield items of a process whose life before the gate nobody states and nobody leaves out."""
    stated = {ports.park.carbon.precursors[name].item for name in product.precursors}
    for item in process.items:
        if not item.startswith(GAS) and item not in {*stated, *product.left_out}:
            yield item


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    enterprise: str
    period: str
    months: tuple[str, ...]


class _Amounts:
    """Sums of activity data over the months of a stay; what lacks is noted."""

    def __init__(
        self,
        enterprise: str,
        period: str,
        months: tuple[str, ...],
        *,
        records: ActivityBook,
        found: ProcessInputs,
    ) -> None:
        self._span = _Span(enterprise=enterprise, period=period, months=months)
        self._records, self._found = records, found

    def whole(
        self, item: str, flow: Flow, unit: str
    ) -> tuple[Decimal | None, tuple[ActivityRecord, ...]]:
        """Return the sum in a unit and its lines; None where anything of it lacks."""
        span = self._span
        said = tuple(
            record
            for record in self._records.lines(period=span.period, subject=span.enterprise)
            if (record.item, record.flow) == (item, flow)
            and record.period in {span.period, *span.months}
        )
        there = {record.period for record in said}
        lacking = [] if span.period in there else [m for m in span.months if m not in there]
        if lacking:
            self._found.gap(f"{item} {flow.value}", "months-missing", ", ".join(lacking))
            return None, said
        try:
            parts = [converted(record.amount, unit=record.unit, to=unit) for record in said]
        except UnknownUnitError as error:
            self._found.gap(item, "wrong-unit", error.given)
            return None, said
        with localcontext(EXACT):
            return sum(parts, start=Decimal(0)), said

    def unit_of(self, item: str) -> str:
        """Return tonnes for what is weighed, else the unit in which it is said first."""
        lines = self._records.lines(period=self._span.period, subject=self._span.enterprise)
        unit = next((r.unit for r in lines if (r.item, r.flow) == (item, Flow.OUTPUT)), _TONNE)
        return _TONNE if dimension_of(unit) is Dimension.MASS else unit


def _outputs(
    products: Iterable[Product], amounts: _Amounts, found: ProcessInputs
) -> Iterator[Output]:
    for product in products:
        unit = amounts.unit_of(product.item)
        amount, said = amounts.whole(product.item, Flow.OUTPUT, unit)
        found.made[product.id] = said
        if amount is not None:
            yield Output(product=product.id, amount=amount, unit=unit, price_cny=product.price_cny)
