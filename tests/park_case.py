"""Writes park problems as people write them: one TOML file, and its series beside it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias, cast
from zoneinfo import ZoneInfo

from taihang.adapters.highs import solve
from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.park_problem import ParkProblem, problem_of
from taihang.services.plan_park import Effort, Release, plan_park

EFFORT: Final = Effort(time_limit_s=20.0, gap=1e-9)
Value: TypeAlias = "str | float | bool | Sequence[object] | Mapping[str, object]"
Table = tuple[str, Mapping[str, Value]]
"""Type and fields of an asset."""
START: Final = datetime(2012, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))


def write_problem(
    folder: Path,
    assets: Sequence[Table],
    *,
    series: Mapping[str, Sequence[float]],
    n_steps: int,
    step_s: int = 3600,
    start: datetime = START,
) -> Path:
    """Write a problem with one series file, and return its path."""
    starts = [start + timedelta(seconds=step_s * at) for at in range(n_steps)]
    lines = [",".join(("start", *series))]
    lines += [
        ",".join((starts[at].isoformat(), *(repr(float(values[at])) for values in series.values())))
        for at in range(n_steps)
    ]
    (folder / "series.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    head = [
        'format = "taihang/park-problem/v1"',
        "[horizon]",
        f"start_s = {start.isoformat()}",
        f"step_s = {step_s}",
        f"n_steps = {n_steps}",
        'time_zone = "Asia/Shanghai"',
    ]
    if series:
        head += ["[[series]]", 'file = "series.csv"', f"step_s = {step_s}", "unused = []"]
    path = folder / "problem.toml"
    tables = [line for kind, fields in assets for line in _table(kind, fields)]
    path.write_text("\n".join([*head, *tables]) + "\n", encoding="utf-8")
    return path


def column(name: str, times: float | None = None) -> Mapping[str, object]:
    """Return a field that is a column of the series file."""
    return {"column": name} if times is None else {"column": name, "times": times}


def bus(name: str, carrier: str = "electricity") -> Table:
    return "bus", {"id": name, "carrier": carrier}


def load(name: str, at: str, load_kw: Value, **more: Value) -> Table:
    fields: dict[str, Value] = {"shed_max_ratio": 0.0, "shed_price_cny_per_kwh": "none"}
    return "load", {"id": name, "bus": at, "load_kw": load_kw, **fields, **more}


def supply(name: str, at: str, *, capacity_kw: Value, price: Value, **more: Value) -> Table:
    fields: dict[str, Value] = {"carbon_kg_per_kwh": 0.0}
    return "supply", {
        "id": name,
        "bus": at,
        "capacity_kw": capacity_kw,
        "price_cny_per_kwh": price,
        **fields,
        **more,
    }


def plant(name: str, at: str, ratio: Value, *, capacity_kw: Value, **more: Value) -> Table:
    fields: dict[str, Value] = {
        "kind": "pv",
        "curtail_price_cny_per_kwh": 0.0,
        "cost_cny_per_kwh": 0.0,
    }
    return "plant", {
        "id": name,
        "bus": at,
        "available_ratio": ratio,
        "capacity_kw": capacity_kw,
        **fields,
        **more,
    }


def spill(name: str, at: str, limit_kw: float = 1e8) -> Table:
    return "spill", {"id": name, "bus": at, "limit_kw": limit_kw, "price_cny_per_kwh": 0.0}


def grid(name: str, at: str, **more: Value) -> Table:
    fields: dict[str, Value] = {
        "import_limit_kw": 1e5,
        "export_limit_kw": 1e5,
        "connection_kw": 1e5,
        "import_price_cny_per_kwh": 0.5,
        "export_price_cny_per_kwh": 0.2,
        "fee_cny": 0.0,
        "carbon_kg_per_kwh": 0.0,
    }
    return "grid", {"id": name, "bus": at, **fields, **more}


def battery(name: str, at: str, *, charge_kw: Value, energy_kwh: Value, **more: Value) -> Table:
    fields: dict[str, Value] = {
        "discharge_kw": "none",
        "charge_efficiency_ratio": 0.95,
        "discharge_efficiency_ratio": 0.95,
        "standing_loss_ratio_per_h": 0.0,
        "soc_min_ratio": 0.0,
        "soc_max_ratio": 1.0,
        "soc_start_ratio": 0.0,
        "soc_end": "free",
        "soc_end_min_ratio": "none",
        "health_ratio": 1.0,
        "cycle_cost_cny_per_kwh": 0.0,
        "cycles_max_ratio": "none",
    }
    return "battery", {
        "id": name,
        "bus": at,
        "charge_kw": charge_kw,
        "energy_kwh": energy_kwh,
        **fields,
        **more,
    }


def demand_charge(name: str, of: str, price: float, **more: Value) -> Table:
    fields: dict[str, Value] = {"direction": "import", "so_far_kw": 0.0}
    return "demand_charge", {"id": name, "grid": of, "price_cny_per_kw": price, **fields, **more}


def document(
    assets: Sequence[Table], *, n_steps: int, step_s: int = 3600, start_s: int = 1_325_347_200
) -> dict[str, object]:
    """Return the same as plain values, for tests that need no file."""
    return {
        "format": "taihang/park-problem/v1",
        "horizon": {
            "start_s": start_s,
            "step_s": step_s,
            "n_steps": n_steps,
            "time_zone": "Asia/Shanghai",
        },
        "assets": [{"type": kind, **fields} for kind, fields in assets],
    }


def _table(kind: str, fields: Mapping[str, Value]) -> list[str]:
    return [f"[[{kind}]]", *(f"{key} = {_toml(value)}" for key, value in fields.items())]


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        entries = cast("Mapping[str, object]", value)
        pairs = ", ".join(f"{key} = {_toml(one)}" for key, one in entries.items())
        return f"{{ {pairs} }}"
    if isinstance(value, list):
        return f"[{', '.join(_toml(one) for one in cast('list[object]', value))}]"
    return json.dumps(value, ensure_ascii=False)


def problem(assets: Sequence[Table], *, n_steps: int, step_s: int = 3600) -> ParkProblem:
    """Return a problem without a file."""
    given = document(assets, n_steps=n_steps, step_s=step_s)
    return problem_of(cast("Mapping[str, Json]", given))


def planned(assets: Sequence[Table], *, n_steps: int, step_s: int = 3600) -> Release:
    """Plan a problem; its plan must be there and accepted."""
    release = plan_park(problem(assets, n_steps=n_steps, step_s=step_s), solve=solve, effort=EFFORT)
    assert release.plan is not None, (release.exact.solution.status, release.verdict)
    return release


def series(release: Release, name: str) -> list[float]:
    """Return a series of the plan, rounded so that it can be compared."""
    assert release.plan is not None
    return [round(value, 6) for value in release.plan.series[name].tolist()]


def total_cny(release: Release) -> float:
    """Return the bill of the plan."""
    assert release.plan is not None
    return release.plan.total_cny
