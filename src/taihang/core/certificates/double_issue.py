"""Guards against issuing one energy twice: a plant under two names, two registries, copied curves.

Each guard is a pure question with an answer in numbers: an empty tuple, or what is doubled. Nothing
here decides by likeness alone. Two photovoltaic plants under one sky correlate beyond 0.9999999 in
a month of measured data, so a correlation accuses nobody; a curve is a copy where it is the other
one times a constant, to the last count of the dials, in nearly every interval. Of measured plants
at most 36 % of the intervals of a month were so.

Source: trust handbook T8 (two devices for one plant, overlapping intervals, the same energy in
another registry; Σ issued ≤ Σ metered, always); 国能发新能规〔2024〕67号 (separate meters for each
renewable facility) [verified: K26c].
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import StateError
from taihang.core.park.assets import Plant
from taihang.core.park.identity import PlantIdentity

COPIED_RATIO: Final = 0.9
"""From this share of telling intervals on, a curve is a copy; see the module for the margin [1]."""
TELLING_STEPS: Final = 96
"""With fewer telling intervals nothing is judged: a day's worth [intervals]."""
_TELLING_COUNTS: Final = 50
"""An interval tells something where its energy is at least so many times what rounding may hide."""
_NAMED: Final = 3


class DoubleIssueGuardError(StateError):
    """Certificates would be issued for energy that is certified already, or was never metered."""

    code = "state.double-issue-guard"


@dataclass(frozen=True, slots=True)
class Doubled:
    """One thing that a guard found."""

    what: str
    """With names and numbers, for a person."""
    plants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """Energies of one device on a common grid."""

    device: str
    energy_wh: NDArray[np.int64]
    """0 or more, shape (n,). [Wh]"""
    count_wh: int
    """What one count of its dial is worth, at least 1 [Wh]."""


@dataclass(frozen=True, slots=True)
class CertifiedElsewhere:
    """What another registry has certified of one device, as it was imported."""

    registry: str
    device_code: str
    device_name: str
    start_s: int
    end_s: int
    energy_wh: int


def demand_single(found: Iterable[Doubled]) -> None:
    """Refuse what a guard found.

    Raises:
        DoubleIssueGuardError: If it found anything; the message names the first few.
    """
    every = list(found)
    if every:
        more = f" and {len(every) - _NAMED} more" if len(every) > _NAMED else ""
        raise DoubleIssueGuardError(
            given="; ".join(one.what for one in every[:_NAMED]) + more,
            expected="each watt-hour metered, and certified once",
            remedy="correct the plants in park.toml, or end the other certification; nothing was "
            "written",
        )


def one_plant_twice(plants: Sequence[Plant]) -> tuple[Doubled, ...]:
    """Return plants that are one plant under two names.

    Args:
        plants: Of the park.

    Returns:
        Each pair that is in service on one day and shares a project code, a meter, an account with
        the grid company, or kind and place.
    """
    return tuple(
        Doubled(f"{one.id} and {other.id} have one {shared}", (one.id, other.id))
        for one, other in combinations(plants, 2)
        if one.in_service.overlaps(other.in_service)
        for shared in _shared(one, other)
    )


def certified_by_others(
    plants: Sequence[Plant], *, fed_in_wh: Mapping[str, int], last_day: date
) -> tuple[Doubled, ...]:
    """Return plants whose fed-in energy another registry certifies too.

    Args:
        plants: Of the park.
        fed_in_wh: What of each plant is to be issued as tradable, by its id. [Wh]
        last_day: The last local day of the month.
    """
    return tuple(
        Doubled(
            f"{plant.id} is registered in {', '.join(plant.identity.registered_in)}"
            f"{_until(plant.identity)}: {fed_in_wh[plant.id]} Wh would be certified twice",
            (plant.id,),
        )
        for plant in plants
        if plant.identity.registered_in
        and fed_in_wh.get(plant.id, 0) > 0
        and not _has_ended(plant.identity, last_day)
    )


def certified_elsewhere(
    plants: Sequence[Plant],
    *,
    issued: Iterable[CertifiedElsewhere],
    imported: Iterable[CertifiedElsewhere],
) -> tuple[Doubled, ...]:
    """Return imported certificates over energy of a plant that is issued here.

    Args:
        plants: Of the park.
        issued: What is issued here by plant and period; ``device_code`` is the id of the plant.
        imported: What other registries certified.
    """
    ours = list(issued)
    found: list[Doubled] = []
    for outside in imported:
        for plant in plants:
            if not _is_device(plant, outside):
                continue
            overlapping = [
                one
                for one in ours
                if one.device_code == plant.id
                and one.start_s < outside.end_s
                and outside.start_s < one.end_s
            ]
            if overlapping:
                here_wh = sum(one.energy_wh for one in overlapping)
                found.append(
                    Doubled(
                        f"{outside.registry} certified {outside.energy_wh} Wh of "
                        f"{outside.device_code}, which is {plant.id}, in a period of which "
                        f"{here_wh} Wh are issued here",
                        (plant.id,),
                    )
                )
    return tuple(found)


def copied_curves(curves: Sequence[Curve]) -> tuple[Doubled, ...]:
    """Return pairs of devices of which one has the curve of the other, times a constant.

    Args:
        curves: Of one period, all of one length.

    Example:
        >>> sun_wh = np.arange(1, 200) * 1_000
        >>> [found.plants for found in copied_curves(
        ...     [Curve("A", sun_wh, 1), Curve("B", 3 * sun_wh, 1), Curve("C", sun_wh[::-1], 1)]
        ... )]
        [('A', 'B')]
    """
    found: list[Doubled] = []
    for one, other in combinations(curves, 2):
        told = _proportional(one, other)
        if told is None:
            continue
        n_same, n_telling, ratio = told
        if n_same >= COPIED_RATIO * n_telling:
            found.append(
                Doubled(
                    f"{other.device} has {ratio:.6f} times the curve of {one.device} in {n_same} "
                    f"of {n_telling} intervals",
                    (one.device, other.device),
                )
            )
    return tuple(found)


def issued_beyond_metered(
    plants: Sequence[str],
    *,
    issued_wh: NDArray[np.int64],
    metered_wh: NDArray[np.int64],
    start_s: int,
    step_s: int,
) -> tuple[Doubled, ...]:
    """Return plants of which more would be certified in an interval than was metered.

    Args:
        plants: Ids of the rows.
        issued_wh: Issued before and now together, shape (n_plants, n). [Wh]
        metered_wh: What the meters of the plants counted, shape (n_plants, n). [Wh]
        start_s: Start of the first interval. [s since 1970-01-01T00:00Z]
        step_s: Length of an interval. [s]
    """
    over_wh = issued_wh - metered_wh
    found: list[Doubled] = []
    for row, plant in enumerate(plants):
        at = np.flatnonzero(over_wh[row] > 0)
        if len(at):
            first = int(at[0])
            found.append(
                Doubled(
                    f"{plant}: {issued_wh[row, first]} Wh certified and "
                    f"{metered_wh[row, first]} Wh metered in the interval at "
                    f"{start_s + first * step_s} s, and more in {len(at)} intervals",
                    (plant,),
                )
            )
    return tuple(found)


def overlapping_intervals(
    records: Iterable[CertifiedElsewhere],
) -> tuple[Doubled, ...]:
    """Return records of one device whose intervals overlap without being the same.

    A registry may split one interval into several certificates; two intervals that share a part
    and are not equal count that part twice.
    """
    by_device: dict[tuple[str, str], set[tuple[int, int]]] = {}
    for one in records:
        by_device.setdefault((one.registry, one.device_code), set()).add((one.start_s, one.end_s))
    found: list[Doubled] = []
    for (registry, device), intervals in sorted(by_device.items()):
        ordered = sorted(intervals)
        for before, after in pairwise(ordered):
            if after[0] < before[1]:
                found.append(
                    Doubled(
                        f"{registry} {device}: the interval {after[0]} … {after[1]} s begins "
                        f"before {before[0]} … {before[1]} s ends",
                        (device,),
                    )
                )
    return tuple(found)


def plain_code(code: str) -> str:
    """Return a code or number without what differs between two spellings: case, width, spaces.

    Example:
        >>> plain_code(" NEA-ａ 7") == plain_code("nea-A7")
        True
    """
    return "".join(unicodedata.normalize("NFKC", code).casefold().split())


def _shared(one: Plant, other: Plant) -> list[str]:
    mine, theirs = one.identity, other.identity
    pairs: tuple[tuple[str, str | None, str | None], ...] = (
        ("project code", mine.project_code, theirs.project_code),
        ("meter", mine.meter_number, theirs.meter_number),
        ("account with the grid company", mine.generation_account, theirs.generation_account),
        ("place and kind", _place(one), _place(other)),
    )
    return [
        f"{name}, {mine}"
        for name, mine, theirs in pairs
        if mine is not None and theirs is not None and plain_code(mine) == plain_code(theirs)
    ]


def _place(plant: Plant) -> str | None:
    position = plant.identity.position
    if position is None:
        return None
    return f"{plant.kind} at {position[0].normalize():f}, {position[1].normalize():f}"


def _has_ended(identity: PlantIdentity, last_day: date) -> bool:
    """Say whether the other registries certify nothing of the month any more."""
    until = identity.registered_until
    return until is not None and until < last_day.replace(day=1)


def _until(identity: PlantIdentity) -> str:
    until = identity.registered_until
    return "" if until is None else f" until {until.isoformat()}"


def _is_device(plant: Plant, outside: CertifiedElsewhere) -> bool:
    mine = plant.identity
    numbers = (mine.project_code, mine.meter_number, mine.generation_account)
    names = (plant.id, plant.name_zh, plant.name_en, *numbers)
    said = {plain_code(each) for each in (outside.device_code, outside.device_name)} - {""}
    return bool(said & {plain_code(name) for name in names if name})


def _proportional(one: Curve, other: Curve) -> tuple[int, int, float] | None:
    """Return in how many of how many telling intervals two curves are proportional, and how."""
    both = (one.energy_wh > 0) & (other.energy_wh > 0)
    if not both.any():
        return None
    # The median: some altered intervals do not move it.
    ratio = float(np.median(other.energy_wh[both] / one.energy_wh[both]))
    hidden_wh = other.count_wh + ratio * one.count_wh
    scaled_wh = ratio * one.energy_wh
    telling = np.maximum(scaled_wh, other.energy_wh) >= _TELLING_COUNTS * hidden_wh
    n_telling = int(telling.sum())
    if n_telling < TELLING_STEPS:
        return None
    same = np.abs(other.energy_wh - scaled_wh)[telling] <= hidden_wh
    return int(same.sum()), n_telling, ratio
