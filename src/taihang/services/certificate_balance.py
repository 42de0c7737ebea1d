"""Where every generated watt-hour of a month is: in one state of the ledger, or in no certificate.

Closed to the watt-hour for each month: what is generated is what stands in certificates, less what
is owed of it, with what no certificate is made of, by reason.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.balance.matching import RouteKind
from taihang.core.certificates.act import Correct, Cover
from taihang.core.certificates.act_document import open_act
from taihang.core.certificates.certificate import State
from taihang.core.certificates.issue import Issue
from taihang.core.periods import month
from taihang.core.series import Quality
from taihang.services.account import UnsettledMonthError
from taihang.services.matched import Matched, plant_states, shares_of
from taihang.services.ports import Ports

PRODUCED: Final = "produced"
COVERED: Final = "covered"
OWED: Final = "owed"
ESTIMATED: Final = "estimated"
HELD_BACK: Final = "held-back"
LOST: Final = "lost"
UNASSIGNED: Final = "unassigned"
UNCLAIMED: Final = "unclaimed"
STATES: Final = (
    PRODUCED,
    *(state.value for state in State),
    COVERED,
    OWED,
    ESTIMATED,
    HELD_BACK,
    LOST,
    UNASSIGNED,
    UNCLAIMED,
)
"""In the order in which they are told."""


@dataclass(frozen=True, slots=True)
class MonthBalance:
    """One month, closed."""

    month: str
    generated_wh: int
    """Net generation of all plants, own use at night left out. [Wh]"""
    by_state_wh: Mapping[str, int]
    """By ``STATES``; ``owed`` is what was sold and is not produced, 0 or less. [Wh]"""
    released_wh: Mapping[str, int]
    """What batteries released, by state; it was generated before, and is in no sum. [Wh]"""

    @property
    def difference_wh(self) -> int:
        """Generated less everything that is told: 0, or the ledger is wrong [Wh]."""
        return self.generated_wh - sum(self.by_state_wh.values())


def month_balances(names: Iterable[str], *, ports: Ports) -> Iterator[MonthBalance]:
    """Yield the balance of every month that is settled whole.

    Args:
        names: Local months.
        ports: The outside world.
    """
    totals: dict[str, Counter[str]] = {}
    for (issue, state, _), wh in ports.registry.certificates.totals().items():
        totals.setdefault(issue, Counter())[state] += wh
    for name in names:
        try:
            matched = shares_of(month(name, ports.park.zone), ports=ports)
        except UnsettledMonthError:
            continue
        yield _balance(name, matched, totals, ports)


def _balance(
    name: str, matched: Matched, totals: Mapping[str, Counter[str]], ports: Ports
) -> MonthBalance:
    issues = ports.registry.certificates.issues(name)
    by_state, released = Counter[str](), Counter[str]()
    for made in issues:
        is_released = made.route.kind is RouteKind.STORAGE
        (released if is_released else by_state).update(totals.get(made.id, {}))
    generated = [made for made in issues if made.route.kind is not RouteKind.STORAGE]
    by_state += _withdrawn(generated, by_state, ports)
    found = {state: wh for state, wh in by_state.items() if wh}
    for state, wh in _not_certified(matched, is_issued=bool(issues), ports=ports).items():
        found[state] = found.get(state, 0) + wh
    owed_wh = _owed_wh(generated, ports)
    if owed_wh:
        found[OWED] = -owed_wh
    return MonthBalance(
        month=name,
        generated_wh=int(np.maximum(matched.generated_wh, 0).sum()),
        by_state_wh={state: found[state] for state in STATES if found.get(state)},
        released_wh=dict(released),
    )


def _withdrawn(issues: Iterable[Issue], by_state: Counter[str], ports: Ports) -> Counter[str]:
    """Tell what covers from what was taken back, and leave out what is not there any more."""
    found = Counter[str]()
    if not by_state.pop(State.WITHDRAWN.value, 0):
        return found
    kinds: dict[str, str] = {}
    for made in issues:
        for one in ports.registry.certificates.certificates(made.id):
            if one.state is State.WITHDRAWN:
                kind = kinds.setdefault(one.act, _kind_of(one.act, ports))
                found[kind] += one.wh
    del found[Correct.KIND]
    return found


def _kind_of(act: str, ports: Ports) -> str:
    record = ports.registry.certificates.act(act)
    made = None if record is None else open_act(record.document.encode())
    if isinstance(made, Correct):
        return Correct.KIND
    return COVERED if isinstance(made, Cover) else State.WITHDRAWN.value


def _owed_wh(issues: Iterable[Issue], ports: Ports) -> int:
    """Return what lots shrank by and could not be taken back [Wh]."""
    owed_wh = 0
    for made in issues:
        for record in ports.registry.certificates.acts_named(f"correct:{made.id}:"):
            act = open_act(record.document.encode())
            if isinstance(act, Correct):
                owed_wh += sum(lot.less_wh for lot in act.lots)
                owed_wh -= sum(piece.wh for piece in record.moved)
    return owed_wh


def _not_certified(matched: Matched, *, is_issued: bool, ports: Ports) -> dict[str, int]:
    """Return what no certificate is made of, by reason [Wh]."""
    states = plant_states(matched, ports=ports)
    plants = matched.energies.plants
    unclaimed_wh = states["unclaimed"]
    estimated = plants.quality == Quality.ESTIMATED
    certified_wh = sum(int(states[name].sum()) for name in ("matched", "charged", "fed-in"))
    return {
        PRODUCED: 0 if is_issued else certified_wh,
        ESTIMATED: int(unclaimed_wh[estimated].sum()),
        HELD_BACK: int(unclaimed_wh[~estimated & plants.held].sum()),
        LOST: int(states["lost"].sum()),
        UNASSIGNED: int(states["unassigned"].sum()),
        UNCLAIMED: int(unclaimed_wh[~estimated & ~plants.held].sum()),
    }
