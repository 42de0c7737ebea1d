"""What is odd about readings is seen in them, each by a fault that was planted."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from import_kit import NOW_S, PLACE, POINTS
from taihang.adapters.imports.account import ImportResult, Refusal, RefusedRow
from taihang.adapters.imports.look import known_by_id, oddities_of
from taihang.core.metering.import_draft import Oddity, Severity
from taihang.core.metering.readings import ReadingBlock
from taihang.core.series import Quality, Quantity

START_S = 1_735_660_800
"""2025-01-01 00:00 in Asia/Shanghai."""
N = 28 * 96
STEPS = np.arange(N)
Floats = NDArray[np.float64]


def block(
    counts: NDArray[np.int64] | None = None,
    *,
    point: str = "M-E01",
    quantity: Quantity = Quantity.ENERGY,
    times_s: NDArray[np.int64] | None = None,
    quality: NDArray[np.uint8] | None = None,
) -> ReadingBlock:
    """Four weeks of a load that never repeats itself, unless told otherwise."""
    plain = 100_000 + (STEPS * 7_919 % 10_007) * 3
    counts = plain if counts is None else counts
    return ReadingBlock(
        point=point,
        quantity=quantity,
        unit="Wh",
        scale="1",
        modulus=0,
        times_s=START_S + 900 * np.arange(len(counts)) if times_s is None else times_s,
        counts=counts.astype(np.int64),
        quality=np.zeros(len(counts), np.uint8) if quality is None else quality,
    )


def result(*blocks: ReadingBlock, refused: tuple[RefusedRow, ...] = ()) -> ImportResult:
    return ImportResult(
        blocks=blocks,
        file_sha256={},
        rows_read=10,
        rows_used=10,
        rows_missing=0,
        rows_repeated=0,
        rows_refused=len(refused),
        refused=refused,
        unplaced_wh={},
        notes=(),
    )


def odd(*blocks: ReadingBlock) -> dict[str, Oddity]:
    found = oddities_of(result(*blocks), points=known_by_id(POINTS), place=PLACE)
    return {each.kind: each for each in found}


def changed(at: slice, change: Callable[[NDArray[np.int64]], NDArray[np.int64]]) -> ReadingBlock:
    whole = block()
    counts = whole.counts.copy()
    counts[at] = change(counts[at])
    return replace(whole, counts=counts)


def test_oddities_of__an_honest_load_has_none() -> None:
    assert odd(block()) == {}


@pytest.mark.parametrize(
    ("kind", "faulty", "n", "first_step"),
    [
        ("spike", changed(slice(500, 502), lambda c: c * 40), 2, 500),
        ("flat", changed(slice(300, 420), lambda c: c * 0 + 77_777), 1, 300),
        ("level", changed(slice(14 * 96, None), lambda c: c // 1_000), 1, 14 * 96),
        ("negative", changed(slice(10, 13), lambda c: -c), 3, 10),
        ("zero", changed(slice(None), lambda c: c * 0), N, None),
    ],
)
def test_oddities_of__a_planted_fault_is_seen(
    kind: str, faulty: ReadingBlock, n: int, first_step: int | None
) -> None:
    found = odd(faulty)[kind]

    assert (found.point, found.n, found.severity) == ("M-E01", n, Severity.LOOK)
    assert found.first_s == (None if first_step is None else START_S + 900 * first_step)


def test_oddities_of__a_gap_is_counted_and_the_longest_is_named() -> None:
    kept = np.ones(N, bool)
    kept[100:104] = kept[900] = False
    whole = block()

    found = odd(
        replace(
            whole,
            times_s=whole.times_s[kept],
            counts=whole.counts[kept],
            quality=whole.quality[kept],
        )
    )["gap"]

    assert (found.n, found.first_s) == (5, START_S + 100 * 900)
    assert found.said == {"stretches": "2", "longest_h": "1"}


def test_oddities_of__missing_times_are_counted() -> None:
    quality = np.zeros(N, np.uint8)
    quality[5:9] = Quality.MISSING

    assert odd(block(quality=quality))["missing"].n == 4
    assert odd(block(quality=np.full(N, Quality.MISSING, np.uint8)))["empty"].n == N


def test_oddities_of__hours_written_four_times_are_seen() -> None:
    assert odd(block(100_000 + (STEPS // 4 * 7_919 % 10_007)))["hourly"].n == N // 4


def test_oddities_of__the_future_is_told() -> None:
    later_s = NOW_S - 450 + 900 * np.arange(N)

    found = odd(block(times_s=later_s))["future"]

    assert (found.n, found.first_s) == (N - 1, NOW_S + 450)


def test_oddities_of__a_register_that_falls_is_told() -> None:
    counts = 1_000 + STEPS * 3
    counts[700:] -= 2_000

    found = odd(block(counts, quantity=Quantity.REGISTER))["falls"]

    assert (found.n, found.first_s) == (1, START_S + 700 * 900)


def sun(shift_h: float) -> ReadingBlock:
    """A roof whose day has its middle so many hours after the noon of the mean sun."""
    hour = (START_S + 900 * STEPS + 450 + 113.1 * 240) / 3_600 % 24 - 12 - shift_h
    hour = (hour + 12) % 24 - 12
    counts = np.maximum(0, np.cos(hour / 12 * np.pi)) * (90_000 + STEPS * 7_919 % 10_007)
    return block(counts.astype(np.int64), point="M-PV01")


def test_oddities_of__a_roof_whose_noon_is_at_night_has_another_zone() -> None:
    assert "sun" not in odd(sun(0.5))

    assert odd(sun(-8))["sun"].said == {"hours": "-8.0"}


def test_oddities_of__the_hour_of_a_clock_that_was_set_forward_is_known() -> None:
    # 2025-03-30 02:00 … 03:00 does not exist in Europe/Berlin.
    first_s = 1_743_260_400  # 2025-03-29 23:00 in Asia/Shanghai
    times_s = first_s + 900 * np.arange(96)
    kept = (times_s < first_s + 3 * 3_600) | (times_s >= first_s + 4 * 3_600)
    whole = block(np.arange(96) * 13 + 5, times_s=times_s)

    found = odd(
        replace(
            whole,
            times_s=whole.times_s[kept],
            counts=whole.counts[kept],
            quality=whole.quality[kept],
        )
    )["clock"]

    assert found.said == {"zone": "Europe/Berlin", "at": "2025-03-30 02:00"}


def test_oddities_of__refused_rows_stop_and_come_first() -> None:
    row = RefusedRow("a.csv", 3, "kWh", "M-E01", Refusal.NOT_A_NUMBER, "'x'")

    found = oddities_of(
        result(changed(slice(10, 13), lambda c: -c), refused=(row, row)),
        points=known_by_id(POINTS),
        place=PLACE,
    )

    assert [(each.kind, each.severity, each.n) for each in found] == [
        ("refused.not-a-number", Severity.STOPS, 2),
        ("negative", Severity.LOOK, 3),
    ]
    assert found[0].said["given"] == "'x'"


def test_oddities_of__repeated_and_unplaced_rows_are_told() -> None:
    told = replace(result(block()), rows_repeated=4, unplaced_wh={"M-E01": 70})

    found = oddities_of(told, points={}, place=PLACE)

    assert [(each.kind, each.n) for each in found] == [("repeated", 4), ("unplaced", 1)]
