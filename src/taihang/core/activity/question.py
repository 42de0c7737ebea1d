"""What a form makes one ask: beside the meters, beside its own months, beside other subjects.

Nothing here refuses or corrects. Two values that should be one are put side by side with their
difference, and the question stands until a person answers it with the next version of a line.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum
from itertools import combinations
from statistics import median
from typing import Final

from taihang.core.activity.record import ActivityRecord, Flow
from taihang.core.activity.unit import converted, dimension_of, units_of
from taihang.core.quantities import EXACT

JUMP: Final = 10
"""So many times the median of the other months, or so small a part of it, is a slip of the unit."""
_LEAST_MONTHS: Final = 3
"""Other months that a median needs."""
_PER_CENT: Final = Decimal("0.01")
_KWH: Final = "kWh"


class Ask(StrEnum):
    """What is asked."""

    DIFFERS = "differs-from-meters"
    """The form and the meters say different amounts: which is right, and why?"""
    OWN_POWER = "counts-own-power"
    """Bought power is as much as all power that was used: was power from own plants counted?"""
    UNIT = "unit-slip"
    """The amount is far from its other months: is the unit right?"""
    TWO_CLAIM = "two-claim-it"
    """Two subjects say the same amount of the same thing: is it one amount in two boundaries?"""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to be answered."""

    ask: Ask
    lines: tuple[str, ...]
    """Ids of the lines that it is about."""
    beside: str
    """What the amount is compared with, with its unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """What the meters say of one subject and period."""

    used_kwh: Decimal
    """All electricity that was used, over the intervals with a value."""
    own_kwh: Decimal
    """The part of it that came over dedicated lines from own plants, not bought."""
    n_missing: int
    """Intervals without a value: with any, the sum is too small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A line about electricity beside the meters."""

    record: ActivityRecord
    form_kwh: Decimal
    meter_kwh: Decimal
    n_missing: int
    own_kwh: Decimal

    @property
    def difference_kwh(self) -> Decimal:
        """How much more the form says [kWh]."""
        return self.form_kwh - self.meter_kwh

    @property
    def difference_pct(self) -> Decimal | None:
        """The same over what the meters say, to 0.01 [%]; None where they say 0."""
        if not self.meter_kwh:
            return None
        return (self.difference_kwh * 100 / self.meter_kwh).quantize(_PER_CENT)

    @property
    def differs(self) -> bool:
        """Whether the difference is more than the last digit of the form can hide."""
        return abs(self.difference_kwh) > _last_digit_kwh(self.record) / 2

    @property
    def counts_own_power(self) -> bool:
        """Whether bought power is nearer to all power used than to what was bought."""
        if self.record.flow is not Flow.PURCHASED or not self.own_kwh:
            return False
        return abs(self.difference_kwh - self.own_kwh) < abs(self.difference_kwh)


def beside_meters(record: ActivityRecord, metered: Metered) -> Beside | None:
    """Put a line about electricity beside the meters.

    Args:
        record: The line.
        metered: What the meters say of its subject and period.

    Returns:
        Both; None for a flow that these meters do not count.
    """
    meter_kwh = {
        Flow.CONSUMED: metered.used_kwh,
        Flow.PURCHASED: metered.used_kwh - metered.own_kwh,
    }.get(record.flow)
    if meter_kwh is None:
        return None
    return Beside(
        record=record,
        form_kwh=converted(record.amount, unit=record.unit, to=_KWH),
        meter_kwh=meter_kwh,
        n_missing=metered.n_missing,
        own_kwh=metered.own_kwh,
    )


def _last_digit_kwh(record: ActivityRecord) -> Decimal:
    return converted(_last_digit(record), unit=record.unit, to=_KWH)


def _last_digit(record: ActivityRecord) -> Decimal:
    exponent = record.amount.as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) and exponent < 0 else 0)


@dataclass(frozen=True, slots=True)
class BesideMedium:
    """A line about gas, water, steam or heat beside what the meters say of the same amount."""

    form: ActivityRecord
    """It does not count, for the meters do."""
    metered: tuple[ActivityRecord, ...]
    """The lines that count: one month, or months of the year of the form."""

    @property
    def metered_amount(self) -> Decimal:
        """What the meters say, in the unit of the form, exact."""
        with localcontext(EXACT):
            return sum(
                (
                    converted(each.amount, unit=each.unit, to=self.form.unit)
                    for each in self.metered
                ),
                start=Decimal(0),
            )

    @property
    def difference(self) -> Decimal:
        """How much more the form says, in its unit, exact."""
        with localcontext(EXACT):
            return self.form.amount - self.metered_amount

    @property
    def difference_pct(self) -> Decimal | None:
        """The same over what the meters say, to 0.01 [%]; None where they say 0."""
        if not self.metered_amount:
            return None
        return (self.difference * 100 / self.metered_amount).quantize(_PER_CENT)

    @property
    def differs(self) -> bool:
        """Whether the difference is more than the last digit of the form can hide."""
        return abs(self.difference) > _last_digit(self.form) / 2


def medium_questions(found: Iterable[BesideMedium]) -> Iterator[Question]:
    """Yield the forms that say another amount than the meters."""
    for each in found:
        if each.differs:
            beside = f"{each.metered_amount:f} {each.form.unit}"
            yield Question(Ask.DIFFERS, (each.form.id, *(m.id for m in each.metered)), beside)


def meter_questions(found: Iterable[Beside]) -> Iterator[Question]:
    """Yield what follows from lines beside meters."""
    for each in found:
        if each.counts_own_power:
            yield Question(Ask.OWN_POWER, (each.record.id,), f"{each.own_kwh:f} kWh")
        elif each.differs:
            yield Question(Ask.DIFFERS, (each.record.id,), f"{each.meter_kwh:f} kWh")


def unit_questions(records: Sequence[ActivityRecord]) -> Iterator[Question]:
    """Yield lines that are ten times their other months, or a tenth.

    Args:
        records: The lines that count, of any series and as many months as are known.
    """
    series: dict[tuple[str, str, str, int], list[ActivityRecord]] = {}
    for record in records:
        # Years and months are not comparable.
        series.setdefault((*record.series, len(record.period)), []).append(record)
    for of_series in series.values():
        unit = units_of(dimension_of(of_series[0].unit))[0]
        amounts = [converted(each.amount, unit=each.unit, to=unit) for each in of_series]
        for at, record in enumerate(of_series):
            others = [amount for n, amount in enumerate(amounts) if n != at and amount]
            if len(others) < _LEAST_MONTHS or not amounts[at]:
                continue
            usual = median(others)
            if not usual / JUMP < amounts[at] < usual * JUMP:
                beside = converted(usual, unit=unit, to=record.unit)
                yield Question(Ask.UNIT, (record.id,), f"{beside:f} {record.unit}")


def claim_questions(records: Iterable[ActivityRecord]) -> Iterator[Question]:
    """Yield pairs of lines in which two subjects say the same amount of the same thing.

    Args:
        records: The lines that count.
    """
    same: dict[tuple[str, str, str, Decimal], list[ActivityRecord]] = {}
    for record in records:
        unit = units_of(dimension_of(record.unit))[0]
        amount = converted(record.amount, unit=record.unit, to=unit)
        if amount:
            same.setdefault((record.item, record.flow, record.period, amount), []).append(record)
    for claiming in same.values():
        for one, other in combinations(claiming, 2):
            if one.subject != other.subject:
                beside = f"{one.amount:f} {one.unit}"
                yield Question(Ask.TWO_CLAIM, (one.id, other.id), beside)
