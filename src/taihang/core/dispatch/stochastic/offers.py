"""What may be promised today beside energy: a reserve of a battery, a response to a call.

An offer chooses how much; once it is chosen it is a ``Reserve`` or a ``Commitment`` like any other,
and the referee judges it as such.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated, ClassVar, Final, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np

from taihang.core.dispatch.assembly import INF, Assembly
from taihang.core.dispatch.assets.commitment import Commitment
from taihang.core.dispatch.assets.reserve import Reserve
from taihang.core.dispatch.fields import ParkProblemError, Range
from taihang.core.dispatch.model import Ints, Reals
from taihang.core.periods import instant_of_s

MOST_RESPONSES: Final = 3
"""Most responses that are weighed against each other: each doubles the problems to solve."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReserveOffer:
    """Power that a battery may promise to hold back, as ``Reserve`` holds it."""

    TYPE: ClassVar[str] = "reserve_offer"

    id: str
    battery: str
    up_max_kw: Reals
    """Most that may be promised upwards, shape (n,) [kW]."""
    down_max_kw: Reals
    duration_h: float
    """For how long a call may last [h]."""
    income_cny_per_kw: Annotated[float, Range(0.0)]
    """What a kW, either way, earns in an hour of readiness [CNY/kW·h]."""

    @property
    def blocks(self) -> tuple[str, ...]:
        """What is committed today."""
        return f"{self.id}.up_kw", f"{self.id}.down_kw"

    def contribute(self, to: Assembly) -> None:
        """Add what is promised, its income, and the room it needs in the store."""
        held = to.stores[self.battery]
        up = to.columns(self.blocks[0], lower=0.0, upper=self.up_max_kw, size=to.n)
        down = to.columns(self.blocks[1], lower=0.0, upper=self.down_max_kw, size=to.n)
        to.cost(
            self.id,
            "reserve_cny",
            np.concatenate([up, down]),
            each_cny=-self.income_cny_per_kw * to.horizon.step_h,
        )
        power = ((held.discharges, held.charges, up, held.discharge),)
        power += ((held.charges, held.discharges, down, held.charge),)
        for more, less, promised, size in power:
            to.rows(
                f"{self.id}.room_kw",
                [(more, 1.0), (less, -1.0), (promised, 1.0), *_added(size.column, to.n, -1.0)],
                lower=-INF,
                upper=size.capacity.existing,
            )
        energy, stands = held.energy, held.energy.capacity.existing
        lent, taken = (
            self.duration_h / held.discharge_efficiency_ratio,
            self.duration_h * held.charge_efficiency_ratio,
        )
        least, most = held.level_min_ratio, held.level_max_ratio
        to.rows(
            f"{self.id}.floor_kwh",
            [(held.energies, 1.0), (up, -lent), *_added(energy.column, to.n, -least)],
            lower=least * stands,
            upper=INF,
        )
        to.rows(
            f"{self.id}.ceiling_kwh",
            [(held.energies, 1.0), (down, taken), *_added(energy.column, to.n, -most)],
            lower=-INF,
            upper=most * stands,
        )

    def decided(self, values: Mapping[str, Reals]) -> Reserve:
        """Return the reserve that was chosen, by block."""
        return Reserve(
            id=self.id,
            battery=self.battery,
            up_kw=values[self.blocks[0]],
            down_kw=values[self.blocks[1]],
            duration_h=self.duration_h,
            income_cny_per_kw=self.income_cny_per_kw,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResponseOffer:
    """A response to a call (demand response, virtual power plant), as ``Commitment`` keeps it.

    Whoever takes part draws no more than the baseline during the call, less what is promised; who
    does not is bound by nothing. Both are planned, and the better is taken.
    """

    TYPE: ClassVar[str] = "response_offer"

    id: str
    grid: str
    from_s: int
    """Start of the call [s since 1970-01-01T00:00Z]."""
    to_s: int
    """End of the call [s since 1970-01-01T00:00Z]."""
    baseline_kw: Reals
    promised_min_kw: float
    """The least that may be promised by who takes part [kW]."""
    promised_max_kw: float
    pay_cny_per_kwh: Annotated[float, Range(0.0)]
    penalty_cny_per_kwh: Annotated[float | None, Range(0.0)]
    """What a missing kWh costs beside its pay; none where nothing may be missing [CNY/kWh]."""

    @property
    def blocks(self) -> tuple[str, ...]:
        """What is committed today."""
        return (f"{self.id}.promised_kw",)

    def check(self) -> None:
        """Refuse limits that are crossed.

        Raises:
            ParkProblemError: If the least that may be promised is more than the most.
        """
        if self.promised_min_kw > self.promised_max_kw:
            raise ParkProblemError(
                f"{self.id}.promised_min_kw {self.promised_min_kw:g}",
                f"at most promised_max_kw, {self.promised_max_kw:g} kW",
            )

    def contribute(self, to: Assembly) -> None:
        """Add the promise, what is missing of it, and the pay.

        Raises:
            ParkProblemError: If the call is not made of whole intervals of the horizon.
        """
        at, hours = self._called(to), to.horizon.step_h
        imports, exports = (to.block(f"{self.grid}.{way}_kw")[at] for way in ("import", "export"))
        promised = to.columns(
            self.blocks[0], lower=self.promised_min_kw, upper=self.promised_max_kw, size=1
        )
        each = np.repeat(promised, len(at))
        is_free = self.penalty_cny_per_kwh is not None
        missing = to.columns(
            f"{self.id}.missing_kw", lower=0.0, upper=INF if is_free else 0.0, size=len(at)
        )
        lost_cny = (self.pay_cny_per_kwh + (self.penalty_cny_per_kwh or 0.0)) * hours
        paid_cny = -self.pay_cny_per_kwh * hours * len(at)
        to.cost(self.id, "commitment_cny", missing, each_cny=lost_cny)
        to.cost(self.id, "commitment_cny", promised, each_cny=paid_cny)
        to.rows(
            f"{self.id}.kept_kw",
            [(imports, 1.0), (exports, -1.0), (each, 1.0), (missing, -1.0)],
            lower=-INF,
            upper=self.baseline_kw[at],
        )
        to.rows(f"{self.id}.missing_most_kw", [(missing, 1.0), (each, -1.0)], lower=-INF, upper=0.0)

    def _called(self, to: Assembly) -> Ints:
        horizon = to.horizon
        first, last = (
            (instant_s - horizon.start_s) / horizon.step_s for instant_s in (self.from_s, self.to_s)
        )
        if not (0 <= first < last <= horizon.n_steps and first.is_integer() and last.is_integer()):
            zone = ZoneInfo(horizon.time_zone)
            first_of, last_of, start, end = (
                instant_of_s(each_s).astimezone(zone).isoformat()
                for each_s in (self.from_s, self.to_s, horizon.start_s, horizon.end_s)
            )
            raise ParkProblemError(
                f"{self.id} from {first_of} to {last_of}",
                f"whole intervals of {horizon.step_s} s within {start} … {end}",
                "correct from_s and to_s",
            )
        return np.arange(int(first), int(last), dtype=np.int32)

    def decided(self, values: Mapping[str, Reals]) -> Commitment:
        """Return the commitment that was chosen, by block."""
        return Commitment(
            id=self.id,
            grid=self.grid,
            from_s=self.from_s,
            to_s=self.to_s,
            baseline_kw=self.baseline_kw,
            promised_kw=float(values[self.blocks[0]][0]),
            pay_cny_per_kwh=self.pay_cny_per_kwh,
            penalty_cny_per_kwh=self.penalty_cny_per_kwh,
        )


Offer: TypeAlias = ReserveOffer | ResponseOffer


def choices_of(offers: Sequence[Offer]) -> tuple[tuple[Offer, ...], ...]:
    """Return every way of taking part: all reserves, and each set of responses.

    Args:
        offers: What may be promised.

    Returns:
        The choices, the one with all responses first.

    Raises:
        ParkProblemError: If there are too many responses to weigh.
    """
    responses = [one for one in offers if isinstance(one, ResponseOffer)]
    if len(responses) > MOST_RESPONSES:
        raise ParkProblemError(
            f"{len(responses)} response offers", f"at most {MOST_RESPONSES}", "choose among them"
        )
    sets = [
        taken for size in range(len(responses), -1, -1) for taken in combinations(responses, size)
    ]
    return tuple(
        tuple(one for one in offers if isinstance(one, ReserveOffer) or one in taken)
        for taken in sets
    )


def _added(column: int | None, n: int, share: float) -> list[tuple[Ints, float | Reals]]:
    return [] if column is None else [(np.full(n, column, np.int32), share)]
