"""Builds problem documents as PyPSA networks and solves them; runs in the peer's own Python.

It reads one JSON list of problems from standard input and prints one JSON list of answers:
objective and CPU time of each. It imports nothing of the platform.
"""

import json
import logging
import os
import sys
import time
import warnings

import numpy as np
import pandas as pd
import pypsa

BIG = 1e6


def network_of(problem):
    """Return a network of a problem document."""
    horizon = problem["horizon"]
    n, hours = horizon["n_steps"], horizon["step_s"] / 3600.0
    net = pypsa.Network()
    net.set_snapshots(pd.RangeIndex(n))
    net.snapshot_weightings = net.snapshot_weightings.astype(float) * hours
    for asset in problem["assets"]:
        ADD[asset["type"]](net, asset)
    return net


def size_of(value, name):
    """Return the fields of a size that stands or may grow."""
    if not isinstance(value, dict):
        return {name: value}
    low, high = value["existing"], value["existing"] + value["add_max"]
    return {
        name: low,
        f"{name}_extendable": True,
        f"{name}_min": low,
        f"{name}_max": high,
        "capital_cost": value["cost_cny_per_unit"],
    }


def add_bus(net, a):
    net.add("Bus", a["id"])


def add_load(net, a):
    net.add("Load", a["id"], bus=a["bus"], p_set=a["load_kw"])


def add_plant(net, a):
    curtail = a["curtail_price_cny_per_kwh"]
    if curtail != 0.0:
        raise ValueError("only free curtailment")
    net.add(
        "Generator",
        a["id"],
        bus=a["bus"],
        p_max_pu=a["available_ratio"],
        marginal_cost=a["cost_cny_per_kwh"],
        **size_of(a["capacity_kw"], "p_nom"),
    )


def add_supply(net, a):
    net.add(
        "Generator",
        a["id"],
        bus=a["bus"],
        marginal_cost=a["price_cny_per_kwh"],
        **size_of(a["capacity_kw"], "p_nom"),
    )


def add_grid(net, a):
    net.add(
        "Generator",
        f"{a['id']} import",
        bus=a["bus"],
        p_nom=a["import_limit_kw"],
        marginal_cost=a["import_price_cny_per_kwh"],
    )
    net.add(
        "Generator",
        f"{a['id']} export",
        bus=a["bus"],
        sign=-1.0,
        p_nom=a["export_limit_kw"],
        marginal_cost=-np.asarray(a["export_price_cny_per_kwh"]),
    )


def add_link(net, a):
    for way, first, second in (
        ("forward", "from_bus", "to_bus"),
        ("backward", "to_bus", "from_bus"),
    ):
        net.add(
            "Link",
            f"{a['id']} {way}",
            bus0=a[first],
            bus1=a[second],
            efficiency=1.0 - a["loss_ratio"],
            p_nom=min(a["capacity_kw"], a[f"{way}_limit_kw"]),
        )


def after_first(net, a, start_ratio):
    """Return what is left of the start after one interval: PyPSA lets it lose nothing in the first."""
    hours = float(net.snapshot_weightings["stores"].iloc[0])
    kept = (1.0 - a["standing_loss_ratio_per_h"]) ** hours
    return start_ratio * a["energy_kwh"] * kept


def add_battery(net, a):
    net.add(
        "StorageUnit",
        a["id"],
        bus=a["bus"],
        p_nom=a["charge_kw"],
        max_hours=a["energy_kwh"] / a["charge_kw"],
        efficiency_store=a["charge_efficiency_ratio"],
        efficiency_dispatch=a["discharge_efficiency_ratio"],
        standing_loss=a["standing_loss_ratio_per_h"],
        state_of_charge_initial=after_first(net, a, a["soc_start_ratio"]),
        marginal_cost=a["cycle_cost_cny_per_kwh"],
    )


def add_heat_pump(net, a):
    cop = np.asarray(a["cop_ratio"])
    net.add(
        "Link",
        a["id"],
        bus0=a["electricity_bus"],
        bus1=a["heat_bus"],
        efficiency=float(cop),
        p_nom=a["capacity_kw"] / float(cop),
        marginal_cost=a["cost_cny_per_kwh"] * float(cop),
    )


def add_boiler(net, a):
    net.add(
        "Link",
        a["id"],
        bus0=a["fuel_bus"],
        bus1=a["heat_bus"],
        efficiency=a["efficiency_ratio"],
        p_nom=a["capacity_kw"] / a["efficiency_ratio"],
        marginal_cost=a["cost_cny_per_kwh"] * a["efficiency_ratio"],
    )


def add_chp(net, a):
    electric = a["electric_efficiency_ratio"]
    net.add(
        "Link",
        a["id"],
        bus0=a["fuel_bus"],
        bus1=a["electricity_bus"],
        bus2=a["heat_bus"],
        efficiency=electric,
        efficiency2=a["heat_efficiency_ratio"],
        p_nom=a["capacity_kw"] / electric,
        marginal_cost=a["cost_cny_per_kwh"] * electric,
    )


def add_spill(net, a):
    net.add(
        "Generator",
        a["id"],
        bus=a["bus"],
        sign=-1.0,
        p_nom=a["limit_kw"],
        marginal_cost=a["price_cny_per_kwh"],
    )


def add_tank(net, a):
    net.add(
        "StorageUnit",
        a["id"],
        bus=a["bus"],
        p_nom=a["power_kw"],
        max_hours=a["energy_kwh"] / a["power_kw"],
        efficiency_store=a["charge_efficiency_ratio"],
        efficiency_dispatch=a["discharge_efficiency_ratio"],
        standing_loss=a["standing_loss_ratio_per_h"],
        state_of_charge_initial=after_first(net, a, a["level_start_ratio"]),
    )


ADD = {
    "bus": add_bus,
    "load": add_load,
    "plant": add_plant,
    "supply": add_supply,
    "spill": add_spill,
    "grid": add_grid,
    "link": add_link,
    "battery": add_battery,
    "thermal_store": add_tank,
    "heat_pump": add_heat_pump,
    "boiler": add_boiler,
    "chp": add_chp,
}


def main():
    """Solve what stands on standard input."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    # The solver prints a banner of its own; the answer goes where it was asked for.
    answer_to = os.dup(1)
    os.dup2(2, 1)
    answers = []
    for problem in json.load(sys.stdin):
        started = time.process_time()
        net = network_of(problem)
        status, _ = net.optimize(
            solver_name="highs", solver_options={"output_flag": False}, log_to_console=False
        )
        objective = float(net.objective)
        answers.append(
            {"status": status, "objective": objective, "cpu_s": time.process_time() - started}
        )
    with os.fdopen(answer_to, "w") as file:
        json.dump(answers, file)


if __name__ == "__main__":
    main()
