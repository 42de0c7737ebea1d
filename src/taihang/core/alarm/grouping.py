"""One cause, one alarm: what befalls most meters of a gateway at once is told of the gateway.

A gateway that sends nothing for a day makes a gap, a poor day and a low share of every meter behind
it; telling each would bury what somebody has to do (ISA-18.2 calls it an alarm flood).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from taihang.core.alarm.condition import Cause, CauseKind, Condition
from taihang.core.alarm.rule import AlarmRule

GROUPED: Final = frozenset(
    (
        AlarmRule.METER_SILENT,
        AlarmRule.GAP_OPEN,
        AlarmRule.NOT_MEASURED,
        AlarmRule.QUALITY_POOR,
    )
)
"""Rules about meters that one gateway can cause for all of them."""
LEAST: Final = 3
"""Fewer meters are told one by one. Own choice."""
_TELLS: Final = ("since_at_s", "month_at_s")


def grouped(
    conditions: Iterable[Condition], *, meters_of: Mapping[str, tuple[str, ...]]
) -> list[Condition]:
    """Return conditions with those of most meters of a gateway put together.

    Args:
        conditions: What was found.
        meters_of: Meters by gateway.

    Returns:
        The conditions; a group is of its gateway and says how many of how many meters it is of.
    """
    gateway_of = {meter: gateway for gateway, meters in meters_of.items() for meter in meters}
    kept: list[Condition] = []
    groups: dict[tuple[AlarmRule, str, int], list[Condition]] = {}
    for each in conditions:
        gateway = gateway_of.get(each.subject)
        if each.rule in GROUPED and gateway is not None:
            groups.setdefault((each.rule, gateway, each.start_s), []).append(each)
        else:
            kept.append(each)
    for (_, gateway, _), members in groups.items():
        n_meters = len(meters_of[gateway])
        if len(members) >= LEAST and 2 * len(members) >= n_meters:
            kept.append(_group(gateway, members, n_meters))
        else:
            kept += members
    return kept


def _group(gateway: str, members: list[Condition], n_meters: int) -> Condition:
    first = members[0]
    ends_s = [each.end_s for each in members]
    told = tuple((name, value) for name, value in first.values if name in _TELLS)
    return replace(
        first,
        subject=gateway,
        cause=Cause(CauseKind.GATEWAY, gateway),
        values=(("gateway", gateway), ("meters", len(members)), ("of_meters", n_meters), *told),
        end_s=None if None in ends_s else max(end_s for end_s in ends_s if end_s is not None),
        n=max(each.n for each in members),
        last_s=max(each.last_s for each in members),
    )
