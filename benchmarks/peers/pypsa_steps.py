"""Builds the windows of a rolling horizon as PyPSA networks and solves them, in the peer's Python.

Beside what ``pypsa_parks`` knows: a battery with limits of its energy, an end that it must reach,
and a demand charge, which PyPSA takes as a constraint on its linopy model. Each window is built
anew, as a user of PyPSA does it.
"""

import json
import logging
import os
import sys
import time
import warnings

import numpy as np
import pypsa_parks


def add_grid(net, a):
    imports, exports = np.asarray(a["import_limit_kw"]), np.asarray(a["export_limit_kw"])
    most = float(np.max(imports)), float(np.max(exports))
    for way, limit, sign, price in (
        ("import", imports, 1.0, a["import_price_cny_per_kwh"]),
        ("export", exports, -1.0, -np.asarray(a["export_price_cny_per_kwh"])),
    ):
        size = most[0] if sign > 0 else most[1]
        net.add(
            "Generator",
            f"{a['id']} {way}",
            bus=a["bus"],
            sign=sign,
            p_nom=size,
            p_max_pu=limit / size,
            marginal_cost=price,
        )


def add_battery(net, a):
    """A store between two links: PyPSA's storage unit knows no limits of its energy."""
    n, hours = len(net.snapshots), float(net.snapshot_weightings["stores"].iloc[0])
    inside, full = f"{a['id']} inside", a["energy_kwh"] * a["health_ratio"]
    discharge = a["charge_kw"] if a["discharge_kw"] == "none" else a["discharge_kw"]
    kept = (1.0 - a["standing_loss_ratio_per_h"]) ** hours
    low = np.full(n, a["soc_min_ratio"])
    if a["soc_end_min_ratio"] != "none":
        low[-1] = max(low[-1], a["soc_end_min_ratio"])
    net.add("Bus", inside)
    net.add(
        "Link",
        f"{a['id']} charge",
        bus0=a["bus"],
        bus1=inside,
        efficiency=a["charge_efficiency_ratio"],
        p_nom=a["charge_kw"],
    )
    given = a["discharge_efficiency_ratio"]
    net.add(
        "Link",
        f"{a['id']} discharge",
        bus0=inside,
        bus1=a["bus"],
        efficiency=given,
        p_nom=discharge / given,
        marginal_cost=a["cycle_cost_cny_per_kwh"] * given,
    )
    net.add(
        "Store",
        a["id"],
        bus=inside,
        e_nom=full,
        e_min_pu=low,
        e_max_pu=a["soc_max_ratio"],
        standing_loss=a["standing_loss_ratio_per_h"],
        # PyPSA lets a store lose nothing in the first interval.
        e_initial=a["soc_start_ratio"] * full * kept,
    )


def solved(problem):
    """Build and solve one window."""
    rules = [a for a in problem["assets"] if a["type"] == "demand_charge"]
    kept = {**problem, "assets": [a for a in problem["assets"] if a["type"] != "demand_charge"]}
    net = pypsa_parks.network_of(kept)

    def demand(net, _snapshots):
        model = net.model
        flows = model["Generator-p"]
        names = next(one for one in flows.dims if one != "snapshot")
        for rule in rules:
            rise = model.add_variables(lower=0.0, name=f"{rule['id']} rise")
            flow = flows.sel({names: f"{rule['grid']} import"})
            model.add_constraints(flow - rise <= rule["so_far_kw"], name=f"{rule['id']} highest")
            model.objective = model.objective + rule["price_cny_per_kw"] * rise

    net.optimize(
        solver_name="highs",
        solver_options={"output_flag": False},
        log_to_console=False,
        extra_functionality=demand,
    )
    return float(net.objective)


def main():
    """Solve the windows that stand on standard input."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    pypsa_parks.ADD |= {"grid": add_grid, "battery": add_battery}
    answer_to = os.dup(1)
    os.dup2(2, 1)
    answers = []
    for problem in json.load(sys.stdin):
        started = time.process_time()
        objective = solved(problem)
        answers.append({"objective": objective, "cpu_s": time.process_time() - started})
    with os.fdopen(answer_to, "w") as file:
        json.dump(answers, file)


if __name__ == "__main__":
    main()
