"""Commitments to what each enterprise used in a month, so that one can show its share alone.

A commitment to v Wh is the point v · G + r · H of edwards25519 (Pedersen 1991): G is the base point
of Ed25519, r a secret number, H a point of which nobody knows a multiple of G. They add up as
their contents do. So the park opens the sum of all, each enterprise gets what opens its own, and a
stranger learns its part of the whole and no figure of a neighbour. See docs/formats/proof.md, 8.6;
what it does not prove is in docs/decisions/0016-shares-without-curves.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias

from taihang.core.errors import InputError
from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.core.seal.pool_totals import PoolDay
from taihang.core.tlog.merkle import Tree

SHARES: Final = "month-shares"
"""Kind of the log event."""
QUANTITIES: Final = ("load_wh", "green_wh")
MIN_MEMBERS: Final = 3
"""Of two, each would learn what the other used from the sum."""
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
"""Order of the group that G makes (RFC 8032, 5.1)."""
SECOND_BASE: Final = bytes.fromhex(
    "776cf4e3040bee115cd06c1641508f7d8aa4660fc9cedc553a2cee94648515e3"
)
"""H: the first point of that group among SHA-256("taihang/share/v1" ‖ newline ‖ decimal number)."""
SALTS_PER_BLINDING: Final = 4
"""So many of 16 bytes are reduced to one number below the order, with no bias to speak of."""
_LABEL: Final = b"taihang/share/v1\n"
_NUMBER_BYTES: Final = 32

Commit: TypeAlias = Callable[[int, int], bytes]
"""Makes the point wh · G + blinding · H, 32 bytes."""


class ShareListError(InputError):
    """A list of shares would show a neighbour, or commit to an amount below zero."""

    code = "input.share-list"


@dataclass(frozen=True, slots=True)
class Member:
    """One enterprise and what it used [Wh]."""

    id: str
    amounts_wh: Mapping[str, int]
    blindings: Mapping[str, int]
    """Secret numbers below ``ORDER``."""
    n_missing: int
    """Intervals that are not measured and so not in the amounts."""

    def opening(self, quantity: str) -> JsonValue:
        """Return what opens its commitment to a quantity."""
        return _opening(quantity, self.amounts_wh[quantity], self.blindings[quantity])


def blinding_of(salts: Sequence[bytes]) -> int:
    """Return the number below the order that some secret salts make.

    Args:
        salts: ``SALTS_PER_BLINDING`` of 16 bytes.

    Example:
        >>> blinding_of([bytes(16), bytes(16), bytes(16), bytes([1] * 16)]) < ORDER
        True
    """
    return int.from_bytes(b"".join(salts), "little") % ORDER


def share_body(
    period: str,
    members: Sequence[Member],
    *,
    version: int,
    absent: Sequence[str],
    pool: Tree,
    commit: Commit,
) -> dict[str, JsonValue]:
    """Return the body of the event: one commitment for each member and quantity, and open sums.

    Args:
        period: The local month.
        members: Those with any measured interval, in order of their ids.
        version: 1, and one more for each list of the month before.
        absent: Enterprises of which nothing is measured; they are named, not counted as 0.
        pool: Tree over the sums of the pool, day by day; see ``pool_totals.py``.
        commit: Makes a point.

    Raises:
        ShareListError: If there are fewer members than hide each other, or an amount is below zero.
    """
    if len(members) < MIN_MEMBERS:
        raise ShareListError(
            given=f"{len(members)} enterprises with figures in {period}",
            expected=f"{MIN_MEMBERS} or more: of two, each learns the other's from the sum",
            remedy="show the statement itself instead",
        )
    least = min(min(member.amounts_wh.values()) for member in members)
    if least < 0:
        raise ShareListError(
            given=f"{least} Wh in {period}", expected="0 or more", remedy="run `taihang audit`"
        )
    rows = [_row(member, commit) for member in members]
    return {
        "absent": [*absent],
        "members": [*rows],
        "period": period,
        "pool": {"n": pool.size, "root": pool.root().hex()},
        "sums": {quantity: _sum(quantity, members) for quantity in QUANTITIES},
        "version": version,
    }


def second_base_candidate(number: int) -> bytes:
    """Return the 32 bytes that are looked at as H under a number, from 0.

    Example:
        >>> second_base_candidate(34) == SECOND_BASE
        True
    """
    return sha256(_LABEL + b"%d" % number).digest()


def amounts_digest(amounts: Mapping[str, Mapping[str, int]], pool: Sequence[PoolDay] = ()) -> str:
    """Return a hash of all amounts: other amounts never meet the same secret numbers.

    Example:
        >>> amounts_digest({"E01": {"load_wh": 1}})[:8]
        '04d0fc7e'
    """
    said: dict[str, JsonValue] = {
        "amounts": {key: {**each} for key, each in amounts.items()},
        "pool": [day.document() for day in pool],
    }
    return sha256(canonical_bytes(said)).hexdigest()


def _row(member: Member, commit: Commit) -> dict[str, JsonValue]:
    points = {
        quantity: commit(member.amounts_wh[quantity], member.blindings[quantity]).hex()
        for quantity in QUANTITIES
    }
    return {"id": member.id, "missing": member.n_missing, **points}


def _sum(quantity: str, members: Sequence[Member]) -> JsonValue:
    wh = sum(member.amounts_wh[quantity] for member in members)
    blinding = sum(member.blindings[quantity] for member in members) % ORDER
    return {"blinding": _hex(blinding), "wh": wh}


def _opening(quantity: str, wh: int, blinding: int) -> JsonValue:
    return {"blinding": _hex(blinding), "quantity": quantity, "wh": wh}


def _hex(number: int) -> str:
    return number.to_bytes(_NUMBER_BYTES, "little").hex()
