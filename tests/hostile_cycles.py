"""Two hundred hostile scenarios for the control: what goes wrong, and how the park is told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, cast

import numpy as np

from rolling_park import HandClock, long_park, window
from taihang.adapters.highs_ring import RingStepper
from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.model import Reals, SolveStatus
from taihang.core.dispatch.outlook import Measured
from taihang.core.dispatch.park_problem import Asset, ParkProblem
from taihang.core.dispatch.stepping import NOTHING, Stepped

Windows = Callable[[ParkProblem], ParkProblem]
Readings = Callable[[Measured], Measured]
Answers = Callable[[Stepped], Stepped]


def _same(window: ParkProblem) -> ParkProblem:
    return window


def _as_read(measured: Measured) -> Measured:
    return measured


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One way in which a cycle is made hard."""

    name: str
    windows: Windows = _same
    """What happens to the forecast."""
    readings: Readings = _as_read
    """What happens to what was measured."""
    solver: "Answers | Exception | float | None" = None
    """What the solver does: changes its answer, fails, takes so many seconds, or nothing odd."""
    state: "Callable[[bytes], bytes] | None" = None
    """What happens to the state file before."""
    is_first: bool = False
    """Whether it hits the first cycle of all, with nothing remembered."""
    may_plan: bool = True
    """Whether a plan of the window may come of it."""


class HostileSolver:
    """A solver that does what a scenario says, on a clock that only the scenario moves."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self._own = RingStepper(monotonic_s=clock)
        self.does: Answers | Exception | float | None = None

    def __call__(self, own: ParkProblem, /, *, time_limit_s: float, gap: float) -> Stepped:
        does = self.does
        if isinstance(does, Exception):
            self._clock.now_s += time_limit_s / 2.0
            raise does
        if isinstance(does, float):
            # It stops when it is told to, having found nothing.
            self._clock.now_s += min(does, time_limit_s)
            if does > time_limit_s:
                return NOTHING
        self._clock.now_s += time_limit_s / 10.0
        stepped = self._own(own, time_limit_s=1e3, gap=gap)
        return does(stepped) if callable(does) else stepped


def scenarios() -> list[Scenario]:
    """Return all of them, by name."""
    found = [
        *_forecasts(),
        *_gaps(),
        *_limits(),
        *_levels(),
        *_clocks(),
        *_solvers(),
        *_states(),
        *_together(),
    ]
    assert len({one.name for one in found}) == len(found)
    return found


# -- forecasts -----------------------------------------------------------------------------------


def changed(kind: type[Asset], **series: "Callable[[Reals], Reals]") -> Windows:
    """Return a change of some series of every asset of a kind."""

    def change(of: ParkProblem) -> ParkProblem:
        assets = list[Asset]()
        for asset in of.assets:
            own = asset
            if isinstance(asset, kind):
                more = {name: by(getattr(asset, name).copy()) for name, by in series.items()}
                own = cast("Asset", replace(cast("Any", asset), **more))
            assets.append(own)
        return ParkProblem(of.horizon, tuple(assets))

    return change


def _below(cny: float, spread: float) -> Windows:
    def prices(values: Reals) -> Reals:
        return -cny + spread * np.cos(np.arange(len(values)))

    def earns(values: Reals) -> Reals:
        return prices(values) - 0.02

    return changed(Grid, import_price_cny_per_kwh=prices, export_price_cny_per_kwh=earns)


def _resized(n: int) -> Callable[[Reals], Reals]:
    return lambda values: np.resize(values, n)


def _lost(values: Reals) -> Reals:
    return values * np.nan


def _no_wear(of: ParkProblem) -> ParkProblem:
    free = (
        replace(one, cycle_cost_cny_per_kwh=0.0) if isinstance(one, Battery) else one
        for one in of.assets
    )
    return ParkProblem(of.horizon, tuple(free))


def _forecasts() -> Iterator[Scenario]:
    # Prices that are all but equal make the proof take longer than ten seconds (docs/planning.md):
    # that one depends on the machine, and is no case for a test.
    for cny in (0.01, 0.1, 0.3, 0.6, 1.5):
        for spread in (0.1, 0.2, 0.4):
            name = f"prices below 0 by {cny}, spread {spread}"
            yield Scenario(name=name, windows=_below(cny, spread))
            if spread > 0.1:
                hard = _below(cny, spread)
                yield Scenario(
                    name=f"{name}, no wear", windows=lambda of, by=hard: _no_wear(by(of))
                )
    for n in (0, 1, 3, 12, 23, 25, 48, 400):
        for kind, field in ((Load, "load_kw"), (Grid, "import_price_cny_per_kwh")):
            odd = changed(kind, **{field: _resized(n)})
            yield Scenario(name=f"{field} of {n} values", windows=odd, may_plan=n > 0)


def _gaps() -> Iterator[Scenario]:
    series = (
        (Load, "load_kw"),
        (Plant, "available_ratio"),
        (Grid, "import_price_cny_per_kwh"),
        (Grid, "export_price_cny_per_kwh"),
        (Grid, "import_limit_kw"),
    )
    for kind, field in series:
        for value in (np.nan, np.inf):
            for first, last in ((0, 1), (0, 24), (1, 2), (10, 24)):

                def gapped(
                    values: Reals, first: int = first, last: int = last, value: float = value
                ) -> Reals:
                    values[first:last] = value
                    return values

                name = f"{value} in {field} from {first} to {last}"
                yield Scenario(
                    name=name, windows=changed(kind, **{field: gapped}), may_plan=first > 0
                )
        yield Scenario(
            name=f"no {field} at all, first cycle",
            windows=changed(kind, **{field: _lost}),
            is_first=True,
            may_plan=False,
        )


def _limits() -> Iterator[Scenario]:
    for kw in (0.0, 1.0, 100.0, 200.0, 299.0, 350.0):
        cap = changed(Grid, import_limit_kw=lambda values, kw=kw: np.full_like(values, kw))
        yield Scenario(name=f"import capped at {kw} kW", windows=cap)
        now = changed(
            Grid, import_limit_kw=lambda values, kw=kw: np.r_[kw, values[1:]].astype(float)
        )
        yield Scenario(name=f"import capped at {kw} kW for one interval", windows=now)
    for kw in (1e3, 1e5, 1e9):
        huge = changed(Load, load_kw=lambda values, kw=kw: np.full_like(values, kw))
        yield Scenario(name=f"a load of {kw} kW", windows=huge, may_plan=False)
    shut = changed(Grid, export_limit_kw=lambda values: values * 0.0)
    yield Scenario(name="no export", windows=shut)
    yield Scenario(
        name="no load and no export",
        windows=lambda of: changed(Load, load_kw=lambda values: values * 0.0)(shut(of)),
    )
    for kw in (-50.0, -2000.0):
        odd = changed(Load, load_kw=lambda values, kw=kw: np.full_like(values, kw))
        yield Scenario(name=f"a load of {kw} kW", windows=odd)
    yield Scenario(
        name="an import limit below 0",
        windows=changed(Grid, import_limit_kw=lambda values: values * 0.0 - 5.0),
        may_plan=False,
    )


# -- what was measured ---------------------------------------------------------------------------


def _level(level: float | None) -> Readings:
    return lambda measured: replace(measured, level_ratio={"bat": level})


def _levels() -> Iterator[Scenario]:
    for level in (None, float("nan"), -1e9, -0.01, 0.0, 0.05, 0.0999, 0.95, 1.0, 1.01, 7.0):
        for is_first in (False, True):
            name = f"a level of {level}{', first cycle' if is_first else ''}"
            yield Scenario(name=name, readings=_level(level), is_first=is_first)
    for kw in (None, float("nan"), -3.0, 0.0, 1e6, float("inf")):
        yield Scenario(
            name=f"a peak of {kw}",
            readings=lambda measured, kw=kw: replace(measured, so_far_kw={"peak": kw}),
        )
    yield Scenario(
        name="nothing measured",
        readings=lambda measured: replace(measured, level_ratio={}, so_far_kw={}),
    )
    for alarms in (("bat",), ("sun",), ("bat", "gate", "works"), ("nobody",)):
        yield Scenario(
            name=f"alarms of {alarms}",
            readings=lambda measured, alarms=alarms: replace(measured, alarms=alarms),
        )


def _clocks() -> Iterator[Scenario]:
    for off_s in (1, 899, 3599, 3600, 7200, 82_800, 86_399):
        yield Scenario(name=f"the clock is {off_s} s ahead", readings=_at(off_s))
    for off_s in (-1, -3600, -86_400, -(10**9), 86_400, 10**7, 10**9):
        yield Scenario(name=f"the clock jumps by {off_s} s", readings=_at(off_s), may_plan=False)


def _at(off_s: int) -> Readings:
    return lambda measured: replace(measured, at_s=measured.at_s + off_s)


# -- solvers -------------------------------------------------------------------------------------


def _of_series(by: Callable[[Reals], Reals], *, of: str = "") -> Answers:
    def lies(stepped: Stepped) -> Stepped:
        if stepped.plan is None:
            return stepped
        series = {
            name: by(one.copy()) if name.startswith(of) else one
            for name, one in stepped.plan.series.items()
        }
        return replace(stepped, plan=replace(stepped.plan, series=series))

    return lies


def _bill_of(factor: float) -> Answers:
    def lies(stepped: Stepped) -> Stepped:
        if stepped.plan is None:
            return stepped
        bill = {name: cny * factor - 1.0 for name, cny in stepped.plan.bill_cny.items()}
        return replace(stepped, plan=replace(stepped.plan, bill_cny=bill))

    return lies


def _named(sha256: str) -> Answers:
    def lies(stepped: Stepped) -> Stepped:
        plan = stepped.plan
        return (
            stepped if plan is None else replace(stepped, plan=replace(plan, problem_sha256=sha256))
        )

    return lies


LIES: Final[dict[str, Answers]] = {
    "zeros": _of_series(lambda values: values * 0.0),
    "not a number": _of_series(lambda values: values * np.nan),
    "infinity": _of_series(lambda values: values * 0.0 + np.inf),
    "one value not a number": _of_series(lambda values: np.r_[np.nan, values[1:]], of="bat"),
    "everything doubled": _of_series(lambda values: values * 2.0),
    "everything the other way": _of_series(lambda values: -values),
    "series cut short": _of_series(lambda values: values[:-1]),
    "a store shifted by one": _of_series(lambda values: np.roll(values, 1), of="bat"),
    "a kilowatt too much": _of_series(lambda values: values + 1.0, of="gate.import"),
    "a watt too much": _of_series(lambda values: values + 1e-3, of="bat.charge"),
    "both ways at once": _of_series(lambda values: values + 5.0, of="bat"),
    "more sun than there is": _of_series(lambda values: values * 1.5 + 1.0, of="sun"),
    "a bill of nothing": _bill_of(0.0),
    "half the bill": _bill_of(0.5),
    "the plan of another day": _named("0" * 64),
}
"""What a broken solver may hand back; the referee refuses every one."""
FAILURES: Final = (
    RuntimeError("killed by SIGKILL"),
    MemoryError(),
    OSError("broken pipe"),
    EOFError(),
    ValueError("a model that cannot be read"),
    ZeroDivisionError("division by zero"),
)


def _solvers() -> Iterator[Scenario]:
    for is_first in (False, True):
        when = ", first cycle" if is_first else ""
        for name, lie in LIES.items():
            yield Scenario(
                name=f"a solver that answers {name}{when}",
                solver=lie,
                is_first=is_first,
                may_plan=False,
            )
        for failure in FAILURES:
            yield Scenario(
                name=f"a solver that fails with {failure!r}{when}",
                solver=failure,
                is_first=is_first,
                may_plan=False,
            )
        for took_s in (10.0, 1e9):
            yield Scenario(
                name=f"a solver that would take {took_s} s{when}",
                solver=took_s,
                is_first=is_first,
                may_plan=False,
            )
    for status in SolveStatus:
        yield Scenario(
            name=f"a solver that says {status} and has nothing",
            solver=lambda stepped, status=status: replace(
                stepped, plan=None, status=status, upper_cny=None, lower_cny=None
            ),
            may_plan=False,
        )
    for lower_cny in (None, -1e9, float("-inf"), float("nan")):
        yield Scenario(
            name=f"a solver that proves {lower_cny}",
            solver=lambda stepped, lower_cny=lower_cny: replace(
                stepped, lower_cny=lower_cny, status=SolveStatus.FEASIBLE
            ),
        )


# -- state, and all together ---------------------------------------------------------------------


def _states() -> Iterator[Scenario]:
    for n in (0, 1, 10, 1000):
        yield Scenario(name=f"a state file of {n} bytes", state=lambda data, n=n: data[:n])
    for at in (5, 100, 900, 2000):

        def flip(data: bytes, at: int = at) -> bytes:
            flipped = bytearray(data)
            flipped[at] ^= 0x10
            return bytes(flipped)

        yield Scenario(name=f"a state file with bit {at} flipped", state=flip)
    for junk in (b"null", b"{}", b"\x00" * 64, b"<html>"):
        yield Scenario(name=f"a state file of {junk[:8]!r}", state=lambda _, own=junk: own)


def _together() -> Iterator[Scenario]:
    down = RuntimeError("killed by SIGKILL")
    for cny in (0.1, 1.0):
        for level in (None, 0.02, 0.98):
            yield Scenario(
                name=f"prices {-cny}, level {level}, solver killed",
                windows=_below(cny, 0.2),
                readings=_level(level),
                solver=down,
                may_plan=False,
            )
    gone = changed(Load, load_kw=lambda values: values * np.nan)
    for off_s in (3600, 10**9):
        for level in (None, 0.02):
            yield Scenario(
                name=f"no load, clock {off_s} s off, level {level}, solver killed",
                windows=gone,
                readings=lambda measured, off_s=off_s, level=level: _level(level)(
                    _at(off_s)(measured)
                ),
                solver=down,
                may_plan=False,
            )


def hostile_window(scenario: Scenario, at: int) -> ParkProblem:
    """Return the window of a cycle as a scenario has it."""
    return scenario.windows(window(long_park(), at))
