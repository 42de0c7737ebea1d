"""Plans random parks, has PyPSA solve the same documents, and demands the same objectives."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from taihang.adapters.highs import solve
from taihang.core.dispatch.exact import solve_exactly
from taihang.core.dispatch.park_problem import ParkProblem, problem_of

AGREE_RATIO: Final = 1e-6
_STEPS: Final = 168
_PEER: Final = "benchmarks/peers/pypsa_parks.py"

Asset = dict[str, Any]


def random_park(seed: int) -> ParkProblem:
    """Return a park that both can express; no price pays for running both ways."""
    dice = np.random.default_rng(seed)

    def real(low: float, high: float) -> float:
        return round(float(dice.uniform(low, high)), 3)

    def series(low: float, high: float) -> list[float]:
        return [round(float(one), 4) for one in dice.uniform(low, high, _STEPS)]

    hour = np.arange(_STEPS) % 24
    sun = (np.maximum(0.0, np.sin((hour - 6) / 12 * np.pi)) * real(0.3, 1.0)).round(4).tolist()
    grown = {"existing": real(0, 200), "add_max": 500.0, "cost_cny_per_unit": real(3.0, 30.0)}
    assets: list[Asset] = [
        *({"type": "bus", "id": name, "carrier": kind} for name, kind in _BUSES),
        _load("works", "north", series(100, 500)),
        _load("mill", "south", series(10, 120)),
        _load("warmth", "heat", series(20, 180)),
        _plant("pv", "north", sun, grown),
        _plant("wind", "south", series(0.0, 1.0), real(50, 300)),
        _supply("well", "gas", 1e4, real(0.2, 0.5)),
        _supply("genset", "south", real(50, 150), real(0.8, 2.0)),
        {"type": "spill", "id": "cooler", "bus": "heat", "limit_kw": 1e4, "price_cny_per_kwh": 0.0},
        {
            "type": "grid",
            "id": "gate",
            "bus": "north",
            "import_limit_kw": 2e3,
            "export_limit_kw": real(0, 300),
            "connection_kw": 1e5,
            "import_price_cny_per_kwh": series(0.3, 1.2),
            "export_price_cny_per_kwh": series(0.0, 0.3),
            "fee_cny": 0.0,
            "carbon_kg_per_kwh": 0.0,
        },
        {
            "type": "link",
            "id": "line",
            "kind": "line",
            "from_bus": "north",
            "to_bus": "south",
            "capacity_kw": real(80, 300),
            "forward_limit_kw": 1e4,
            "backward_limit_kw": real(0, 300),
            "loss_ratio": real(0.01, 0.1),
        },
        *_stores(real),
        *_heaters(real),
    ]
    horizon = {
        "start_s": 1_735_660_800,
        "step_s": int(dice.choice([900, 3600])),
        "n_steps": _STEPS,
        "time_zone": "Asia/Shanghai",
    }
    document = {"format": "taihang/park-problem/v1", "horizon": horizon, "assets": assets}
    return problem_of(document)


_BUSES: Final = (
    ("north", "electricity"),
    ("south", "electricity"),
    ("heat", "heat"),
    ("gas", "gas"),
)


def _load(name: str, bus: str, kw: list[float]) -> Asset:
    none = {"shed_max_ratio": 0.0, "shed_price_cny_per_kwh": "none"}
    return {"type": "load", "id": name, "bus": bus, "load_kw": kw, **none}


def _plant(kind: str, bus: str, ratio: list[float], capacity: object) -> Asset:
    return {
        "type": "plant",
        "id": kind,
        "kind": kind,
        "bus": bus,
        "available_ratio": ratio,
        "capacity_kw": capacity,
        "curtail_price_cny_per_kwh": 0.0,
        "cost_cny_per_kwh": 0.01,
    }


def _supply(name: str, bus: str, kw: float, price: float) -> Asset:
    return {
        "type": "supply",
        "id": name,
        "bus": bus,
        "capacity_kw": kw,
        "price_cny_per_kwh": price,
        "carbon_kg_per_kwh": 0.0,
    }


def _stores(real: Any) -> list[Asset]:  # noqa: ANN401  # the dice of the park
    power = real(30, 200)
    return [
        {
            "type": "battery",
            "id": "battery",
            "bus": "north",
            "charge_kw": power,
            "discharge_kw": "none",
            "energy_kwh": round(power * real(1.0, 5.0), 3),
            "charge_efficiency_ratio": real(0.85, 1.0),
            "discharge_efficiency_ratio": real(0.85, 1.0),
            "standing_loss_ratio_per_h": real(0.0, 0.01),
            "soc_min_ratio": 0.0,
            "soc_max_ratio": 1.0,
            "soc_start_ratio": real(0.0, 1.0),
            "soc_end": "free",
            "soc_end_min_ratio": "none",
            "health_ratio": 1.0,
            "cycle_cost_cny_per_kwh": real(0.0, 0.1),
            "cycles_max_ratio": "none",
        },
        {
            "type": "thermal_store",
            "id": "tank",
            "bus": "heat",
            "power_kw": 100.0,
            "energy_kwh": real(50, 600),
            "charge_efficiency_ratio": 0.97,
            "discharge_efficiency_ratio": 0.97,
            "standing_loss_ratio_per_h": real(0.0, 0.03),
            "level_start_ratio": real(0.0, 1.0),
            "level_end": "free",
        },
    ]


def _heaters(real: Any) -> list[Asset]:  # noqa: ANN401  # the dice of the park
    return [
        {
            "type": "heat_pump",
            "id": "pump",
            "electricity_bus": "south",
            "heat_bus": "heat",
            "capacity_kw": real(20, 120),
            "cop_ratio": real(2.0, 4.5),
            "cost_cny_per_kwh": 0.005,
        },
        {
            "type": "chp",
            "id": "unit",
            "fuel_bus": "gas",
            "electricity_bus": "south",
            "heat_bus": "heat",
            "capacity_kw": real(20, 120),
            "electric_efficiency_ratio": 0.38,
            "heat_efficiency_ratio": 0.45,
            "heat_mode": "fixed",
            "cost_cny_per_kwh": 0.02,
        },
        {
            "type": "boiler",
            "id": "boiler",
            "fuel_bus": "gas",
            "heat_bus": "heat",
            "capacity_kw": 400.0,
            "efficiency_ratio": 0.92,
            "cost_cny_per_kwh": 0.005,
        },
    ]


def ours(problem: ParkProblem) -> Mapping[str, float]:
    """Plan one park."""
    started_s = time.process_time()
    assembled = problem.assembled()
    found = solve_exactly(assembled, solve=solve, time_limit_s=60.0, gap=1e-9)
    assert found.solution.objective is not None, found.solution.status
    return {
        "objective": found.solution.objective + assembled.fixed_cny,
        "cpu_s": time.process_time() - started_s,
        "switches": found.n_binaries,
    }


def main() -> int:
    """Compare, print one line a park, and say whether all agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True, help="the Python of an environment with pypsa")
    parser.add_argument("--parks", type=int, default=24)
    args = parser.parse_args()
    problems = [random_park(seed) for seed in range(args.parks)]
    documents = json.dumps([problem.echo() for problem in problems])
    answer = subprocess.run(
        [args.peer, _PEER], input=documents, capture_output=True, text=True, check=True, env={}
    )
    worst, times = 0.0, [0.0, 0.0]
    for seed, (problem, peer) in enumerate(zip(problems, json.loads(answer.stdout), strict=True)):
        mine = ours(problem)
        off = abs(mine["objective"] - peer["objective"]) / max(1.0, abs(peer["objective"]))
        worst = max(worst, off)
        times = [times[0] + mine["cpu_s"], times[1] + peer["cpu_s"]]
        print(
            f"park {seed:2}: ours {mine['objective']:14.6f}  peer {peer['objective']:14.6f}  "
            f"apart {off:.1e}  CPU {mine['cpu_s'] * 1e3:6.1f} ms / {peer['cpu_s'] * 1e3:8.1f} ms"
        )
    print(f"{args.parks} parks, at most {worst:.1e} apart; CPU {times[1] / times[0]:.0f} × ours")
    return 0 if worst <= AGREE_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
