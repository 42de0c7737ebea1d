"""Simulated days of a station."""

from datetime import date

import pytest

from taihang.config.park_file import read_park
from taihang.config.site_file import read_site
from taihang.config.templates import template_text
from taihang.core.dispatch.site.station import minute_wh
from taihang.core.dispatch.site.visits import MINUTES, SiteDay
from taihang.simulator.site_day import SiteDayError, site_day


def made(name: str, on: date) -> SiteDay:
    return site_day(read_site(name), on, park=read_park(template_text("changzhi"), source="test"))


def test_site_day__is_the_same_again_and_another_on_another_day() -> None:
    one, again = made("incubator", date(2026, 6, 16)), made("incubator", date(2026, 6, 16))

    assert one == again
    assert one.visits != made("incubator", date(2026, 6, 17)).visits


def test_site_day__every_vehicle_has_a_point_of_its_own_while_it_is_there() -> None:
    day, site = made("tablet", date(2026, 7, 3)), read_site("tablet")

    power = {one.id: minute_wh(one.power_kw) for one in site.chargers}
    assert len(day.visits) + day.turned_away == site.visits.a_day
    for one in day.visits:
        assert one.minute_wh == power[one.charger]
        assert 0 <= one.arrival_min < one.departure_min <= one.told_min <= MINUTES
        for other in day.visits:
            if other.id > one.id and other.charger == one.charger:
                assert other.arrival_min >= one.departure_min


def test_site_day__the_sun_shines_by_day_and_was_told_from_the_days_before() -> None:
    day = made("incubator", date(2026, 6, 16))

    assert sum(day.sun_wh[:16]) == sum(day.sun_told_wh[:16]) == 0
    assert max(day.sun_wh) > 0
    assert day.sun_wh != day.sun_told_wh


def test_site_day__the_first_day_of_a_year_has_no_forecast() -> None:
    with pytest.raises(SiteDayError, match="2026-01-01"):
        made("incubator", date(2026, 1, 1))
