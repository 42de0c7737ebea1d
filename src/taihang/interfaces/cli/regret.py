"""The command `taihang regret`: what was planned, what happened, what was possible, and why."""

import argparse
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.text import Text

from taihang import wiring
from taihang.core.dispatch.follow import batteries_of
from taihang.core.dispatch.regret import Parts
from taihang.core.quantities import WH_PER_KWH
from taihang.interfaces.account_words import NOTHING
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say, waiting
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import day_of, month_of
from taihang.services.act_log import log_acts
from taihang.services.regret import MonthRegret, day_document, keep_day, keep_month, month_document
from taihang.services.regret_day import DayRegret, charges_of, held_wh

_PARTS: Final = ("control", "model", "forecast", "look_ahead")
_SEEN_KWH: Final = 0.1


def regret(args: argparse.Namespace) -> int:
    """Draw up a day or a month of the ledger, keep it and show it."""
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        if args.day is not None:
            with waiting(str(args.day)):
                day = keep_day(day_of(str(args.day)), ports=ports)
            log_acts(ports=ports)
            if args.json:
                say(args, {"day": str(args.day), **day_document(day)}, "")
            else:
                _tell_day(day, lang)
            return 0
        name = month_of(str(args.month), ports.park.zone)
        with waiting(name):
            month = keep_month(name, ports=ports)
        log_acts(ports=ports)
    if args.json:
        days = {day.measured.day.isoformat(): day_document(day) for day in month.days}
        say(args, {"month": month.month, **month_document(month), "days": days}, "")
    else:
        _tell_month(month, lang)
    return 0


# -- a day ---------------------------------------------------------------------------------------


def _tell_day(found: DayRegret, lang: Lang) -> None:
    console = Console(highlight=False)
    title = text("cli.regret.title_day", lang, day=found.measured.day.isoformat())
    bills = plain_table(title)
    bills.add_column(text("cli.regret.bill", lang))
    for key in ("cny", "saving"):
        bills.add_column(text(f"cli.regret.{key}", lang), justify="right")
    idle = found.idle_cny
    for key, cny, saving in (
        ("idle", idle, None),
        ("promised", found.promised_cny, found.promised_saving_cny),
        ("done", found.done_cny, found.saving_cny),
        ("perfect", found.perfect_cny, None if idle is None else idle - found.perfect_cny),
    ):
        bills.add_row(text(f"cli.regret.{key}", lang), _money(cny), _money(saving))
    console.print(bills)
    parts = plain_table(None)
    parts.add_column(text("cli.regret.part", lang))
    parts.add_column(text("cli.regret.cny", lang), justify="right")
    for key, cny in _parts(found):
        parts.add_row(text(f"cli.regret.{key}", lang), _money(cny))
    parts.add_section()
    parts.add_row(text("cli.regret.regret", lang), _money(found.parts.regret_cny))
    console.print(parts)
    for line in _remarks(found, lang):
        console.print(Text(line))


def _parts(found: DayRegret) -> Iterator[tuple[str, Decimal]]:
    if found.plan is None:
        yield "unplanned", found.parts.unplanned_cny
        return
    yield from _by_part(found.parts)


def _by_part(parts: Parts) -> Iterator[tuple[str, Decimal]]:
    each = (parts.control_cny, parts.model_cny, parts.forecast_cny, parts.look_ahead_cny)
    yield from zip(_PARTS, each, strict=True)


def _remarks(found: DayRegret, lang: Lang) -> Iterator[str]:
    measured, done = found.measured, found.done
    if any(cny < 0 for _, cny in _parts(found)):
        yield text("cli.regret.gains", lang)
    for battery in batteries_of(measured.actual):
        stored = measured.stored[battery.id]
        words = {
            "battery": battery.id,
            "start": f"{held_wh(measured, battery.id) / WH_PER_KWH:,.0f}",
            "end": f"{done.end_kwh[battery.id]:,.0f}",
            "ratio": f"{100 * stored.round_trip_ratio:.1f}",
        }
        fitted = text("cli.regret.fitted", lang) if stored.is_fitted else ""
        yield text("cli.regret.held", lang, **words) + fitted
    if done.missed_kwh > _SEEN_KWH:
        yield text("cli.regret.missed", lang, kwh=f"{done.missed_kwh:,.1f}")
    for charge in charges_of(measured.actual):
        yield text("cli.regret.peak", lang, kw=f"{charge.so_far_kw:,.0f}")
    if found.plan is not None and not found.is_in_time:
        yield text("cli.regret.study", lang)
    if found.plan is not None and not found.is_same_problem:
        yield text("cli.regret.changed", lang)
    yield text("cli.regret.checked", lang)


# -- a month -------------------------------------------------------------------------------------


def _tell_month(found: MonthRegret, lang: Lang) -> None:
    console = Console(highlight=False)
    table = plain_table(text("cli.regret.title_month", lang, month=found.month))
    table.add_column(text("cli.regret.day", lang), no_wrap=True)
    savings = ("saved_promised", "saved_done", "short_regret")
    for key in (*savings, *(f"short_{part}" for part in _PARTS), "short_unplanned"):
        table.add_column(text(f"cli.regret.{key}", lang), justify="right")
    for day in found.days:
        table.add_row(f"{day.measured.day:%m-%d}", *_row(day))
    table.add_section()
    parts = [_whole(cny) for _, cny in _by_part(found.parts)]
    if all(day.plan is None for day in found.days):
        parts = [NOTHING] * len(parts)
    parts.append(_whole(found.parts.unplanned_cny))
    total = text("cli.regret.sum_of_days", lang)
    table.add_row(total, "", _whole(_saved_by_days(found)), _whole(found.parts.regret_cny), *parts)
    console.print(table)
    for line in _month_lines(found, lang):
        console.print(Text(line))


def _row(day: DayRegret) -> list[str]:
    parts = [*(_whole(cny) for _, cny in _by_part(day.parts)), NOTHING]
    if day.plan is None:
        parts = [*[NOTHING] * len(_PARTS), _whole(day.parts.unplanned_cny)]
    return [
        _whole(day.promised_saving_cny),
        _whole(day.saving_cny),
        _whole(day.parts.regret_cny),
        *parts,
    ]


def _month_lines(found: MonthRegret, lang: Lang) -> Iterator[str]:
    if found.peaks_kw is None or found.across_days_cny is None:
        if found.open_days:
            day, why = next(iter(found.open_days.items()))
            n_open = len(found.open_days)
            yield text("cli.regret.open_days", lang, n=n_open, day=day, why=why)
        else:
            yield text("cli.regret.moved", lang)
        return
    yield text("cli.regret.across_days", lang, cny=_whole(found.across_days_cny))
    yield text(
        "cli.regret.whole",
        lang,
        idle=_whole(found.idle_cny),
        done=_whole(found.done_cny),
        perfect=_whole(found.perfect_cny),
        regret=_whole(found.regret_cny),
    )
    saved = _saved_by_days(found)
    if found.idle_cny is not None and found.done_cny is not None and saved is not None:
        whole = found.idle_cny - found.done_cny
        yield text("cli.regret.saved_whole", lang, whole=_whole(whole), days=_whole(saved))
    done, perfect = found.peaks_kw
    yield text("cli.regret.peaks", lang, done=f"{done:,.0f}", perfect=f"{perfect:,.0f}")
    yield text("cli.regret.checked", lang)


def _saved_by_days(found: MonthRegret) -> Decimal | None:
    """Return what all days saved; None where nobody knows it of one of them [CNY]."""
    saved = Decimal(0)
    for day in found.days:
        if day.saving_cny is None:
            return None
        saved += day.saving_cny
    return saved


def _money(cny: Decimal | None) -> str:
    return NOTHING if cny is None else f"{cny:,.2f}"


def _whole(cny: Decimal | None) -> str:
    return NOTHING if cny is None else f"{cny:,.0f}"
