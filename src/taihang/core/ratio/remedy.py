"""The cheapest way to keep the ratios: which remedy, how much of it, and by when.

What is done now changes only what would still be exported. One MWh of

::

    curtailing      E_exp − 1   E_cur + 1                    helps R_exp alone
    charging        E_exp − 1   E_self + 1   E_load + loss   the loss only where it is load
    shifting load   E_exp − 1   E_self + 1
    adding load     E_exp − 1   E_self + 1   E_load + 1

so that with x the energy of each remedy the year ends well if

::

    Σ x                             ≥ need of R_exp
    Σ x without curtailing          ≥ need of R_self
    Σ x (1 − R_green · added load)  ≥ need of R_green        without curtailing

and each day bounds them: a set of remedies takes no more than Σ over days of the smaller of what
they can take together and what would be exported (Hall's theorem for a flow from days to remedies
says that the bounds of all sets are enough). The least cost is found in exact fractions. What no
priced remedy reaches is short, in MWh; being short is dearer than any price may be, so that it
comes last.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import ceil
from typing import Final

from taihang.core.errors import InputError
from taihang.core.park.direct_connection import Remedy, RemedyKind
from taihang.core.quantities import WH_PER_MWH
from taihang.core.ratio.least_cost import least_cost
from taihang.core.ratio.outlook import SYMBOLS, Thresholds

PRICED_MAX: Final = 6
"""Most remedies with a price: every set of them is a row (§10)."""
_SHORT_CNY_PER_MWH: Final = Fraction(10**9)
"""Dearer than any price that park.toml may hold, whatever a remedy's effect on R_green."""


class RemedyCountError(InputError):
    """More remedies are priced than are weighed against one another."""

    code = "input.remedy-count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The end of the year that remedies are sized for."""

    needs_wh: Mapping[str, int]
    """By ratio, 0 where it is met. [Wh]"""
    exported_by_day_wh: tuple[int, ...]
    """What would be exported on each day left. [Wh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """How much of one remedy."""

    remedy: Remedy
    energy_wh: int
    """Rounded up to the watt-hour; 0 where it is not called. [Wh]"""
    latest_start: int | None
    """Number of the last day left on which it is enough to begin; None where it is not called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cure:
    """The cheapest set of doses."""

    doses: tuple[Dose, ...]
    """Of every priced remedy, in the order of the park file."""
    cost_cny: Decimal
    """Of all doses, to the fen."""
    short_wh: Mapping[str, int]
    """What no priced remedy reaches, by ratio; 0 where they are enough. [Wh]"""
    latest_start: int | None
    """Number of the last day on which everything together is enough to begin; None: nothing is."""
    allowance_value_cny_per_mwh: Decimal | None
    """What one MWh more of export allowance would save; None where no price reaches that far."""

    @property
    def is_enough(self) -> bool:
        """Whether the doses meet every need."""
        return not any(self.short_wh.values())


def cheapest_cure(case: Case, remedies: Sequence[Remedy], *, asked: Thresholds) -> Cure:
    """Find the cheapest doses that end the year well.

    Args:
        case: The end of the year.
        remedies: All of the park; those without a price are never chosen.
        asked: The requirements.

    Returns:
        The doses, and what is short where they are not enough.

    Raises:
        RemedyCountError: If too many are priced.
    """
    priced = [remedy for remedy in remedies if remedy.price_cny_per_mwh is not None]
    if len(priced) > PRICED_MAX:
        raise RemedyCountError(
            given=f"{len(priced)} remedies with a price",
            expected=f"at most {PRICED_MAX}",
            remedy="put remedies of one kind and price together in [remedies]",
        )
    amounts_wh, short_wh = _solve(case, priced, asked)
    energies = {remedy.id: ceil(wh) for remedy, wh in zip(priced, amounts_wh, strict=True)}
    cost = _cost_cny(amounts_wh, priced)
    return Cure(
        doses=tuple(
            Dose(
                remedy=remedy,
                energy_wh=energies[remedy.id],
                latest_start=_latest_start(case, [remedy], energies),
            )
            for remedy in priced
        ),
        cost_cny=_fen(cost),
        short_wh={symbol: ceil(wh) for symbol, wh in zip(SYMBOLS, short_wh, strict=True)},
        latest_start=_latest_start(case, priced, energies),
        allowance_value_cny_per_mwh=_value(case, priced, asked, (cost, short_wh), symbol="R_exp"),
    )


def most_wh(case: Case, remedies: Sequence[Remedy], *, first: int = 0) -> int:
    """Return what some remedies together can take from a day on, exact [Wh].

    Args:
        case: The end of the year.
        remedies: Some of the park's.
        first: The day they begin.
    """
    limits = [_a_day_wh(remedy) for remedy in remedies]
    together = None if None in limits else sum(limit for limit in limits if limit is not None)
    left = case.exported_by_day_wh[first:]
    return sum(left if together is None else (min(wh, together) for wh in left))


def _a_day_wh(remedy: Remedy) -> int | None:
    most = remedy.most_mwh_per_day
    return None if most is None else int(most * WH_PER_MWH)


def _solve(
    case: Case, priced: Sequence[Remedy], asked: Thresholds
) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """Return the energy of each priced remedy and what is short of each ratio [Wh]."""
    n = len(priced)
    cost = [*map(_price, priced), *(_SHORT_CNY_PER_MWH for _ in SYMBOLS)]
    demands = [*_needs(case, priced, asked), *_bounds(case, priced)]
    found = least_cost(cost, demands)
    # Being short is always possible, so there is always an answer.
    amounts = found or ()
    return amounts[:n], amounts[n:]


def _price(remedy: Remedy) -> Fraction:
    return Fraction(remedy.price_cny_per_mwh or 0)


def _needs(
    case: Case, priced: Sequence[Remedy], asked: Thresholds
) -> Iterator[tuple[list[Fraction], Fraction]]:
    for at, symbol in enumerate(SYMBOLS):
        effect = [_effect(remedy, symbol, asked) for remedy in priced]
        short = [Fraction(at == column) for column in range(len(SYMBOLS))]
        yield [*effect, *short], Fraction(case.needs_wh[symbol])


def _effect(remedy: Remedy, symbol: str, asked: Thresholds) -> Fraction:
    """Return by how much one Wh of a remedy lessens the need of a ratio [1]."""
    if symbol == "R_exp":
        return Fraction(1)
    if remedy.kind is RemedyKind.CURTAIL:
        return Fraction(0)
    if symbol == "R_self":
        return Fraction(1)
    added = Fraction(remedy.kind is RemedyKind.ADD)
    if asked.storage_losses_in_load and remedy.loss_ratio is not None:
        added = Fraction(remedy.loss_ratio)
    return 1 - Fraction(asked.green_min_ratio) * added


def _bounds(case: Case, priced: Sequence[Remedy]) -> Iterator[tuple[list[Fraction], Fraction]]:
    for some in _sets(priced):
        chosen = {remedy.id for remedy in some}
        row = [Fraction(-(remedy.id in chosen)) for remedy in priced]
        yield [*row, *(Fraction(0) for _ in SYMBOLS)], Fraction(-most_wh(case, some))


def _sets(remedies: Sequence[Remedy]) -> Iterator[tuple[Remedy, ...]]:
    for size in range(1, len(remedies) + 1):
        yield from combinations(remedies, size)


def _latest_start(
    case: Case, remedies: Sequence[Remedy], energies_wh: Mapping[str, int]
) -> int | None:
    """Return the last day from which on every set of some remedies still reaches its doses."""
    called = [remedy for remedy in remedies if energies_wh[remedy.id]]
    if not called:
        return None
    sets = [(some, sum(energies_wh[each.id] for each in some)) for some in _sets(called)]
    for first in range(len(case.exported_by_day_wh) - 1, 0, -1):
        # A Wh that was rounded up must not make the last day too early to find.
        if all(most_wh(case, some, first=first) + len(some) > wh for some, wh in sets):
            return first
    return 0


def _cost_cny(amounts_wh: Sequence[Fraction], priced: Sequence[Remedy]) -> Fraction:
    total = sum(wh * _price(one) for wh, one in zip(amounts_wh, priced, strict=True))
    return Fraction(total) / WH_PER_MWH


def need_value_cny_per_mwh(
    case: Case, remedies: Sequence[Remedy], *, asked: Thresholds, symbol: str
) -> Decimal | None:
    """Return what the cheapest cure would cost less if one ratio needed a MWh less [CNY/MWh].

    Args:
        case: The end of the year.
        remedies: All of the park; those without a price are never chosen.
        asked: The requirements.
        symbol: Which ratio.

    Returns:
        The value; None where no priced remedy reaches that far.
    """
    priced = [remedy for remedy in remedies if remedy.price_cny_per_mwh is not None]
    amounts_wh, short = _solve(case, priced, asked)
    return _value(case, priced, asked, (_cost_cny(amounts_wh, priced), short), symbol=symbol)


def _value(
    case: Case,
    priced: Sequence[Remedy],
    asked: Thresholds,
    solved: tuple[Fraction, Sequence[Fraction]],
    *,
    symbol: str,
) -> Decimal | None:
    cost, short = solved
    if short[SYMBOLS.index(symbol)]:
        return None
    need_wh = max(case.needs_wh[symbol] - WH_PER_MWH, 0)
    eased = Case(
        needs_wh={**case.needs_wh, symbol: need_wh},
        exported_by_day_wh=case.exported_by_day_wh,
    )
    amounts_wh, _ = _solve(eased, priced, asked)
    return _fen(cost - _cost_cny(amounts_wh, priced))


def _fen(amount: Fraction) -> Decimal:
    return Decimal(round(amount * 100)) / 100
