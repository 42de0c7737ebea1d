"""A certificate: a half-open range of positions of one issue, in one state, with one holder.

Cutting is arithmetic on two integers: the two parts touch, so no watt-hour appears or vanishes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import attrgetter
from typing import Final

from taihang.core.certificates.issue import Kind
from taihang.core.certificates.refusal import LedgerLawError


class State(StrEnum):
    """Where a certificate stands (decision 0014)."""

    ISSUED = "issued"
    """Waits until what a plant owes is covered."""
    HELD = "held"
    LISTED = "listed"
    """Offered to anybody."""
    IN_TRANSFER = "in-transfer"
    """Offered to one party who has not consented, or bought and not paid."""
    CLAIMED = "claimed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


ENDS: Final = frozenset((State.CLAIMED, State.EXPIRED, State.WITHDRAWN))
"""States that nothing leaves."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some positions of an issue, ``[first_wh, stop_wh)``."""

    issue: str
    first_wh: int
    stop_wh: int

    @property
    def wh(self) -> int:
        """Energy [Wh]."""
        return self.stop_wh - self.first_wh


@dataclass(frozen=True, slots=True)
class Certificate:
    """One range of one issue."""

    issue: str
    first_wh: int
    stop_wh: int
    state: State
    holder: str
    to: str
    """Party it was offered to or bought by; empty unless in transfer."""
    act: str
    """Id of the act that brought it into its state."""
    expires_s: int
    """First instant at which it is no longer valid. [s since 1970-01-01T00:00Z]"""
    kind: Kind

    @property
    def wh(self) -> int:
        """Its volume, whole watt-hours as EnergyTag wants them [Wh].

        Example:
            >>> whole = Certificate("2026-06.pool.E17", 0, 9, State.HELD, "E17", "", "a", 0,
            ...                     Kind.NON_TRADABLE)
            >>> [part.wh for part in (whole.cut(0, 4), whole.cut(4, 9))]
            [4, 5]
        """
        return self.stop_wh - self.first_wh

    @property
    def id(self) -> str:
        """Its id: what it is of."""
        return f"{self.issue}:{self.first_wh}-{self.stop_wh}"

    @property
    def piece(self) -> Piece:
        """Its positions."""
        return Piece(self.issue, self.first_wh, self.stop_wh)

    def cut(self, first_wh: int, stop_wh: int) -> "Certificate":
        """Return the part of it at the positions ``[first_wh, stop_wh)``, which lie inside."""
        if not self.first_wh <= first_wh < stop_wh <= self.stop_wh:
            raise LedgerLawError(
                given=f"a cut {first_wh} … {stop_wh} of {self.id}",
                expected="a range inside, not empty",
                remedy="report it: this is a fault of the program",
            )
        return replace(self, first_wh=first_wh, stop_wh=stop_wh)


PLACE: Final = attrgetter("issue", "first_wh")
"""The order of certificates and pieces."""


def spans(ranges: Iterable[Certificate | Piece]) -> list[Piece]:
    """Return what ranges cover together, touching ones as one.

    Raises:
        LedgerLawError: If two overlap.

    Example:
        >>> spans([Piece("a", 5, 9), Piece("a", 0, 5), Piece("b", 1, 2)])
        [Piece(issue='a', first_wh=0, stop_wh=9), Piece(issue='b', first_wh=1, stop_wh=2)]
    """
    found: list[Piece] = []
    for one in sorted(ranges, key=PLACE):
        last = found[-1] if found else None
        if last is None or last.issue != one.issue or last.stop_wh < one.first_wh:
            found.append(Piece(one.issue, one.first_wh, one.stop_wh))
        elif last.stop_wh > one.first_wh:
            raise LedgerLawError(
                given=f"{one.issue}:{one.first_wh}-{one.stop_wh} over positions up to"
                f" {last.stop_wh}",
                expected="each position once",
                remedy="report it: this is a fault of the program",
            )
        else:
            found[-1] = Piece(last.issue, last.first_wh, one.stop_wh)
    return found


def demand_partition(certificates: Sequence[Certificate], *, issue: str, total_wh: int) -> None:
    """Refuse certificates of an issue that do not cover each of its positions once.

    Raises:
        LedgerLawError: If one is missing, doubled or outside.
    """
    if spans(certificates) != [Piece(issue, 0, total_wh)]:
        raise LedgerLawError(
            given=f"certificates of {issue} that cover {spans(certificates)[:3]}",
            expected=f"all of 0 … {total_wh}",
            remedy="make the certificates again from the acts with `taihang rebuild`",
        )
