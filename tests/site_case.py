"""A small charging station and days of it, by hand: no weather, no chance."""

from dataclasses import replace
from typing import Final

from taihang.config.site_file import read_site
from taihang.core.dispatch.site.outlook import Outlook
from taihang.core.dispatch.site.station import Site, minute_wh
from taihang.core.dispatch.site.visits import QUARTERS, SiteDay, Visit

MIDNIGHT_S: Final = 1_781_539_200
"""2026-06-16T00:00+08:00."""


def station(**terms: float) -> Site:
    """Return the station that comes along, with other terms."""
    site = read_site("incubator")
    return replace(site, terms=replace(site.terms, **terms)) if terms else site


def visit(name: str, arrives: int, told: int, wanted_wh: int, **more: object) -> Visit:
    """Return a vehicle at a point of 60 kW, times in minutes of the day."""
    made = Visit(
        id=name,
        charger=f"point-{name}",
        is_booked=True,
        arrival_min=arrives,
        told_min=told,
        departure_min=told,
        wanted_wh=wanted_wh,
        minute_wh=minute_wh(60.0),
    )
    return replace(made, **more)


def day(*visits: Visit, sun_kw: float = 0.0, base_kw: float = 6.0) -> SiteDay:
    """Return a day whose sun and own load never change."""
    return SiteDay(
        sun_wh=(int(sun_kw * 250),) * QUARTERS,
        sun_told_wh=(int(sun_kw * 250),) * QUARTERS,
        base_wh=(int(base_kw * 250),) * QUARTERS,
        visits=visits,
        turned_away=0,
    )


def outlook(site: Site, what: SiteDay) -> Outlook:
    """Return the station with a day, at the prices of the file."""
    return Outlook(
        site=site,
        purchase=site.purchases[0],
        day=what,
        start_s=MIDNIGHT_S,
        time_zone="Asia/Shanghai",
    )
