"""Sums of a month over the enterprises of a park, for one who may not see each of them.

A sum is over the enterprises that have the figure; how many have none stands beside. What is shown
to whom follows ``core/access/aggregate.py``: the sum of the park first, then that of one's sector.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Final, cast

from taihang.core.access.aggregate import GroupSum, aggregates
from taihang.core.park.park import PARK_SUBJECT, Park
from taihang.core.periods import Period, month
from taihang.services.ports import Ports

GREEN: Final = "green"
"""Energy matched with plants; every other measure is named by the kind of its statements."""
UNITS: Final[Mapping[str, str]] = {
    "energy": "kWh",
    GREEN: "kWh",
    "standard-coal": "tce",
    "scope2-location": "tCO2",
    "scope2-market": "tCO2",
    "bill": "CNY",
}
"""Unit of each measure."""
_WH_PER_KWH: Final = 1_000


def park_sums(name: str, *, ports: Ports) -> tuple[GroupSum, ...]:
    """Return the sums of a month that whoever sees these ports may see.

    Args:
        name: The local month.
        ports: The outside world; of the whole park the sums are those that anybody may see.

    Returns:
        Every measure by group, those that are withheld included, each with its reason.
    """
    if ports.counter is not None:
        return ports.counter.sums(name)
    return sums_for((), name, ports=ports)


def sums_for(viewers: Collection[str], name: str, *, ports: Ports) -> tuple[GroupSum, ...]:
    """Return the sums of a month for one who knows the figures of some enterprises.

    Args:
        viewers: These enterprises.
        name: The local month.
        ports: The whole park.
    """
    groups = groups_of(ports.park, viewers=viewers)
    return tuple(
        GroupSum(
            measure=measure,
            unit=UNITS[measure],
            group=group,
            found=found,
            n_in_group=len(groups[group]),
        )
        for measure, parts in _parts(name, ports).items()
        for group, found in aggregates(groups, parts, viewers=viewers).items()
    )


def groups_of(park: Park, *, viewers: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the groups of enterprises of which a viewer may ask for a sum.

    Args:
        park: The whole park.
        viewers: Enterprises of the viewer; which sectors the others are of is not said.

    Returns:
        All enterprises first, then those of each sector of the viewer's own.
    """
    every = park.enterprises
    sectors = sorted({every[id_].sector for id_ in viewers if id_ in every})
    return {
        PARK_SUBJECT: tuple(every),
        **{name: tuple(e.id for e in every.values() if e.sector == name) for name in sectors},
    }


def _parts(name: str, ports: Ports) -> dict[str, dict[str, Fraction]]:
    """Return what each enterprise gives to each measure."""
    kinds = [kind for kind in UNITS if kind != GREEN]
    parts: dict[str, dict[str, Fraction]] = {measure: {} for measure in UNITS}
    for each in ports.registry.latest_statements(name, kinds):
        value = cast("Mapping[str, object]", json.loads(each.document)).get("value")
        if each.subject in ports.park.enterprises and value is not None:
            parts[each.kind][each.subject] = Fraction(str(value))
    period = month(name, ports.park.zone)
    parts[GREEN] = dict(_green(ports.park.enterprises, period, ports))
    return parts


def _green(ids: Iterable[str], period: Period, ports: Ports) -> Iterator[tuple[str, Fraction]]:
    rows = ports.lake.read("matching", period, columns=("line_wh", "pool_wh"))
    for id_ in ids:
        if ("user", id_) in rows:
            own = rows["user", id_]
            green_wh = int((own["line_wh"] + own["pool_wh"]).sum())
            yield id_, Fraction(green_wh, _WH_PER_KWH)
