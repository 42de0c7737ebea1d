"""Acting on certificates: acts of now, in groups, and the same act once."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

import certified_park
import small_park
from taihang.core.certificates.act import Claim
from taihang.core.certificates.refusal import MoreThanHeldError
from taihang.services import ledger
from taihang.services.ledger import (
    MAX_AGE_S,
    MAX_AHEAD_S,
    MAX_ID,
    ActGroupError,
    ActIdError,
    ActTimeError,
    act_on,
    act_once,
)
from taihang.services.ports import Ports

NOW_S = int(small_park.NOW.timestamp())
CLAIM = Claim(
    id="c",
    actor="E01",
    at_s=NOW_S,
    purpose="p",
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


def test_act_once__moves_once_and_tells_the_same_again(ports: Ports) -> None:
    first, again = act_once(CLAIM, ports=ports), act_once(CLAIM, ports=ports)

    assert first.wh == again.wh == 1_000
    assert (first.is_repeated, again.is_repeated) == (False, True)
    assert first.moved == again.moved


@pytest.mark.parametrize("id_", ["issue:2026-09.pool.E01", "x" * (MAX_ID + 1), "a\nb"])
def test_act_once__of_an_id_that_only_the_park_gives__is_refused(ports: Ports, id_: str) -> None:
    n_acts = len(ports.registry.certificates.act_roll())

    with pytest.raises(ActIdError, match="without a colon"):
        act_once(replace(CLAIM, id=id_), ports=ports)

    assert len(ports.registry.certificates.act_roll()) == n_acts


def test_act_once__of_an_id_with_a_colon_that_stands__is_told_again(ports: Ports) -> None:
    known = replace(CLAIM, id="old:1")
    act_on([known], ports=ports)

    assert act_once(known, ports=ports).is_repeated


def test_act_once__refused__says_why(ports: Ports) -> None:
    with pytest.raises(MoreThanHeldError, match="at most the"):
        act_once(replace(CLAIM, wh=10**12), ports=ports)


@pytest.mark.parametrize("off_s", [-MAX_AGE_S - 1, MAX_AHEAD_S + 1])
def test_act_on__of_another_time__is_refused_beside_others(ports: Ports, off_s: int) -> None:
    told = act_on([replace(CLAIM, id="late", at_s=NOW_S + off_s), CLAIM], ports=ports)

    assert isinstance(told[0].refusal, ActTimeError)
    assert (told[1].act, told[1].wh) == ("c", 1_000)


@pytest.mark.parametrize("off_s", [-MAX_AGE_S, MAX_AHEAD_S])
def test_act_on__at_the_limit__is_taken(ports: Ports, off_s: int) -> None:
    assert act_on([replace(CLAIM, at_s=NOW_S + off_s)], ports=ports)[0].wh == 1_000


def test_act_on__known_and_long_ago__is_told_again(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    act_once(CLAIM, ports=ports)
    monkeypatch.setattr(ledger, "MAX_AGE_S", -1)

    assert act_on([CLAIM], ports=ports)[0].is_repeated


def test_act_on__more_than_a_group__is_refused(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "MAX_GROUP", 1)

    with pytest.raises(ActGroupError, match="2 acts"):
        act_on([CLAIM, replace(CLAIM, id="d")], ports=ports)
