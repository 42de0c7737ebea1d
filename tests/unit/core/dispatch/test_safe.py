"""The rule without a solver: it balances whatever can be, and the referee agrees."""

import numpy as np
import pytest

from park_case import Table, battery, bus, grid, load, plant, problem
from random_parks import random_park
from taihang.adapters.highs import solve
from taihang.core.dispatch.recheck.judge import ParkVerdict, recheck
from taihang.core.dispatch.safe import balanced, kept_wish, rest_wish
from taihang.core.dispatch.window import step_of
from taihang.services.plan_park import Effort, plan_park


def _judged(
    assets: list[Table], wish: dict[str, float] | None = None
) -> tuple[dict[str, float], ParkVerdict]:
    step = step_of(problem(assets, n_steps=1))
    plan = balanced(step, rest_wish(step) if wish is None else wish)
    verdict = recheck(step.echo(), plan.document())
    return {name: float(values[0]) for name, values in plan.series.items() if len(values)}, verdict


def _node(kw: float, *, sun_kw: float = 0.0, level: float = 0.5, **of_grid: float) -> list[Table]:
    return [
        bus("a"),
        load("l", "a", kw),
        plant("sun", "a", 1.0, capacity_kw=sun_kw),
        grid("g", "a", **{"import_limit_kw": 100.0, "export_limit_kw": 50.0, **of_grid}),
        battery(
            "b",
            "a",
            charge_kw=40.0,
            energy_kwh=100.0,
            soc_start_ratio=level,
            soc_min_ratio=0.1,
            soc_max_ratio=0.9,
        ),
    ]


@pytest.mark.parametrize(
    ("assets", "flows"),
    [
        (_node(80.0), {"g.import_kw": 80.0, "b.discharge_kw": 0.0}),
        (_node(120.0), {"g.import_kw": 100.0, "b.discharge_kw": 20.0}),
        (_node(20.0, sun_kw=60.0), {"g.export_kw": 40.0, "sun.used_kw": 60.0}),
        (_node(20.0, sun_kw=90.0), {"g.export_kw": 50.0, "sun.used_kw": 70.0, "b.charge_kw": 0.0}),
    ],
)
def test_balanced__rests_and_lets_the_grid_take_the_difference(
    assets: list[Table], flows: dict[str, float]
) -> None:
    found, verdict = _judged(assets)

    assert verdict.accepted, verdict.broken
    assert {name: round(found[name], 6) for name in flows} == flows


def test_balanced__a_store_at_its_floor_charges_what_it_loses() -> None:
    *rest, (kind, fields) = _node(10.0, level=0.1)

    found, verdict = _judged([*rest, (kind, {**fields, "standing_loss_ratio_per_h": 0.05})])

    assert verdict.accepted, verdict.broken
    assert found["b.charge_kw"] == pytest.approx(0.5 / 0.95)


def test_balanced__a_kept_wish_keeps_the_store_and_lets_the_grid_follow() -> None:
    wish = {"b.discharge_kw": 30.0, "g.import_kw": 5.0}

    found, verdict = _judged(_node(80.0), wish)

    assert verdict.accepted, verdict.broken
    assert (found["b.discharge_kw"], round(found["g.import_kw"], 6)) == (30.0, 50.0)


def test_balanced__what_cannot_be_balanced_is_said_by_the_referee() -> None:
    _, verdict = _judged(_node(200.0))

    assert "balance" in {one.rule for one in verdict.broken}


@pytest.mark.parametrize("seed", range(60))
def test_balanced__keeps_every_rule_of_a_random_park_with_room(seed: int) -> None:
    """Whatever stands there: with a gateway that is wide enough the rule finds a way."""
    wide = {"import_limit_kw": 5e3, "export_limit_kw": 5e3, "connection_kw": 5e3}
    assets = list[Table]()
    for kind, fields in random_park(seed, n_steps=24):
        is_free = fields.get("soc_start_ratio") == "none"
        more = wide if kind == "grid" else {"soc_start_ratio": 0.5} if is_free else {}
        assets.append((kind, {**fields, **more}))
    park = problem(assets, n_steps=24)
    step = step_of(park)
    release = plan_park(step, solve=solve, effort=Effort(time_limit_s=5.0, gap=1e-6))

    verdict = recheck(step.echo(), balanced(step, rest_wish(step)).document())

    assert verdict.accepted or release.plan is None, verdict.broken


def test_kept_wish__reads_one_interval_of_a_plan() -> None:
    assets = _node(80.0)
    release = plan_park(
        problem(assets, n_steps=3), solve=solve, effort=Effort(time_limit_s=5.0, gap=1e-6)
    )
    assert release.plan is not None

    wish = kept_wish(release.plan, at=2)

    assert wish["g.import_kw"] == release.plan.series["g.import_kw"][2]
    assert not np.isnan(list(wish.values())).any()


def test_balanced__of_a_wish_to_run_both_ways_the_greater_one_is_left() -> None:
    found, verdict = _judged(_node(80.0), {"b.charge_kw": 10.0, "b.discharge_kw": 30.0})

    assert verdict.accepted, verdict.broken
    assert (found["b.charge_kw"], found["b.discharge_kw"]) == (0.0, 30.0)
