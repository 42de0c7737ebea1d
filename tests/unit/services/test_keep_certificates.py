"""Claiming, taking back and ending certificates: once, with words that help."""

from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import certified_park
import small_park
from taihang.adapters.system import FixedClock
from taihang.core.certificates.certificate import Piece
from taihang.core.certificates.refusal import ActIdReusedError, MoreThanHeldError
from taihang.core.periods import PeriodError
from taihang.services.keep_certificates import (
    Claiming,
    UnknownIssueError,
    claim,
    expire_due,
    issue_of,
    withdraw,
)
from taihang.services.ports import Ports

CLAIM = Claiming(
    id="c1",
    party="E01",
    purpose="scope 2",
    beneficiary="E01",
    period="2026-08",
    wh=1_000,
    pieces=(),
)


@pytest.fixture
def ports(tmp_path: Path) -> Generator[Ports]:
    root = small_park.make(tmp_path / "park", text=certified_park.text())
    with small_park.opened(root) as opened:
        certified_park.settled(opened)
        yield opened


def _later(ports: Ports, days: int) -> Ports:
    return replace(ports, clock=FixedClock(small_park.NOW + timedelta(days=days)))


def test_claim__said_again_days_later__is_the_same_act(ports: Ports) -> None:
    first = claim(CLAIM, ports=ports)
    again = claim(CLAIM, ports=_later(ports, 30))

    assert (first.wh, again.wh, again.is_repeated) == (1_000, 1_000, True)
    with pytest.raises(ActIdReusedError):
        claim(replace(CLAIM, wh=2_000), ports=ports)


def test_claim__for_no_month_or_year__is_refused(ports: Ports) -> None:
    with pytest.raises(PeriodError):
        claim(replace(CLAIM, period="August"), ports=ports)


def test_withdraw__takes_back_what_is_unsold_and_nothing_else(ports: Ports) -> None:
    name = ports.registry.certificates.issues()[0].id
    claim(replace(CLAIM, wh=None, pieces=(Piece(name, 0, 10),)), ports=ports)

    done = withdraw("w", (Piece(name, 10, 20),), reason="r", ports=ports)

    assert done.wh == 10
    with pytest.raises(MoreThanHeldError, match="claimed"):
        withdraw("w2", (Piece(name, 5, 12),), reason="r", ports=ports)


def test_expire_due__ends_all_that_is_over_once(ports: Ports) -> None:
    assert not list(expire_due(ports=ports))
    claim(CLAIM, ports=ports)
    later = _later(ports, 3 * 366)

    done, again = expire_due(ports=later), expire_due(ports=later)

    assert len(done) == 3
    assert not list(again)
    states = {state for _, state, _ in ports.registry.certificates.totals()}
    assert states == {"claimed", "expired"}


def test_issue_of__an_unknown_id__names_ids_that_are_near(ports: Ports) -> None:
    assert issue_of("2026-08.pool.E01", ports=ports).recipient == "E01"
    with pytest.raises(UnknownIssueError, match=r"2026-08\.line\.DL1\.E01"):
        issue_of("2026-08.pool.E99", ports=ports)
