"""Splitting money to the fen, so that the parts always sum to the whole."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from taihang.core.errors import InputError
from taihang.core.quantities import FEN, to_fen, whole_parts

_FEN_PER_CNY: Final = 100


class SplitError(InputError):
    """An amount that is not whole fen, or weights that give no shares."""

    code = "input.split"


def split_fen(total_cny: Decimal, *, weights: Sequence[int]) -> tuple[Decimal, ...]:
    """Split an amount of money by weight, exactly, with the largest remainders rounded up.

    Each part is within one fen of its exact share; equal remainders go to the earlier part, so
    that the same input always gives the same split.

    Args:
        total_cny: The amount, whole fen; negative for a refund. [CNY]
        weights: One weight for each part, for example energy in Wh; none negative.

    Returns:
        One amount for each weight, summing to the total. [CNY]

    Raises:
        SplitError: If the amount is not whole fen, or the weights are negative or sum to nothing.

    Example:
        >>> [str(part) for part in split_fen(Decimal("10.00"), weights=[1, 1, 1])]
        ['3.34', '3.33', '3.33']
    """
    _require(total_cny, weights)
    sign = -1 if total_cny < 0 else 1
    total_fen = int(abs(total_cny) / FEN)
    whole = sum(weights)
    parts = whole_parts([Fraction(total_fen * w, whole) for w in weights], total=total_fen)
    return tuple(to_fen(sign * part * FEN) for part in parts)


def apportion_fen(exact_cny: Sequence[Fraction]) -> tuple[Decimal, ...]:
    """Round exact parts of any sign to fen so that they sum to their rounded sum.

    Each part is rounded down or up, those with the largest remainders up; equal remainders go to
    the earlier part.

    Args:
        exact_cny: The parts, exact. [CNY]

    Returns:
        One amount for each part; their sum is the exact sum, rounded half to even. [CNY]

    Example:
        >>> [str(part) for part in apportion_fen([Fraction(-1, 3), Fraction(2, 3)])]
        ['-0.33', '0.66']
    """
    exact_fen = [part * _FEN_PER_CNY for part in exact_cny]
    parts = whole_parts(exact_fen, total=round(sum(exact_fen, Fraction(0))))
    return tuple(to_fen(part * FEN) for part in parts)


def _require(total_cny: Decimal, weights: Sequence[int]) -> None:
    if not total_cny.is_finite() or total_cny != to_fen(total_cny):
        raise SplitError(
            given=f"{total_cny} CNY",
            expected="an amount in whole fen",
            remedy="round the bill line first",
        )
    if not weights or min(weights) < 0 or sum(weights) == 0:
        raise SplitError(
            given=f"weights {list(weights)[:6]}",
            expected="weights of 0 or more with a sum above 0",
            remedy="name at least one part that bears the amount",
        )
