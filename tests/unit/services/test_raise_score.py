"""What would raise a score: each measure alone, the least size, the price, the cheapest."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import score_kit
import small_park
from taihang.services.raise_score import (
    NothingScoredError,
    PointsError,
    RaiseAnswer,
    Raised,
    raise_score,
)
from taihang.services.score_account import Scores, scores


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Scores:
    root = score_kit.make(tmp_path_factory.mktemp("raise") / "park", score_kit.MEASURES)
    with small_park.opened(root, writing=False) as ports:
        return scores(score_kit.YEAR, ports=ports)


def answer(found: Scores, points: str, subject: str = "park") -> RaiseAnswer:
    return raise_score(found, subject, points=Decimal(points))


def by_id(found: RaiseAnswer) -> dict[str, Raised]:
    return {one.measure.id: one for one in found.each}


@pytest.mark.parametrize("points", ["0.5", "2", "5"])
@pytest.mark.parametrize("subject", ["park", "E01", "E02"])
def test_raise_score__really_reaches_the_target(found: Scores, points: str, subject: str) -> None:
    got = answer(found, points, subject)

    assert [one.measure.id for one in got.each] == ["PV", "BAT", "SHIFT", "NIGHT"]
    for one in got.each:
        assert (one.size is None) == (one.reached_ratio < got.target_ratio)
        assert (one.size is None) == (one.cost_cny is None)
        assert one.reached_ratio >= got.now_ratio


def test_raise_score__more_plants_are_the_profile_of_the_park_scaled(found: Scores) -> None:
    got = answer(found, "1")
    one, use = by_id(got)["PV"], found.of("park").use
    (profile_wh,) = found.hours.generated_wh.values()
    assert one.size is not None

    # The park has 1 500 kW of PV.
    served = [
        int(np.minimum(kw * profile_wh // 1_500, use.residual_wh).sum())
        for kw in (one.size - 1, one.size)
    ]

    assert served[0] < got.needed_wh <= served[1] == one.served_wh
    assert one.cost_cny == one.size * 300


def test_raise_score__asks_the_price_of_what_it_needs(found: Scores) -> None:
    got = by_id(answer(found, "1"))
    wanted_wh = answer(found, "1").needed_wh

    battery, night, shift = got["BAT"], got["NIGHT"], got["SHIFT"]
    assert battery.size is not None
    assert battery.cost_cny == battery.size * 4 * 100
    assert night.size == wanted_wh
    assert night.cost_cny == Decimal(wanted_wh) / 1_000 * Decimal("0.05")
    assert shift.cost_cny == Decimal(shift.served_wh) / 1_000 * Decimal("0.2")


def test_raise_score__names_the_cheapest_that_reaches_it(found: Scores) -> None:
    got = answer(found, "1")
    costs = [one.cost_cny for one in got.each if one.cost_cny is not None]

    assert got.cheapest is not None
    assert got.cheapest.cost_cny == min(costs)
    assert len(costs) == 4


def test_raise_score__says_what_a_measure_would_reach_at_its_limit(found: Scores) -> None:
    got = answer(found, "45")
    pv, night = by_id(got)["PV"], by_id(got)["NIGHT"]

    # The sun does not shine at night, and 8 hours of night are not 45 % of the load.
    assert (pv.size, night.size) == (None, None)
    assert got.now_ratio < pv.reached_ratio < got.target_ratio
    use = found.of("park").use
    dark = [at for at, (_, h) in enumerate(found.hours.local_hours) if h >= 22 or h < 6]
    assert night.served_wh == int(use.residual_wh[dark].sum())
    assert got.cheapest is None


def test_raise_score__of_a_user_can_store_the_surplus_of_the_park(found: Scores) -> None:
    got = answer(found, "2", "E02")
    battery = by_id(got)["BAT"]

    assert battery.served_wh <= Fraction("0.9") * int(found.hours.surplus_wh.sum())
    assert battery.size is not None


@pytest.mark.parametrize("points", ["0", "-1", "100"])
def test_raise_score__refuses_points_that_cannot_be(found: Scores, points: str) -> None:
    with pytest.raises(PointsError):
        answer(found, points)


def test_raise_score__is_for_a_year_with_a_known_hour(tmp_path: Path) -> None:
    root = score_kit.make(tmp_path / "park", score_kit.MEASURES)
    with small_park.opened(root, writing=False) as ports:
        of_month = scores(score_kit.JUNE, ports=ports)
        of_nothing = scores("2025", ports=ports)

    with pytest.raises(PointsError, match="2026"):
        answer(of_month, "1")
    with pytest.raises(NothingScoredError):
        answer(of_nothing, "1")
