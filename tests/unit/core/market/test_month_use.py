import numpy as np
import pytest

from market_case import AUGUST, month_use, refund, series, steady, supply, with_quality
from taihang.core.market.month_use import (
    DuplicateLineError,
    GreenPurchase,
    NegativeEnergyError,
    NothingReadError,
    estimated,
    green_metered,
    green_parts,
    grid_metered,
)
from taihang.core.quantities import Energy
from taihang.core.series import EnergySeries, GridMismatchError, Quality


def test_grid_metered__never_uses_the_number_beside_a_missing_value() -> None:
    broken = with_quality(steady(1_000), Quality.MISSING, at=slice(0, 10))

    found = grid_metered(month_use(broken), period=AUGUST)

    assert Energy((AUGUST.n_steps - 10) * 1_000) == found.energy
    assert AUGUST.n_steps - 10 == int(found.whole.sum())


def test_grid_metered__refuses_a_month_without_any_reading() -> None:
    with pytest.raises(NothingReadError, match="E1"):
        grid_metered(month_use(EnergySeries.missing(AUGUST)), period=AUGUST)


def test_grid_metered__refuses_energy_that_runs_backwards() -> None:
    wh = np.full(AUGUST.n_steps, 5, np.int64)
    wh[3] = -1

    with pytest.raises(NegativeEnergyError, match="-1 Wh"):
        grid_metered(month_use(series(wh)), period=AUGUST)


def test_grid_metered__refuses_a_series_that_ends_before_the_month() -> None:
    short = series(np.ones(AUGUST.n_steps - 1, np.int64))

    with pytest.raises(GridMismatchError):
        grid_metered(month_use(short), period=AUGUST)


def test_green_metered__adds_contracts_and_knows_where_only_one_was_read() -> None:
    first = with_quality(steady(300), Quality.MISSING, at=slice(0, 4))
    green = (
        GreenPurchase(supply=supply("a"), matched=first),
        GreenPurchase(supply=supply("b"), matched=steady(200)),
    )

    parts = green_parts(month_use(steady(1), green=green), period=AUGUST)
    found = green_metered(parts, n_steps=AUGUST.n_steps)

    assert Energy(AUGUST.n_steps * 500 - 4 * 300) == found.energy
    assert found.known.all()
    assert AUGUST.n_steps - 4 == int(found.whole.sum())


def test_estimated__counts_grid_and_green() -> None:
    grid = with_quality(steady(1_000), Quality.ESTIMATED, at=slice(0, 3))
    matched = with_quality(steady(10), Quality.ESTIMATED, at=slice(5, 6))
    green = (GreenPurchase(supply=supply(), matched=matched),)

    assert Energy(3_010) == estimated(month_use(grid, green=green), period=AUGUST)


def test_month_use__refuses_two_lines_of_one_name() -> None:
    twice = GreenPurchase(supply=supply("a"), matched=steady(1))

    with pytest.raises(DuplicateLineError, match="'a', 'a'"):
        month_use(steady(1), green=(twice, twice))
    with pytest.raises(DuplicateLineError):
        month_use(steady(1), corrections=(refund("r", "1"), refund("r", "2")))
