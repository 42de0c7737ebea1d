"""Remarks are found in the data: hourly values written four times."""

import numpy as np
import pytest
from numpy.typing import NDArray

from taihang.adapters.imports.remark import hourly_remarks, hours_written_four_times
from taihang.core.metering.readings import ReadingBlock
from taihang.core.series import Quality, Quantity


def prices(counts: NDArray[np.int64], *, first_s: int = 0) -> ReadingBlock:
    return ReadingBlock(
        point="price",
        quantity=Quantity.SAMPLE,
        unit="CNY/MWh",
        scale="0.01",
        modulus=0,
        times_s=first_s + np.arange(len(counts), dtype=np.int64) * 900,
        counts=counts,
        quality=np.zeros(len(counts), np.uint8),
    )


HOURLY = np.repeat(np.arange(48, dtype=np.int64), 4)


def test_hours_written_four_times__counts_the_hours() -> None:
    assert hours_written_four_times(prices(HOURLY)) == 48


def test_hourly_remarks__are_told_to_the_person_who_imports() -> None:
    (remark,) = hourly_remarks([prices(HOURLY), prices(np.arange(192, dtype=np.int64))])

    assert "price: hourly in substance, written four times: in all 48 whole hours" in remark


def test_hours_written_four_times__one_unequal_hour_disproves_it() -> None:
    counts = HOURLY.copy()
    counts[77] += 1

    assert hours_written_four_times(prices(counts)) == 0


def test_hours_written_four_times__a_missing_quarter_hour_proves_nothing_either_way() -> None:
    block = prices(HOURLY.copy())
    block.counts[77] = 999
    block.quality[77] = Quality.MISSING

    assert hours_written_four_times(block) == 47


def test_hours_written_four_times__values_shifted_against_the_hour_are_not_hourly() -> None:
    assert hours_written_four_times(prices(HOURLY, first_s=900)) == 0


@pytest.mark.parametrize(
    "counts",
    [
        np.zeros(0, np.int64),
        np.zeros(192, np.int64),
        np.repeat(np.arange(10, dtype=np.int64), 4),
        np.repeat(np.arange(3, dtype=np.int64), 96),
    ],
    ids=["empty", "constant", "too-short", "daily"],
)
def test_hours_written_four_times__little_change_proves_nothing(counts: NDArray[np.int64]) -> None:
    assert hours_written_four_times(prices(counts)) == 0
