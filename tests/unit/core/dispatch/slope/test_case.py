"""The structure test: where one store decides with convex cost, and why not elsewhere."""

from dataclasses import replace

import numpy as np

from dispatch_days import a_day, a_storage
from taihang.core.dispatch.problem import PlantGroup
from taihang.core.dispatch.slope.case import NotSlope, SlopeCase, slope_case, written


def test_slope_case__takes_a_plain_day() -> None:
    assert isinstance(slope_case(a_day()), SlopeCase)


def test_slope_case__says_where_export_is_paid_more_than_import_costs() -> None:
    found = slope_case(a_day(export_price_cny_per_kwh=np.full(96, 0.5)))

    assert isinstance(found, NotSlope)
    assert found.reason == "export is paid more than import costs in interval 0"


def test_slope_case__says_where_burning_energy_pays() -> None:
    prices = np.full(96, 0.7)
    prices[40:44] = -2.0
    day = a_day(plants=(), import_price_cny_per_kwh=prices, export_price_cny_per_kwh=prices - 0.1)

    found = slope_case(day)

    assert isinstance(found, NotSlope)
    assert found.reason == "burning energy in the battery pays in interval 40"


def test_slope_case__takes_negative_prices_where_nothing_is_lost_by_burning() -> None:
    prices = np.full(96, 0.7)
    prices[40:44] = -2.0
    lossless = a_storage(charge_efficiency_ratio=1.0, discharge_efficiency_ratio=1.0)
    day = a_day(
        plants=(),
        import_price_cny_per_kwh=prices,
        export_price_cny_per_kwh=prices - 0.1,
        storage=lossless,
    )

    assert isinstance(slope_case(day), SlopeCase)


def test_written__costs_ascend_and_every_flow_stands_once() -> None:
    day = replace(a_day(), plants=(PlantGroup("pv", np.full(96, 900.0), 0.2), a_day().plants[1]))

    case = written(day, charge_cny_per_kwh=np.zeros(96))

    assert (np.diff(case.steps.slopes_cny_per_kwh, axis=1) >= 0.0).all()
    assert (np.sort(case.order, axis=1) == np.arange(5)).all()
