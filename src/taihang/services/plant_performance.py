"""What each plant should have given over some days beside what it gave, by what the park measures.

The ladder: an irradiance or a wind speed beside the plant; else its neighbours; else nothing, with
the reason. A method is chosen plant by plant, and stands beside every figure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import hypot
from typing import Final

import numpy as np

from taihang.core.park.assets import Plant, PlantKind
from taihang.core.park.plant_sensor import Plane, PlantSensor
from taihang.core.performance.expectation import (
    LEAST_PEERS,
    Expectation,
    MeasuredResource,
    PeerResource,
    Resource,
    expect,
)
from taihang.core.performance.fleet import (
    N_SKY_CELLS,
    N_WIND_CELLS,
    Fleet,
    is_bright,
    sky_cells,
    sky_terms,
)
from taihang.core.performance.output import (
    Loss,
    LossKind,
    Output,
    Total,
    losses_of,
    output_of,
    total_of,
)
from taihang.core.performance.robust import Floats, Ints
from taihang.core.periods import STEP_S, Period
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.sky.sun import STANDARD_IRRADIANCE_W_PER_M2, Sun, sun_at
from taihang.services.plant_outputs import PlantOutputs, local_days, plant_outputs, sampled
from taihang.services.ports import Ports

LEAST_DAYS: Final = 14
"""So many judged days make an expectation."""
_RATED_WIND_M_PER_S: Final = 12.0
"""Wind that stands for full power; the answer of each farm corrects it."""
_LEAST_SUN_RATIO: Final = 0.15
_LEAST_WIND_RATIO: Final = 0.05
_MOST_OVER_SENSOR_RATIO: Final = 1.5
_SENSOR_SLACK_RATIO: Final = 0.05
"""A plant that gives clearly more than its irradiance allows shows that the sensor is wrong."""
_STEP_H: Final = STEP_S / SECONDS_PER_HOUR


class Method(StrEnum):
    """How it is known what a plant should have given."""

    IEC_61724 = "iec-61724"
    """Irradiance in the plane of the modules, and a performance ratio after IEC 61724-1."""
    IRRADIANCE = "irradiance"
    """Irradiance, and the plant's own learnt answer to it."""
    WIND_SPEED = "wind-speed"
    """Wind speed, and the plant's own learnt answer to it."""
    PEERS = "peers"
    """What its neighbours gave at the same time, each by its own learnt answer."""
    NONE = "none"
    """Nobody knows; the reason stands beside it."""


class Why(StrEnum):
    """Why nothing can be said of what a plant should have given."""

    NOT_READ = "not-read"
    """Nothing was measured of it on the asked days."""
    TOO_FEW_PEERS = "too-few-peers"
    """Neither an instrument nor three other plants of its kind."""
    TOO_FEW_DAYS = "too-few-days"
    """Fewer judged days than an answer is learnt from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOutput:
    """One local day of a plant; None where it could not be compared."""

    day: date
    expected_kwh: float | None
    low_kwh: float | None
    high_kwh: float | None
    actual_kwh: float | None
    outage_kwh: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantPerformance:
    """One plant over the asked days."""

    plant: Plant
    method: Method
    why: Why | None
    """Only where the method is none."""
    n_peers: int
    learnt_from: date
    """First day of what the answer was learnt from."""
    n_learnt_days: int
    generated_kwh: float
    """All that it gave, read or estimated, also where nothing could be compared."""
    estimated_kwh: float
    n_intervals: int
    n_read: int
    """Intervals that were read; the others are no outage."""
    full_load_h: float
    """Generated over rated power."""
    running_ratio: float | None
    """Intervals with output over those that were read: what is known of a farm alone [1]."""
    curtailed_kwh: float | None
    performance_ratio: float | None
    """After IEC 61724-1; only where irradiance in the plane and the DC rating are known [1]."""
    total: Total | None
    losses: tuple[Loss, ...]
    first_day: date
    """Day from which the days of losses count."""
    days: tuple[DayOutput, ...]

    @property
    def lost_kwh(self) -> tuple[float, float, float] | None:
        """Lost, least and most; None where nobody knows [kWh]."""
        if self.total is None:
            return None
        lost = sum(each.lost_kwh for each in self.losses)
        low = hypot(*(each.lost_kwh - each.low_kwh for each in self.losses))
        high = hypot(*(each.high_kwh - each.lost_kwh for each in self.losses))
        return lost, max(lost - low, 0.0), lost + high

    @property
    def state(self) -> str:
        """``not-judged``, ``normal``, ``losing``, ``stood-still``, the worst that still lasts."""
        if self.total is None:
            return "not-judged"
        if any(each.is_open and each.kind is LossKind.OUTAGE for each in self.losses):
            return "stood-still"
        return "losing" if self.losses else "normal"


def plant_performances(
    asked: Period, *, history: Period, ports: Ports
) -> tuple[PlantPerformance, ...]:
    """Compare every plant of the park with what it should have given.

    Args:
        asked: Settled local days; the last of the history.
        history: What answers are learnt from.
        ports: The outside world.

    Returns:
        In the order of the park file; plants without a settled row are left out.
    """
    found = dict[str, PlantPerformance]()
    for kind in PlantKind:
        outputs = plant_outputs(kind, history, ports=ports)
        if outputs.ids:
            case = _Case(kind, asked, outputs, ports)
            found |= {each.plant.id: each for each in case.performances()}
    return tuple(found[plant] for plant in ports.park.plants if plant in found)


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """What is expected of a plant, and of which fleet it is one."""

    method: Method
    fleet: Fleet
    found: Expectation
    n_peers: int


class _Case:
    """All plants of one kind."""

    def __init__(self, kind: PlantKind, asked: Period, outputs: PlantOutputs, ports: Ports) -> None:
        self._kind = kind
        self._asked = asked
        self._outputs = outputs
        self._ports = ports
        self._first_day, self._day = local_days(outputs.span, ports=ports)
        self._n_days = int(self._day[-1]) + 1
        start = (asked.start_s - outputs.span.start_s) // STEP_S
        self._steps = slice(start, start + asked.n_steps)
        self._days = slice(int(self._day[start]), self._n_days)
        self._ratings = np.array([ports.park.plants[each].capacity_kw for each in outputs.ids])

    def performances(self) -> Iterable[PlantPerformance]:
        """Yield every plant."""
        judged = {**self._by_peers(), **self._by_instruments()}
        for plant in self._outputs.ids:
            yield self._performance(plant, judged.get(plant))

    def _by_peers(self) -> dict[str, _Judged]:
        ids = self._outputs.ids
        if len(ids) <= LEAST_PEERS:
            return {}
        resource = PeerResource(n_judges=len(ids) - 1)
        fleet, found = self._expected(ids, resource)
        return {each: _Judged(Method.PEERS, fleet, found, len(ids) - 1) for each in ids}

    def _by_instruments(self) -> dict[str, _Judged]:
        sensors, park = dict[str, Floats](), self._ports.park
        for plant in self._outputs.ids:
            sensor = park.plant_sensors.get(plant)
            values = None if sensor is None else self._resource(plant, sensor)
            if values is not None and bool(np.isfinite(values[self._steps]).any()):
                sensors[plant] = values
        if not sensors:
            return {}
        ids = tuple(sensors)
        values = np.array([sensors[each] for each in ids])
        where = self._where()
        fleet, found = self._expected(ids, MeasuredResource(values[:, where]))
        return {each: _Judged(self._method(each), fleet, found, 0) for each in ids}

    def _method(self, plant: str) -> Method:
        sensor = self._ports.park.plant_sensors[plant]
        if sensor.wind_speed is not None:
            return Method.WIND_SPEED
        is_rated = sensor.plane is Plane.ARRAY and sensor.dc_kw is not None
        return Method.IEC_61724 if is_rated else Method.IRRADIANCE

    def _resource(self, plant: str, sensor: PlantSensor) -> Floats | None:
        """Return what there was to be had over full power, NaN where the sensor cannot be right."""
        span, ports = self._outputs.span, self._ports
        if self._kind is PlantKind.WIND and sensor.wind_speed is not None:
            speed = sampled(sensor.wind_speed, span, ports=ports) / _RATED_WIND_M_PER_S
            return np.clip(speed, 0.0, 1.0) ** 3
        if self._kind is PlantKind.WIND or sensor.irradiance is None:
            return None
        suns = sampled(sensor.irradiance, span, ports=ports) / STANDARD_IRRADIANCE_W_PER_M2
        output = self._ratio((plant,))[0]
        too_low = output > _MOST_OVER_SENSOR_RATIO * suns + _SENSOR_SLACK_RATIO
        return np.where(too_low, np.nan, suns)

    def _ratio(self, ids: Sequence[str]) -> Floats:
        rows = [self._outputs.ids.index(each) for each in ids]
        return self._outputs.available_kw[rows] / self._ratings[rows][:, None]

    def _sun(self) -> Sun:
        middle_s = (self._outputs.span.grid_s() + STEP_S // 2).astype(np.float64)
        park = self._ports.park
        return sun_at(middle_s, latitude_deg=park.latitude_deg, longitude_deg=park.longitude_deg)

    def _where(self) -> Ints:
        """Return the intervals in which plants of the kind can be judged."""
        if self._kind is PlantKind.WIND:
            return np.arange(len(self._day))
        return np.flatnonzero(is_bright(self._sun()))

    def _expected(self, ids: tuple[str, ...], resource: Resource) -> tuple[Fleet, Expectation]:
        where = self._where()
        is_sun = self._kind is PlantKind.PV
        sun = self._sun()
        fleet = Fleet(
            ids=ids,
            output_ratio=self._ratio(ids)[:, where],
            terms=sky_terms(sun)[:, where] if is_sun else np.ones((1, len(where))),
            cell=sky_cells(sun)[where] if is_sun else None,
            n_cells=N_SKY_CELLS if is_sun else N_WIND_CELLS,
            least_ratio=_LEAST_SUN_RATIO if is_sun else _LEAST_WIND_RATIO,
            day=self._day[where],
            n_days=self._n_days,
        )
        return fleet, expect(fleet, resource)

    def _performance(self, name: str, judged: _Judged | None) -> PlantPerformance:
        plant = self._ports.park.plants[name]
        row = self._outputs.ids.index(name)
        read = np.isfinite(self._outputs.available_kw[row][self._steps])
        why = self._why(name, judged, is_read=bool(read.any()))
        if judged is None or why is not None:
            judged = None
        generated = self._outputs.generated_wh[row][self._steps] / WH_PER_KWH
        generated_kwh = float(np.nansum(generated))
        estimated = self._outputs.estimated[row][self._steps]
        curtailed = self._outputs.curtailed_wh.get(name)
        output = None if judged is None else self._output(plant, judged)
        return PlantPerformance(
            plant=plant,
            method=Method.NONE if judged is None else judged.method,
            why=why,
            n_peers=0 if judged is None else judged.n_peers,
            learnt_from=self._first_day,
            n_learnt_days=0 if judged is None else _n_judged(judged, name),
            generated_kwh=generated_kwh,
            estimated_kwh=float(np.nansum(generated[estimated])),
            n_intervals=int(self._outputs.served[row][self._steps].sum()),
            n_read=int(read.sum()),
            full_load_h=generated_kwh / plant.capacity_kw,
            running_ratio=_running_ratio(self._outputs.available_kw[row][self._steps]),
            curtailed_kwh=None
            if curtailed is None
            else float(np.nansum(curtailed[self._steps])) / WH_PER_KWH,
            performance_ratio=self._performance_ratio(plant),
            total=None if output is None else total_of(output, days=self._days),
            losses=() if judged is None else self._losses(plant, judged),
            first_day=self._first_day,
            days=() if output is None else self._day_outputs(output),
        )

    def _why(self, name: str, judged: _Judged | None, *, is_read: bool) -> Why | None:
        if not is_read:
            return Why.NOT_READ
        if judged is None:
            return Why.TOO_FEW_PEERS
        return Why.TOO_FEW_DAYS if _n_judged(judged, name) < LEAST_DAYS else None

    def _output(self, plant: Plant, judged: _Judged) -> Output:
        return output_of(judged.fleet, judged.found, plant=plant.id, capacity_kw=plant.capacity_kw)

    def _losses(self, plant: Plant, judged: _Judged) -> tuple[Loss, ...]:
        return losses_of(
            judged.fleet,
            judged.found,
            plant=plant.id,
            capacity_kw=plant.capacity_kw,
            days=self._days,
        )

    def _performance_ratio(self, plant: Plant) -> float | None:
        """Return final over reference yield, over the intervals in which both were read."""
        sensor = self._ports.park.plant_sensors.get(plant.id)
        if sensor is None or sensor.plane is not Plane.ARRAY or sensor.dc_kw is None:
            return None
        suns = self._resource(plant.id, sensor)
        if suns is None:
            return None
        row = self._outputs.ids.index(plant.id)
        suns, kw = suns[self._steps], self._outputs.available_kw[row][self._steps]
        both = np.isfinite(suns) & np.isfinite(kw)
        reference_h = float(suns[both].sum()) * _STEP_H
        final_h = float(kw[both].sum()) * _STEP_H / sensor.dc_kw
        return final_h / reference_h if reference_h > 0.0 else None

    def _day_outputs(self, output: Output) -> tuple[DayOutput, ...]:
        return tuple(
            DayOutput(
                day=self._first_day + timedelta(days=day),
                **{
                    name: round(float(values[day]), 3) if output.judged[day] else None
                    for name, values in _named(output).items()
                },
            )
            for day in range(self._days.start, self._days.stop)
        )


def _named(output: Output) -> Mapping[str, Floats]:
    return {
        "expected_kwh": output.expected_kwh,
        "low_kwh": output.low_kwh,
        "high_kwh": output.high_kwh,
        "actual_kwh": output.actual_kwh,
        "outage_kwh": output.outage_kwh,
    }


def _n_judged(judged: _Judged, plant: str) -> int:
    return int(np.isfinite(judged.found.ratio[judged.fleet.ids.index(plant)]).sum())


def _running_ratio(kw: Floats) -> float | None:
    read = kw[np.isfinite(kw)]
    return float((read > 0.0).mean()) if len(read) else None
