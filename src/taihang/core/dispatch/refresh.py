"""Writes the model of a window over that of an earlier one, where only numbers differ.

Assembling a window from its assets takes longer than solving it from a warm basis. From one step to
the next the same assets stand in the same park: other loads, other weather, other prices, another
start. What each of these moves is a handful of bounds and costs, and this module knows which. Every
other field has to be equal; where one is not, or an asset is not known here, the window is
assembled. A test demands that both give the same model, bit by bit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any, Final, cast

import numpy as np

from taihang.core.dispatch.assembly import Assembled, CostLine, OneWay
from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.boiler import Boiler
from taihang.core.dispatch.assets.bus import Bus
from taihang.core.dispatch.assets.chp import Chp
from taihang.core.dispatch.assets.contract_demand import ContractDemand
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.heat_pump import HeatPump
from taihang.core.dispatch.assets.link import Link
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.assets.reserve import Reserve
from taihang.core.dispatch.assets.spill import Spill
from taihang.core.dispatch.assets.storing import kept_ratio
from taihang.core.dispatch.assets.supply import Supply
from taihang.core.dispatch.assets.thermal_store import ThermalStore
from taihang.core.dispatch.assets.waste_heat import WasteHeat
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Block, Reals
from taihang.core.dispatch.park_problem import Asset, ParkProblem

_MOVES: Final[Mapping[type, frozenset[str]]] = {
    Bus: frozenset(),
    Supply: frozenset(),
    Spill: frozenset(),
    Link: frozenset(),
    Chp: frozenset(),
    Boiler: frozenset(),
    HeatPump: frozenset(),
    WasteHeat: frozenset(),
    Reserve: frozenset(),
    ContractDemand: frozenset(),
    Load: frozenset({"load_kw"}),
    Plant: frozenset({"available_ratio"}),
    Grid: frozenset(
        {
            "import_limit_kw",
            "export_limit_kw",
            "import_price_cny_per_kwh",
            "export_price_cny_per_kwh",
            "carbon_kg_per_kwh",
        }
    ),
    Battery: frozenset({"soc_start_ratio"}),
    ThermalStore: frozenset({"level_start_ratio"}),
    DemandCharge: frozenset({"so_far_kw"}),
}
"""Every asset that may stand in such a window, and the fields that may differ."""
_LONGER_THAN_A_MONTH: Final = timedelta(days=32)


@dataclass(slots=True, eq=False)
class _Sheet:
    """The numbers of a model while they are written over."""

    assembled: Assembled
    columns: Mapping[str, slice]
    rows: Mapping[str, slice]
    horizon: Horizon
    column_cost: Reals
    column_lower: Reals
    column_upper: Reals
    row_lower: Reals
    row_upper: Reals
    lines: dict[tuple[str, str], CostLine]
    one_ways: list[OneWay]


class Refresher:
    """Gives the model of one window after the other, assembled only where it has to be."""

    def __init__(self) -> None:
        self._window: ParkProblem | None = None
        self._assembled: Assembled | None = None
        self._columns: dict[str, slice] = {}
        self._rows: dict[str, slice] = {}
        self._month_s = (0, 0)
        """Start and end of a month; a window within it touches no other, as the base does not."""
        self.was_written_over = False
        """Whether the last model was written over an earlier one."""

    def assembled(self, window: ParkProblem) -> Assembled:
        """Return the model of a window. Prices of sizes are not to be read from it."""
        written = self._written_over(window)
        self.was_written_over = written is not None
        if written is not None:
            return written
        assembled = window.assembled()
        model = assembled.model
        self._window, self._assembled = window, assembled
        self._columns, self._rows = _spans(model.columns), _spans(model.rows)
        self._month_s = (0, 0)
        return assembled

    def _written_over(self, window: ParkProblem) -> Assembled | None:
        before, base = self._window, self._assembled
        if before is None or base is None or not self._fits(before, base, window):
            return None
        model = base.model
        sheet = _Sheet(
            assembled=base,
            columns=self._columns,
            rows=self._rows,
            horizon=window.horizon,
            column_cost=model.column_cost.copy(),
            column_lower=model.column_lower.copy(),
            column_upper=model.column_upper.copy(),
            row_lower=model.row_lower.copy(),
            row_upper=model.row_upper.copy(),
            lines={(line.owner, line.line): line for line in base.cost_lines},
            one_ways=list(base.one_ways),
        )
        _write_loads(sheet, window)
        for asset in window.assets:
            write = _WRITE.get(type(asset))
            if write is not None:
                write(sheet, asset)
        lines = tuple(sheet.lines.values())
        return replace(
            base,
            horizon=window.horizon,
            model=replace(
                model,
                column_cost=sheet.column_cost,
                column_lower=sheet.column_lower,
                column_upper=sheet.column_upper,
                row_lower=sheet.row_lower,
                row_upper=sheet.row_upper,
            ),
            cost_lines=lines,
            levers=(),
            one_ways=tuple(sheet.one_ways),
            fixed_cny=float(sum(line.fixed_cny for line in lines)),
        )

    def _fits(self, before: ParkProblem, base: Assembled, window: ParkProblem) -> bool:
        old, new = before.horizon, window.horizon
        if (old.step_s, old.n_steps, old.time_zone) != (new.step_s, new.n_steps, new.time_zone):
            return False
        if len(before.assets) != len(window.assets) or base.priced_apart:
            return False
        if len(base.cost_lines) != len({(line.owner, line.line) for line in base.cost_lines}):
            return False
        pairs = zip(before.assets, window.assets, strict=True)
        return all(_is_known(*pair, horizon=new) for pair in pairs) and self._same_months(
            before, new
        )

    def _same_months(self, before: ParkProblem, new: Horizon) -> bool:
        """Say whether the months of the new window fall on the same intervals."""
        if not any(isinstance(asset, DemandCharge | ContractDemand) for asset in before.assets):
            return True
        first_s, end_s = self._month_s
        if first_s <= new.start_s and new.end_s <= end_s:
            return True
        months = new.months()
        if not np.array_equal(before.horizon.months(), months):
            return False
        if not months[-1]:
            self._month_s = _month_of(new)
        return True


def _month_of(horizon: Horizon) -> tuple[int, int]:
    """Return start and end of the local month in which a window starts, as its grid has them."""
    first = horizon.start_of(0).replace(day=1, hour=0, minute=0, second=0)
    following = (first + _LONGER_THAN_A_MONTH).replace(day=1)
    return int(first.timestamp()), int(following.timestamp())


def _spans(blocks: tuple[Block, ...]) -> dict[str, slice]:
    return {block.name: block.span for block in blocks}


def _is_known(old: Asset, new: Asset, *, horizon: Horizon) -> bool:
    """Say whether an asset differs from the earlier one in nothing but what may move."""
    moves = _MOVES.get(type(new))
    if moves is None or type(old) is not type(new):
        return False
    if not _is_inside(new) or not _has_length(new, moves, horizon.n_steps):
        return False
    return old is new or all(
        name in moves or _equal(getattr(old, name), getattr(new, name))
        for name in _names(type(new))
    )


def _has_length(asset: Asset, moves: frozenset[str], n: int) -> bool:
    values = (cast("object", getattr(asset, name)) for name in moves)
    return all(cast("Reals", one).shape == (n,) for one in values if isinstance(one, np.ndarray))


_NAMES: Final[dict[type, tuple[str, ...]]] = {
    kind: tuple(one.name for one in fields(kind)) for kind in _MOVES
}


def _names(kind: type) -> tuple[str, ...]:
    return _NAMES[kind]


def _equal(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray):
        return np.array_equal(cast("Reals", one), cast("Any", other))
    return one == other


def _is_inside(asset: Asset) -> bool:
    """Say whether a store starts within its limits, where nothing prices the way back."""
    if isinstance(asset, Battery):
        start = asset.soc_start_ratio
        return start is not None and asset.soc_min_ratio <= start <= asset.soc_max_ratio
    if isinstance(asset, ThermalStore):
        return asset.level_start_ratio is not None and 0.0 <= asset.level_start_ratio <= 1.0
    if isinstance(asset, Plant):
        return asset.capacity_kw.add_max == 0.0
    return not isinstance(asset, Grid) or asset.connection_kw.add_max == 0.0


# -- what each asset moves -----------------------------------------------------------------------


def _write_loads(sheet: _Sheet, window: ParkProblem) -> None:
    """Write what is drawn at each bus, summed in the order of the assets."""
    drawn = {bus: np.zeros(sheet.horizon.n_steps) for bus in sheet.assembled.bus_rows}
    for asset in window.assets:
        if isinstance(asset, Load):
            drawn[asset.bus] = drawn[asset.bus] + asset.load_kw
    for bus, rows in sheet.assembled.bus_rows.items():
        sheet.row_lower[rows] = drawn[bus]
        sheet.row_upper[rows] = drawn[bus]


def _load(sheet: _Sheet, asset: Asset) -> None:
    own = cast("Load", asset)
    if own.shed_price_cny_per_kwh is not None:
        sheet.column_upper[sheet.columns[f"{own.id}.shed_kw"]] = own.load_kw * own.shed_max_ratio


def _plant(sheet: _Sheet, asset: Asset) -> None:
    own = cast("Plant", asset)
    stands_kw = own.available_ratio * own.capacity_kw.existing
    used = sheet.columns[f"{own.id}.used_kw"]
    sheet.column_upper[used] = stands_kw
    price = own.curtail_price_cny_per_kwh
    if price is None:
        sheet.column_lower[used] = stands_kw
        return
    key = own.id, "curtail_cny"
    full_h = float(own.available_ratio.sum()) * sheet.horizon.step_h
    sheet.lines[key] = replace(
        sheet.lines[key], fixed_cny=price * full_h * own.capacity_kw.existing
    )


def _grid(sheet: _Sheet, asset: Asset) -> None:
    own, hours = cast("Grid", asset), sheet.horizon.step_h
    most = own.connection_kw.most
    for way, limit, each in (
        ("import", own.import_limit_kw, own.import_price_cny_per_kwh * hours),
        ("export", own.export_limit_kw, -own.export_price_cny_per_kwh * hours),
    ):
        span, key = sheet.columns[f"{own.id}.{way}_kw"], (own.id, f"{way}_cny")
        sheet.column_upper[span] = np.minimum(limit, most)
        sheet.column_cost[span] = each
        sheet.lines[key] = replace(sheet.lines[key], each_cny=each)
    sheet.one_ways[:] = [
        replace(
            pair,
            drawn_kw=np.minimum(own.import_limit_kw, most),
            given_kw=np.minimum(own.export_limit_kw, most),
        )
        if pair.owner == own.id
        else pair
        for pair in sheet.one_ways
    ]


def _store(sheet: _Sheet, asset: Asset) -> None:
    own = cast("Battery | ThermalStore", asset)
    law = own.law()
    start, stands_kwh = cast("float", law.level_start_ratio), own.energy_kwh.existing
    first = sheet.rows[f"{own.id}.store_kwh"].start
    rest = kept_ratio(law, sheet.horizon.step_h) * start * stands_kwh
    sheet.row_lower[first] = rest
    sheet.row_upper[first] = rest
    if law.is_cyclic:
        end = sheet.rows[f"{own.id}.end_kwh"]
        sheet.row_lower[end] = min(start, law.level_max_ratio) * stands_kwh


def _demand(sheet: _Sheet, asset: Asset) -> None:
    own = cast("DemandCharge", asset)
    span = sheet.rows[f"{own.id}.highest_kw"]
    # The rows of the first month; those of later months stand at 0 and stay there.
    first = sheet.horizon.months() == 0 if _has_later(sheet, own) else slice(None)
    part = sheet.row_upper[span]
    part[first] = own.so_far_kw
    sheet.row_upper[span] = part


def _has_later(sheet: _Sheet, own: DemandCharge) -> bool:
    rises = sheet.columns[f"{own.id}.rise_kw"]
    return bool(rises.stop - rises.start > 1)


_WRITE: Final[Mapping[type, Callable[[_Sheet, Asset], None]]] = {
    Load: _load,
    Plant: _plant,
    Grid: _grid,
    Battery: _store,
    ThermalStore: _store,
    DemandCharge: _demand,
}
