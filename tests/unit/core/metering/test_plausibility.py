"""Mixed-up units, signs and dials are told in words before anything is stored."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from taihang.core.metering.plausibility import Problem, ProblemKind, check_block
from taihang.core.metering.readings import ReadingBlock
from taihang.core.series import Quality, Quantity


def block(
    counts: Sequence[float] | NDArray[np.float64],
    *,
    quantity: Quantity = Quantity.ENERGY,
    quality: Sequence[int] | None = None,
    modulus: int = 0,
    scale: str = "1",
) -> ReadingBlock:
    n = len(counts)
    return ReadingBlock(
        point="M-E01",
        quantity=quantity,
        unit="Wh",
        scale=scale,
        modulus=modulus,
        times_s=np.arange(n, dtype=np.int64) * 900,
        counts=np.array(counts).astype(np.int64),
        quality=np.zeros(n, np.uint8) if quality is None else np.array(quality, np.uint8),
    )


def only(problems: list[Problem]) -> Problem:
    assert len(problems) == 1
    return problems[0]


HONEST_KW = np.array([300.0, 700.0, 950.0, 0.0, 610.0])
"""A meter of 1 000 kW."""


def test_check_block__an_honest_block_has_no_problem() -> None:
    assert check_block(block(HONEST_KW * 250), max_kw=1_000, is_net=False) == []


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (4, "kW given as kWh per 15 min"),
        (10, "CT or PT ratio"),
        (1_000, "kWh given as Wh"),
        (1_000_000, "MWh given as Wh"),
    ],
)
def test_check_block__names_the_unit_that_was_mixed_up(factor: int, words: str) -> None:
    problem = only(check_block(block(HONEST_KW * 250 * factor), max_kw=1_000, is_net=False))

    assert problem.kind is ProblemKind.ABOVE_RATING
    assert words in problem.remedy
    assert f"{950 * factor:.6g} kW at the highest" in problem.given


def test_check_block__single_spikes_are_not_taken_for_a_unit() -> None:
    counts = np.full(500, 100_000.0)
    counts[77] = 900_000.0

    problem = only(check_block(block(counts), max_kw=1_000, is_net=False))

    assert "single spikes" in problem.remedy
    assert (problem.n_rows, problem.first_s) == (1, 77 * 900)


def test_check_block__energy_runs_one_way_unless_the_meter_is_net() -> None:
    counts = [100, -20, 100, -30]

    one_way = only(check_block(block(counts, scale="10"), max_kw=1_000, is_net=False))

    assert one_way.kind is ProblemKind.NEGATIVE_ENERGY
    assert (one_way.n_rows, one_way.first_s) == (2, 900)
    assert "-300 Wh" in one_way.given
    assert check_block(block(counts), max_kw=1_000, is_net=True) == []


def test_check_block__a_net_meter_is_rated_both_ways() -> None:
    problem = only(check_block(block([-900_000]), max_kw=1_000, is_net=True))

    assert problem.kind is ProblemKind.ABOVE_RATING


def test_check_block__missing_and_rejected_readings_are_not_judged() -> None:
    found = check_block(
        block([1e12, -5], quality=[Quality.MISSING, Quality.REJECTED]), max_kw=1, is_net=False
    )

    assert found == []


def test_check_block__registers_are_judged_by_their_rise() -> None:
    honest = block([10, 40, 40, 70], quantity=Quantity.REGISTER, scale="1000")
    mixed_up = block([0, 250_000, 500_000], quantity=Quantity.REGISTER, scale="1000")

    problem = only(check_block(mixed_up, max_kw=1_000, is_net=False))

    assert check_block(honest, max_kw=120, is_net=False) == []
    assert "about 1000×" in problem.remedy
    assert (problem.n_rows, problem.first_s) == (2, 900)


def test_check_block__a_falling_register_is_left_to_settlement() -> None:
    fallen = block([990, 20, 30], quantity=Quantity.REGISTER, modulus=1_000, scale="1000")

    assert check_block(fallen, max_kw=50, is_net=False) == []


def test_problem__reads_like_an_error() -> None:
    problem = only(check_block(block([-1]), max_kw=1_000, is_net=False))

    expected = "input.negative-energy: given M-E01: -1 Wh at the lowest, 1 readings; expected 0 Wh"
    assert str(problem).startswith(expected)


@pytest.mark.parametrize(("count", "modulus"), [(-1, 0), (1_000, 1_000)])
def test_check_block__no_dial_shows_such_a_register(count: int, modulus: int) -> None:
    problem = only(
        check_block(
            block([count], quantity=Quantity.REGISTER, modulus=modulus), max_kw=1e9, is_net=False
        )
    )

    assert problem.kind is ProblemKind.OFF_DIAL
    assert problem.n_rows == 1


def test_check_block__samples_have_no_rating() -> None:
    assert check_block(block([-8_500], quantity=Quantity.SAMPLE), max_kw=1, is_net=False) == []
