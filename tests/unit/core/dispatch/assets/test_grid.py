"""The connection to the public grid."""

import pytest

from park_case import bus, grid, load, planned, plant, series, total_cny


def test_contribute__gives_what_is_too_much_up_to_the_smaller_limit() -> None:
    release = planned(
        [
            bus("el"),
            load("l", "el", 10.0),
            plant("sun", "el", [0.0, 1.0], capacity_kw=100.0),
            grid("g", "el", export_limit_kw=70.0, connection_kw=60.0, fee_cny=7.0),
        ],
        n_steps=2,
    )

    assert series(release, "g.import_kw") == [10.0, 0.0]
    assert series(release, "g.export_kw") == [0.0, 60.0]
    assert total_cny(release) == pytest.approx(10.0 * 0.5 - 60.0 * 0.2 + 7.0)


def test_contribute__never_imports_to_export_though_it_would_pay() -> None:
    release = planned(
        [
            bus("el"),
            load("l", "el", 10.0),
            grid("g", "el", import_price_cny_per_kwh=0.1, export_price_cny_per_kwh=0.3),
        ],
        n_steps=3,
    )

    assert series(release, "g.export_kw") == [0.0, 0.0, 0.0]
    assert release.exact.n_binaries == 3
