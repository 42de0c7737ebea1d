"""The mathematics of a store, whatever it holds: electricity, heat, the batteries of a car park.

``E' = E·(1 − σ)^Δt + η_c·c·Δt − d·Δt/η_d``, between two shares of its size. The start is a fact:
where it lies outside the limits, they hold from the first interval at which the store can be back,
and every kWh beyond them until then is priced, so that the plan goes there and says so.
"""

from dataclasses import dataclass

import numpy as np

from taihang.core.dispatch.assembly import Assembly, Edge, OneWay, Size, StoreParts
from taihang.core.dispatch.model import Ints, Reals


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLaw:
    """What the mathematics needs to know of a store."""

    id: str
    bus: str
    charge_efficiency_ratio: float
    discharge_efficiency_ratio: float
    standing_loss_ratio_per_h: float
    level_min_ratio: float
    level_max_ratio: float
    level_start_ratio: float | None
    """None where it is free, as long as it ends as it starts."""
    level_end_min_ratio: float | None
    """None where the end is free."""
    is_cyclic: bool
    """Whether it must hold at the end at least what it holds at the start."""


def add_store(
    to: Assembly, law: StoreLaw, *, charge: Size, discharge: Size, energy: Size
) -> StoreParts:
    """Add a store's flows, its energy and the rows between them.

    Args:
        to: Where to.
        law: Its numbers.
        charge: Size of its charging power.
        discharge: Size of its discharging power.
        energy: Size of the store.

    Returns:
        Its parts.
    """
    most = 0.0 if to.is_idle else np.inf
    charges = to.flow(f"{law.id}.charge_kw", upper=most, size=charge)
    discharges = to.flow(f"{law.id}.discharge_kw", upper=most, size=discharge)
    low, high = _hard_levels(to, law)
    stands_kwh = energy.capacity.existing
    energies = to.columns(
        f"{law.id}.energy_kwh",
        lower=low * stands_kwh if energy.column is None else 0.0,
        upper=high * energy.capacity.most,
        size=to.n,
    )
    if energy.column is not None:
        # At the largest size this bound binds as well: one more unit moves it too.
        to.lever(energy, Edge.UPPER, energies, high)
    columns = StoreParts(
        charges=charges,
        discharges=discharges,
        energies=energies,
        charge=charge,
        discharge=discharge,
        energy=energy,
        charge_efficiency_ratio=law.charge_efficiency_ratio,
        discharge_efficiency_ratio=law.discharge_efficiency_ratio,
        level_min_ratio=law.level_min_ratio,
        level_max_ratio=law.level_max_ratio,
    )
    to.stores[law.id] = columns
    _add_levels(to, law, energies, energy=energy)
    _add_balance(to, law, columns)
    to.feed(law.bus, charges, -1.0)
    to.feed(law.bus, discharges)
    if law.charge_efficiency_ratio * law.discharge_efficiency_ratio < 1.0:
        to.one_way(
            OneWay(
                owner=law.id,
                kind="store",
                drawn=charges,
                given=discharges,
                drawn_kw=np.full(to.n, charge.capacity.most),
                given_kw=np.full(to.n, discharge.capacity.most),
                drawn_ratio=law.charge_efficiency_ratio,
                given_ratio=law.discharge_efficiency_ratio,
                bus=law.bus,
            )
        )
    return columns


def kept_ratio(law: StoreLaw, step_h: float) -> float:
    """Return the share of the stored energy that is left after one interval [1]."""
    return float((1.0 - law.standing_loss_ratio_per_h) ** step_h)


def _hard_levels(to: Assembly, law: StoreLaw) -> tuple[Reals, Reals]:
    """Return the levels that hold whatever the price, shape (n,) each.

    What starts outside its limits may be left there to rest, and may not be taken further out.
    """
    low, high = np.full(to.n, law.level_min_ratio), np.full(to.n, law.level_max_ratio)
    if to.is_idle:
        low = np.zeros(to.n)
    if law.level_start_ratio is None:
        return low, high
    rests = law.level_start_ratio * kept_ratio(law, to.horizon.step_h) ** np.arange(1, to.n + 1)
    below = rests if law.level_start_ratio < law.level_min_ratio else low
    above = rests if law.level_start_ratio > law.level_max_ratio else high
    return np.minimum(low, below), np.maximum(high, above)


def _add_levels(to: Assembly, law: StoreLaw, energies: Ints, *, energy: Size) -> None:
    """Bound the energy by shares of the size, and price what a start outside makes unavoidable."""
    low, high = _hard_levels(to, law)
    if energy.column is None:
        to.lever(energy, Edge.LOWER, energies, low)
        to.limit("floor", law.id, Edge.LOWER, energies, weight=1.0)
    elif low.any():
        column = np.full(to.n, energy.column, np.int32)
        rows = to.rows(
            f"{law.id}.floor_kwh",
            [(energies, 1.0), (column, -low)],
            lower=low * energy.capacity.existing,
            upper=np.inf,
        )
        to.lever(energy, Edge.ROW_LOWER, rows, low)
        to.limit("floor", law.id, Edge.ROW_LOWER, rows, weight=1.0)
    to.within(f"{law.id}.energy_kwh", energies, energy, share=high)
    start = law.level_start_ratio
    if start is not None and not to.is_idle:
        if start < law.level_min_ratio:
            _add_way_back(to, law, energies, energy, edge=Edge.ROW_LOWER)
        if start > law.level_max_ratio:
            _add_way_back(to, law, energies, energy, edge=Edge.ROW_UPPER)


def _add_way_back(to: Assembly, law: StoreLaw, energies: Ints, energy: Size, *, edge: Edge) -> None:
    """Price every kWh beyond the lower or the upper limit, above all tariffs."""
    is_floor = edge is Edge.ROW_LOWER
    share = law.level_min_ratio if is_floor else law.level_max_ratio
    outside = to.columns(f"{law.id}.outside_kwh", lower=0.0, upper=np.inf, size=to.n)
    to.price_apart(outside)
    bound = share * energy.capacity.existing
    terms: list[tuple[Ints, float | Reals]] = [
        (energies, 1.0),
        (outside, 1.0 if is_floor else -1.0),
    ]
    if energy.column is not None:
        terms.append((np.full(to.n, energy.column, np.int32), -share))
    rows = to.rows(
        f"{law.id}.back_kwh",
        terms,
        lower=bound if is_floor else -np.inf,
        upper=np.inf if is_floor else bound,
    )
    to.lever(energy, edge, rows, share)


def _add_balance(to: Assembly, law: StoreLaw, columns: StoreParts) -> None:
    """Add the law of the store, its start and its end."""
    step_h, kept = to.horizon.step_h, kept_ratio(law, to.horizon.step_h)
    energies, energy = columns.energies, columns.energy
    start = law.level_start_ratio
    given, held = np.zeros(to.n), np.ones(to.n)
    given[0] = 0.0 if start is None else kept * start * energy.capacity.existing
    # The one interval of a free start is its own predecessor: one entry, not two in one place.
    is_own_before = start is None and to.n == 1
    held[0] -= kept if is_own_before else 0.0
    rows = to.rows(
        f"{law.id}.store_kwh",
        [
            (energies, held),
            (columns.charges, -law.charge_efficiency_ratio * step_h),
            (columns.discharges, step_h / law.discharge_efficiency_ratio),
        ],
        lower=given,
        upper=given,
    )
    to.add(rows[1:], energies[:-1], value=-kept)
    first, last = rows[:1], energies[-1:]
    if start is None and not is_own_before:
        to.add(first, last, value=-kept)
    if start is not None:
        _move_with_size(to, first, energy, share=-kept * start)
        to.lever(energy, Edge.ROW, first, kept * start)
    end = law.level_end_min_ratio
    if law.is_cyclic and start is not None:
        end = min(start, law.level_max_ratio)
    if end is not None and not to.is_idle:
        row = to.rows(
            f"{law.id}.end_kwh", [(last, 1.0)], lower=end * energy.capacity.existing, upper=np.inf
        )
        _move_with_size(to, row, energy, share=-end)
        to.lever(energy, Edge.ROW_LOWER, row, end)
        to.limit("end", law.id, Edge.ROW_LOWER, row, steps=to.steps[-1:], weight=1.0)


def _move_with_size(to: Assembly, row: Ints, energy: Size, *, share: float) -> None:
    if energy.column is not None and share:
        to.add(row, np.array([energy.column], np.int32), value=share)
