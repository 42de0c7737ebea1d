"""Where every generated watt-hour is: closed to 0 Wh before the issue, after it, and restated."""

from collections.abc import Generator
from pathlib import Path

import pytest

import certified_park
import small_park
from small_park import AUGUST
from taihang.core.certificates.act import OPERATOR, Withdraw
from taihang.core.certificates.certificate import Piece
from taihang.services.certificate_balance import (
    COVERED,
    OWED,
    PRODUCED,
    STATES,
    MonthBalance,
    month_balances,
)
from taihang.services.ledger import act_once
from taihang.services.ports import Ports
from taihang.services.settle import settle

AT = 1_300


@pytest.fixture
def held(tmp_path: Path) -> Generator[Ports]:
    yield from _opened(tmp_path, "hold")


@pytest.fixture
def claimed(tmp_path: Path) -> Generator[Ports]:
    yield from _opened(tmp_path, "claim")


def _opened(folder: Path, self_use: str) -> Generator[Ports]:
    root = small_park.make(folder / "park", text=certified_park.text(self_use=self_use))
    with small_park.opened(root) as ports:
        certified_park.settled(ports)
        yield ports


def _august(ports: Ports) -> MonthBalance:
    (found,) = month_balances(["2026-08", "2026-09"], ports=ports)
    assert found.difference_wh == 0
    assert set(found.by_state_wh) <= set(STATES)
    return found


def test_month_balances__before_the_issue__tell_what_was_produced(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", text=small_park.PARK)
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        settle(AUGUST, ports=ports)

        found = _august(ports)

    assert found.by_state_wh[PRODUCED] == 260_526_200
    assert "held" not in found.by_state_wh


def test_month_balances__restated__leave_out_what_is_not_there(held: Ports) -> None:
    before = _august(held)
    certified_park.corrected(held, {AT: 5})

    after = _august(held)

    assert before.by_state_wh["held"] - after.by_state_wh["held"] == 500
    assert "withdrawn" not in after.by_state_wh


def test_month_balances__of_what_was_sold_and_is_gone__show_it_as_owed(claimed: Ports) -> None:
    certified_park.corrected(claimed, {AT: 5})
    owing = _august(claimed)
    certified_park.corrected(claimed, {AT: 0})
    covered = _august(claimed)

    assert owing.by_state_wh[OWED] == -500
    assert (covered.by_state_wh[OWED], covered.by_state_wh[COVERED]) == (-500, 500)


def test_month_balances__of_what_an_operator_took_back__show_it(held: Ports) -> None:
    made = held.registry.certificates.issues()[0]
    act_once(
        Withdraw(
            id="w",
            actor=OPERATOR,
            at_s=int(small_park.NOW.timestamp()),
            reason="r",
            pieces=(Piece(made.id, 5, 25),),
        ),
        ports=held,
    )

    assert _august(held).by_state_wh["withdrawn"] == 20
