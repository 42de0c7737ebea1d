"""How assets and their losses are named and written, on the terminal and on pages."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from taihang.core.performance.output import Loss
from taihang.interfaces.account_words import NOTHING, amount_told
from taihang.interfaces.catalogue import Lang, text
from taihang.services.asset_performance import (
    AssetPerformance,
    BatteryResult,
    PlantResult,
    StationResult,
)

Facts = dict[str, object]
_PERCENT = 100
_DIGITS = 3


def method_told(found: PlantResult, lang: Lang) -> str:
    """Return how it is known what a plant should have given, or why it is not."""
    performance = found.performance
    if performance.why is not None:
        return text(f"assets.why.{performance.why.value}", lang)
    return text(
        f"assets.method.{performance.method.value}",
        lang,
        **({"n": performance.n_peers} if performance.n_peers else {}),
    )


def percent_told(ratio: float | None, digits: int = 1) -> str:
    """Return a share in percent, a dash where nobody knows.

    Example:
        >>> percent_told(0.9876), percent_told(None)
        ('98.8', '–')
    """
    return NOTHING if ratio is None else f"{_PERCENT * ratio:.{digits}f}"


def reached_ratio(found: PlantResult) -> float | None:
    """Return actual over expected of the days that were compared, None where nobody knows [1]."""
    total = found.performance.total
    if total is None or total.expected_kwh <= 0.0:
        return None
    return total.actual_kwh / total.expected_kwh


def band_ratio(found: PlantResult) -> float | None:
    """Return half of the band of what was expected over it, None where nobody knows [1]."""
    total = found.performance.total
    if total is None or total.expected_kwh <= 0.0:
        return None
    return (total.high_kwh - total.low_kwh) / 2 / total.expected_kwh


def kwh_told(kwh: float | None) -> str:
    """Return an energy in whole kilowatt-hours, a dash where nobody knows.

    Example:
        >>> kwh_told(1234.56), kwh_told(None)
        ('1,235', '–')
    """
    return NOTHING if kwh is None else amount_told(Decimal(round(kwh)), 0)


def loss_days(loss: Loss, first_day: date) -> tuple[date, date]:
    """Return the first and the last day of a loss."""
    return (
        first_day + timedelta(days=loss.first_day),
        first_day + timedelta(days=loss.end_day - 1),
    )


# -- for machines --------------------------------------------------------------------------------


def facts_of(found: AssetPerformance) -> Facts:
    """Return everything that was found, as one JSON object."""
    return {
        "period": found.label,
        "from_s": found.period.start_s,
        "to_s": found.period.end_s,
        "is_whole": found.is_whole,
        "first_day": found.first_day.isoformat(),
        "days": found.n_days,
        "learnt_from": found.learnt_from.isoformat(),
        "plants": [plant_facts(each) for each in found.plants],
        "batteries": [battery_facts(each) for each in found.batteries],
        "stations": [station_facts(each) for each in found.stations],
        "lost_kwh": _rounded(found.lost_kwh),
        "lost_cny": _money(found.lost_cny),
    }


def plant_facts(each: PlantResult) -> Facts:
    """Return one plant as a JSON object."""
    of, total = each.performance, each.performance.total
    return {
        "id": of.plant.id,
        "kind": of.plant.kind.value,
        "capacity_kw": of.plant.capacity_kw,
        "state": of.state,
        "method": of.method.value,
        "why": None if of.why is None else of.why.value,
        "peers": of.n_peers,
        "learnt_from": of.learnt_from.isoformat(),
        "learnt_days": of.n_learnt_days,
        "generated_kwh": _rounded(of.generated_kwh),
        "estimated_kwh": _rounded(of.estimated_kwh),
        "intervals": of.n_intervals,
        "intervals_read": of.n_read,
        "full_load_h": _rounded(of.full_load_h),
        "running_ratio": _rounded(of.running_ratio, 6),
        "curtailed_kwh": _rounded(of.curtailed_kwh),
        "performance_ratio": _rounded(of.performance_ratio, 6),
        "expected_kwh": None if total is None else _rounded(total.expected_kwh),
        "expected_low_kwh": None if total is None else _rounded(total.low_kwh),
        "expected_high_kwh": None if total is None else _rounded(total.high_kwh),
        "compared_kwh": None if total is None else _rounded(total.actual_kwh),
        "compared_days": None if total is None else total.n_days,
        "availability_ratio": None if total is None else _rounded(total.availability_ratio, 6),
        "unread_intervals": None if total is None else total.n_unread,
        "lost_kwh": None if of.lost_kwh is None else [_rounded(kwh) for kwh in of.lost_kwh],
        "lost_cny": None if each.lost_cny is None else [_money(cny) for cny in each.lost_cny],
        "price_cny_per_kwh": None if each.price is None else str(each.price.cny_per_kwh),
        "price_statements": [] if each.price is None else [*each.price.statements],
        "price_is_what_if": None if each.price is None else each.price.is_what_if,
        "losses": [loss_facts(loss, of.first_day) for loss in of.losses],
        "daily": [
            {
                "day": day.day.isoformat(),
                "expected_kwh": day.expected_kwh,
                "low_kwh": day.low_kwh,
                "high_kwh": day.high_kwh,
                "actual_kwh": day.actual_kwh,
                "outage_kwh": day.outage_kwh,
            }
            for day in of.days
        ],
    }


def loss_facts(loss: Loss, first_day: date) -> Facts:
    """Return one loss as a JSON object."""
    first, last = loss_days(loss, first_day)
    return {
        "kind": loss.kind.value,
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "is_open": loss.is_open,
        "lost_kwh": [_rounded(kwh) for kwh in (loss.lost_kwh, loss.low_kwh, loss.high_kwh)],
        "missing_ratio": _rounded(loss.missing_ratio, 6),
        "ceiling_kw": _rounded(loss.ceiling_kw),
    }


def battery_facts(each: BatteryResult) -> Facts:
    """Return one battery as a JSON object."""
    use = each.use
    return {
        "id": each.battery.id,
        "power_kw": each.battery.power_kw,
        "energy_kwh": each.battery.energy_kwh,
        "intervals": use.n_intervals,
        "intervals_read": use.n_read,
        "charged_kwh": _rounded(use.charged_kwh),
        "discharged_kwh": _rounded(use.discharged_kwh),
        "full_cycles": _rounded(use.full_cycles_ratio),
        "idle_h": use.idle_h,
        "efficiency_ratio": _rounded(use.efficiency_ratio, 6),
        "efficiency_low_ratio": _rounded(use.low_ratio, 6),
        "efficiency_high_ratio": _rounded(use.high_ratio, 6),
        "stated_efficiency_ratio": _rounded(use.rated_ratio, 6),
        "lost_kwh": None
        if use.lost_kwh is None
        else [_rounded(kwh) for kwh in (use.lost_kwh, use.lost_low_kwh, use.lost_high_kwh)],
        "deepest_kwh": _rounded(use.deepest_kwh),
        "usable_kwh": _rounded(use.usable_kwh),
    }


def station_facts(each: StationResult) -> Facts:
    """Return one charging station as a JSON object."""
    use = each.use
    silent = [(each.first_day + timedelta(days=day)).isoformat() for day in use.silent_days]
    return {
        "id": each.station.id,
        "capacity_kw": each.station.capacity_kw,
        "intervals": use.n_intervals,
        "intervals_read": use.n_read,
        "used_kwh": _rounded(use.used_kwh),
        "utilisation_ratio": _rounded(use.utilisation_ratio, 6),
        "peak_kw": _rounded(use.peak_kw),
        "busy_h": use.busy_h,
        "expected_kwh": _rounded(use.expected_kwh),
        "expected_low_kwh": _rounded(use.low_kwh),
        "expected_high_kwh": _rounded(use.high_kwh),
        "compared_kwh": _rounded(use.compared_kwh),
        "compared_days": use.n_compared_days,
        "silent_days": silent,
    }


def _rounded(value: float | None, digits: int = _DIGITS) -> float | None:
    return None if value is None else round(value, digits)


def _money(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def named(names: Mapping[str, tuple[str, str]], id_: str, lang: Lang) -> str:
    """Return the id and the name of an asset in one language."""
    zh, en = names[id_]
    return f"{id_} {zh if lang == 'zh' else en}"
