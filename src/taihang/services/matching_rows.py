"""Rows of the tables ``matching`` and ``storage``: who got what, and what batteries remember."""

import numpy as np

from taihang.core.balance.matching import DIRECT, RouteKind
from taihang.core.balance.storage import (
    NO_LOT,
    Flows,
    Lot,
    Store,
    lots_at,
)
from taihang.core.park.matching_rule import StorageOrigin, rule_on
from taihang.core.park.park import Park
from taihang.core.periods import STEP_S, Period
from taihang.services.match_period import (
    UNKNOWN,
    PeriodMatching,
    Tracked,
    fingerprint,
    first_day,
    origins_of,
)
from taihang.services.period_energies import PeriodEnergies
from taihang.services.ports import Columns, Ports, Slabs

_BY_ORIGIN = ("charged_wh", "assumed_wh", "released_wh", "lost_wh", "stock_wh")


def matching_rows(
    energies: PeriodEnergies, found: PeriodMatching
) -> dict[tuple[str, ...], Columns]:
    """Return the rows of the table ``matching``: what every plant gave and every user received.

    What batteries released is in the table ``storage``; here stands what went from plants to users
    in the interval of its generation.

    Args:
        energies: What was matched.
        found: The matching.
    """
    grid_s = energies.period.grid_s()
    shared = tuple(kind for kind in DIRECT if kind is not RouteKind.LINE)
    matching = found.matching
    rows: dict[tuple[str, ...], Columns] = {}
    for nodes, role, line, pool in (
        (
            energies.plants,
            "plant",
            matching.given_wh(RouteKind.LINE),
            matching.given_wh(*shared),
        ),
        (
            energies.users,
            "user",
            matching.received_wh(RouteKind.LINE),
            matching.received_wh(*shared),
        ),
    ):
        for row, node in enumerate(nodes.ids):
            rows[role, node] = {
                "time_s": grid_s,
                "total_wh": nodes.usable_wh[row],
                "line_wh": line[row],
                "pool_wh": pool[row],
                "quality": nodes.quality[row].astype(np.int64),
                "held": nodes.held[row].astype(np.int64),
            }
    return rows


def storage_rows(found: PeriodMatching, *, park: Park) -> dict[tuple[str, ...], Columns]:
    """Return the rows of the table ``storage``: what each battery drew, gave, lost and holds.

    Args:
        found: The matching of a period.
        park: The park.

    Returns:
        By battery and origin; an origin of which there was never anything has no rows.
    """
    rows: dict[tuple[str, ...], Columns] = {}
    for battery in park.batteries:
        stretches = [each for each in found.tracked if each.battery == battery]
        if not stretches:
            continue
        parts = [_columns(each) for each in stretches]
        for row, origin in enumerate(origins_of(park)):
            own = {name: np.concatenate([part[name][row] for part in parts]) for name in _BY_ORIGIN}
            if origin == UNKNOWN or any(column.any() for column in own.values()):
                rows[battery, origin] = {
                    "time_s": np.concatenate([each.times_s for each in stretches]),
                    **own,
                    "excess_wh": np.concatenate([each.run.excess_wh for each in stretches]),
                    "oldest_s": np.concatenate([each.run.oldest_s for each in stretches]),
                    "opening": np.concatenate(
                        [
                            np.full(
                                len(each.times_s), fingerprint(each.opening, park=park), np.int64
                            )
                            for each in stretches
                        ]
                    ),
                }
    return rows


def _columns(tracked: Tracked) -> dict[str, np.ndarray]:
    run = tracked.run
    return {
        "charged_wh": tracked.flows.charged_wh,
        "assumed_wh": run.assumed_wh,
        "released_wh": run.released_wh,
        "lost_wh": run.lost_wh,
        "stock_wh": run.stock_wh,
    }


def lots_of(at_s: int, *, ports: Ports) -> dict[str, tuple[Lot, ...]]:
    """Return the lots in each battery at an instant, from what was settled before it.

    Args:
        at_s: The instant, on the settlement grid [s].
        ports: The outside world.

    Returns:
        By battery; a battery of which nothing was settled just before is not there.
    """
    if not ports.park.batteries:
        return {}
    last = Period.of_s(at_s - STEP_S, at_s)
    rows = ports.lake.read("storage", last)
    found: dict[str, tuple[Lot, ...]] = {}
    for battery in ports.park.batteries:
        if (battery, UNKNOWN) in rows:
            found[battery] = _lots(battery, at_s, rows, ports)
    return found


def _lots(battery: str, at_s: int, last: Slabs, ports: Ports) -> tuple[Lot, ...]:
    park = ports.park
    origins = origins_of(park)
    stock_wh = [
        int(last[battery, name]["stock_wh"][-1]) if (battery, name) in last else 0
        for name in origins
    ]
    oldest_s = int(last[battery, UNKNOWN]["oldest_s"][-1])
    if oldest_s == NO_LOT:
        return ()
    day = first_day(Period.of_s(at_s - STEP_S, at_s), park)
    rule = rule_on(day, rules=park.matching_rules.values())
    if rule is None or rule.storage_origin is StorageOrigin.WELL_MIXED:
        return (Lot(oldest_s, tuple(stock_wh)),)
    since = Period.of_s(min(oldest_s, at_s - STEP_S), at_s)
    rows = ports.lake.read("storage", since, battery)
    return lots_at(
        stock_wh,
        oldest_s=oldest_s,
        since=_flows(battery, rows, since, origins),
        store=Store.of(park.batteries[battery]),
    )


def _flows(battery: str, rows: Slabs, since: Period, origins: tuple[str, ...]) -> Flows:
    n = since.n_steps
    charged_wh = np.zeros((len(origins), n), np.int64)
    for row, origin in enumerate(origins):
        slab = rows.get((battery, origin))
        if slab is not None:
            charged_wh[row, (slab["time_s"] - since.start_s) // STEP_S] = slab["charged_wh"]
    nothing = np.zeros(n, np.int64)
    return Flows(since.grid_s(), charged_wh, nothing, np.ones(n, np.bool_))


def stale_openings(period: Period, *, ports: Ports) -> tuple[str, ...]:
    """Return the batteries whose lots at the start of a settled period are others by now.

    Args:
        period: A settled period.
        ports: The outside world.
    """
    first = Period.of_s(period.start_s, period.start_s + STEP_S)
    rows = ports.lake.read("storage", first)
    traced = [battery for battery, origin in rows if origin == UNKNOWN]
    if not traced:
        return ()
    before = lots_of(period.start_s, ports=ports)
    return tuple(
        battery
        for battery in traced
        if battery in before
        and fingerprint(before[battery], park=ports.park)
        != int(rows[battery, UNKNOWN]["opening"][0])
    )
