"""What the statements of a month are made of: sums over its settled intervals.

Every sum is one over intervals that stand for themselves. So where late readings change a few
intervals, the sums of the month follow from those before: less what these intervals said, plus
what they say now. For that the sums are kept in the lake beside the rows, under the settlements
that they were made from. They prove nothing: an account of a whole period and every audit add up
the rows.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.settlement import Settlement
from taihang.core.errors import TaihangError
from taihang.core.periods import Period, month
from taihang.core.seal.canonical import JsonValue, canonical_bytes, load_canonical
from taihang.core.series import Quality
from taihang.services.ports import Columns, Ports, Slabs

_Sums = Mapping[str, Mapping[str, int]]
"""Sums by name, of each meter, user, plant or flow."""
SUMMED: Final = ("intervals", "matching", "balance")
"""Tables that are added up, in the order of ``sums_of``."""
_PARTS: Final = ("meters", "users", "plants", "flows")


@dataclass(frozen=True, slots=True)
class MonthSums:
    """Sums over the settled intervals of a month, or of a part of it."""

    meters: _Sums
    """Of each meter with a row: ``wh`` and ``n`` of what was read and is not below zero."""
    users: _Sums
    """Of each user: ``n`` intervals, energies, and how many of them are missing or estimated."""
    plants: _Sums
    """Of each plant: ``n`` intervals, and ``closed_wh``, generated where the balance is closed."""
    flows: _Sums
    """Of each flow of the balance: ``wh``."""

    def changed(self, *, was: Self, now: Self) -> "MonthSums":
        """Return the sums after some intervals say something else.

        Args:
            was: Sums of these intervals as they are part of these sums.
            now: Sums of the same intervals as they are now.
        """
        parts = [_combined(*(getattr(each, part) for each in (self, was, now))) for part in _PARTS]
        return MonthSums(*parts)


def sums_of(intervals: Slabs, matching: Slabs, balance: Slabs) -> MonthSums:
    """Add up settled rows.

    Args:
        intervals: Rows of meters.
        matching: Rows of plants and users, of the same intervals.
        balance: Rows of flows, of the same intervals.
    """
    load = balance.get(("load",), _NO_ROWS)
    closed = load["closed"].astype(np.bool_)
    closed_s = None if closed.all() else load["time_s"][closed]
    return MonthSums(
        meters={meter: _of_meter(rows) for (meter,), rows in intervals.items()},
        users={node: _of_user(rows) for (role, node), rows in matching.items() if role == "user"},
        plants={
            node: _of_plant(rows, closed_s)
            for (role, node), rows in matching.items()
            if role == "plant"
        },
        flows={flow: {"wh": int(rows["wh"].sum())} for (flow,), rows in balance.items()},
    )


def read_sums(name: str, *, ports: Ports) -> MonthSums:
    """Add up the settled rows of a local month."""
    period = month(name, ports.park.zone)
    return sums_of(
        ports.lake.read("intervals", period, columns=("wh", "quality")),
        ports.lake.read("matching", period, columns=("total_wh", "line_wh", "pool_wh", "quality")),
        ports.lake.read("balance", period, columns=("wh", "closed")),
    )


def ground_of(name: str, settlements: Sequence[Settlement], *, ports: Ports) -> str:
    """Name what the settled rows of a month rest on: its settlements, and the code.

    Args:
        name: The local month.
        settlements: All of the park, in order of settling.
        ports: The outside world.

    Returns:
        Another text after every settlement of any part of the month. [hex]
    """
    period = month(name, ports.park.zone)
    rows = [
        (each.start_s, each.end_s, each.journal_size, each.park_sha256)
        for each in settlements
        if each.start_s < period.end_s and period.start_s < each.end_s
    ]
    return hashlib.sha256(repr((name, ports.version, rows)).encode()).hexdigest()


def keep_sums(name: str, sums: MonthSums, *, ports: Ports) -> None:
    """Keep the sums of a month under what its rows rest on now."""
    said: dict[str, JsonValue] = {
        part: {key: {**values} for key, values in getattr(sums, part).items()} for part in _PARTS
    }
    ground = ground_of(name, ports.registry.settlements(), ports=ports)
    text = canonical_bytes({"ground": ground, "sums": said})
    ports.lake.keep(_file(name), hashlib.sha256(text).hexdigest().encode() + b"\n" + text)


def kept_sums(name: str, *, ground: str, ports: Ports) -> MonthSums | None:
    """Return the sums of a month that were kept.

    Args:
        name: The local month.
        ground: What its rows rest on.
        ports: The outside world.

    Returns:
        None where none were kept for this ground, or not one bit of them can be relied on: then
        the rows are to be added up.
    """
    digest, _, text = (ports.lake.kept(_file(name)) or b"").partition(b"\n")
    if not text or hashlib.sha256(text).hexdigest().encode() != digest:
        return None
    try:
        said = load_canonical(text)
    except TaihangError:
        return None
    if not isinstance(said, dict) or said.get("ground") != ground:
        return None
    sums = said["sums"]
    parts = [sums[part] for part in _PARTS] if isinstance(sums, dict) else []
    return MonthSums(*(_read(part) for part in parts))


_NO_ROWS: Final[Columns] = {name: np.zeros(0, np.int64) for name in ("time_s", "closed")}


def _file(name: str) -> str:
    return f"{name}.sums"


def _read(value: JsonValue) -> dict[str, dict[str, int]]:
    found = value if isinstance(value, dict) else {}
    return {
        key: {name: n for name, n in each.items() if isinstance(n, int)}
        for key, each in found.items()
        if isinstance(each, dict)
    }


def _combined(before: _Sums, was: _Sums, now: _Sums) -> dict[str, dict[str, int]]:
    found = {key: {**values} for key, values in before.items()}
    for sign, side in ((-1, was), (1, now)):
        for key, values in side.items():
            for name, value in values.items():
                found[key][name] += sign * value
    return found


def counted(wh: NDArray[np.int64], quality: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Say which intervals a provable statement counts: read, and not below zero, shape (n,)."""
    read = (quality == Quality.MEASURED) | (quality == Quality.MANUAL)
    return read & (wh >= 0)


def _of_meter(rows: Columns) -> dict[str, int]:
    chosen = counted(rows["wh"], rows["quality"])
    return {"wh": int(rows["wh"][chosen].sum()), "n": int(chosen.sum())}


def _of_user(rows: Columns) -> dict[str, int]:
    estimated = rows["quality"] == Quality.ESTIMATED
    carried = rows["line_wh"] > 0
    return {
        "n": len(rows["time_s"]),
        "load_wh": int(rows["total_wh"].sum()),
        "line_wh": int(rows["line_wh"].sum()),
        "pool_wh": int(rows["pool_wh"].sum()),
        "missing": int((rows["quality"] >= Quality.MISSING).sum()),
        "estimated": int(estimated.sum()),
        "estimated_wh": int(rows["total_wh"][estimated].sum()),
        "on_line": int(carried.sum()),
        "wholly_on_line": int((carried & (rows["line_wh"] == rows["total_wh"])).sum()),
    }


def _of_plant(rows: Columns, closed_s: NDArray[np.int64] | None) -> dict[str, int]:
    """Add up a plant, over closed intervals only; None where all are closed."""
    generated_wh = np.maximum(rows["total_wh"], 0)
    if closed_s is not None:
        generated_wh = generated_wh[np.isin(rows["time_s"], closed_s)]
    return {"n": len(rows["time_s"]), "closed_wh": int(generated_wh.sum())}


def rows_within(slabs: Slabs, period: Period) -> Slabs:
    """Return the rows of a period, and no slab empty; each slab is in order of time."""
    found: dict[tuple[str, ...], Columns] = {}
    for key, rows in slabs.items():
        first, last = np.searchsorted(rows["time_s"], [period.start_s, period.end_s])
        if last > first:
            found[key] = {name: column[first:last] for name, column in rows.items()}
    return found
