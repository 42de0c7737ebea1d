"""The regret ledger: an entry for each day, one for each month, kept as statements.

An entry is drawn up from records and issued like any other statement: the same records give no new
version, late readings give the next one with was, is and why (§13). The month sums its days and
adds what only a whole month could have earned.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast

import numpy as np

from taihang.core.dispatch.assets.battery import FREE
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.fields import Capacity
from taihang.core.dispatch.follow import NoReplayError, batteries_of, follow
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.outlook import series_of
from taihang.core.dispatch.park_problem import Asset, ParkProblem
from taihang.core.dispatch.regret import Parts, cny, idle_cny, perfect_plan, reaching
from taihang.core.errors import StateError, TaihangError
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.quantities import WH_PER_KWH
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import ACCOUNT_FORMAT, Draft, issue_statements
from taihang.services.day_forecast import NoPlanError
from taihang.services.day_prices import PriceAheadError
from taihang.services.ports import Ports
from taihang.services.regret_day import (
    DayRegret,
    MeasuredDay,
    NothingMovesError,
    OpenDayError,
    charges_of,
    exactly_of,
    held_wh,
    regret_of_day,
)
from taihang.services.sight_rules import demand_whole

KIND: Final = "regret"
RULE: Final = "regret/v1"
_DAY_SIGNS: Final = 10


NOT_SAID: Final = (OpenDayError, NothingMovesError, NoReplayError, NoPlanError, PriceAheadError)
"""Why a day can have no entry: it stays open, and says why."""


class NoRegretError(StateError):
    """Of no day of a month anything can be said."""

    code = "state.no-regret"


@dataclass(frozen=True, slots=True, eq=False)
class MonthRegret:
    """A month before it is written."""

    month: str
    days: tuple[DayRegret, ...]
    open_days: Mapping[str, str]
    """Days without an entry, and why."""
    done_cny: Decimal | None
    """What the month cost with its demand charge; None while days are missing [CNY]."""
    idle_cny: Decimal | None
    perfect_cny: Decimal | None
    """With perfect foresight of the whole month; None while days are missing [CNY]."""
    peaks_kw: tuple[float, float] | None
    """Highest import, as it was and with perfect foresight [kW]."""

    @property
    def parts(self) -> Parts:
        """The sum of the days."""
        total = self.days[0].parts
        for day in self.days[1:]:
            total = total + day.parts
        return total

    @property
    def regret_cny(self) -> Decimal | None:
        """Of the whole month [CNY]."""
        if self.done_cny is None or self.perfect_cny is None:
            return None
        return self.done_cny - self.perfect_cny

    @property
    def across_days_cny(self) -> Decimal | None:
        """What a lower peak, and energy kept from day to day, would have brought [CNY]."""
        whole = self.regret_cny
        return None if whole is None else whole - self.parts.regret_cny


def keep_day(day: date, *, ports: Ports) -> DayRegret:
    """Draw up a day and keep it; nothing is written where it says nothing new.

    Args:
        day: The local day.
        ports: The outside world, opened for writing.

    Returns:
        The entry.

    Raises:
        OpenDayError: If an interval of the day is not settled and closed.
        NothingMovesError: If no battery was in service.
        NoReplayError: If what was measured is not possible in the park as it is written down.
    """
    found = regret_of_day(day, ports=ports)
    issue_statements([_day_draft(found, ports)], period=day.isoformat(), ports=ports)
    return found


def keep_month(name: str, *, ports: Ports) -> MonthRegret:
    """Draw up a month and every day of it, and keep them.

    Args:
        name: The local month.
        ports: The outside world, opened for writing.

    Returns:
        The month.

    Raises:
        NoRegretError: If no day of it can be drawn up.
    """
    found = regret_of_month(name, ports=ports)
    for day in found.days:
        period = day.measured.day.isoformat()
        issue_statements([_day_draft(day, ports)], period=period, ports=ports)
    issue_statements([_month_draft(found, ports)], period=name, ports=ports)
    return found


def drafts(period: str, *, ports: Ports) -> list[Draft]:
    """Draw up what the ledger says of a day or a month.

    Args:
        period: ``2026-08-05`` or ``2026-08``.
        ports: The outside world.

    Returns:
        One draft; where nothing can be said any more, it says that and why.
    """
    demand_whole(ports, "the regret of the park's plans")
    try:
        if len(period) == _DAY_SIGNS:
            return [_day_draft(regret_of_day(date.fromisoformat(period), ports=ports), ports)]
        return [_month_draft(regret_of_month(period, ports=ports), ports)]
    except (*NOT_SAID, NoRegretError) as error:
        # What was said of it before may not stand: readings were withdrawn since.
        return [_open_draft(period, error, ports)]


def _open_draft(period: str, error: TaihangError, ports: Ports) -> Draft:
    body: dict[str, JsonValue] = {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        "value": "",
        "unit": "CNY",
        "inputs": {"statements": []},
        "not_assessed": [error.given],
        "code_version": ports.version,
    }
    return Draft(KIND, PARK_SUBJECT, period, body)


def regret_of_month(name: str, *, ports: Ports) -> MonthRegret:
    """Draw up a month.

    Raises:
        NoRegretError: If no day of it can be drawn up.
    """
    # 1. Its days, each by itself.
    kept, missing = list[DayRegret](), dict[str, str]()
    for day in _days_of(name):
        try:
            kept.append(regret_of_day(day, ports=ports))
        except NOT_SAID as error:
            missing[day.isoformat()] = error.given
    if not kept:
        raise NoRegretError(
            given=f"{name}, of which no day can be drawn up",
            expected="a settled day with a battery in service",
            remedy="settle the month first",
        )
    whole = MonthRegret(name, tuple(kept), missing, None, None, None, None)
    # 2. The month as one span, once all of it is there.
    return whole if missing else _as_one_span(whole, ports)


def _days_of(name: str) -> Iterable[date]:
    first = date.fromisoformat(f"{name}-01")
    for number in range(monthrange(first.year, first.month)[1]):
        yield first.replace(day=number + 1)


def _as_one_span(found: MonthRegret, ports: Ports) -> MonthRegret:
    """Fill in the month with its demand charge, replayed in one piece."""
    exactly = exactly_of(ports)
    span = joined([day.measured for day in found.days])
    if span is None:
        return found
    powers = {
        one.id: np.concatenate([day.measured.powers[one.id] for day in found.days])
        for one in batteries_of(span)
    }
    done = follow(span, powers, exactly=exactly)
    perfect = perfect_plan(span, done.end_kwh, exactly=exactly)
    peaks_kw = _peak_kw(span, done.plan.series), _peak_kw(span, perfect.series)
    return replace(
        found,
        done_cny=cny(done.plan.total_cny),
        idle_cny=idle_cny(span, exactly=exactly),
        perfect_cny=cny(perfect.total_cny),
        peaks_kw=peaks_kw,
    )


def _peak_kw(span: ParkProblem, series: Mapping[str, Reals]) -> float:
    """Return the highest import of all gateways together."""
    total = np.zeros(span.horizon.n_steps)
    for asset in span.assets:
        if isinstance(asset, Grid):
            total = total + series[f"{asset.id}.import_kw"]
    return float(total.max())


def joined(measured: Sequence[MeasuredDay]) -> ParkProblem | None:
    """Return measured days one after the other as one problem, its demand charge from the start.

    Args:
        measured: The days of a month from its first on, without a gap.

    Returns:
        The span; None where what stands in the park changed between them.
    """
    problems, last = [day.actual for day in measured], measured[-1]
    ids = [asset.id for asset in problems[0].assets]
    if any([asset.id for asset in one.assets] != ids for one in problems):
        return None
    n_steps = sum(one.horizon.n_steps for one in problems)
    assets = (_joined_asset([one.assets[at] for one in problems]) for at in range(len(ids)))
    # What the store held at first is best known when all of it has been seen.
    began = {
        name: replace(one.battery, soc_end=FREE, soc_end_min_ratio=None)
        for name, one in last.stored.items()
    }
    span = ParkProblem(
        replace(problems[0].horizon, n_steps=n_steps),
        tuple(began.get(asset.id, asset) for asset in assets),
    )
    return reaching(span, last.free_kw)


def _joined_asset(each: Sequence[Asset]) -> Asset:
    """Return an asset with the series of all days; a connection is as large as the largest."""
    series = {
        name: np.concatenate([series_of(one)[name] for one in each]) for name in series_of(each[0])
    }
    asset = cast("Asset", replace(cast("Any", each[0]), **series))
    if isinstance(asset, Grid):
        size = max((one.connection_kw for one in each if isinstance(one, Grid)), key=_existing)
        return replace(asset, connection_kw=size)
    return asset


def _existing(size: Capacity) -> float:
    return size.existing


# -- the statements ------------------------------------------------------------------------------


def _day_draft(found: DayRegret, ports: Ports) -> Draft:
    body = {**day_document(found), "code_version": ports.version}
    return Draft(KIND, PARK_SUBJECT, found.measured.day.isoformat(), body)


def _month_draft(found: MonthRegret, ports: Ports) -> Draft:
    body = {**month_document(found), "code_version": ports.version}
    return Draft(KIND, PARK_SUBJECT, found.month, body)


def day_document(found: DayRegret) -> dict[str, JsonValue]:
    """Return an entry of a day as plain values: what is kept, written and sent."""
    measured, done = found.measured, found.done
    plans: list[JsonValue] = [] if found.plan is None else [found.plan.id]
    return {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        "value": str(found.parts.regret_cny),
        "unit": "CNY",
        "bills_cny": {
            "idle": _told(found.idle_cny),
            "promised": _told(found.promised_cny),
            "done": str(found.done_cny),
            "perfect": str(found.perfect_cny),
        },
        "saving_cny": {
            "promised": _told(found.promised_saving_cny),
            "earned": _told(found.saving_cny),
        },
        "parts_cny": _parts(found.parts, is_planned=found.plan is not None),
        "batteries": {
            one.id: {
                "start_wh": held_wh(measured, one.id),
                "end_wh": round(done.end_kwh[one.id] * WH_PER_KWH),
                "round_trip_ratio": f"{measured.stored[one.id].round_trip_ratio:.4f}",
                "is_fitted": measured.stored[one.id].is_fitted,
            }
            for one in batteries_of(measured.actual)
        },
        "missed_wh": round(done.missed_kwh * WH_PER_KWH),
        "peak_kw": f"{measured.peak_kw:.3f}",
        "paid_kw": {one.id: f"{one.so_far_kw:.3f}" for one in charges_of(measured.actual)},
        "problem_sha256": measured.actual.digest(),
        "inputs": {"statements": plans},
        "not_assessed": _not_assessed(found),
    }


def month_document(found: MonthRegret) -> dict[str, JsonValue]:
    """Return an entry of a month as plain values: what is kept, written and sent."""
    whole = found.regret_cny
    return {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        "value": _told(whole),
        "unit": "CNY",
        "bills_cny": {
            "idle": _told(found.idle_cny),
            "done": _told(found.done_cny),
            "perfect": _told(found.perfect_cny),
        },
        "parts_cny": {
            **_parts(found.parts, is_planned=any(day.plan is not None for day in found.days)),
            "unplanned": str(found.parts.unplanned_cny),
            "across_days": _told(found.across_days_cny),
        },
        "days_cny": {day.measured.day.isoformat(): str(day.parts.regret_cny) for day in found.days},
        "inputs": {"statements": [day.plan.id for day in found.days if day.plan is not None]},
        "not_assessed": [f"{day}: {why}" for day, why in found.open_days.items()],
    }


def _parts(parts: Parts, *, is_planned: bool) -> dict[str, JsonValue]:
    if not is_planned:
        return {"unplanned": str(parts.unplanned_cny)}
    return {
        "control": str(parts.control_cny),
        "model": str(parts.model_cny),
        "forecast": str(parts.forecast_cny),
        "look_ahead": str(parts.look_ahead_cny),
    }


def _not_assessed(found: DayRegret) -> list[JsonValue]:
    lines = list[JsonValue]()
    if found.plan is None:
        lines.append("no plan was released for the day: nothing was promised")
    else:
        if not found.is_in_time:
            lines.append("the plan came into the log after the day began: a study, no promise")
        if not found.is_same_problem:
            lines.append("records before the day changed since it was planned: replayed with them")
    lines += [
        f"what {name} held does not follow from its meters with any efficiency that was tried"
        for name, one in found.measured.stored.items()
        if not one.is_explained
    ]
    return lines


def _told(amount_cny: Decimal | None) -> str:
    return "" if amount_cny is None else str(amount_cny)
