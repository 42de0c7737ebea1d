"""What is taken back of the issues of a restated month, lot by lot."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from taihang.core.certificates.act import MAX_PIECES, OPERATOR, Correct, LessOfLot, Withdraw
from taihang.core.certificates.act_document import open_act
from taihang.core.certificates.certificate import Certificate, State
from taihang.core.certificates.issue import Issue
from taihang.core.certificates.restatement import Difference, take_less
from taihang.core.certificates.sheet import Sheet, open_sheet
from taihang.core.periods import STEP_S
from taihang.services.ports import Ports


def corrections(
    found: Sequence[Difference], *, before: Sheet, after: Sheet, ports: Ports
) -> Iterator[Correct]:
    """Yield the acts that take back what shrank, the latest supplement first.

    Args:
        found: What the whole sheets differ in.
        before: The whole sheet that the month was issued by.
        after: The whole sheet of the restated month.
        ports: The outside world.
    """
    there = ports.registry.certificates.issues(before.month)
    at_s = int(ports.clock.now().timestamp())
    sha256 = after.sha256
    reason = f"restated: journal {before.journal_size} to {after.journal_size}"
    for one in found:
        left_wh = np.maximum(-one.more_wh, 0)
        same = [
            made for made in there if (made.route, made.recipient) == (one.route, one.recipient)
        ]
        for made in reversed(same):
            lots = list(_less(made, one.plants, left_wh, ports))
            for first in range(0, len(lots), MAX_PIECES):
                yield Correct(
                    id=f"correct:{made.id}:{sha256[:12]}:{first // MAX_PIECES}",
                    actor=OPERATOR,
                    at_s=at_s,
                    issue=made.id,
                    sheet_sha256=sha256,
                    reason=reason,
                    lots=tuple(lots[first : first + MAX_PIECES]),
                )


def _less(
    made: Issue, plants: tuple[str, ...], left_wh: NDArray[np.int64], ports: Ports
) -> Iterator[LessOfLot]:
    """Take from an issue what it can give, and leave in ``left_wh`` what others must give."""
    sheet = open_sheet(ports.registry.certificates.sheet(made.sheet_sha256))
    route = sheet.route(made.route)
    pairs_wh = route.pairs_of(made.recipient)
    rest_wh = pairs_wh - _taken_before(made, route.plants, sheet, ports)
    rows = [plants.index(plant) for plant in route.plants if plant in plants]
    own = [row for row, plant in enumerate(route.plants) if plant in plants]
    less_wh = np.zeros_like(pairs_wh)
    less_wh[own] = np.minimum(left_wh[rows], rest_wh[own])
    left_wh[rows] -= less_wh[own]
    if not less_wh.any():
        return
    by_hand = _withdrawn_by_hand(made, ports)
    for lot in take_less(
        pairs_wh, plants=route.plants, start_s=sheet.period.start_s, less_wh=less_wh
    ):
        yield from _still_standing(lot, by_hand)


def _taken_before(
    made: Issue, plants: Sequence[str], sheet: Sheet, ports: Ports
) -> NDArray[np.int64]:
    taken_wh = np.zeros((len(plants), sheet.period.n_steps), np.int64)
    for record in ports.registry.certificates.acts_named(f"correct:{made.id}:"):
        act = open_act(record.document.encode())
        for lot in act.lots if isinstance(act, Correct) else ():
            step = (lot.start_s - sheet.period.start_s) // STEP_S
            taken_wh[plants.index(lot.plant), step] += lot.less_wh
    return taken_wh


def _withdrawn_by_hand(made: Issue, ports: Ports) -> list[Certificate]:
    """Return what an operator took back, which no longer stands for any energy."""
    tables = ports.registry.certificates
    found: list[Certificate] = []
    for one in tables.certificates(made.id):
        if one.state is State.WITHDRAWN:
            record = tables.act(one.act)
            if record and isinstance(open_act(record.document.encode()), Withdraw):
                found.append(one)
    return found


def _still_standing(lot: LessOfLot, by_hand: Sequence[Certificate]) -> Iterator[LessOfLot]:
    gone_wh = sum(
        max(min(one.stop_wh, lot.stop_wh) - max(one.first_wh, lot.first_wh), 0) for one in by_hand
    )
    if lot.less_wh > gone_wh:
        yield LessOfLot(lot.plant, lot.start_s, lot.first_wh, lot.stop_wh, lot.less_wh - gone_wh)
