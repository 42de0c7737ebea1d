"""GB/T 2589 《综合能耗计算通则》: energy to standard coal.

::

    E = Σ_i E_i × k_i                     [tce]        E_i energy really consumed, k_i coefficient
    k = NCV / 29 307.6 kJ per kgce        [kgce/unit]  the law behind every row of the annex

Electricity has two coefficients. The equivalent value 当量值 is the heat in the electricity itself
(860 kcal/kWh); the equal value 等价值 is the coal that power stations burn to make it. Both are
always computed, a total always names its basis, and a fuel burnt to make electricity on site must
never stand beside that electricity at equal value.

Source: GB/T 2589-2020, formulas and Annexes A and B (values: see tables/gbt_2589*.toml, each with
its mark; order of precedence measured → reference: from memory).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from enum import StrEnum
from typing import Final

from typing_extensions import override

from taihang.core.errors import InputError, IntegrityError
from taihang.core.facts import Fact, FactBook
from taihang.core.quantities import EXACT, KG_PER_T

KJ_PER_KGCE: Final = Decimal("29307.6")
"""Heat of one kilogram of standard coal: 7 000 kcal × 4.1868 [kJ/kgce]."""
PRINTED_KGCE: Final = Decimal("0.0001")
"""The last digit of a coefficient in the annex; a measured one is rounded alike [kgce]."""
TOLERANCE_KGCE: Final = Decimal("0.003")
"""How far a printed coefficient may lie from NCV / 29 307.6 [kgce]."""
TOLERANCE_RATIO: Final = Decimal("0.003")
"""The same as a share, for small coefficients, which a slip moves by less than 0.003 [1]."""
STATION_EFFICIENCY_RATIO: Final = (Decimal("0.25"), Decimal("0.65"))
"""What a fleet of power stations can do; an equal value outside is a slip of digits [1]."""

_COEFFICIENT: Final = "coal-equivalent."
_NCV: Final = "ncv."
MEDIUM: Final = "medium."
_EQUAL_VALUE: Final = ".equal-value"
_ELECTRICITY: Final = "electricity"

# Amounts come in the units of meters and invoices, coefficients in those of the annex. Gas volumes
# of the annex are at the standard state, so Nm³ and m³ are one.
_UNITS_PER: Final = {
    ("t", "kg"): Decimal(1_000),
    ("kg", "t"): Decimal("0.001"),
    ("MWh", "kWh"): Decimal(1_000),
    ("10⁴kWh", "kWh"): Decimal(10_000),
    ("GJ", "MJ"): Decimal(1_000),
    ("Nm³", "m³"): Decimal(1),
    ("10⁴m³", "m³"): Decimal(10_000),
    ("10⁴Nm³", "m³"): Decimal(10_000),
}


class TranscriptionError(IntegrityError):
    """A coefficient contradicts its own calorific value: the table was copied wrongly."""

    code = "integrity.coefficient"


class CoefficientChoiceError(InputError):
    """The annex prints a range and the calculation does not say which value it uses."""

    code = "input.coefficient-choice"


class AmountError(InputError):
    """An amount is negative or its unit does not fit the coefficient."""

    code = "input.energy-amount"


class Basis(StrEnum):
    """Which coefficient of electricity a total uses."""

    EQUIVALENT = "当量"
    """Equivalent calorific value 当量值, 3 600 kJ/kWh."""
    EQUAL = "等价"
    """Equal value 等价值, coal burnt by power stations for a kWh."""


class Choice(StrEnum):
    """Which value of an energy a calculation uses."""

    REFERENCE = "reference"
    """The single value of the annex; refused where the annex prints a range."""
    MIN = "min"
    """The lower end of the range."""
    MAX = "max"
    """The upper end of the range."""
    MEASURED = "measured"
    """From the park's own fact ``ncv.<energy>.measured``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """An amount of energy that was really consumed inside the boundary."""

    energy: str
    """Name in the annex, for example ``raw-coal`` or ``medium.fresh-water``."""
    amount: Decimal
    unit: str
    choice: Choice = Choice.REFERENCE
    family: str | None = None
    """The set of the coefficient, where several sets know the energy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One coefficient in use and the fact that it comes from."""

    value_kgce: Decimal
    """Standard coal per unit [kgce]."""
    per: str
    """The unit, for example ``kg``."""
    fact: Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class CoalLine:
    """One activity in standard coal, on both bases."""

    activity: Activity
    equivalent: Coefficient
    equal: Coefficient | None
    """None where no equal value is in force for electricity."""
    equivalent_tce: Decimal
    equal_tce: Decimal | None

    @property
    def is_medium(self) -> bool:
        """Whether this is an energy-consumed medium 耗能工质, outside the total of energy."""
        return self.activity.energy.startswith(MEDIUM)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardCoal:
    """Comprehensive energy consumption, both bases side by side."""

    basis: Basis
    """The basis of ``tce``."""
    lines: tuple[CoalLine, ...]

    @property
    def tce(self) -> Decimal:
        """Comprehensive energy consumption on the named basis, without media, exact [tce].

        Raises:
            CoefficientChoiceError: If a line has no coefficient on this basis.
        """
        total = self.equivalent_tce if self.basis is Basis.EQUIVALENT else self.equal_tce
        if total is None:
            raise CoefficientChoiceError(
                given=f"a line without a coefficient on the basis {self.basis.value}",
                expected="a coefficient for every line: what is unknown is not zero",
                remedy="add the year's equal value to the park's facts",
            )
        return total

    @property
    def equivalent_tce(self) -> Decimal:
        """The total at equivalent value 当量值, without media, exact [tce]."""
        return _sum(line.equivalent_tce for line in self.lines if not line.is_medium)

    @property
    def equal_tce(self) -> Decimal | None:
        """The total at equal value 等价值, without media, exact [tce]; None if one is unknown."""
        lines = [line for line in self.lines if not line.is_medium]
        known = [line.equal_tce for line in lines if line.equal_tce is not None]
        return _sum(known) if len(known) == len(lines) else None

    @property
    def media_tce(self) -> Decimal:
        """Energy-consumed media, for the standard that asks for them, exact [tce]."""
        return _sum(line.equivalent_tce for line in self.lines if line.is_medium)

    @property
    def factor_keys(self) -> tuple[str, ...]:
        """The facts behind ``tce``, line by line."""
        chosen = (
            line.equivalent if self.basis is Basis.EQUIVALENT else line.equal for line in self.lines
        )
        return tuple(coefficient.fact.key for coefficient in chosen if coefficient is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoefficientProblem:
    """A row of a table that cannot be right."""

    fact: Fact
    expected: str

    @override
    def __str__(self) -> str:
        return f"{self.fact.key} {self.fact.unit}, expected {self.expected}"


def standard_coal_tce(
    activities: Iterable[Activity], book: FactBook, *, basis: Basis, on: date
) -> StandardCoal:
    """Add up energy in standard coal.

    Args:
        activities: What was consumed; what was delivered to others is not among it.
        book: The facts.
        basis: Which electricity coefficient the total uses.
        on: The local day whose coefficients are in force, usually the last of the period.

    Returns:
        A line for each activity and totals on both bases, exact.

    Raises:
        FactOutOfForceError: If an energy has no coefficient in force, or more than one.
        CoefficientChoiceError: If the annex prints a range and no end of it is named.
        AmountError: If an amount is negative or its unit does not fit.
        TranscriptionError: If a coefficient contradicts its calorific value.

    Source:
        GB/T 2589-2020, E = Σ E_i × k_i (verified: K54).
    """
    return StandardCoal(
        basis=basis, lines=tuple(_line(activity, book, basis, on) for activity in activities)
    )


def self_test(book: FactBook) -> tuple[CoefficientProblem, ...]:
    """Test every coefficient of a book against its own calorific value.

    Published copies of the annex have lost leading digits; k = NCV / 29 307.6 finds each of them.
    Media have no calorific value; an equal value of electricity is held against what power stations
    can physically do.

    Args:
        book: The facts to test.

    Returns:
        One problem for each row that cannot be right; empty when all agree.
    """
    facts = book.all()
    ncvs = {(fact.code, *_edition(fact)): fact for fact in facts if fact.code.startswith(_NCV)}
    problems = (
        _problem(fact, ncvs.get((_ncv_code(fact), *_edition(fact))))
        for fact in facts
        if fact.code.startswith(_COEFFICIENT)
    )
    return tuple(problem for problem in problems if problem is not None)


def _line(activity: Activity, book: FactBook, basis: Basis, on: date) -> CoalLine:
    equivalent = _coefficient(activity, book, on)
    equal = equivalent  # a fuel is what it is; only electricity has a second value
    if activity.energy == _ELECTRICITY:
        equal = _equal_value(book, on, needed=basis is Basis.EQUAL)
    return CoalLine(
        activity=activity,
        equivalent=equivalent,
        equal=equal,
        equivalent_tce=_tce(activity, equivalent),
        equal_tce=None if equal is None else _tce(activity, equal),
    )


def _coefficient(activity: Activity, book: FactBook, on: date) -> Coefficient:
    if activity.choice is Choice.MEASURED:
        return _measured(activity, book, on)
    code = f"{_COEFFICIENT}{activity.energy}"
    if activity.choice is not Choice.REFERENCE:
        code = f"{code}.{activity.choice.value}"
    elif book.candidates(f"{code}.{Choice.MIN.value}", on=on, family=activity.family):
        raise CoefficientChoiceError(
            given=f"{activity.energy!r} without a choice",
            expected="min, max or measured, for the annex prints a range",
            remedy="name the end of the range, or add ncv."
            f"{activity.energy}.measured to the park's facts",
        )
    fact = book.in_force(code, on=on, family=activity.family)
    ncvs = book.candidates(_ncv_code(fact), on=on, region=fact.region, family=fact.set)
    _refuse_problem(_problem(fact, ncvs[0] if ncvs else None))
    return Coefficient(value_kgce=fact.value, per=_per(fact), fact=fact)


def _measured(activity: Activity, book: FactBook, on: date) -> Coefficient:
    fact = book.in_force(f"{_NCV}{activity.energy}.measured", on=on, family=activity.family)
    value_kgce = (fact.value / KJ_PER_KGCE).quantize(PRINTED_KGCE, ROUND_HALF_EVEN)
    return Coefficient(value_kgce=value_kgce, per=_per(fact), fact=fact)


def _equal_value(book: FactBook, on: date, *, needed: bool) -> Coefficient | None:
    code = f"{_COEFFICIENT}{_ELECTRICITY}{_EQUAL_VALUE}"
    if not needed and not book.candidates(code, on=on):
        return None
    fact = book.in_force(code, on=on)
    _refuse_problem(_problem(fact, None))
    return Coefficient(value_kgce=fact.value, per=_per(fact), fact=fact)


def _tce(activity: Activity, coefficient: Coefficient) -> Decimal:
    if not activity.amount.is_finite() or activity.amount < 0:
        raise AmountError(
            given=f"{activity.amount} {activity.unit} of {activity.energy}",
            expected="an amount of 0 or more",
            remedy="subtract what was delivered to others before, and leave out what is unknown",
        )
    same = activity.unit == coefficient.per
    scale = Decimal(1) if same else _UNITS_PER.get((activity.unit, coefficient.per))
    if scale is None:
        fitting = [unit for unit, per in _UNITS_PER if per == coefficient.per]
        raise AmountError(
            given=f"{activity.energy} in {activity.unit}",
            expected=f"one of {', '.join([coefficient.per, *fitting])}",
            remedy="convert the amount, or choose the coefficient of its unit",
        )
    with localcontext(EXACT):
        return activity.amount * scale * coefficient.value_kgce / KG_PER_T


def _problem(fact: Fact, ncv: Fact | None) -> CoefficientProblem | None:
    if fact.code.startswith(f"{_COEFFICIENT}{MEDIUM}"):
        return None
    if fact.code.endswith(_EQUAL_VALUE):
        return _equal_value_problem(fact)
    if ncv is None:
        return CoefficientProblem(fact=fact, expected=f"a row {_ncv_code(fact)} to test it against")
    law_kgce = ncv.value / KJ_PER_KGCE
    if abs(fact.value - law_kgce) <= min(TOLERANCE_KGCE, TOLERANCE_RATIO * law_kgce):
        return None
    return CoefficientProblem(
        fact=fact, expected=f"{law_kgce.quantize(PRINTED_KGCE)} from {ncv.value} {ncv.unit}"
    )


def _equal_value_problem(fact: Fact) -> CoefficientProblem | None:
    least, most = STATION_EFFICIENCY_RATIO
    one_kwh_kgce = Decimal(3_600) / KJ_PER_KGCE
    if one_kwh_kgce / most <= fact.value <= one_kwh_kgce / least:
        return None
    return CoefficientProblem(
        fact=fact, expected=f"the coal of power stations of {least} to {most} efficiency"
    )


def _refuse_problem(problem: CoefficientProblem | None) -> None:
    if problem is not None:
        raise TranscriptionError(
            given=f"{problem.fact.key} {problem.fact.unit}",
            expected=problem.expected,
            remedy="compare the table with the printed annex before anything is computed from it",
        )


def _ncv_code(fact: Fact) -> str:
    return _NCV + fact.code.removeprefix(_COEFFICIENT)


def _edition(fact: Fact) -> tuple[str, str, date]:
    return fact.set, fact.region, fact.valid_from


def _per(fact: Fact) -> str:
    """The unit that an amount must have: what stands behind the stroke of kgce/kg or kJ/kg."""
    return fact.unit.partition("/")[2]


def _sum(amounts_tce: Iterable[Decimal]) -> Decimal:
    with localcontext(EXACT):
        return sum(amounts_tce, start=Decimal(0))
