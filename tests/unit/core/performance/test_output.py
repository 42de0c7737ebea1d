"""Losses: what was planted is found, with its kind, its day and its energy within the band."""

import numpy as np
import pytest

import roof_fleet
from roof_fleet import Plant, ceiling, dead, dust, lost_kwh, outage, share
from taihang.core.performance.output import LossKind

_DAYS = 30
_CASES = [(0, 130), (7, 220), (15, 300)]
"""Which plant, and from which day: spring, summer, late summer."""


def _found(planted: Plant, row: int, first: int) -> roof_fleet.Judged:
    return roof_fleet.judged(roof_fleet.fleet(n_days=first + _DAYS, row=row, planted=planted))


@pytest.mark.parametrize(("row", "first"), _CASES)
def test_losses_of__a_lost_string_is_found_from_its_day_on(row: int, first: int) -> None:
    planted, days = share(first, 0.12), slice(first, first + _DAYS)
    judged = _found(planted, row, first)

    (loss,) = judged.losses(row, days)

    assert loss.kind is LossKind.SHARE
    assert abs(loss.first_day - first) <= 5, "cloudy days tell little"
    assert loss.is_open
    assert loss.low_kwh <= lost_kwh(planted, row=row, days=days) <= 1.1 * loss.high_kwh
    assert loss.missing_ratio == pytest.approx(0.12, abs=0.03)
    assert sum(len(judged.losses(other, days)) for other in range(16) if other != row) == 0


@pytest.mark.parametrize(("row", "first"), _CASES)
def test_losses_of__two_days_of_outage_are_told_apart_from_low_output(row: int, first: int) -> None:
    planted, days = outage(first, first + 2), slice(first, first + _DAYS)
    judged = _found(planted, row, first)

    (loss,) = judged.losses(row, days)
    total = judged.total(row, days)

    assert loss.kind is LossKind.OUTAGE
    assert (loss.first_day, loss.end_day, loss.is_open) == (first, first + 2, False)
    assert loss.lost_kwh == pytest.approx(lost_kwh(planted, row=row, days=days), rel=0.12)
    assert total.availability_ratio == pytest.approx(1.0 - 2 / _DAYS, abs=0.02)
    assert judged.total((row + 1) % 16, days).availability_ratio == 1.0


@pytest.mark.parametrize(("row", "first"), _CASES)
def test_losses_of__half_of_the_inverters_for_two_days_is_found(row: int, first: int) -> None:
    planted, days = share(first, 0.5, end=first + 2), slice(first, first + _DAYS)

    (loss,) = _found(planted, row, first).losses(row, days)

    assert (loss.first_day, loss.is_open) == (first, False)
    assert abs(loss.end_day - first - 2) <= 1
    # A cloudy day beside it may be counted with it.
    assert 0.75 * loss.low_kwh <= lost_kwh(planted, row=row, days=days) <= loss.high_kwh


@pytest.mark.parametrize(("row", "first"), _CASES)
def test_losses_of__a_clipped_plant_shows_its_ceiling(row: int, first: int) -> None:
    planted, days = ceiling(first, 0.5), slice(first, first + _DAYS)

    losses = _found(planted, row, first).losses(row, days)

    (loss,) = losses
    assert loss.kind is LossKind.CEILING
    assert loss.ceiling_kw is not None
    assert loss.ceiling_kw == pytest.approx(500.0, rel=0.02)


@pytest.mark.parametrize(("row", "first"), _CASES)
def test_losses_of__dust_is_found_before_it_takes_a_tenth(row: int, first: int) -> None:
    planted, days = dust(first, 0.004), slice(first, first + _DAYS)

    losses = _found(planted, row, first).losses(row, days)

    assert len(losses) == 1
    assert losses[0].kind in {LossKind.DRIFT, LossKind.SHARE}
    assert losses[0].first_day - first <= 18
    assert losses[0].low_kwh <= lost_kwh(planted, row=row, days=days)


def test_losses_of__dust_over_two_months_is_called_by_its_name() -> None:
    judged = roof_fleet.judged(roof_fleet.fleet(row=3, planted=dust(300, 0.0025)))

    (loss,) = judged.losses(3, slice(300, 365))

    assert loss.kind is LossKind.DRIFT


@pytest.mark.parametrize(("row", "first"), _CASES)
def test_losses_of__a_dead_meter_is_no_fault(row: int, first: int) -> None:
    days = slice(first, first + _DAYS)
    judged = _found(dead(first), row, first)

    total = judged.total(row, days)

    assert [judged.losses(each, days) for each in range(16)] == [()] * 16
    assert (total.n_days, total.expected_kwh, total.availability_ratio) == (0, 0.0, None)
    assert total.n_unread > 900


def test_losses_of__a_fault_that_lasts_does_not_become_usual() -> None:
    judged = roof_fleet.judged(roof_fleet.fleet(row=5, planted=share(110, 0.15)))

    (loss,) = judged.losses(5, slice(335, 365))

    assert abs(loss.first_day - 110) <= 2, "it tells since when"
    assert loss.missing_ratio == pytest.approx(0.15, abs=0.04)


def test_losses_of__counts_the_asked_days_only() -> None:
    judged = roof_fleet.judged(roof_fleet.fleet(row=5, planted=outage(200, 210)))

    halves = [judged.losses(5, days)[0].lost_kwh for days in (slice(195, 205), slice(205, 215))]
    (whole,) = judged.losses(5, slice(195, 215))

    assert sum(halves) == pytest.approx(whole.lost_kwh)
    assert judged.losses(5, slice(211, 215)) == ()


def test_output_of__days_add_up_to_the_total() -> None:
    judged = roof_fleet.healthy()
    days = slice(100, 130)

    total = judged.total(0, days)

    of, bright = judged.fleet, (judged.fleet.day >= 100) & (judged.fleet.day < 130)
    assert total.actual_kwh == pytest.approx(float(of.output_ratio[0, bright].sum()) * 250.0)
    assert total.low_kwh < total.expected_kwh < total.high_kwh
    assert np.isfinite(judged.found.ratio[0, days]).sum() == total.n_days
