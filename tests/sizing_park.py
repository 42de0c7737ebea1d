"""Random sizing studies of a few days, as park problems: one node, one battery, all its rules."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from taihang import planning_wiring
from taihang.adapters.highs_growing import HighsGrowingModel
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.fields import Capacity, Json
from taihang.core.dispatch.park_problem import FORMAT, ParkProblem, problem_of
from taihang.core.dispatch.sizing.oracle import PLAIN, Loops
from taihang.core.dispatch.sizing.sized import Tools

START_S: Final = 1_767_110_400
"""2025-12-31T00:00+08:00: a horizon of days touches two months."""
_EDGE: Final = 2


def loops() -> Loops:
    """Return the loops as they run here: compiled where there is a compiler."""
    found = planning_wiring.sizing_tools()
    return found.loops if isinstance(found, Tools) else PLAIN


def tools() -> Tools:
    """Return what sizing by decomposition works with here."""
    return Tools(loops=loops(), make=HighsGrowingModel)


def random_sizing(seed: int, *, n_steps: int = 48) -> ParkProblem:
    """Return a problem in which plants, battery and contract are chosen."""
    rng = np.random.default_rng(seed)
    return problem_of(
        {
            "format": FORMAT,
            "horizon": {
                "start_s": START_S,
                "step_s": int(rng.choice([900, 3600, 7200])),
                "n_steps": n_steps,
                "time_zone": "Asia/Shanghai",
            },
            "assets": [
                {"type": "bus", "id": "park", "carrier": "electricity"},
                {
                    "type": "load",
                    "id": "works",
                    "bus": "park",
                    "load_kw": rng.uniform(200.0, 1500.0, n_steps).tolist(),
                    "shed_max_ratio": 0.0,
                    "shed_price_cny_per_kwh": None,
                },
                *_plants(rng, n_steps),
                *_gate(rng, n_steps),
                _battery(rng),
                *_ratios(rng),
            ],
        }
    )


def random_connection(seed: int) -> ParkProblem:
    """Return the same with a connection that is chosen too."""
    problem, rng = random_sizing(seed), np.random.default_rng([seed, 1])
    capacity = Capacity(
        existing=float(rng.choice([0.0, 300.0])),
        add_max=float(rng.choice([900.0, 2000.0, 6000.0])),
        cost_cny_per_unit=float(rng.choice([0.0, 0.1, 1.0, 5.0])),
    )
    assets = tuple(
        replace(one, connection_kw=capacity) if isinstance(one, Grid) else one
        for one in problem.assets
    )
    return replace(problem, assets=assets)


def _capacity(rng: np.random.Generator, most: float, dearest: float) -> Json:
    kind = rng.integers(0, 4)
    if kind == 0:
        return float(rng.uniform(0.0, most))
    return {
        "existing": float(rng.uniform(0.0, most / 2)) if kind == 1 else 0.0,
        "add_max": float(rng.uniform(0.1, 1.0) * most),
        "cost_cny_per_unit": float(rng.uniform(0.01, 1.0) * dearest),
    }


def _plants(rng: np.random.Generator, n_steps: int) -> Sequence[Json]:
    sun = np.maximum(np.sin(np.arange(n_steps) / 24.0 * 2.0 * np.pi), 0.0)
    wind = rng.uniform(0.0, 1.0, n_steps)
    return [
        {
            "type": "plant",
            "id": name,
            "bus": "park",
            "kind": kind,
            "available_ratio": shape.tolist(),
            "capacity_kw": _capacity(rng, 4000.0, 10.0),
            "curtail_price_cny_per_kwh": float(rng.choice([0.0, 0.0, 0.1])),
            "cost_cny_per_kwh": float(rng.choice([0.0, 0.0, 0.2])),
        }
        for name, kind, shape in (("sun", "pv", sun), ("wind", "wind", wind))
    ]


def _gate(rng: np.random.Generator, n_steps: int) -> list[Json]:
    levels = rng.uniform(0.2, 1.2, 4)
    prices = levels[(np.arange(n_steps) // 4) % 4]
    assets: list[Json] = [
        {
            "type": "grid",
            "id": "gate",
            "bus": "park",
            "import_limit_kw": float(rng.choice([1600.0, 5000.0])),
            "export_limit_kw": float(rng.choice([0.0, 800.0, 3000.0])),
            "connection_kw": 4000.0,
            "import_price_cny_per_kwh": prices.tolist(),
            "export_price_cny_per_kwh": float(rng.uniform(-0.1, 0.2)),
            "fee_cny": 0.0,
            "carbon_kg_per_kwh": 0.6,
        }
    ]
    kind = rng.integers(0, 3)
    if kind == 0:
        assets.append(
            {
                "type": "contract_demand",
                "id": "contract",
                "grid": "gate",
                "contract_kw": {"existing": 0.0, "add_max": 3000.0, "cost_cny_per_unit": 0.0},
                "price_cny_per_kw": float(rng.uniform(0.1, 3.0)),
                "free_ratio": 1.05,
                "excess_ratio": 2.0,
            }
        )
    if kind == 1:
        assets.append(
            {
                "type": "demand_charge",
                "id": "demand",
                "grid": "gate",
                "direction": "import",
                "price_cny_per_kw": float(rng.uniform(0.1, 3.0)),
                "so_far_kw": float(rng.choice([0.0, 500.0])),
            }
        )
    return assets


def _battery(rng: np.random.Generator) -> Json:
    start = (None, 0.3, 0.5)[int(rng.integers(0, 3))]
    return {
        "type": "battery",
        "id": "battery",
        "bus": "park",
        "charge_kw": _capacity(rng, 1000.0, 3.0),
        "discharge_kw": None if rng.integers(0, _EDGE) else _capacity(rng, 1000.0, 3.0),
        "energy_kwh": _capacity(rng, 4000.0, 1.0),
        "charge_efficiency_ratio": 0.95,
        "discharge_efficiency_ratio": float(rng.choice([0.9, 0.95, 1.0])),
        "standing_loss_ratio_per_h": float(rng.choice([0.0, 0.001])),
        "soc_min_ratio": 0.1,
        "soc_max_ratio": 0.9,
        "soc_start_ratio": start,
        "soc_end": str(rng.choice(["free", "start"])) if start is not None else "free",
        "soc_end_min_ratio": None,
        "health_ratio": 0.9,
        "cycle_cost_cny_per_kwh": float(rng.choice([0.0, 0.02, 0.1])),
        "cycles_max_ratio": None,
    }


def _ratios(rng: np.random.Generator) -> list[Json]:
    limits = {
        "self-use": float(rng.uniform(0.3, 0.7)),
        "green-share": float(rng.uniform(0.1, 0.5)),
        "feed-back": float(rng.uniform(0.1, 0.4)),
    }
    return [
        {
            "type": "green_ratio",
            "id": f"ratio-{kind}",
            "kind": kind,
            "limit_ratio": limit,
            "losses_in_load": bool(rng.integers(0, _EDGE)),
        }
        for kind, limit in limits.items()
        if rng.integers(0, _EDGE)
    ]
