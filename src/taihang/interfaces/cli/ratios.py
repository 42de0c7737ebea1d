"""The command `taihang ratios`: the annual ratios of 650号, by interval to the end of the year."""

import argparse
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final, cast

from rich.console import Console
from rich.text import Text

from taihang import wiring
from taihang.config.what_if_file import read_what_if
from taihang.core.periods import Period, month, month_names, year
from taihang.core.ratio.flow import FlowSeries, State
from taihang.core.ratio.plan import PlanFit, PlannedYear
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli import ratio_tables as tables
from taihang.interfaces.cli.ratio_plan_tables import plan_lines
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import WordsError, month_or_year_of, stretch_of
from taihang.services import ratio_account
from taihang.services.account import Draft, issue_statements
from taihang.services.act_log import log_acts
from taihang.services.ports import Ports
from taihang.services.project_flow import project_flow
from taihang.services.ratio_account import NothingClosedError, Window, window_document, window_of
from taihang.services.ratio_backtest import PastForecast, backtest
from taihang.services.ratio_document import outlook_document
from taihang.services.ratio_outlook import day_after_settled, ratio_outlook
from taihang.services.ratio_plan import fit_of, planned_year

INTERVAL_DAYS_MAX: Final = 31
"""Longest stretch that is told interval by interval (§10)."""
Facts = Mapping[str, Any]
_STRETCHES: Final = ("month", "year", "interval", "plan", "what_if")


def ratios(args: argparse.Namespace) -> int:
    """Tell the annual ratios over the stretch that the words name."""
    _demand_fitting(args)
    with wiring.open_park(Path(str(args.dir)), writing=bool(args.issue)) as ports:
        if args.plan or args.what_if:
            return _plan(args, ports)
        if args.interval:
            return _interval(args, ports)
        return _month(args, ports) if args.month else _year(args, ports)


def _demand_fitting(args: argparse.Namespace) -> None:
    """Refuse no stretch or two, and options that the stretch has no use for."""
    asked = [name for name in _STRETCHES if getattr(args, name)]
    if len(asked) != 1:
        told = ", ".join(f"--{name.replace('_', '-')}" for name in asked)
        raise WordsError(
            given=told or "no stretch",
            expected="one of --month, --year, --interval, --plan, --what-if",
            remedy="write for example --month 2026-06",
        )
    wrong = [
        f"--{name}"
        for name, fits in (
            ("forecast", args.month or args.year),
            ("backtest", args.year),
            ("issue", args.month),
        )
        if getattr(args, name) and not fits
    ]
    if wrong:
        raise WordsError(
            given=f"{', '.join(wrong)} without the stretch it is for",
            expected="--issue with --month, --backtest with --year, --forecast with either",
            remedy="leave it out, or name the month or year",
        )


# -- a month -------------------------------------------------------------------------------------


def _month(args: argparse.Namespace, ports: Ports) -> int:
    name, _ = month_or_year_of(args, ports.park.zone)
    found = ratio_account.drafts(name, ports=ports)
    if not found:
        raise NothingClosedError(
            given=f"{name}, of which no interval is closed",
            expected="a month that is settled, or a part of it",
            remedy="settle it first",
        )
    (draft,) = found
    note, statement = _issued(draft, ports, _lang(args)) if args.issue else (None, None)
    if args.json:
        say(args, {"id": statement, "series": draft.series, **draft.body}, "")
        return 0
    console = Console(highlight=False)
    body = cast("Facts", draft.body)
    tables.print_windows(console, body, _title(name, ports, _lang(args)), _lang(args))
    if args.forecast:
        tables.print_forecast(console, body, _lang(args))
    console.print(Text(note or text("cli.done.draft", _lang(args)), style="dim"))
    return 0


def _issued(draft: Draft, ports: Ports, lang: Lang) -> tuple[str, str]:
    new, restated, _ = issue_statements([draft], period=draft.period, ports=ports)
    log_acts(ports=ports)
    issued = ports.registry.statement(draft.series)
    key = "issued" if new or restated else "issued_before"
    return text(f"cli.done.{key}", lang, id=issued.id), issued.id


# -- a year --------------------------------------------------------------------------------------


def _year(args: argparse.Namespace, ports: Ports) -> int:
    name, whole = month_or_year_of(args, ports.park.zone)
    windows = _windows(name, whole, ports)
    forecast: Facts | None = None
    if args.forecast:
        first = day_after_settled(name, ports=ports)
        forecast = outlook_document(ratio_outlook(first, ports=ports), park=ports.park)
    tested = backtest(name, ports=ports) if args.backtest else ()
    if args.json:
        facts: dict[str, object] = {
            "year": name,
            "windows": [window_document(window, ports) for window in windows],
            "forecast": forecast,
            "backtest": [_tested(one) for one in tested],
        }
        say(args, facts, "")
        return 0
    console = Console(highlight=False)
    told = [cast("Facts", window_document(window, ports)) for window in windows]
    tables.print_year(console, told, _title(name, ports, _lang(args)), _lang(args))
    if forecast is not None:
        tables.print_forecast(console, {"forecast": forecast}, _lang(args))
    if tested:
        title = text("cli.ratios.backtest.title", _lang(args), park=_park(ports, args), year=name)
        tables.print_backtest(console, tested, title, _lang(args))
    return 0


def _windows(name: str, whole: Period, ports: Ports) -> list[Window]:
    """Return every month of a year of which something is closed, and the year."""
    zone = ports.park.zone
    flow = project_flow(whole, ports=ports)
    stretches = {each: month(each, zone) for each in month_names(name)} | {name: year(name, zone)}
    found = [
        window_of(each, period, flow=flow, ports=ports)
        for each, period in stretches.items()
        if flow.series.total(period).n_closed
    ]
    if not found:
        raise NothingClosedError(
            given=f"{name}, of which no interval is closed",
            expected="a year of which something is settled",
            remedy="settle it first",
        )
    return found


def _tested(one: PastForecast) -> dict[str, object]:
    return {
        "first": one.first.isoformat(),
        "symbol": one.symbol,
        "quantiles": [None if at is None else round(at, 4) for at in one.quantiles_ratio],
        "chance": round(one.chance_ratio, 4),
        "came": None if one.actual_ratio is None else round(one.actual_ratio, 4),
        "missed": one.missed,
        "inside": one.is_inside,
    }


# -- intervals -----------------------------------------------------------------------------------


def _interval(args: argparse.Namespace, ports: Ports) -> int:
    args.first, args.last = args.interval
    period = stretch_of(args, ports.park.zone)
    if (period.end - period.start).days > INTERVAL_DAYS_MAX:
        raise WordsError(
            given=f"--interval {args.first} {args.last}",
            expected=f"at most {INTERVAL_DAYS_MAX} days",
            remedy="ask month by month, or with --month",
        )
    series = project_flow(period, ports=ports).series
    in_load = ports.park.accounting.storage_losses_in_load
    rows = _rows(series, in_load=in_load)
    if args.json:
        say(args, {"from": args.first, "to": args.last, "intervals": rows}, "")
        return 0
    title = _title(f"{args.first} … {args.last}", ports, _lang(args))
    zone = ports.park.zone
    tables.print_intervals(Console(highlight=False), rows, title, zone=zone, lang=_lang(args))
    return 0


def _rows(series: FlowSeries, *, in_load: bool) -> list[dict[str, object]]:
    """Return each interval with its energies; what is not closed has none."""
    wh = series.wh
    available = wh["generated"] + wh["curtailment"]
    self_used = available - wh["export"] - wh["curtailment"]
    load = wh["load"] + wh["generated"] - wh["generation"]
    if in_load:
        load = load + (wh["charge"] - wh["discharge"]).clip(min=0)
    rows: list[dict[str, object]] = []
    for at, time_s in enumerate(series.period.grid_s()):
        state = State(int(series.state[at]))
        row: dict[str, object] = {"time_s": int(time_s), "state": state.name.lower()}
        if state is State.CLOSED:
            row["available_wh"] = int(available[at])
            row["self_used_wh"] = int(self_used[at])
            row["exported_wh"] = int(wh["export"][at])
            row["curtailed_wh"] = int(wh["curtailment"][at])
            row["imported_wh"] = int(wh["import"][at])
            row["load_wh"] = int(load[at])
        rows.append(row)
    return rows


# -- the plan ------------------------------------------------------------------------------------


def _plan(args: argparse.Namespace, ports: Ports) -> int:
    planned = _planned(args, ports)
    fit, asked = fit_of(planned, ports=ports)
    if args.json:
        say(args, _plan_facts(planned, fit), "")
        return 0
    title = text(
        "cli.ratios.plan.title", _lang(args), park=_park(ports, args), year=planned.day.year
    )
    console = Console(highlight=False)
    for line in plan_lines(title, planned, (fit, asked), _lang(args)):
        console.print(line)
    return 0


def _planned(args: argparse.Namespace, ports: Ports) -> PlannedYear:
    if args.what_if:
        path = Path(str(args.what_if))
        return read_what_if(path.read_text(encoding="utf-8"), source=path.name)
    args.month, args.year = None, args.plan
    name, _ = month_or_year_of(args, ports.park.zone)
    return planned_year(ports.park, on=date(int(name), 12, 31))


def _plan_facts(planned: PlannedYear, fit: PlanFit) -> dict[str, object]:
    return {
        "day": planned.day.isoformat(),
        "generation_mwh": {name: f"{mwh:f}" for name, mwh in planned.generation_mwh.items()},
        "load_mwh": {name: f"{mwh:f}" for name, mwh in planned.load_mwh.items()},
        "generation_wh": fit.generation_wh,
        "load_wh": fit.load_wh,
        "export_most_wh": fit.export_most_wh,
        "self_use_least_wh": fit.self_use_least_wh,
        "green_least_wh": fit.green_least_wh,
        "green_at_best_ratio": tables.ratio_fact(fit.green_at_best_ratio),
        "green_at_limit_ratio": tables.ratio_fact(fit.green_at_limit_ratio),
        "needed_ratio": tables.ratio_fact(fit.needed_ratio),
        "load_most_at_limit_wh": fit.load_most_at_limit_wh,
        "load_most_wh": fit.load_most_wh,
        "short_wh": fit.short_wh,
        "load_lacking_wh": fit.load_lacking_wh,
        "fits": fit.fits,
    }


# -- words ---------------------------------------------------------------------------------------


def _lang(args: argparse.Namespace) -> Lang:
    return cast("Lang", args.lang)


def _park(ports: Ports, args: argparse.Namespace) -> str:
    return ports.park.name_zh if _lang(args) == "zh" else ports.park.name_en


def _title(name: str, ports: Ports, lang: Lang) -> str:
    park = ports.park.name_zh if lang == "zh" else ports.park.name_en
    return text("cli.ratios.title", lang, park=park, period=name)
