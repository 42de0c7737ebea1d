"""Hours of a period: those of the park as they are scored, those of one's own from its own rows."""

from collections.abc import Generator

import numpy as np
import pytest

import score_kit
import small_park
from score_kit import JUNE, YEAR
from taihang.core.access.scope import Scope
from taihang.services.account import issue_statements
from taihang.services.green_hours import green_hours
from taihang.services.ports import Ports
from taihang.services.score_account import drafts, scores
from taihang.services.sight import see


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root = score_kit.make(tmp_path_factory.mktemp("hours") / "park", score_kit.MEASURES)
    with small_park.opened(root) as opened:
        yield opened


def test_green_hours__are_those_of_the_scores(ports: Ports) -> None:
    found = green_hours(JUNE, ports=ports)
    same = scores(JUNE, ports=ports)

    assert [*found.each] == [one.subject for one in same.each]
    assert found.each["park"].score == same.of("park").score
    assert len(found.local_hours) == 720
    assert found.has_any
    assert found.issued == {}


def test_green_hours__of_a_month_that_nobody_settled_know_nothing(ports: Ports) -> None:
    assert not green_hours("2026-05", ports=ports).has_any
    own = see(ports, Scope(frozenset(("E01",))))
    assert not green_hours("2026-05", ports=own).has_any


def test_green_hours__of_ones_own_are_the_same_hours(ports: Ports) -> None:
    own = green_hours(JUNE, ports=see(ports, Scope(frozenset(("E01",)))))
    same = scores(JUNE, ports=ports).of("E01")

    assert ([*own.each], own.scored) == (["E01"], None)
    one = own.each["E01"]
    assert one.score is not None
    assert same.score is not None
    assert one.score.contracted_ratio == same.score.contracted_ratio
    assert np.array_equal(one.use.load_wh, same.use.load_wh)
    assert np.array_equal(one.use.matched_wh, same.use.matched_wh)


def test_green_hours__of_a_year_keep_what_is_not_settled_apart(ports: Ports) -> None:
    own = green_hours(YEAR, ports=see(ports, Scope(frozenset(("E01",)))))

    one = own.each["E01"]
    assert int(one.use.known.sum()) == 720
    assert int(one.use.load_wh[~one.use.known].sum()) == 0


def test_green_hours__know_what_is_on_record(ports: Ports) -> None:
    found = drafts(JUNE, ports=ports, subjects=["park"])
    issue_statements(found, period=JUNE, ports=ports)

    assert green_hours(JUNE, ports=ports).issued["park"].id == f"cfe.park.{JUNE}.v1"
