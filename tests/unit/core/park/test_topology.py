from dataclasses import replace

import pytest

from taihang.core.park.park import Park


@pytest.mark.parametrize(
    ("resolution_wh", "multiplier", "expected"),
    [(10, 100, 1_000), (1, 1, 1), (10, 12_000, 120_000)],
)
def test_wh_per_count__is_the_dial_behind_the_transformers(
    park: Park, resolution_wh: int, multiplier: int, expected: int
) -> None:
    meter = replace(park.meters["M-E01"], resolution_wh=resolution_wh, multiplier=multiplier)

    assert meter.wh_per_count == expected


def test_modulus__is_one_more_than_the_largest_dial(park: Park) -> None:
    meter = replace(park.meters["M-E01"], digits=6)

    assert meter.modulus == int("9" * 6) + 1
