"""EnergyTag storage records: what was charged, what was discharged, and which gave which.

A storage charge record (SCR) says what went in, backed by granular certificates (GC) or from the
grid. A storage discharge record (SDR) says what came out. The allocation is first in, first out and
writes storage allocation records (SAR). Energy that comes out of a GC-backed charge may earn new
certificates (SD-GC), once the certificates of the charge are cancelled.

Invariants, each a property in the tests::

    Σ SD-GC ≤ Σ SDR                     no more certified than came out
    Wh SD-GC ≤ Wh charged × η           losses are never certified; rounded down to whole Wh
    Σ SAR of a charge ≤ its SCR         a watt-hour is allocated once
    cancelled before issued             a GC of the charge is cancelled before its SD-GC exists

Source: EnergyTag storage records and process [verified: K27b].
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from taihang.core.errors import InputError, StateError


class StorageRecordError(InputError):
    """Storage records that cannot be allocated."""

    code = "input.storage-record"


class UncancelledChargeError(StateError):
    """Certificates of stored energy are not cancelled, so what comes out earns none."""

    code = "state.uncancelled-charge"


class Backing(StrEnum):
    """Where charged energy came from."""

    CERTIFICATES = "gc-backed"
    GRID = "grid"


class ChargeStatus(StrEnum):
    """How far a charge is used up."""

    PENDING = "pending"
    """Something of it is still stored."""
    ALLOCATED = "allocated"
    EXPIRED = "expired"
    """What is left of it is too old to be allocated any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRecord:
    """SCR: what one battery took in during one interval."""

    id: str
    asset: str
    start_s: int
    end_s: int
    energy_wh: int
    backing: Backing


@dataclass(frozen=True, slots=True, kw_only=True)
class DischargeRecord:
    """SDR: what one battery gave back during one interval."""

    id: str
    asset: str
    start_s: int
    end_s: int
    energy_wh: int
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationRecord:
    """SAR: what of one charge came out in one discharge."""

    charge: str
    discharge: str
    backing: Backing
    charged_wh: int
    """Taken from the charge [Wh]."""
    released_wh: int
    """Came out, at most charged × efficiency, whole [Wh]."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """Every allocation of some records."""

    records: tuple[AllocationRecord, ...]
    status: Mapping[str, ChargeStatus]
    """By id of the charge."""
    unallocated_wh: Mapping[str, int]
    """Of each discharge that more came out of than was charged before it, by its id [Wh]."""


@dataclass(slots=True)
class _Left:
    charge: ChargeRecord
    left_wh: int


def allocate(
    charges: Sequence[ChargeRecord],
    discharges: Sequence[DischargeRecord],
    *,
    efficiency: Fraction,
    expired_before_s: int | None,
) -> Allocation:
    """Allocate discharges to charges, first in, first out, each battery for itself.

    Args:
        charges: What went in, any order.
        discharges: What came out, any order.
        efficiency: η, what comes out over what went in, above 0 and at most 1.
        expired_before_s: Charges that ended before it are no longer allocated [s]; None: none ends.

    Returns:
        The allocations by discharge, then by age of the charge.

    Raises:
        StorageRecordError: If two records share an id, or a record or the efficiency is impossible.

    Example:
        >>> times = {"asset": "B1", "start_s": 0, "end_s": 900}
        >>> went_in = ChargeRecord(id="c", energy_wh=100, backing=Backing.CERTIFICATES, **times)
        >>> times = {"asset": "B1", "start_s": 900, "end_s": 1800}
        >>> came_out = DischargeRecord(id="d", energy_wh=45, destination="E1", **times)
        >>> all_in = {"efficiency": Fraction(9, 10), "expired_before_s": None}
        >>> [one.charged_wh for one in allocate([went_in], [came_out], **all_in).records]
        [50]
    """
    _demand_sound(charges, discharges, efficiency)
    queues: dict[str, list[_Left]] = {}
    for charge in sorted(charges, key=lambda one: (one.start_s, one.end_s, one.id)):
        queues.setdefault(charge.asset, []).append(_Left(charge, charge.energy_wh))
    records: list[AllocationRecord] = []
    unallocated_wh: dict[str, int] = {}
    for discharge in sorted(discharges, key=lambda one: (one.start_s, one.end_s, one.id)):
        usable = [
            left
            for left in queues.get(discharge.asset, [])
            if left.left_wh
            and left.charge.end_s <= discharge.start_s
            and not _is_expired(left.charge, expired_before_s)
        ]
        taken = _released(discharge, usable, efficiency)
        records += taken
        if short_wh := discharge.energy_wh - sum(one.released_wh for one in taken):
            unallocated_wh[discharge.id] = short_wh
    status = {
        left.charge.id: _status(left, expired_before_s)
        for queue in queues.values()
        for left in queue
    }
    return Allocation(tuple(records), status, unallocated_wh)


def certifiable_wh(allocation: Allocation, *, cancelled_wh: Mapping[str, int]) -> dict[str, int]:
    """Return what each discharge may be certified with, once its charges are cancelled.

    Args:
        allocation: Which charge came out where.
        cancelled_wh: Cancelled certificates of each GC-backed charge, by its id. [Wh]

    Returns:
        Energy of SD-GC by id of the discharge [Wh]; what came from the grid earns none.

    Raises:
        UncancelledChargeError: If less of a charge is cancelled than is allocated.
    """
    allocated_wh: dict[str, int] = {}
    found_wh: dict[str, int] = {}
    for one in allocation.records:
        if one.backing is Backing.GRID:
            continue
        allocated_wh[one.charge] = allocated_wh.get(one.charge, 0) + one.charged_wh
        found_wh[one.discharge] = found_wh.get(one.discharge, 0) + one.released_wh
    for charge, needed_wh in allocated_wh.items():
        if cancelled_wh.get(charge, 0) < needed_wh:
            raise UncancelledChargeError(
                given=f"{cancelled_wh.get(charge, 0)} Wh cancelled of the charge {charge}",
                expected=f"at least the {needed_wh} Wh that came out again",
                remedy="cancel the certificates of the charged energy first",
            )
    return found_wh


def _released(
    discharge: DischargeRecord, usable: Sequence[_Left], efficiency: Fraction
) -> list[AllocationRecord]:
    taken: list[AllocationRecord] = []
    open_wh = discharge.energy_wh
    for left in usable:
        if not open_wh:
            break
        charged_wh = min(left.left_wh, ceil(open_wh / efficiency))
        released_wh = min(open_wh, floor(charged_wh * efficiency))
        left.left_wh -= charged_wh
        open_wh -= released_wh
        taken.append(
            AllocationRecord(
                charge=left.charge.id,
                discharge=discharge.id,
                backing=left.charge.backing,
                charged_wh=charged_wh,
                released_wh=released_wh,
            )
        )
    return taken


def _is_expired(charge: ChargeRecord, expired_before_s: int | None) -> bool:
    return expired_before_s is not None and charge.end_s < expired_before_s


def _status(left: _Left, expired_before_s: int | None) -> ChargeStatus:
    if not left.left_wh:
        return ChargeStatus.ALLOCATED
    if _is_expired(left.charge, expired_before_s):
        return ChargeStatus.EXPIRED
    return ChargeStatus.PENDING


def _demand_sound(
    charges: Sequence[ChargeRecord], discharges: Sequence[DischargeRecord], efficiency: Fraction
) -> None:
    if not 0 < efficiency <= 1:
        _refuse(f"an efficiency of {efficiency}", "above 0 and at most 1")
    seen: set[str] = set()
    for record in (*charges, *discharges):
        if record.id in seen:
            _refuse(f"the record {record.id} twice", "each record once")
        seen.add(record.id)
        if record.energy_wh < 1 or record.end_s <= record.start_s:
            _refuse(
                f"{record.id} with {record.energy_wh} Wh over {record.end_s - record.start_s} s",
                "1 Wh or more over an interval with an end after its start",
            )


def _refuse(given: str, expected: str) -> None:
    raise StorageRecordError(
        given=given, expected=expected, remedy="correct the record of the battery"
    )
