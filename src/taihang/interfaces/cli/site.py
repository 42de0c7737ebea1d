"""``taihang site``: a day of a charging station with sun and storage, planned, guarded and paid."""

import argparse
import json
from collections.abc import Sequence
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import planning_wiring
from taihang.config.site_file import read_site
from taihang.core.dispatch.site.money import SessionBill, SiteResult
from taihang.core.dispatch.site.run import MinuteRecord
from taihang.core.dispatch.site.visits import QUARTER_MIN
from taihang.interfaces.account_words import NOTHING
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.main import REFUSED
from taihang.interfaces.cli.say import say, waiting
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import WordsError, day_of
from taihang.services.plan_park import Effort
from taihang.services.run_site import Managed, Notice, SiteRun, run_site, site_document

_GAP: Final = 1e-6
_HOUR_QUARTERS: Final = 4
_HOUR_MIN: Final = 60
_KW_PER_WH_A_MINUTE: Final = 0.06
_GATEWAY: Final = ("import", "export", "charge", "discharge", "curtailed")
_LINES: Final = ("electricity", "service", "export", "purchase", "demand", "wear", "total")


def site(args: argparse.Namespace) -> int:
    """Run a station through a day."""
    source, lang = str(args.site), cast("Lang", args.lang)
    on, quarter = day_of(str(args.day)), _quarter(args.quarter)
    station = read_site(source)
    sessions = None if args.sessions is None else Path(str(args.sessions))
    with waiting(source):
        run = run_site(
            planning_wiring.site_outlook(station, on, sessions=sessions),
            on,
            solve=planning_wiring.solver(),
            effort=Effort(time_limit_s=float(args.seconds), gap=_GAP),
        )
    document = site_document(run)
    if args.out is not None:
        words = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1)
        Path(str(args.out)).write_text(words + "\n", encoding="utf-8")
    if args.json:
        say(args, document, "")
    else:
        _tell(run, quarter, sessions, lang)
    return REFUSED if run.managed.faults else 0


def _quarter(words: str | None) -> int | None:
    """Return the number of the quarter that is asked for."""
    if words is None:
        return None
    try:
        at = time.fromisoformat(words)
    except ValueError:
        at = time(0, 1)
    if at.minute % QUARTER_MIN or at.second or at.tzinfo is not None:
        raise WordsError(
            given=f"--quarter {words}",
            expected="the start of a quarter of an hour, in local time",
            remedy="give 14:15",
        )
    return at.hour * _HOUR_QUARTERS + at.minute // QUARTER_MIN


# -- words for people ----------------------------------------------------------------------------


def _tell(run: SiteRun, quarter: int | None, sessions: Path | None, lang: Lang) -> None:
    console, terms = Console(highlight=False), run.site.terms
    name = terms.name_zh if lang == "zh" else terms.name_en
    console.print(Text(text("cli.site.title", lang, name=name, day=run.on), style="bold"))
    made = text("cli.site.made", lang)
    if sessions is not None:
        made = text("cli.site.read", lang, file=sessions.name)
    console.print(Text(made, style="dim"))
    if run.managed.faults:
        _tell_faults(console, run, lang)
        return
    _hours(console, run, lang)
    if quarter is not None:
        _set_points(console, run, quarter, lang)
    _sessions(console, run.managed, lang)
    _result(console, run, lang)
    _notices(console, run, lang)
    _closing(console, run, lang)


def _table(console: Console, title: str, first: str, *columns: str) -> Table:
    console.print()
    console.print(Text(title, style="bold"))
    table = plain_table(None)
    table.add_column(first, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _hours(console: Console, run: SiteRun, lang: Lang) -> None:
    keys = ("price", "sun", "base", "cars", "charge", "discharge", "planned", "import", "export")
    headings = (text(f"cli.site.{key}", lang) for key in keys)
    table = _table(console, text("cli.site.hours", lang), text("cli.site.hour", lang), *headings)
    prices = run.site.purchase_on(run.on).energy_cny_per_kwh.tolist()
    minutes = run.managed.record.minutes
    for hour, price in enumerate(prices):
        planned_kwh = _planned_kwh(run, range(hour, hour + 1))
        here = minutes[hour * _HOUR_MIN : (hour + 1) * _HOUR_MIN]
        table.add_row(f"{hour:02}:00", f"{price:.2f}", *_flows(here, planned_kwh))
    table.add_section()
    table.add_row(text("cli.site.day", lang), "", *_flows(minutes, _planned_kwh(run, range(24))))
    console.print(table)


def _planned_kwh(run: SiteRun, hours: range) -> float | None:
    """Return what the plan of midnight expected to draw in some hours [kWh]."""
    if run.first is None:
        return None
    quarters = run.first.series["gateway.import_kw"]
    asked = quarters[hours.start * _HOUR_QUARTERS : hours.stop * _HOUR_QUARTERS]
    return float(asked.sum()) / _HOUR_QUARTERS


def _flows(minutes: Sequence[MinuteRecord], planned_kwh: float | None) -> tuple[str, ...]:
    return (
        _kwh(sum(one.sun_wh - one.doing.curtailed_wh for one in minutes)),
        _kwh(sum(one.base_wh for one in minutes)),
        _kwh(sum(sum(one.cars_wh.values()) for one in minutes)),
        _kwh(sum(one.doing.charge_wh for one in minutes)),
        _kwh(sum(one.doing.discharge_wh for one in minutes)),
        NOTHING if planned_kwh is None else f"{planned_kwh:,.1f}",
        _kwh(sum(one.doing.import_wh for one in minutes)),
        _kwh(sum(one.doing.export_wh for one in minutes)),
    )


def _set_points(console: Console, run: SiteRun, quarter: int, lang: Lang) -> None:
    record, clock = run.managed.record, _clock(quarter * QUARTER_MIN)
    wanted, state = record.set_points[quarter], record.states[quarter]
    visits = {one.id: one for one in run.day.visits}
    keys = ("car", "left", "told", "set_point")
    headings = (text(f"cli.site.{key}", lang) for key in keys)
    title = text("cli.site.set_points", lang, first=clock, last=_clock((quarter + 1) * QUARTER_MIN))
    table = _table(console, title, text("cli.site.charger", lang), *headings)
    for one in state.known:
        if one.visit_id in wanted.cars_wh:
            table.add_row(
                visits[one.visit_id].charger,
                one.visit_id,
                _kwh(one.left_wh),
                _clock(one.told_min),
                _kw(wanted.cars_wh[one.visit_id]),
            )
    table.add_section()
    if run.site.battery.energy_kwh:
        battery = text("cli.site.battery", lang, stored=f"{_kwh(state.stored_wh)} kWh")
        table.add_row(battery, "", "", "", _kw(wanted.discharge_wh - wanted.charge_wh))
    table.add_row(text("cli.site.gateway", lang), "", "", "", _kw(wanted.expected_wh))
    console.print(table)
    key = "rule" if wanted.is_planned else "rule_alone"
    console.print(Text(text(f"cli.site.{key}", lang), style="dim"))


def _sessions(console: Console, managed: Managed, lang: Lang) -> None:
    keys = ("booked", "charger", "arrival", "departure", "wanted", "energy", *_LINES[:2], "paid")
    headings = (text(f"cli.site.{key}", lang) for key in keys)
    table = _table(console, text("cli.site.sessions", lang), text("cli.site.car", lang), *headings)
    for one in managed.bills:
        table.add_row(one.visit.id, *_session(one, lang))
    table.add_section()
    table.add_row(
        text("cli.site.total", lang),
        *("" for _ in range(4)),
        _kwh(sum(one.visit.wanted_wh for one in managed.bills)),
        _kwh(sum(one.energy_wh for one in managed.bills)),
        _money(sum((one.electricity_cny for one in managed.bills), Decimal(0))),
        _money(sum((one.service_cny for one in managed.bills), Decimal(0))),
        _money(sum((one.total_cny for one in managed.bills), Decimal(0))),
    )
    console.print(table)


def _session(bill: SessionBill, lang: Lang) -> tuple[str, ...]:
    visit = bill.visit
    return (
        text(f"cli.site.{'yes' if visit.is_booked else 'no'}", lang),
        visit.charger,
        _clock(visit.arrival_min),
        _clock(visit.departure_min),
        _kwh(visit.wanted_wh),
        _kwh(bill.energy_wh),
        _money(bill.electricity_cny),
        _money(bill.service_cny),
        _money(bill.total_cny),
    )


def _result(console: Console, run: SiteRun, lang: Lang) -> None:
    headings = (text(f"cli.site.{key}", lang) for key in ("managed", "plain"))
    table = _table(console, text("cli.site.result", lang), "", *headings)
    results = run.managed.result, run.plain.result
    for line in _LINES:
        if line == "total":
            table.add_section()
        words = text(f"cli.site.result_line.{line}", lang)
        table.add_row(words, *(_line(one, line) for one in results))
    table.add_section()
    for key, values in _facts(run).items():
        table.add_row(text(f"cli.site.{key}", lang), *values)
    console.print(table)


def _line(result: SiteResult | None, line: str) -> str:
    return NOTHING if result is None else _money(getattr(result, f"{line}_cny"))


def _facts(run: SiteRun) -> dict[str, tuple[str, ...]]:
    """Return what tells the two ways apart beside money."""
    both = [run.managed.record, run.plain.record]
    peaks = [max(one.quarters_wh("import_wh")) * _HOUR_QUARTERS / 1000.0 for one in both]
    served = [sum(sum(one.visit_wh(visit.id)) for visit in run.day.visits) for one in both]
    return {
        "peak": tuple(f"{peak:,.1f}" for peak in peaks),
        "served": tuple(_kwh(wh) for wh in served),
        "curtailed": tuple(_kwh(sum(one.quarters_wh("curtailed_wh"))) for one in both),
        "stored": tuple(_kwh(one.minutes[-1].stored_wh) for one in both),
    }


def _notices(console: Console, run: SiteRun, lang: Lang) -> None:
    unknown = [one for one in run.day.visits if not one.is_booked]
    cut = sum(one.doing.cut_wh > 0 for one in run.managed.record.minutes)
    console.print()
    words = text(
        "cli.site.unknown", lang, n=len(unknown), all=len(run.day.visits), away=run.day.turned_away
    )
    console.print(Text(words))
    console.print(Text(text("cli.site.guarded", lang, n=cut)))
    for one in run.notices:
        console.print(Text(f"  {_notice(one, lang)}", style="yellow"))
    if run.unplanned_quarters:
        words = text("cli.site.unplanned", lang, n=run.unplanned_quarters)
        console.print(Text(words, style="yellow"))


def _notice(one: Notice, lang: Lang) -> str:
    words = {
        "car": one.visit_id,
        "given": _kwh(one.given_wh),
        "wanted": _kwh(one.wanted_wh),
        "told": _clock(one.told_min),
    }
    if one.kind == "early":
        words["left"] = _clock(one.departure_min)
    if one.kind != "short":
        words["reach"] = _kwh(one.reach_wh)
    return text(f"cli.site.notice.{one.kind}", lang, **words)


def _closing(console: Console, run: SiteRun, lang: Lang) -> None:
    """Say that the day closes: what came in is what went out and what is lost, to the Wh."""
    record = run.managed.record
    sums = {name: sum(record.quarters_wh(f"{name}_wh")) for name in _GATEWAY}
    used_wh = sum(one.sun_wh for one in record.minutes) - sums["curtailed"]
    drawn_wh = sum(one.base_wh + sum(one.cars_wh.values()) for one in record.minutes)
    lost_wh = sums["charge"] - sums["discharge"] - (record.minutes[-1].stored_wh - record.start_wh)
    words = text(
        "cli.site.closes",
        lang,
        sun=f"{used_wh:,}",
        bought=f"{sums['import']:,}",
        drawn=f"{drawn_wh:,}",
        sold=f"{sums['export']:,}",
        stored=f"{record.minutes[-1].stored_wh - record.start_wh:+,}",
        lost=f"{lost_wh:,}",
    )
    console.print()
    console.print(Text(words))
    over = [one.doing.short_wh for one in record.minutes if one.doing.short_wh]
    if over:
        words = text("cli.site.overloaded", lang, n=len(over), kw=_kw(max(over)))
        console.print(Text(words, style="yellow"))
    else:
        console.print(Text(text("cli.site.accepted", lang), style="green"))


def _tell_faults(console: Console, run: SiteRun, lang: Lang) -> None:
    console.print(Text(text("cli.site.refused", lang), style="red"))
    for one in run.managed.faults:
        words = text(
            "cli.site.fault",
            lang,
            rule=one.rule,
            time=NOTHING if one.minute < 0 else _clock(one.minute),
            given=f"{one.given_wh:,}",
            limit=f"{one.limit_wh:,}",
        )
        console.print(Text(f"  {words}"))


def _clock(minute: int) -> str:
    return f"{minute // _HOUR_MIN:02}:{minute % _HOUR_MIN:02}"


def _kwh(wh: int) -> str:
    return f"{wh / 1000.0:,.1f}"


def _kw(minute_wh: int) -> str:
    return f"{minute_wh * _KW_PER_WH_A_MINUTE:,.1f}"


def _money(cny: Decimal) -> str:
    return f"{cny:,.2f}"
