"""The command `taihang assets`: what plants, batteries and stations did beside what they should."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, cast

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import wiring
from taihang.core.performance.output import Loss
from taihang.interfaces.account_words import NOTHING, amount_told
from taihang.interfaces.asset_words import (
    band_ratio,
    facts_of,
    kwh_told,
    loss_days,
    method_told,
    named,
    percent_told,
    reached_ratio,
)
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import month_or_year_of
from taihang.services.asset_performance import (
    AssetPerformance,
    BatteryResult,
    PlantResult,
    StationResult,
    asset_performance,
    names_of,
)

_NAME_WIDTH: Final = 14
_CNY_DIGITS: Final = 2


def assets(args: argparse.Namespace) -> int:
    """Show what every asset did over a month or a year, and what was lost."""
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        label, period = month_or_year_of(args, ports.park.zone)
        found = asset_performance(period, label=label, ports=ports)
    if args.json:
        say(args, facts_of(found), "")
        return 0
    console = Console(highlight=False)
    names = names_of(found)
    for table in (_plants(found, names, lang), _batteries(found, names, lang)):
        console.print(table)
    console.print(_stations(found, names, lang))
    for line in _notes(found, names, lang):
        console.print(line)
    return 0


def _table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Return a table in which a heading may be broken over lines, and a number never."""
    table = plain_table(title)
    table.add_column(headings[0], no_wrap=True, max_width=_NAME_WIDTH)
    for place, heading in enumerate(headings[1:], start=1):
        width = max((cell_len(row[place]) for row in rows), default=1)
        table.add_column(heading, justify="right", min_width=width, overflow="fold")
    for row in rows:
        table.add_row(*(Text(word) for word in row))
    return table


def _headings(lang: Lang, *names: str) -> list[str]:
    return [text(f"assets.column.{name}", lang) for name in names]


def _plants(found: AssetPerformance, names: Mapping[str, tuple[str, str]], lang: Lang) -> Table:
    headings = _headings(lang, "name", "generated", "full_load", "expected", "band", "reached")
    headings += _headings(lang, "lost", "availability", "state")
    rows = [_plant(each, names, lang) for each in found.plants]
    return _table(text("cli.assets.plants", lang, period=found.label), headings, rows)


def _plant(each: PlantResult, names: Mapping[str, tuple[str, str]], lang: Lang) -> tuple[str, ...]:
    of, total = each.performance, each.performance.total
    return (
        named(names, of.plant.id, lang),
        kwh_told(of.generated_kwh),
        f"{of.full_load_h:.1f}",
        kwh_told(None if total is None else total.expected_kwh),
        percent_told(band_ratio(each)),
        percent_told(reached_ratio(each)),
        NOTHING if of.lost_kwh is None else kwh_told(of.lost_kwh[0]),
        percent_told(None if total is None else total.availability_ratio),
        text(f"assets.state.{of.state}", lang),
    )


def _batteries(found: AssetPerformance, names: Mapping[str, tuple[str, str]], lang: Lang) -> Table:
    headings = _headings(lang, "name", "charged", "discharged", "cycles", "efficiency", "least")
    headings += _headings(lang, "most", "stated", "idle", "deepest", "usable")
    rows = [_battery(each, names, lang) for each in found.batteries]
    return _table(text("cli.assets.batteries", lang), headings, rows)


def _battery(
    each: BatteryResult, names: Mapping[str, tuple[str, str]], lang: Lang
) -> tuple[str, ...]:
    use = each.use
    return (
        named(names, each.battery.id, lang),
        kwh_told(use.charged_kwh),
        kwh_told(use.discharged_kwh),
        f"{use.full_cycles_ratio:.1f}",
        percent_told(use.efficiency_ratio),
        percent_told(use.low_ratio),
        percent_told(use.high_ratio),
        percent_told(use.rated_ratio),
        f"{use.idle_h:.0f}",
        kwh_told(use.deepest_kwh),
        kwh_told(use.usable_kwh),
    )


def _stations(found: AssetPerformance, names: Mapping[str, tuple[str, str]], lang: Lang) -> Table:
    headings = _headings(lang, "name", "used", "usual", "utilisation", "peak", "silent")
    rows = [_station(each, names, lang) for each in found.stations]
    return _table(text("cli.assets.stations", lang), headings, rows)


def _station(
    each: StationResult, names: Mapping[str, tuple[str, str]], lang: Lang
) -> tuple[str, ...]:
    use = each.use
    return (
        named(names, each.station.id, lang),
        kwh_told(use.used_kwh),
        kwh_told(use.expected_kwh),
        percent_told(use.utilisation_ratio),
        kwh_told(use.peak_kw),
        str(len(use.silent_days)),
    )


def _notes(found: AssetPerformance, names: Mapping[str, tuple[str, str]], lang: Lang) -> list[Text]:
    lines = [
        Text(
            f"  ! {named(names, each.performance.plant.id, lang)}  {_told(each, loss, lang)}",
            style="yellow",
        )
        for each in found.plants
        for loss in each.performance.losses
    ]
    methods = dict.fromkeys(method_told(each, lang) for each in found.plants)
    by_method = {
        told: [
            each.performance.plant.id for each in found.plants if method_told(each, lang) == told
        ]
        for told in methods
    }
    lines += [Text(f"  {', '.join(ids)}: {told}", style="dim") for told, ids in by_method.items()]
    if not found.is_whole:
        last = found.period.end.isoformat(timespec="minutes")
        lines.append(Text(text("cli.assets.part", lang, until=last), style="yellow"))
    return lines


def _told(each: PlantResult, loss: Loss, lang: Lang) -> str:
    first, last = loss_days(loss, each.performance.first_day)
    words = text(
        "cli.assets.loss",
        lang,
        kind=text(f"assets.loss.{loss.kind.value}", lang),
        first=first.isoformat(),
        last=last.isoformat(),
        lost=kwh_told(loss.lost_kwh),
        low=kwh_told(loss.low_kwh),
        high=kwh_told(loss.high_kwh),
        share=percent_told(loss.missing_ratio),
    )
    if each.price is None:
        return f"{words}{text('cli.assets.unpriced', lang)}"
    cny = each.lost_cny
    shown = NOTHING if cny is None else amount_told(cny[0], _CNY_DIGITS)
    return f"{words}{text('cli.assets.priced', lang, cny=shown, price=each.price.cny_per_kwh)}"
