"""The referee of a station's day: goes through every minute again, with rules of its own.

It knows the record, the station and what came, and nothing of the plan or the fast rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from taihang.core.dispatch.site.run import DayRecord, MinuteRecord
from taihang.core.dispatch.site.station import Site
from taihang.core.dispatch.site.visits import MINUTES, QUARTER_MIN, SiteDay


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that the record breaks, in its first minute."""

    rule: str
    minute: int
    """−1 where the whole day is meant."""
    given_wh: int
    limit_wh: int


def check_day(record: DayRecord, site: Site, day: SiteDay) -> tuple[Fault, ...]:
    """Go through a day and return what is wrong with it, each rule once.

    Args:
        record: The day as it is said to have been.
        site: The station.
        day: What came.

    Returns:
        The faults; none for a true record.
    """
    if len(record.minutes) != MINUTES:
        return (Fault("shape", -1, len(record.minutes), MINUTES),)
    first = dict[str, Fault]()
    for fault in (*_flows(record, site), *_store(record, site), *_cars(record, day)):
        first.setdefault(fault.rule, fault)
    for fault in _given(record, day):
        first.setdefault(fault.rule, fault)
    return tuple(first.values())


def _flows(record: DayRecord, site: Site) -> Iterator[Fault]:
    import_most = _minute_wh(site.terms.transformer_kw)
    export_most = _minute_wh(site.terms.export_limit_kw)
    for minute, one in enumerate(record.minutes):
        doing = one.doing
        into = one.sun_wh - doing.curtailed_wh + doing.import_wh + doing.discharge_wh
        out = one.base_wh + sum(one.cars_wh.values()) + doing.export_wh + doing.charge_wh
        if into != out:
            yield Fault("balance", minute, into, out)
        # Only what the station itself draws, with the battery spent, may exceed the transformer.
        if doing.import_wh > import_most and not _is_own_load(one, site):
            yield Fault("import", minute, doing.import_wh, import_most)
        if doing.export_wh > export_most:
            yield Fault("export", minute, doing.export_wh, export_most)
        if not 0 <= doing.curtailed_wh <= one.sun_wh:
            yield Fault("curtailed", minute, doing.curtailed_wh, one.sun_wh)
        if min(doing.import_wh, doing.export_wh) != 0:
            yield Fault("both-ways", minute, doing.export_wh, 0)


def _minute_wh(power_kw: float) -> int:
    """Return a power in whole watt-hours a minute, of the number as written: 4.02 kW is 67."""
    return int(Fraction(repr(power_kw)) * 1000 / 60)


def _is_own_load(one: MinuteRecord, site: Site) -> bool:
    """Whether nobody is charged, and the battery gives all that its power or its store lets it."""
    battery, doing = site.battery, one.doing
    left_wh = one.stored_wh - battery.soc_min_ratio * battery.energy_kwh * 1000
    # What is left of a store that is spent gives no whole watt-hour.
    is_spent = left_wh <= 1.0 / battery.discharge_efficiency_ratio + 1.0
    gives_all = is_spent or doing.discharge_wh >= _minute_wh(battery.power_kw)
    return not one.cars_wh and doing.charge_wh == 0 and gives_all


def _store(record: DayRecord, site: Site) -> Iterator[Fault]:
    battery = site.battery
    rated = _minute_wh(battery.power_kw)
    low = battery.soc_min_ratio * battery.energy_kwh * 1000
    high = battery.soc_max_ratio * battery.energy_kwh * 1000
    into = Fraction(repr(battery.charge_efficiency_ratio))
    out = Fraction(repr(battery.discharge_efficiency_ratio))
    stored = record.start_wh
    for minute, one in enumerate(record.minutes):
        charged, discharged = one.doing.charge_wh, one.doing.discharge_wh
        if not (0 <= charged <= rated and 0 <= discharged <= rated):
            yield Fault("battery-power", minute, max(charged, discharged), rated)
        if charged and discharged:
            yield Fault("battery-both-ways", minute, min(charged, discharged), 0)
        exact = charged * into - discharged / out
        # A part of a watt-hour counts as lost, never as gained.
        if not exact - 1 < one.stored_wh - stored <= exact:
            yield Fault("stored", minute, one.stored_wh - stored, round(exact))
        stored = one.stored_wh
        if not low - 1 <= stored <= high:
            yield Fault("state-of-charge", minute, stored, round(low if stored < low else high))


def _cars(record: DayRecord, day: SiteDay) -> Iterator[Fault]:
    visits = {one.id: one for one in day.visits}
    for minute, one in enumerate(record.minutes):
        for name, given_wh in one.cars_wh.items():
            visit = visits.get(name)
            if visit is None or not visit.arrival_min <= minute < visit.departure_min:
                yield Fault("presence", minute, given_wh, 0)
            elif not 0 <= given_wh <= visit.minute_wh:
                yield Fault("session-power", minute, given_wh, visit.minute_wh)


def _given(record: DayRecord, day: SiteDay) -> Iterator[Fault]:
    for visit in day.visits:
        total = sum(record.visit_wh(visit.id))
        if total > visit.wanted_wh:
            yield Fault("session-energy", -1, total, visit.wanted_wh)
    for minute in range(0, MINUTES, QUARTER_MIN):
        quarter = record.minutes[minute : minute + QUARTER_MIN]
        sun = sum(one.sun_wh for one in quarter)
        told = day.sun_wh[minute // QUARTER_MIN]
        if sun != told:
            yield Fault("sun", minute, sun, told)
        base = sum(one.base_wh for one in quarter)
        if base != day.base_wh[minute // QUARTER_MIN]:
            yield Fault("base", minute, base, day.base_wh[minute // QUARTER_MIN])
