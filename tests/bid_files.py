"""Writes a bid file and its scenarios beside a problem file, as people write them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from park_case import START, battery, bus, column, grid, load, plant, write_problem

N: Final = 4
STEP_S: Final = 1800
RULES: Final = """format = "taihang/bids/v1"
committed = []

[risk]
cvar_weight_ratio = 0.2
cvar_tail_ratio = 0.4

[market]
id = "spot"
grid = "gate"
offer = "curve"
bought_min_kw = 0
bought_max_kw = 300
short_fee_cny_per_kwh = 0.05
long_fee_cny_per_kwh = 0.02
deviation_max_kw = "none"
price_floor_cny_per_mwh = 0
price_cap_cny_per_mwh = 1500
price_tick_cny_per_mwh = 0.01
quantity_tick_kw = 1
quantity_min_kw = 10
steps_max = 3
"""
SCENARIOS: Final = """
[scenarios]
file = "scenarios.csv"
step_s = 1800
day_ahead_column = "da_cny_per_mwh"
real_time_column = "rt_cny_per_mwh"
"""
Row = Sequence[float]
COURSES: Final[Mapping[str, tuple[float, Row, Row, Row, Row]]] = {
    "calm": (
        0.5,
        [100, 110, 90, 80],
        [0.9, 0.8, 0.2, 0.0],
        [300, 300, 500, 500],
        [320, 310, 480, 450],
    ),
    "dull": (
        0.3,
        [130, 140, 120, 90],
        [0.2, 0.1, 0.1, 0.0],
        [450, 450, 700, 700],
        [500, 520, 800, 650],
    ),
    "odd": (
        0.2,
        [90, 100, 150, 120],
        [0.5, 0.5, 0.1, 0.0],
        [400, 400, 300, 300],
        [250, 260, 200, 210],
    ),
}
"""By scenario: probability, load, sun, and both prices."""


def write_bids(folder: Path, *, rules: str = RULES, more: str = SCENARIOS) -> tuple[Path, Path]:
    """Write problem, scenarios and bid file; return the first and the last."""
    assets = [
        bus("el"),
        load("works", "el", column("load_kw")),
        plant("pv", "el", column("sun_ratio"), capacity_kw=80.0),
        grid(
            "gate",
            "el",
            import_limit_kw=300.0,
            export_limit_kw=0.0,
            connection_kw=300.0,
            import_price_cny_per_kwh=0.12,
            export_price_cny_per_kwh=0.0,
        ),
        battery("b", "el", charge_kw=40.0, energy_kwh=60.0, soc_start_ratio=0.5, soc_end="start"),
    ]
    problem = write_problem(folder, assets, series={}, n_steps=N, step_s=STEP_S)
    (folder / "scenarios.csv").write_text(scenario_rows(), encoding="utf-8")
    path = folder / "bids.toml"
    path.write_text(rules + more, encoding="utf-8")
    return problem, path


def scenario_rows() -> str:
    """Return the rows of the scenarios."""
    lines = ["scenario,probability_ratio,start,load_kw,sun_ratio,da_cny_per_mwh,rt_cny_per_mwh"]
    for name, (chance, *columns) in COURSES.items():
        for at in range(N):
            start = START + timedelta(seconds=STEP_S * at)
            cells = [name, str(chance), start.isoformat(), *(str(one[at]) for one in columns)]
            lines.append(",".join(cells))
    return "\n".join(lines) + "\n"
