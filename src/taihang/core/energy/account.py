"""Comprehensive energy consumption of one subject 综合能源消费量, at 当量 and 等价 side by side.

::

    E = Σ consumed·k − Σ made·k − Σ recovered·k           [tce]

What is consumed includes the secondary energy that was made on site and the fuel that it was made
from; taking off what was made counts each joule once, and takes off what was passed on as well.
Recovered energy costs nothing anew. Energy-consumed media 耗能工质 stand beside the total.

Source: GB/T 2589-2020, E = Σ E_i × k_i (verified: K54); the form over conversion and recovery is
that of the energy statistics reports (from memory).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final

from taihang.core.activity.record import Flow, Origin
from taihang.core.activity.unit import are_of_one_kind, in_unit
from taihang.core.errors import InputError
from taihang.core.quantities import EXACT

ELECTRICITY: Final = "electricity"


class EnergyAccountError(InputError):
    """The lines of an energy account do not belong together."""

    code = "input.energy-account"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoalAmount:
    """An amount of one energy in one flow, in its own unit and in standard coal."""

    item: str
    flow: Flow
    amount: Decimal
    unit: str
    equivalent_tce: Decimal
    """At equivalent value 当量值."""
    equal_tce: Decimal | None
    """At equal value 等价值; None where no coefficient is in force."""
    is_medium: bool
    """Whether it is an energy-consumed medium, outside the total."""
    facts: tuple[str, ...]
    """Keys of the coefficients."""
    sources: tuple[str, ...]
    """``id.vN`` of each line of activity data, or ids of statements."""
    origins: tuple[Origin, ...] = ()
    """Where its lines of activity data come from; none of what statements say."""


@dataclass(frozen=True, slots=True)
class EnergyAccount:
    """All amounts of one subject and period."""

    lines: tuple[CoalAmount, ...]

    def __post_init__(self) -> None:
        """Refuse a flow of an energy that is said twice.

        Raises:
            EnergyAccountError: If it is.
        """
        seen: set[tuple[str, Flow]] = set()
        for line in self.lines:
            if (line.item, line.flow) in seen:
                raise EnergyAccountError(
                    given=f"{line.item} {line.flow} twice",
                    expected="one line for each energy and flow",
                    remedy="sum the lines of the period before they are accounted",
                )
            seen.add((line.item, line.flow))

    @property
    def total_tce(self) -> Decimal:
        """Comprehensive energy consumption at equivalent value, media apart, exact [tce]."""
        with localcontext(EXACT):
            return self._sum(Flow.CONSUMED) - self._made_tce()

    @property
    def total_equal_tce(self) -> Decimal | None:
        """The same at equal value, exact [tce]; None where it cannot be said.

        It cannot where electricity has no equal value in force, and where electricity was made on
        site: its fuel already stands in the sum, and the coal of other power stations would be
        counted beside it.
        """
        if any(line.item == ELECTRICITY and line.flow in _MADE for line in self.lines):
            return None
        signed = [(line, _SIGN[line.flow]) for line in self._of_total(_SIGN)]
        if any(line.equal_tce is None for line, _ in signed):
            return None
        with localcontext(EXACT):
            return sum(
                ((line.equal_tce or Decimal(0)) * sign for line, sign in signed), start=Decimal(0)
            )

    @property
    def feedstock_tce(self) -> Decimal:
        """Energy used as raw material 原料用能, a part of the total, exact [tce]."""
        return self._sum(Flow.FEEDSTOCK)

    @property
    def says_feedstock(self) -> bool:
        """Whether it is known what was used as raw material.

        It is where somebody stated it of any energy, and where nothing was consumed that can be a
        raw material: electricity and heat cannot (发改环资〔2022〕803号: coal, oil, gas and their
        products; from memory).
        """
        return any(line.flow is Flow.FEEDSTOCK for line in self.lines) or not any(
            line.flow is Flow.CONSUMED
            and not line.is_medium
            and not line.item.startswith(_NO_RAW_MATERIAL)
            for line in self.lines
        )

    @property
    def media_tce(self) -> Decimal:
        """Energy-consumed media, outside the total, exact [tce]."""
        with localcontext(EXACT):
            return sum(
                (
                    line.equivalent_tce
                    for line in self.lines
                    if line.is_medium and line.flow is Flow.CONSUMED
                ),
                start=Decimal(0),
            )

    @property
    def facts(self) -> tuple[str, ...]:
        """Every coefficient, once, in order of line."""
        return tuple(dict.fromkeys(key for line in self.lines for key in line.facts))

    @property
    def sources(self) -> tuple[str, ...]:
        """Everything it rests on, once, in order of line."""
        return tuple(dict.fromkeys(each for line in self.lines for each in line.sources))

    def _made_tce(self) -> Decimal:
        with localcontext(EXACT):
            return sum((self._sum(flow) for flow in _MADE), start=Decimal(0))

    def _sum(self, flow: Flow) -> Decimal:
        with localcontext(EXACT):
            return sum((line.equivalent_tce for line in self._of_total((flow,))), start=Decimal(0))

    def _of_total(self, flows: Iterable[Flow]) -> list[CoalAmount]:
        chosen = frozenset(flows)
        return [line for line in self.lines if line.flow in chosen and not line.is_medium]


_NO_RAW_MATERIAL: Final = ("electricity", "heat", "steam")
_MADE: Final = (Flow.CONVERSION_OUTPUT, Flow.RECOVERED)
_SIGN: Final = {Flow.CONSUMED: 1, Flow.CONVERSION_OUTPUT: -1, Flow.RECOVERED: -1}


def summed(accounts: Iterable[EnergyAccount]) -> EnergyAccount:
    """Return the account of several subjects together, line by line.

    Args:
        accounts: Accounts whose boundaries do not overlap.

    Returns:
        One line for each energy and flow, in the unit of its first one; the totals are the sums of
        the totals.

    Raises:
        EnergyAccountError: If one energy stands in units of two kinds.
    """
    groups: dict[tuple[str, Flow], list[CoalAmount]] = {}
    for account in accounts:
        for line in account.lines:
            groups.setdefault((line.item, line.flow), []).append(line)
    return EnergyAccount(tuple(_together(lines) for _, lines in sorted(groups.items())))


def _together(lines: list[CoalAmount]) -> CoalAmount:
    first = lines[0]
    if not are_of_one_kind(line.unit for line in lines):
        raise EnergyAccountError(
            given=f"{first.item} {first.flow} in {sorted({line.unit for line in lines})}",
            expected="units of one kind for each energy of a park",
            remedy="hand the lines in again in one unit",
        )
    known = [line.equal_tce for line in lines if line.equal_tce is not None]
    amounts = [in_unit(line.amount, unit=line.unit, to=first.unit) for line in lines]
    with localcontext(EXACT):
        return CoalAmount(
            item=first.item,
            flow=first.flow,
            amount=sum(amounts, start=Decimal(0)),
            unit=first.unit,
            equivalent_tce=sum((line.equivalent_tce for line in lines), start=Decimal(0)),
            equal_tce=sum(known, start=Decimal(0)) if len(known) == len(lines) else None,
            is_medium=first.is_medium,
            facts=tuple(dict.fromkeys(key for line in lines for key in line.facts)),
            sources=tuple(dict.fromkeys(each for line in lines for each in line.sources)),
            origins=tuple(dict.fromkeys(each for line in lines for each in line.origins)),
        )
