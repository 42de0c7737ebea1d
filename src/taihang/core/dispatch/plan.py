"""The cheapest day of one node with a battery: the model, and the plan read from its solution.

The balance of every interval is ``generation − curtail + import + discharge = load + export +
charge``. The linear model alone may charge and discharge at once, or import and export at once,
where wasting energy pays. ``_waste_pays`` and ``_loop_pays`` mark the intervals where that could
be cheaper, and only these get a binary; docs/planning.md proves that no other interval needs one.
``_untangled`` is that proof as code: it removes what ties and solver tolerances leave over.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.model import Ints, LinearModel, ModelBuilder, Reals
from taihang.core.dispatch.problem import CostParts, DayProblem, Plan
from taihang.core.errors import IntegrityError

_FLATTEN: Final = 1e-4
"""Weight of a broken kW against a broken kWh: small enough never to trade energy for power."""
_INF: Final = float("inf")


class PlanVectorError(IntegrityError):
    """A solver's vector contradicts the physics it was asked to keep: it is not used."""

    code = "integrity.plan-vector"


@dataclass(frozen=True, slots=True, eq=False)
class _SetPoints:
    charge_kw: Reals
    discharge_kw: Reals
    curtail_kw: Reals


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    imports: Ints
    exports: Ints
    curtails: tuple[Ints, ...]
    charges: Ints
    discharges: Ints
    energies: Ints


def build_model(problem: DayProblem) -> LinearModel:
    """Turn a day problem into a linear model with as few binaries as exactness allows.

    Args:
        problem: The day.

    Returns:
        The model; minimal cost in CNY.
    """
    builder = ModelBuilder()
    columns = _add_columns(builder, problem)
    _add_balance(builder, problem, columns=columns)
    _add_store(builder, problem, columns=columns)
    _add_demand(builder, problem, imports=columns.imports)
    _add_directions(builder, problem, columns=columns)
    return builder.build()


def build_elastic_model(problem: DayProblem) -> LinearModel:
    """Return the same day with every conflict allowed, at the cost of its size.

    The objective is the energy [kWh] by which limits are broken, and very weakly the largest
    broken power, so that the flattest of the smallest repairs is found.

    Args:
        problem: The day that has no plan.

    Returns:
        A model that always has a solution.
    """
    n, builder = problem.n_steps, ModelBuilder()
    columns = _add_columns(builder, problem, cost_scale=0.0, floors=False)
    slack_kwh = problem.step_h
    short = builder.columns("short_kw", lower=0.0, upper=_INF, size=n, cost=slack_kwh)
    surplus = builder.columns("surplus_kw", lower=0.0, upper=_INF, size=n, cost=slack_kwh)
    low = builder.columns("low_kwh", lower=0.0, upper=_INF, size=n, cost=1.0)
    balance = _add_balance(builder, problem, columns=columns)
    builder.add(balance, short, value=1.0)
    builder.add(balance, surplus, value=-1.0)
    _add_store(builder, problem, columns=columns)
    builder.rows(
        "floor_kwh", [(columns.energies, 1.0), (low, 1.0)], lower=_floor_kwh(problem), upper=_INF
    )
    for name, slack in (("short_top_kw", short), ("surplus_top_kw", surplus)):
        top = builder.columns(name, lower=0.0, upper=_INF, size=1, cost=_FLATTEN * slack_kwh)
        builder.rows(name, [(np.repeat(top, n), 1.0), (slack, -1.0)], lower=0.0, upper=_INF)
    _add_directions(builder, problem, columns=columns)
    return builder.build()


def plan_from(problem: DayProblem, values: Reals) -> Plan:
    """Read the plan from a solver's vector, and simulate what its set-points lead to.

    Args:
        problem: The day that ``build_model`` was given.
        values: One value per column of that model.

    Returns:
        The plan; what follows from its set-points is computed anew, not taken from the solver.

    Raises:
        PlanVectorError: If the vector is not finite, or its own flows contradict its set-points.
    """
    model = build_model(problem)
    if values.shape != (model.n_columns,) or not np.isfinite(values).all():
        raise PlanVectorError(
            given=f"a vector of shape {values.shape} with {int((~np.isfinite(values)).sum())} gaps",
            expected=f"{model.n_columns} finite values",
            remedy="keep the running plan or leave the battery idle, and report the solver",
        )
    storage = problem.storage
    curtail_kw = np.array(
        [model.part(values, name=f"curtail_kw {plant.id}") for plant in problem.plants]
    ).reshape(len(problem.plants), problem.n_steps)
    raw = _SetPoints(
        charge_kw=np.clip(model.part(values, name="charge_kw"), 0.0, storage.charge_kw),
        discharge_kw=np.clip(model.part(values, name="discharge_kw"), 0.0, storage.discharge_kw),
        curtail_kw=np.clip(curtail_kw, 0.0, _curtail_max_kw(problem)),
    )
    _check_agreement(problem, model, values=values, raw=raw)
    return _planned(problem, _untangled(problem, raw))


def plan_of_set_points(
    problem: DayProblem, *, charge_kw: Reals, discharge_kw: Reals, curtail_kw: Reals
) -> Plan:
    """Return what follows from set-points, whoever found them.

    Args:
        problem: The day.
        charge_kw: Drawn by the battery, shape (n,). [kW]
        discharge_kw: Given by the battery, shape (n,). [kW]
        curtail_kw: Below what each plant has, shape (n_plants, n). [kW]

    Returns:
        The plan. It may break a limit: ask the referee.
    """
    return _planned(problem, _SetPoints(charge_kw, discharge_kw, curtail_kw))


def idle_plan(problem: DayProblem) -> Plan:
    """Return the plan of doing nothing: battery idle, curtailment only where export is full.

    It is what every plan is compared with and what is left when no plan is found in time. It may
    break a limit: ask the referee.

    Args:
        problem: The day.

    Returns:
        The plan with an idle battery.
    """
    return _planned(problem, _idle(problem))


def _add_columns(
    builder: ModelBuilder, problem: DayProblem, *, cost_scale: float = 1.0, floors: bool = True
) -> _Columns:
    n, storage = problem.n_steps, problem.storage
    per_kw = problem.step_h * cost_scale
    lower = _floor_kwh(problem) if floors else 0.0
    curtails = tuple(
        builder.columns(
            f"curtail_kw {plant.id}",
            lower=0.0,
            upper=upper_kw,
            size=n,
            cost=(plant.curtail_price_cny_per_kwh or 0.0) * per_kw,
        )
        for plant, upper_kw in zip(problem.plants, _curtail_max_kw(problem), strict=True)
    )
    imports = builder.columns(
        "import_kw",
        lower=0.0,
        upper=problem.import_limit_kw,
        size=n,
        cost=problem.import_price_cny_per_kwh * per_kw,
    )
    exports = builder.columns(
        "export_kw",
        lower=0.0,
        upper=problem.export_limit_kw,
        size=n,
        cost=-problem.export_price_cny_per_kwh * per_kw,
    )
    charges = builder.columns("charge_kw", lower=0.0, upper=storage.charge_kw, size=n)
    wear = storage.cycle_cost_cny_per_kwh * per_kw
    discharges = builder.columns(
        "discharge_kw", lower=0.0, upper=storage.discharge_kw, size=n, cost=wear
    )
    energies = builder.columns("energy_kwh", lower=lower, upper=storage.energy_max_kwh, size=n)
    return _Columns(imports, exports, curtails, charges, discharges, energies)


def _add_balance(builder: ModelBuilder, problem: DayProblem, *, columns: _Columns) -> Ints:
    need_kw = problem.load_kw - _generation_kw(problem)
    terms: list[tuple[Ints, float | Reals]] = [
        (columns.imports, 1.0),
        (columns.exports, -1.0),
        (columns.discharges, 1.0),
        (columns.charges, -1.0),
    ]
    terms += [(curtail, -1.0) for curtail in columns.curtails]
    return builder.rows("balance_kw", terms, lower=need_kw, upper=need_kw)


def _add_store(builder: ModelBuilder, problem: DayProblem, *, columns: _Columns) -> None:
    storage, kept_ratio = problem.storage, _kept_ratio(problem)
    given_kwh = np.zeros(problem.n_steps)
    given_kwh[0] = kept_ratio * problem.energy_start_kwh
    rows = builder.rows(
        "store_kwh",
        [
            (columns.energies, 1.0),
            (columns.charges, -storage.charge_efficiency_ratio * problem.step_h),
            (columns.discharges, problem.step_h / storage.discharge_efficiency_ratio),
        ],
        lower=given_kwh,
        upper=given_kwh,
    )
    builder.add(rows[1:], columns.energies[:-1], value=-kept_ratio)


def _add_demand(builder: ModelBuilder, problem: DayProblem, *, imports: Ints) -> None:
    demand = problem.demand
    if demand is None:
        return
    rise = builder.columns(
        "peak_rise_kw", lower=0.0, upper=_INF, size=1, cost=demand.price_cny_per_kw
    )
    builder.rows(
        "peak_kw",
        [(imports, 1.0), (np.repeat(rise, problem.n_steps), -1.0)],
        lower=-_INF,
        upper=demand.peak_so_far_kw,
    )


def _add_directions(builder: ModelBuilder, problem: DayProblem, *, columns: _Columns) -> None:
    """Add the binaries: 1 charges (imports), 0 discharges (exports)."""
    storage = problem.storage
    # With one direction at a time a flow cannot exceed what its own side can take or give.
    most_in_kw = np.minimum(problem.import_limit_kw, problem.load_kw + storage.charge_kw)
    most_out_kw = np.minimum(
        problem.export_limit_kw, _generation_kw(problem) + storage.discharge_kw
    )
    at = np.flatnonzero(_waste_pays(problem))
    _add_direction(
        builder,
        "charges",
        drawn=(columns.charges[at], np.full(len(at), storage.charge_kw)),
        given=(columns.discharges[at], np.full(len(at), storage.discharge_kw)),
    )
    at = np.flatnonzero(_loop_pays(problem))
    _add_direction(
        builder,
        "imports",
        drawn=(columns.imports[at], most_in_kw[at]),
        given=(columns.exports[at], most_out_kw[at]),
    )


def _add_direction(
    builder: ModelBuilder, name: str, *, drawn: tuple[Ints, Reals], given: tuple[Ints, Reals]
) -> None:
    size = len(drawn[0])
    if not size:
        return
    binary = builder.columns(name, lower=0.0, upper=1.0, size=size, integer=True)
    builder.rows(f"{name} drawn_kw", [(drawn[0], 1.0), (binary, -drawn[1])], lower=-_INF, upper=0.0)
    builder.rows(
        f"{name} given_kw", [(given[0], 1.0), (binary, given[1])], lower=-_INF, upper=given[1]
    )


def _waste_pays(problem: DayProblem) -> NDArray[np.bool_]:
    """Mark the intervals in which charging and discharging at once might be cheaper.

    Burning 1 kWh in the battery wears it by ``θ = cycle cost / (1/η − 1)``, η being the round
    trip. Not burning leaves that kWh at the node, where it saves import, adds export or is
    curtailed. If each of these costs at most θ and there is room for all of it, burning never
    pays. A lossless battery burns nothing.
    """
    storage = problem.storage
    lost_ratio = 1.0 / _round_trip_ratio(problem) - 1.0
    if lost_ratio <= 0.0:
        return np.zeros(problem.n_steps, np.bool_)
    theta = storage.cycle_cost_cny_per_kwh / lost_ratio
    held_kw = np.zeros(problem.n_steps)
    for plant in problem.plants:
        price = plant.curtail_price_cny_per_kwh
        if price is None or price > theta:
            held_kw += plant.available_kw
    room = held_kw - problem.load_kw + storage.discharge_kw <= problem.export_limit_kw
    cheap_import = problem.import_price_cny_per_kwh >= -theta
    cheap_export = problem.export_price_cny_per_kwh >= -theta
    return ~(room & cheap_import & cheap_export)


def _loop_pays(problem: DayProblem) -> NDArray[np.bool_]:
    """Mark the intervals in which importing and exporting at once would earn money."""
    return problem.export_price_cny_per_kwh > problem.import_price_cny_per_kwh


def _untangled(problem: DayProblem, raw: _SetPoints) -> _SetPoints:
    """Replace charging and discharging at once by the one that stores the same.

    What is no longer burnt goes to the grid as far as it may, and is curtailed beyond that.
    """
    storage = problem.storage
    both = (raw.charge_kw > 0.0) & (raw.discharge_kw > 0.0)
    stored_kw = (
        raw.charge_kw * storage.charge_efficiency_ratio
        - raw.discharge_kw / storage.discharge_efficiency_ratio
    )
    charge_kw = np.maximum(stored_kw, 0.0) / storage.charge_efficiency_ratio
    discharge_kw = np.maximum(-stored_kw, 0.0) * storage.discharge_efficiency_ratio
    points = _SetPoints(
        charge_kw=np.where(both, charge_kw, raw.charge_kw),
        discharge_kw=np.where(both, discharge_kw, raw.discharge_kw),
        curtail_kw=raw.curtail_kw,
    )
    return _with_room(problem, points)


def _with_room(problem: DayProblem, points: _SetPoints) -> _SetPoints:
    """Curtail more, cheapest plant first, where export would exceed its limit."""
    over_kw = np.maximum(-_net_kw(problem, points) - problem.export_limit_kw, 0.0)
    curtail_kw = points.curtail_kw.copy()
    prices = [plant.curtail_price_cny_per_kwh for plant in problem.plants]
    allowed = [(price, at) for at, price in enumerate(prices) if price is not None]
    for _, at in sorted(allowed):
        more_kw = np.minimum(over_kw, problem.plants[at].available_kw - curtail_kw[at])
        curtail_kw[at] += more_kw
        over_kw -= more_kw
    return _SetPoints(points.charge_kw, points.discharge_kw, curtail_kw)


def _idle(problem: DayProblem) -> _SetPoints:
    n = problem.n_steps
    nothing = _SetPoints(np.zeros(n), np.zeros(n), np.zeros((len(problem.plants), n)))
    return _with_room(problem, nothing)


def _planned(problem: DayProblem, points: _SetPoints) -> Plan:
    idle = _idle(problem)
    net_kw = _net_kw(problem, points)
    return Plan(
        charge_kw=points.charge_kw,
        discharge_kw=points.discharge_kw,
        curtail_kw=points.curtail_kw,
        import_kw=np.maximum(net_kw, 0.0),
        # Plus 0.0 turns the −0.0 of a balanced interval into 0.0: same input, same bytes (§9).
        export_kw=np.maximum(-net_kw, 0.0) + 0.0,
        energy_kwh=_energy_kwh(problem, points),
        cost=_cost(problem, points),
        do_nothing=_cost(problem, idle) if _fits_grid(problem, idle) else None,
        problem_echo=problem.echo(),
    )


def _fits_grid(problem: DayProblem, points: _SetPoints) -> bool:
    net_kw = _net_kw(problem, points)
    within = (net_kw <= problem.import_limit_kw + problem.tolerance) & (
        -net_kw <= problem.export_limit_kw + problem.tolerance
    )
    return bool(within.all())


def _cost(problem: DayProblem, points: _SetPoints) -> CostParts:
    net_kw, step_h = _net_kw(problem, points), problem.step_h
    import_kw, export_kw = np.maximum(net_kw, 0.0), np.maximum(-net_kw, 0.0)
    prices = [plant.curtail_price_cny_per_kwh or 0.0 for plant in problem.plants]
    demand = problem.demand
    rise_kw = 0.0 if demand is None else max(float(import_kw.max()) - demand.peak_so_far_kw, 0.0)
    wear = problem.storage.cycle_cost_cny_per_kwh
    return CostParts(
        import_cny=float(problem.import_price_cny_per_kwh @ import_kw) * step_h,
        export_cny=-float(problem.export_price_cny_per_kwh @ export_kw) * step_h,
        curtail_cny=float(np.array(prices) @ points.curtail_kw.sum(axis=1)) * step_h,
        cycle_cny=float(points.discharge_kw.sum()) * wear * step_h,
        demand_cny=0.0 if demand is None else demand.price_cny_per_kw * rise_kw,
    )


def _check_agreement(
    problem: DayProblem, model: LinearModel, *, values: Reals, raw: _SetPoints
) -> None:
    """Refuse a vector whose own flows are not what its set-points lead to, such as all zeros."""
    net_kw = model.part(values, name="import_kw") - model.part(values, name="export_kw")
    gaps = {
        "grid flow": np.abs(net_kw - _net_kw(problem, raw)),
        "stored energy": np.abs(model.part(values, name="energy_kwh") - _energy_kwh(problem, raw)),
    }
    for name, gap in gaps.items():
        worst = int(gap.argmax())
        if gap[worst] > problem.tolerance:
            raise PlanVectorError(
                given=f"a {name} that is {gap[worst]:.6g} off in interval {worst}",
                expected="the flow and energy that follow from the vector's own set-points",
                remedy="keep the running plan or leave the battery idle, and report the solver",
            )


def _net_kw(problem: DayProblem, points: _SetPoints) -> Reals:
    """Return the flow from the grid [kW], negative where it goes there, shape (n,)."""
    generation_kw = _generation_kw(problem) - points.curtail_kw.sum(axis=0)
    net: Reals = problem.load_kw - generation_kw + points.charge_kw - points.discharge_kw
    return net


def _energy_kwh(problem: DayProblem, points: _SetPoints) -> Reals:
    """Return the energy in the store at the end of each interval [kWh], shape (n,)."""
    storage, kept_ratio = problem.storage, _kept_ratio(problem)
    stored_kwh = (
        points.charge_kw * storage.charge_efficiency_ratio
        - points.discharge_kw / storage.discharge_efficiency_ratio
    ) * problem.step_h
    energy_kwh = np.empty(problem.n_steps)
    level_kwh = problem.energy_start_kwh
    for step, change_kwh in enumerate(stored_kwh.tolist()):
        level_kwh = kept_ratio * level_kwh + change_kwh
        energy_kwh[step] = level_kwh
    return energy_kwh


def _curtail_max_kw(problem: DayProblem) -> Reals:
    """Return the largest curtailment of each plant [kW], shape (n_plants, n)."""
    return np.array(
        [
            plant.available_kw * (plant.curtail_price_cny_per_kwh is not None)
            for plant in problem.plants
        ]
    ).reshape(len(problem.plants), problem.n_steps)


def _floor_kwh(problem: DayProblem) -> Reals:
    floor_kwh = np.full(problem.n_steps, problem.storage.energy_min_kwh)
    if problem.energy_end_min_kwh is not None:
        end_kwh = min(problem.energy_end_min_kwh, problem.storage.energy_max_kwh)
        floor_kwh[-1] = max(floor_kwh[-1], end_kwh)
    return floor_kwh


def _generation_kw(problem: DayProblem) -> Reals:
    total_kw = np.zeros(problem.n_steps)
    for plant in problem.plants:
        total_kw += plant.available_kw
    return total_kw


def _kept_ratio(problem: DayProblem) -> float:
    """Share of the stored energy that is left after one interval [1]."""
    return float((1.0 - problem.storage.standing_loss_ratio_per_h) ** problem.step_h)


def _round_trip_ratio(problem: DayProblem) -> float:
    storage = problem.storage
    return storage.charge_efficiency_ratio * storage.discharge_efficiency_ratio
