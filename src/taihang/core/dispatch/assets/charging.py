"""Charging sessions of vehicles: each is there for a time, wants an energy, and takes a power."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from taihang.core.dispatch.assembly import Assembly, Edge
from taihang.core.dispatch.fields import ParkProblemError, Range
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Ints, Reals


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One vehicle at one charging point."""

    id: str
    arrival_s: int
    """When it can first take power [s since 1970-01-01T00:00Z]."""
    departure_s: int
    """When it leaves [s since 1970-01-01T00:00Z]."""
    energy_kwh: float
    """What it wants, drawn from the bus [kWh]."""
    power_kw: float
    """Largest power that vehicle and charging point agree on [kW]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Charging:
    """The sessions of a station; each may be served in any whole interval in which it is there."""

    TYPE: ClassVar[str] = "charging"
    BUSES: ClassVar[tuple[str, ...]] = ("bus",)

    id: str
    bus: str
    sessions: tuple[Session, ...]
    station_kw: Reals
    """Largest power of all sessions together, shape (n,) [kW]."""
    unserved_price_cny_per_kwh: Annotated[float | None, Range(0.0)]
    """What a kWh costs that a vehicle leaves without; none where all must be served [CNY/kWh]."""

    def contribute(self, to: Assembly) -> None:
        """Add a column for each interval of each session, its energy and the station's limit."""
        hours = to.horizon.step_h
        spans = self.spans(to.horizon)
        lengths = np.array([last - first for first, last in spans], np.int64)
        of = np.repeat(np.arange(len(spans), dtype=np.int32), lengths)
        at = np.concatenate([np.arange(first, last) for first, last in spans]).astype(np.int32)
        power = np.array([session.power_kw for session in self.sessions])[of]
        energy = np.array([session.energy_kwh for session in self.sessions])
        lower, upper = self._bounds(to, at, of, power)
        columns = to.columns(f"{self.id}.session_kw", lower=lower, upper=upper, size=len(at))
        total = to.flow(f"{self.id}.charge_kw", upper=self.station_kw)
        rows = to.rows(f"{self.id}.station_kw", [(total, 1.0)], lower=0.0, upper=0.0)
        to.add(rows[at], columns, value=-1.0)
        to.feed(self.bus, total, -1.0)
        to.count("load", columns, hours, bus=self.bus)
        to.limit("station", self.id, Edge.UPPER, total)
        self._add_energy(to, columns, of=of, energy_kwh=energy)

    def spans(self, horizon: Horizon) -> list[tuple[int, int]]:
        """Return for each session its first whole interval and the one after its last.

        Raises:
            ParkProblemError: If there is none, or too little time for what must be served.
        """
        return [self._span(session, horizon) for session in self.sessions]

    def _add_energy(self, to: Assembly, columns: Ints, *, of: Ints, energy_kwh: Reals) -> None:
        price = self.unserved_price_cny_per_kwh
        most = energy_kwh if price is not None or to.is_idle else np.zeros(len(energy_kwh))
        unserved = to.columns(
            f"{self.id}.unserved_kwh", lower=0.0, upper=most, size=len(energy_kwh)
        )
        to.cost(self.id, "unserved_cny", unserved, each_cny=price or 0.0)
        rows = to.rows(
            f"{self.id}.wanted_kwh", [(unserved, 1.0)], lower=energy_kwh, upper=energy_kwh
        )
        to.add(rows[of], columns, value=to.horizon.step_h)
        starts = np.array([first for first, _ in self.spans(to.horizon)], np.int32)
        to.limit("session", self.id, Edge.ROW_LOWER, rows, steps=starts, weight=1.0)

    def _bounds(self, to: Assembly, at: Ints, of: Ints, power_kw: Reals) -> tuple[Reals, Reals]:
        """Return the bounds; idle, every vehicle charges from the moment it arrives."""
        if not to.is_idle:
            return np.zeros(len(at)), power_kw
        hours = to.horizon.step_h
        free_kw = self.station_kw.copy()
        left_kwh = np.array([session.energy_kwh for session in self.sessions])
        taken = np.zeros(len(at))
        for place in np.lexsort((of, at)).tolist():
            step, session = int(at[place]), int(of[place])
            taken[place] = min(power_kw[place], left_kwh[session] / hours, free_kw[step])
            free_kw[step] -= taken[place]
            left_kwh[session] -= taken[place] * hours
        return taken, taken

    def _span(self, session: Session, horizon: Horizon) -> tuple[int, int]:
        """Return the whole intervals in which a session is there.

        Raises:
            ParkProblemError: If there is none, or too little time for what must be served.
        """
        first = max(-((horizon.start_s - session.arrival_s) // horizon.step_s), 0)
        last = min((session.departure_s - horizon.start_s) // horizon.step_s, horizon.n_steps)
        if last <= first:
            raise ParkProblemError(
                f"session {session.id!r} of {self.id} from {session.arrival_s} to "
                f"{session.departure_s}",
                f"at least one whole interval within {horizon.start_s} … {horizon.end_s}",
                "correct arrival and departure, or leave the session out",
            )
        most_kwh = session.power_kw * (last - first) * horizon.step_h
        if session.energy_kwh > most_kwh and self.unserved_price_cny_per_kwh is None:
            raise ParkProblemError(
                f"energy_kwh {session.energy_kwh:g} of session {session.id!r} of {self.id}",
                f"at most {most_kwh:g} kWh: {session.power_kw:g} kW for "
                f"{(last - first) * horizon.step_h:g} h",
                "correct the session, or give unserved_price_cny_per_kwh",
            )
        return int(first), int(last)
