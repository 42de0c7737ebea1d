"""Green matching of whole park-years by the second rule, and the trace of single kWh."""

import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from typing import Final

import numpy as np
from benchmarks.case import Room, Sample
from benchmarks.plain_matching import match_interval
from benchmarks.state import demo_ports, demo_year
from benchmarks.stopwatch import stopwatch
from numpy.typing import NDArray

from taihang.core.balance.matching import DIRECT, Line, RouteKind
from taihang.core.balance.network import Network
from taihang.core.balance.topology import Contract, Direct, Ground, Layout, match_topology
from taihang.core.park.matching_rule import (
    LossRule,
    MatchingRule,
    MatchingStep,
    RuleName,
    StorageCharge,
    StorageOrigin,
)
from taihang.core.periods import STEP_S, Period
from taihang.services.ports import Ports
from taihang.services.settle import settle
from taihang.services.trace import MATCHED, trace

N_PLANTS: Final = 21
N_USERS: Final = 54
N_YEAR: Final = 35_040
N_DAY: Final = 96
N_FEEDERS: Final = 6
_KINDS: Final = {
    RouteKind.LINE: "line",
    RouteKind.CONTRACT: "contract",
    RouteKind.FEEDER: "feeder",
    RouteKind.POOL: "pool",
}
_SLICE: Final = slice(17_000, 17_000 + 2 * N_DAY)
"""Two days of summer that the plain loop is timed on."""
N_PARK_YEARS: Final = 100
_SOME: Final = 4
"""Park-years that the cost of one is compared with."""
N_WORKERS: Final = 2
N_TRACES: Final = 200
RULE: Final = MatchingRule(
    id="R2",
    since=date(2026, 1, 1),
    rule=RuleName.TOPOLOGY_CONTRACT,
    steps=tuple(MatchingStep),
    feeder_limits=True,
    losses=LossRule.PRO_RATA,
    storage_charge=StorageCharge.AFTER_LOAD,
    storage_origin=StorageOrigin.NONE,
    source="bench",
)
_TABLE: Final = """
[matching_rules.R2]
since = 2020-01-01
rule = "topology-contract/v2"
steps = ["line", "contract", "feeder", "pool"]
feeder_limits = true
losses = "pro-rata"
storage_charge = "after-load"
storage_origin = "fifo"
source = "bench"
"""


def world(seed: int) -> tuple[Ground, Layout]:
    """Make a park-year by formula: sun by day, wind always, every plant sells to everybody."""
    random = np.random.default_rng(seed)
    step = np.arange(N_YEAR)
    sun = np.maximum(np.sin((step % N_DAY - 24) / 48 * np.pi), 0)
    sun_wh = sun * random.integers(300_000, 1_500_000, (N_PLANTS, 1)) * random.random(N_YEAR)
    sun_wh[-1] = 5_000_000 * random.random(N_YEAR)
    shift = 1 + 0.6 * ((step % N_DAY > 32) & (step % N_DAY < 72))
    load_wh = shift * random.integers(50_000, 400_000, (N_USERS, 1))
    load_wh = (load_wh * (0.7 + 0.3 * random.random((N_USERS, N_YEAR)))).astype(np.int64)
    generation_wh = sun_wh.astype(np.int64)
    nothing: NDArray[np.int64] = np.zeros(N_YEAR, np.int64)
    losses_wh = load_wh.sum(axis=0) // 60
    net_wh = load_wh.sum(axis=0) + losses_wh - generation_wh.sum(axis=0)
    both_wh = np.where(step % 7 == 0, 20_000, 0)
    ground = Ground(
        generation_wh=generation_wh,
        unclaimed_wh=nothing,
        load_wh=load_wh,
        charge_wh=np.zeros((0, N_YEAR), np.int64),
        imported_wh=np.maximum(net_wh, 0) + both_wh,
        exported_wh=np.maximum(-net_wh, 0) + both_wh,
        discharged_wh=nothing,
        losses_wh=losses_wh,
        closed=np.ones(N_YEAR, np.bool_),
    )
    everybody = tuple(range(N_USERS))
    network = Network(
        tuple(f"F{number}" for number in range(N_FEEDERS)),
        (900_000,) * N_FEEDERS,
        tuple(row % N_FEEDERS for row in range(N_PLANTS)),
        tuple(row % N_FEEDERS for row in everybody),
    )
    layout = Layout(
        (Line("DL1", (0,), (0,), 250_000), Line("DL2", (1, 2), (1, 2), 400_000)),
        tuple(Contract(f"GS{row}", row, everybody) for row in range(N_PLANTS)),
        network,
        "G1",
    )
    return ground, layout


def match_year(room: Room) -> Sample:
    """Match a park-year, and two days of it by a plain loop that must find the same."""
    del room
    ground, layout = world(1)
    with stopwatch() as watch:
        found = match_topology(ground, rule=RULE, layout=layout)
    _demand_whole(ground, found)
    part = ground.part(_SLICE)
    started_s = time.process_time()
    plain = [match_interval(part, i, layout) for i in range(2 * N_DAY)]
    plain_s = (time.process_time() - started_s) * N_YEAR / (2 * N_DAY)
    for kind, name in _KINDS.items():
        own_wh = found.matching.received_wh(kind)[:, _SLICE]
        other_wh = np.array([received[name] for received, _ in plain]).T
        if not np.array_equal(own_wh, other_wh):
            raise AssertionError(f"the plain loop finds other energy over {name}")
    fed_in_wh = found.matching.given_wh(RouteKind.FEED_IN)[:, _SLICE].sum(axis=0)
    if fed_in_wh.tolist() != [wh for _, wh in plain]:
        raise AssertionError("the plain loop feeds in other energy")
    return watch.sample(
        items=N_YEAR,
        figures={
            "plain_loop_s": plain_s,
            "plain_over_arrays_ratio": plain_s / watch.cpu_s,
            "arrays_over_plain_ratio": watch.cpu_s / plain_s,
        },
    )


def _demand_whole(ground: Ground, found: Direct) -> None:
    """Demand that every watt-hour of every plant is in one place."""
    matching = found.matching
    everywhere_wh = matching.given_wh(*RouteKind) + matching.lost_wh + found.left.offered_wh
    if not np.array_equal(everywhere_wh, ground.generation_wh):
        raise AssertionError("the matching does not conserve energy")


def match_many(room: Room) -> Sample:
    """Match a hundred park-years one after another, then over two processes."""
    del room
    ground, layout = world(1)
    started_s = time.process_time()
    for _ in range(_SOME):
        match_topology(ground, rule=RULE, layout=layout)
    some_s = time.process_time() - started_s
    with stopwatch() as watch:
        for _ in range(N_PARK_YEARS):
            match_topology(ground, rule=RULE, layout=layout)
    growth = np.log(watch.cpu_s / some_s) / np.log(N_PARK_YEARS / _SOME)
    with ProcessPoolExecutor(N_WORKERS, mp_context=get_context("spawn")) as pool:
        # Each worker makes its world once, outside the clock.
        list(pool.map(_ready, range(N_WORKERS)))
        started_s = time.perf_counter()
        each = N_PARK_YEARS // N_WORKERS
        found = list(pool.map(_one_year, range(N_PARK_YEARS), chunksize=each))
        fanned_s = time.perf_counter() - started_s
    sums = {wh for wh, _ in found}
    if len(sums) != 1 or min(sums) <= 0:
        raise AssertionError(f"{len(sums)} results of one park-year")
    return watch.sample(
        items=N_PARK_YEARS,
        figures={
            "growth_exponent_ratio": float(growth),
            "two_processes_wall_s": fanned_s,
            "two_processes_wall_ratio": fanned_s / watch.wall_s,
            "two_processes_cpu_ratio": sum(cpu_s for _, cpu_s in found) / watch.cpu_s,
        },
    )


_WORLD: dict[str, tuple[Ground, Layout]] = {}


def _ready(number: int) -> int:
    _WORLD["here"] = world(1)
    time.sleep(0.5)
    return number


def _one_year(number: int) -> tuple[int, float]:
    """Match a park-year; return what was used of it, and what that cost [Wh, CPU s]."""
    del number
    if "here" not in _WORLD:
        _WORLD["here"] = world(1)
    ground, layout = _WORLD["here"]
    started_s = time.process_time()
    found = match_topology(ground, rule=RULE, layout=layout)
    cpu_s = time.process_time() - started_s
    return int(found.matching.given_wh(*DIRECT).sum()), cpu_s


def green_trace(room: Room) -> Sample:
    """Trace single quarters of an hour of a settled park-year, of plants and users in turn."""
    park_file = room.park / "park.toml"
    park_file.write_text(park_file.read_text("utf-8") + _TABLE, "utf-8")
    with demo_ports(room.park, writing=True) as ports:
        settle(demo_year(ports), ports=ports)
    with demo_ports(room.park, writing=False) as ports:
        asked = _asked(ports)
        trace(*asked[0], ports=ports)
        taken_s: list[float] = []
        told = 0
        with stopwatch() as watch:
            for subject, at in asked:
                started_s = time.perf_counter()
                found = trace(subject, at, ports=ports)
                taken_s.append(time.perf_counter() - started_s)
                told += sum(row.state == MATCHED for row in found.rows)
    if told < N_TRACES:
        raise AssertionError(f"only {told} ways of matched energy are told")
    ms = np.sort(np.array(taken_s)) * 1_000
    return watch.sample(
        items=N_TRACES,
        figures={
            "trace_middle_ms": float(ms[len(ms) // 2]),
            "trace_99th_ms": float(ms[len(ms) * 99 // 100]),
            "trace_cpu_ms": watch.cpu_s / N_TRACES * 1_000,
        },
    )


def _asked(ports: Ports) -> list[tuple[str, Period]]:
    """Return subjects and quarters of an hour by day, spread over the year."""
    names = [
        name for pair in zip(ports.park.plants, ports.park.users, strict=False) for name in pair
    ]
    first_s = demo_year(ports).start_s + 50 * STEP_S
    asked: list[tuple[str, Period]] = []
    for number in range(N_TRACES):
        start_s = first_s + (number * 364 // N_TRACES) * N_DAY * STEP_S
        asked.append((names[number % len(names)], Period.of_s(start_s, start_s + STEP_S)))
    return asked
