"""Two-settlement of a market user: medium/long-term curve, day-ahead and real-time market.

Both known forms of the same identity are computed for every interval and must agree exactly; the
bands of the month-end charges (unbalanced funds, shortfall recovery) are not published in any
text that was found and are therefore not here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from taihang.core.errors import InputError, IntegrityError
from taihang.core.facts import Fact, FactBook
from taihang.core.periods import Period
from taihang.core.quantities import FEN, WH_PER_MWH, to_fen

_ZERO: Final = Decimal(0)


class PriceLimitError(InputError):
    """A market price lies outside the limits in force."""

    code = "input.price-limit"


class SettlementPointsError(InputError):
    """A period has not exactly one point for each settlement interval."""

    code = "input.settlement-points"


class SettlementFormsError(IntegrityError):
    """The two forms of the settlement identity disagree."""

    code = "integrity.settlement-forms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """An energy and its price in one market."""

    wh: int
    """Energy; negative where it was sold on. [Wh]"""
    price_cny_per_mwh: Decimal

    @property
    def mwh(self) -> Decimal:
        """The energy, exact [MWh]."""
        return Decimal(self.wh) / WH_PER_MWH


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementPoint:
    """One settlement interval of one user."""

    contract: Volume
    """Medium/long-term contract curve 中长期."""
    day_ahead: Volume
    """Day-ahead market 日前."""
    real_time: Volume
    """Metered energy at the real-time price 实时."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLimits:
    """The limits of a market price, both inclusive."""

    floor: Fact
    cap: Fact

    @classmethod
    def of(cls, book: FactBook, *, region: str, on: date) -> "PriceLimits":
        """Return the limits of a region in force on a day.

        Args:
            book: The facts; the codes are ``market.price.floor`` and ``market.price.cap``.
            region: The market, for example ``Shanxi``.
            on: The local day.

        Raises:
            FactOutOfForceError: If a limit is not in force.
        """
        return cls(
            floor=book.in_force("market.price.floor", on=on, region=region),
            cap=book.in_force("market.price.cap", on=on, region=region),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What a user owes the market for a period, before month-end charges."""

    amounts_cny: tuple[Decimal, ...]
    """Amount of each interval, exact, shape (n_points,). [CNY]"""
    real_time_wh: int
    """Metered energy [Wh]."""
    fact_keys: tuple[str, ...]

    @property
    def total_cny(self) -> Decimal:
        """The sum of the exact amounts, rounded to fen once [CNY]."""
        return to_fen(sum(self.amounts_cny, _ZERO))

    @property
    def average_cny_per_mwh(self) -> Decimal | None:
        """Total over metered energy, to 0.01, or None where nothing was used [CNY/MWh]."""
        if self.real_time_wh == 0:
            return None
        mean = sum(self.amounts_cny, _ZERO) * WH_PER_MWH / self.real_time_wh
        return mean.quantize(FEN, ROUND_HALF_EVEN)


def deviation_form_cny(point: SettlementPoint) -> Decimal:
    """Settle one interval market after market: form (A), exact.

    Q_mlt·P_mlt + (Q_da − Q_mlt)·P_da + (Q_rt − Q_da)·P_rt

    Args:
        point: The interval.

    Returns:
        The amount. [CNY]

    Source:
        General practice of two-settlement markets [from memory].
    """
    contract, day_ahead, real_time = point.contract, point.day_ahead, point.real_time
    return (
        contract.mwh * contract.price_cny_per_mwh
        + (day_ahead.mwh - contract.mwh) * day_ahead.price_cny_per_mwh
        + (real_time.mwh - day_ahead.mwh) * real_time.price_cny_per_mwh
    )


def difference_form_cny(point: SettlementPoint) -> Decimal:
    """Settle one interval as spot energy and contracts for difference: form (B), exact.

    Q_rt·P_rt + Q_mlt·(P_mlt − P_da) + Q_da·(P_da − P_rt)

    Args:
        point: The interval.

    Returns:
        The amount, always equal to form (A). [CNY]

    Source:
        General practice of two-settlement markets [from memory].
    """
    contract, day_ahead, real_time = point.contract, point.day_ahead, point.real_time
    return (
        real_time.mwh * real_time.price_cny_per_mwh
        + contract.mwh * (contract.price_cny_per_mwh - day_ahead.price_cny_per_mwh)
        + day_ahead.mwh * (day_ahead.price_cny_per_mwh - real_time.price_cny_per_mwh)
    )


def settle(points: Sequence[SettlementPoint], *, period: Period, limits: PriceLimits) -> Settlement:
    """Settle a period, interval by interval.

    Args:
        points: One for each settlement interval: 96 for a local day.
        period: What is settled.
        limits: The price limits in force.

    Returns:
        The amounts, exact, with the facts behind the limits.

    Raises:
        SettlementPointsError: If there is not one point for each interval.
        PriceLimitError: If a price lies outside the limits.
        SettlementFormsError: If the two forms of the identity disagree.
    """
    if len(points) != period.n_steps:
        raise SettlementPointsError(
            given=f"{len(points)} points",
            expected=f"{period.n_steps}, one for each 15 min of the period",
            remedy="complete or cut the curves; a missing price is not guessed",
        )
    for i, point in enumerate(points):
        _require_prices(point, i, limits)
    return Settlement(
        amounts_cny=tuple(_settled_cny(point) for point in points),
        real_time_wh=sum(point.real_time.wh for point in points),
        fact_keys=(limits.floor.key, limits.cap.key),
    )


def _settled_cny(point: SettlementPoint) -> Decimal:
    amount_cny, check_cny = deviation_form_cny(point), difference_form_cny(point)
    if amount_cny != check_cny:
        raise SettlementFormsError(
            given=f"{amount_cny} CNY by form A and {check_cny} CNY by form B",
            expected="equal amounts",
            remedy="stop: the arithmetic lost digits; report the interval",
        )
    return amount_cny


def _require_prices(point: SettlementPoint, i: int, limits: PriceLimits) -> None:
    for name, volume in (
        ("contract", point.contract),
        ("day-ahead", point.day_ahead),
        ("real-time", point.real_time),
    ):
        if not limits.floor.value <= volume.price_cny_per_mwh <= limits.cap.value:
            raise PriceLimitError(
                given=f"a {name} price of {volume.price_cny_per_mwh} CNY/MWh at interval {i}",
                expected=f"{limits.floor.value} … {limits.cap.value} CNY/MWh",
                remedy="check the unit (CNY/MWh, not CNY/kWh) and the source of the price",
            )
