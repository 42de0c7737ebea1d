"""``taihang storage``: a day of a store that several rent, with a statement for each."""

import argparse
import json
from decimal import Decimal
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import planning_wiring
from taihang.config.shared_file import read_shared
from taihang.core.dispatch.site.shared import OWN, QUARTERS, STEP_H
from taihang.interfaces.account_words import NOTHING
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.dispatch import breach_words, gap_told
from taihang.interfaces.cli.main import REFUSED
from taihang.interfaces.cli.say import say, waiting
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import day_of
from taihang.services.plan_park import Effort
from taihang.services.run_shared_storage import (
    Books,
    SharedDay,
    run_shared_storage,
    shared_document,
)

_GAP: Final = 1e-6
_WH_PER_MWH: Final = 1e6
_KWH_PER_GWH: Final = 1_000_000
_KW_PER_MW: Final = 1000.0
_PER_HOUR: Final = 4


def shared_storage(args: argparse.Namespace) -> int:
    """Plan a day of a shared store and state its accounts."""
    source, lang = str(args.store), cast("Lang", args.lang)
    on, shared = day_of(str(args.day)), read_shared(source)
    with waiting(source):
        day = run_shared_storage(
            shared,
            on,
            solve=planning_wiring.solver(),
            effort=Effort(time_limit_s=float(args.seconds), gap=_GAP),
        )
    document = shared_document(day)
    if args.out is not None:
        words = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1)
        Path(str(args.out)).write_text(words + "\n", encoding="utf-8")
    if args.json:
        say(args, document, "")
    else:
        _tell(day, lang)
    return 0 if day.books is not None and not day.books.faults else REFUSED


# -- words for people ----------------------------------------------------------------------------


def _tell(day: SharedDay, lang: Lang) -> None:
    console, storage = Console(highlight=False), day.shared.storage
    name = storage.name_zh if lang == "zh" else storage.name_en
    title = text(
        "cli.shared.title",
        lang,
        name=name,
        day=day.on,
        mw=f"{storage.power_kw / _KW_PER_MW:,.0f}",
        mwh=f"{storage.energy_kwh / _KW_PER_MW:,.0f}",
    )
    console.print(Text(title, style="bold"))
    if day.books is None:
        _tell_why_not(console, day, lang)
        return
    if day.books.faults:
        _tell_faults(console, day.books, lang)
        return
    _hours(console, day, day.books, lang)
    _accounts(console, day, day.books, lang)
    _statements(console, day, day.books, lang)
    _station(console, day.books, lang)
    _rates(console, day, lang)
    _counter(console, day, day.books, lang)
    _closing(console, day, day.books, lang)


def _table(console: Console, title: str, first: str, *columns: str) -> Table:
    console.print()
    console.print(Text(title, style="bold"))
    table = plain_table(None)
    table.add_column(first, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _names(day: SharedDay, lang: Lang) -> dict[str, str]:
    named = {one.id: one.name_zh if lang == "zh" else one.name_en for one in day.shared.renters}
    return {**named, OWN: text("cli.shared.own", lang)}


def _hours(console: Console, day: SharedDay, books: Books, lang: Lang) -> None:
    keys = ("buy", "sell", "in", "out", "ordered", "stored")
    headings = (text(f"cli.shared.{key}", lang) for key in keys)
    title, ledger = text("cli.shared.hours", lang), books.ledger
    table = _table(console, title, text("cli.shared.hour", lang), *headings)
    market, ordered = day.shared.market, [0.0] * QUARTERS
    for one in day.shared.orders:
        for step in one.steps():
            ordered[step] += one.discharge_kw * STEP_H * 1000.0
    for hour in range(QUARTERS // _PER_HOUR):
        here = slice(hour * _PER_HOUR, (hour + 1) * _PER_HOUR)
        table.add_row(
            f"{hour:02}:00",
            f"{market.buy_cny_per_kwh[hour]:.3f}",
            f"{market.sell_cny_per_kwh[hour]:.3f}",
            _mwh(sum(ledger.meter_in_wh[here])),
            _mwh(sum(ledger.meter_out_wh[here])),
            _mwh(sum(ordered[here])),
            _mwh(ledger.stored_wh[here][-1]),
        )
    console.print(table)


def _accounts(console: Console, day: SharedDay, books: Books, lang: Lang) -> None:
    keys = ("start", "charged", "discharged", "lost", "end")
    headings = (text(f"cli.shared.{key}", lang) for key in keys)
    title, ledger = text("cli.shared.accounts", lang), books.ledger
    table = _table(console, title, text("cli.shared.account", lang), *headings)
    names = _names(day, lang)
    for one in ledger.accounts:
        table.add_row(
            names[one.owner],
            f"{one.start_wh:,}",
            f"{sum(one.charge_wh):,}",
            f"{sum(one.discharge_wh):,}",
            f"{sum(one.loss_wh):,}",
            f"{one.held_wh[-1]:,}",
        )
    table.add_row(
        text("cli.shared.base", lang), f"{ledger.base_wh:,}", "", "", "", f"{ledger.base_wh:,}"
    )
    table.add_section()
    taken, given = sum(ledger.meter_in_wh), sum(ledger.meter_out_wh)
    lost = sum(sum(one.loss_wh) for one in ledger.accounts)
    table.add_row(
        text("cli.shared.meter", lang),
        f"{ledger.start_wh:,}",
        f"{taken:,}",
        f"{given:,}",
        f"{lost:,}",
        f"{ledger.stored_wh[-1]:,}",
    )
    console.print(table)
    for one in ledger.accounts:
        if one.cut_wh and one.owner != OWN and _is_nominated(day, one.owner):
            words = text("cli.shared.cut", lang, name=names[one.owner], mwh=_mwh(one.cut_wh))
            console.print(Text(words, style="yellow"))


def _is_nominated(day: SharedDay, owner: str) -> bool:
    return any(one.id == owner and one.charge_kw is not None for one in day.shared.renters)


def _statements(console: Console, day: SharedDay, books: Books, lang: Lang) -> None:
    keys = ("trade", "shaved", "shaving", "rent", "total")
    headings = (text(f"cli.shared.{key}", lang) for key in keys)
    title = text("cli.shared.statements", lang)
    table = _table(console, title, text("cli.shared.account", lang), *headings)
    names = _names(day, lang)
    for one in books.statements:
        table.add_row(
            names[one.owner],
            _money(one.trade_cny),
            _mwh(one.shaved_wh),
            _money(one.shaving_cny),
            _money(one.rent_cny),
            _money(one.total_cny),
        )
    console.print(table)


def _station(console: Console, books: Books, lang: Lang) -> None:
    station = books.station
    console.print()
    words = text(
        "cli.shared.station",
        lang,
        meter=_money(station.meter_cny),
        netting=_money(station.netting_cny),
        wear=_money(station.wear_cny),
    )
    console.print(Text(words))
    key = "missed" if station.missed_wh else "delivered"
    values = {"mwh": _mwh(station.missed_wh), "cny": _money(station.penalty_cny)}
    words = text(f"cli.shared.{key}", lang, **(values if station.missed_wh else {}))
    console.print(Text(words))


def _rates(console: Console, day: SharedDay, lang: Lang) -> None:
    title = text("cli.shared.rates", lang)
    headings = (text(f"cli.shared.{key}", lang) for key in ("rate", "mark"))
    table = _table(console, title, "", *headings)
    for one in day.shared.rates:
        rate = NOTHING if one.rate_cny is None else f"{one.rate_cny:g}"
        mark = text(f"cli.shared.marks.{one.mark}", lang)
        table.add_row(text(f"cli.shared.names.{one.name}", lang), rate, mark)
    console.print(table)


def _counter(console: Console, day: SharedDay, books: Books, lang: Lang) -> None:
    counter = books.counter
    console.print()
    words = text(
        "cli.shared.counter",
        lang,
        today=_mwh(counter.today_wh),
        year=_gwh(counter.year_kwh),
        target=_gwh(counter.target_kwh),
        due=_gwh(counter.due_kwh),
    )
    console.print(Text(words))
    if counter.cny_per_annual_kwh is not None:
        words = text("cli.shared.invested", lang, cny=f"{counter.cny_per_annual_kwh:.2f}")
        console.print(Text(words))
    available = f"{day.availability_ratio:.2%}"
    console.print(Text(text("cli.shared.available", lang, ratio=available)))


def _closing(console: Console, day: SharedDay, books: Books, lang: Lang) -> None:
    verdict = day.release.verdict
    console.print()
    rule = text(f"cli.shared.losses.{day.shared.storage.losses}", lang)
    console.print(Text(text("cli.shared.closes", lang, n=len(books.ledger.accounts), rule=rule)))
    if verdict is not None:
        words = text(
            "cli.dispatch.accepted",
            lang,
            kwh=f"{verdict.agrees_kwh:.1e}",
            cny=f"{verdict.agrees_cny:.1e}",
            gap=gap_told(day.release.gap),
        )
        console.print(Text(words, style="green"))


def _tell_why_not(console: Console, day: SharedDay, lang: Lang) -> None:
    if not day.release.breaches:
        status = day.release.exact.solution.status.value
        console.print(Text(text("cli.dispatch.no_answer", lang, status=status), style="red"))
        return
    console.print(Text(text("cli.dispatch.infeasible", lang), style="red"))
    for breach in day.release.breaches:
        console.print(Text(f"  {breach_words(day.release, breach, lang)}"))


def _tell_faults(console: Console, books: Books, lang: Lang) -> None:
    console.print(Text(text("cli.shared.refused", lang), style="red"))
    for one in books.faults:
        at = NOTHING if one.quarter < 0 else f"{one.quarter // 4:02}:{one.quarter % 4 * 15:02}"
        words = text(
            "cli.shared.fault",
            lang,
            rule=one.rule,
            owner=one.owner or NOTHING,
            time=at,
            given=f"{one.given_wh:,}",
            limit=f"{one.limit_wh:,}",
        )
        console.print(Text(f"  {words}"))


def _mwh(wh: float) -> str:
    return f"{wh / _WH_PER_MWH:,.1f}"


def _gwh(kwh: Decimal) -> str:
    return f"{kwh / _KWH_PER_GWH:,.2f}"


def _money(cny: Decimal | None) -> str:
    return NOTHING if cny is None else f"{cny:,.2f}"
