"""The three ratios of 650号."""

import pytest

from park_case import Table, bus, grid, load, planned, plant, series


def park(*rules: Table) -> list[Table]:
    return [
        bus("el"),
        load("l", "el", [50.0, 50.0]),
        plant("sun", "el", [0.5, 1.0], capacity_kw=200.0, cost_cny_per_kwh=0.0),
        grid("g", "el"),
        *rules,
    ]


def ratio(kind: str, limit: float, *, losses: bool = False) -> Table:
    fields = {"id": kind, "kind": kind, "limit_ratio": limit, "losses_in_load": losses}
    return "green_ratio", fields


def test_contribute__feed_back_is_a_share_of_what_is_available() -> None:
    release = planned(park(ratio("feed-back", 0.2)), n_steps=2)

    assert sum(series(release, "g.export_kw")) == pytest.approx(0.2 * 300.0)


def test_contribute__self_use_counts_what_is_curtailed_as_available() -> None:
    # 100 of 300 kWh can be used; curtailing does not help, so only that share is possible.
    release = planned(park(ratio("self-use", 100.0 / 300.0)), n_steps=2)

    assert release.plan is not None


def test_contribute__green_share_is_kept_though_the_grid_is_cheaper() -> None:
    assets = park(ratio("green-share", 0.3))
    assets[2] = plant("sun", "el", [0.5, 1.0], capacity_kw=200.0, cost_cny_per_kwh=0.9)
    release = planned(assets, n_steps=2)

    assert sum(series(release, "sun.used_kw")) == pytest.approx(30.0)
