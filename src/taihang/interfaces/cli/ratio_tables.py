"""How `taihang ratios` is printed: windows, months, intervals, the end of the year, remedies."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang.core.quantities import WH_PER_MWH
from taihang.core.ratio.outlook import SYMBOLS
from taihang.interfaces.account_words import NOTHING
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.ratio_words import asked, whole_percent
from taihang.services.ratio_backtest import PastForecast

Facts = Mapping[str, Any]
_MARKS: Final = {"met": ("✓", "green"), "missed": ("✗", "red"), "undefined": (" ", "dim")}
_FLOWS: Final = (
    "available_wh",
    "self_used_wh",
    "exported_wh",
    "curtailed_wh",
    "imported_wh",
    "load_wh",
)
_SIGNS: Final = {
    "available_wh": "E_av",
    "self_used_wh": "E_self",
    "exported_wh": "E_exp",
    "load_wh": "E_load",
}
_OF_YEAR: Final = tuple(_SIGNS)
_CLOSED: Final = "closed"


def print_windows(console: Console, body: Facts, title: str, lang: Lang) -> None:
    """Print a month's account: three windows, what is missed, what is not counted.

    Args:
        console: Where to.
        body: The body of the statement.
        title: What stands above it.
        lang: Language of the reader.
    """
    windows = cast("list[Facts]", body["windows"])
    names = [text(f"cli.ratios.windows.{window['name']}", lang) for window in windows]
    console.print(Text(title, style="bold"))
    table = plain_table(None)
    table.add_column(text("cli.ratios.ratio", lang), no_wrap=True)
    table.add_column(text("cli.ratios.asked", lang), justify="right", no_wrap=True)
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    for at, symbol in enumerate(SYMBOLS):
        each = [window["requirements"][at] for window in windows]
        cells = [judged_cell(one) for one in each]
        table.add_row(text(f"cli.ratios.names.{symbol}", lang), asked(each[0]), *cells)
    table.add_section()
    for flow in _FLOWS:
        is_unknown = flow == "curtailed_wh" and body["curtailment"] != "metered"
        amounts = [NOTHING if is_unknown else _mwh(window[flow]) for window in windows]
        table.add_row(text(f"cli.ratios.flows.{flow}", lang), "MWh", *amounts)
    console.print(table)
    for line in _sentences(windows[1], lang):
        console.print(line)
    for line in _notes(body, names, lang):
        console.print(line)


def print_year(console: Console, windows: Sequence[Facts], title: str, lang: Lang) -> None:
    """Print the months of a year and the year itself.

    Args:
        console: Where to.
        windows: The months in order, and the year as the last.
        title: What stands above it.
        lang: Language of the reader.
    """
    console.print(Text(title, style="bold"))
    table = plain_table(None)
    table.add_column(text("cli.ratios.month", lang), no_wrap=True)
    for flow in _OF_YEAR:
        table.add_column(f"{_SIGNS[flow]} MWh", justify="right", no_wrap=True)
    for symbol in SYMBOLS:
        table.add_column(symbol, justify="right", no_wrap=True)
    table.add_column(text("cli.ratios.open", lang), justify="right", no_wrap=True)
    for at, window in enumerate(windows):
        is_year = at == len(windows) - 1
        if is_year:
            table.add_section()
        table.add_row(
            text("cli.ratios.whole_year", lang) if is_year else str(window["name"]),
            *(_mwh(window[flow]) for flow in _OF_YEAR),
            *(judged_cell(each) for each in window["requirements"]),
            f"{window['intervals']['open'] + window['intervals']['unsettled']:,}",
        )
    console.print(table)
    for line in _sentences(windows[-1], lang):
        console.print(line)
    console.print(Text(text("cli.ratios.yearly", lang), style="dim"))


def print_intervals(
    console: Console, rows: Sequence[Facts], title: str, *, zone: ZoneInfo, lang: Lang
) -> None:
    """Print intervals in the time of the park; what is not closed has no energies.

    Args:
        console: Where to.
        rows: Intervals in order.
        title: What stands above them.
        zone: Zone of the park.
        lang: Language of the reader.
    """
    console.print(Text(title, style="bold"))
    console.print(Text(text("cli.ratios.interval_units", lang), style="dim"))
    table = plain_table(None)
    table.add_column(text("cli.ratios.time", lang), no_wrap=True)
    for flow in _OF_YEAR:
        table.add_column(_SIGNS[flow], justify="right", no_wrap=True)
    for symbol in SYMBOLS:
        table.add_column(symbol, justify="right", no_wrap=True)
    for row in rows:
        time = f"{datetime.fromtimestamp(row['time_s'], zone):%m-%d %H:%M}"
        if row["state"] != _CLOSED:
            table.add_row(time, text(f"cli.ratios.states.{row['state']}", lang))
            continue
        used, load = row["self_used_wh"], row["load_wh"]
        available = row["available_wh"]
        table.add_row(
            time,
            *(f"{Decimal(row[flow]) / 1_000:,.1f}" for flow in _OF_YEAR),
            *(_plain_share(*pair) for pair in ((used, available), (used, load))),
            _plain_share(row["exported_wh"], available),
        )
    console.print(table)


def print_forecast(console: Console, body: Facts, lang: Lang) -> None:
    """Print the end of the year, and what to do about it; or why there is no forecast.

    Args:
        console: Where to.
        body: What holds ``forecast``.
        lang: Language of the reader.
    """
    forecast = cast("Facts | None", body["forecast"])
    if forecast is None:
        for gap in cast("list[Facts]", body.get("not_assessed", [])):
            told = text("cli.ratios.forecast.none", lang, why=gap["detail"])
            console.print(Text(told, style="yellow"))
        return
    console.print(_quantiles(forecast, lang))
    for line in _forecast_lines(forecast, lang):
        console.print(line)
    cure = cast("Facts | None", forecast["cure"])
    if cure is None:
        likely, chance = whole_percent(forecast["likely_from"]), _percent(forecast["chance"])
        told = text("cli.ratios.cure.unlikely", lang, likely=likely, chance=chance)
        console.print(Text(told, style="green"))
        return
    console.print(_remedies(forecast, cure, lang))
    for line in _cure_lines(forecast, cure, lang):
        console.print(line)


def print_backtest(
    console: Console, tested: Sequence[PastForecast], title: str, lang: Lang
) -> None:
    """Print forecasts of a year that is over, and how often the band held.

    Args:
        console: Where to.
        tested: All of them.
        title: What stands above them.
        lang: Language of the reader.
    """
    console.print(Text(title, style="bold"))
    table = plain_table(None)
    table.add_column(text("cli.ratios.backtest.from", lang), no_wrap=True)
    table.add_column(text("cli.ratios.ratio", lang), no_wrap=True)
    for name in ("P10", "P50", "P90"):
        table.add_column(name, justify="right")
    table.add_column(text("cli.ratios.forecast.chance", lang), justify="right")
    table.add_column(text("cli.ratios.backtest.came", lang), justify="right")
    table.add_column(text("cli.ratios.backtest.inside", lang))
    for one in tested:
        held = NOTHING
        if one.is_inside is not None:
            held = text(f"cli.ratios.backtest.{'yes' if one.is_inside else 'no'}", lang)
        table.add_row(
            one.first.isoformat(),
            text(f"cli.ratios.names.{one.symbol}", lang),
            *(_percent(at) for at in one.quantiles_ratio),
            _percent(one.chance_ratio),
            _percent(one.actual_ratio),
            Text(held, style="" if one.is_inside else "yellow"),
        )
    console.print(table)
    for symbol in SYMBOLS:
        of = [one for one in tested if one.symbol == symbol and one.is_inside is not None]
        told = text(
            "cli.ratios.backtest.coverage",
            lang,
            ratio=text(f"cli.ratios.names.{symbol}", lang),
            inside=sum(bool(one.is_inside) for one in of),
            n=len(of),
        )
        console.print(Text(told))
    console.print(Text(text("cli.ratios.backtest.dependent", lang), style="dim"))


def ratio_fact(ratio: Fraction | None) -> str | None:
    """Return a ratio for machines: six decimals, cut.

    Example:
        >>> ratio_fact(Fraction(2, 3)), ratio_fact(None)
        ('0.666666', None)
    """
    if ratio is None:
        return None
    return f"{Decimal(ratio.numerator * 10**6 // ratio.denominator) / 10**6:.6f}"


def judged_cell(each: Facts) -> Text:
    """Return a ratio with its mark, as the standard prints it: a miss never reads as met.

    Args:
        each: A requirement as it stands in a statement.
    """
    if each["percent"] is None:
        return Text(NOTHING, style="dim")
    mark, style = _MARKS[str(each["verdict"])]
    return Text(f"{each['percent']} % {mark}", style=style)


# -- lines ---------------------------------------------------------------------------------------


def _sentences(window: Facts, lang: Lang) -> Iterator[Text]:
    """Yield what a window misses, in the words of the standard."""
    for each in cast("list[Facts]", window["requirements"]):
        if each["verdict"] == "missed":
            yield Text(f"✗ {each[lang]}", style="red")


def _notes(body: Facts, names: Sequence[str], lang: Lang) -> Iterator[Text]:
    for name, window in zip(names, cast("list[Facts]", body["windows"]), strict=True):
        of = cast("Facts", window["intervals"])
        if of["open"] or of["unsettled"]:
            told = text(
                "cli.ratios.gaps",
                lang,
                window=name,
                open=f"{of['open']:,}",
                unsettled=f"{of['unsettled']:,}",
                n=f"{sum(of.values()):,}",
            )
            yield Text(f"! {told}", style="yellow")
    if body["export_limit"]["above_ceiling"]:
        limit = whole_percent(body["export_limit"]["ratio"])
        yield Text(f"! {text('cli.ratios.above_ceiling', lang, limit=limit)}", style="yellow")
    yield Text(text(f"cli.ratios.curtailment-{body['curtailment']}", lang), style="dim")
    side = "in" if body["storage_losses_in_load"] else "out"
    yield Text(text(f"cli.ratios.storage-{side}", lang), style="dim")
    yield Text(text("cli.ratios.yearly", lang), style="dim")


def _quantiles(forecast: Facts, lang: Lang) -> Table:
    title = text("cli.ratios.forecast.title", lang, first=forecast["first"], last=forecast["last"])
    table = plain_table(title)
    table.add_column(text("cli.ratios.ratio", lang), no_wrap=True)
    table.add_column(text("cli.ratios.asked", lang), justify="right", no_wrap=True)
    for name in ("P10", "P50", "P90"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column(text("cli.ratios.forecast.chance", lang), justify="right", no_wrap=True)
    for each in cast("list[Facts]", forecast["ratios"]):
        sign = "≤" if each["symbol"] == SYMBOLS[-1] else "≥"
        is_likely = Decimal(each["chance"]) >= Decimal(forecast["likely_from"])
        table.add_row(
            text(f"cli.ratios.names.{each['symbol']}", lang),
            f"{sign} {whole_percent(each['threshold'])}",
            *(_percent(each[f"p{at}"]) for at in (10, 50, 90)),
            Text(_percent(each["chance"]), style="red" if is_likely else "green"),
        )
    return table


def _forecast_lines(forecast: Facts, lang: Lang) -> Iterator[Text]:
    allowance = cast("Facts", forecast["allowance"])
    most, used = int(allowance["p50_wh"]), int(allowance["exported_wh"])
    told = {"most": _mwh(most), "used": _mwh(used), "left": _mwh(max(most - used, 0))}
    yield Text(text("cli.ratios.forecast.allowance", lang, **told))
    if allowance["used_up_on"] is not None:
        certainty = whole_percent(forecast["certainty"])
        day = allowance["used_up_on"]
        told_day = text("cli.ratios.forecast.used_up", lang, certainty=certainty, day=day)
        yield Text(told_day, style="yellow")
    n_season, n_plan = int(forecast["days_by_season"]), int(forecast["days_by_plan"])
    parts = text(
        "cli.ratios.forecast.parts", lang, n=n_season + n_plan, season=n_season, plan=n_plan
    )
    yield Text(parts, style="yellow" if n_plan else "dim")
    if forecast["not_in_forecast"]:
        unseen = text("cli.ratios.forecast.unseen", lang, n=f"{forecast['not_in_forecast']:,}")
        yield Text(f"! {unseen}", style="yellow")
    values = {
        "scenarios": f"{forecast['scenarios']:,}",
        "seed": forecast["seed"],
        "block": forecast["block_days"],
        "season": forecast["season_days"],
        "past": forecast["past_days"],
        "out": forecast["past_days_left_out"],
    }
    yield Text(text("cli.ratios.forecast.basis", lang, **values), style="dim")
    yield Text(text("cli.ratios.forecast.no_reading", lang), style="dim")


def _remedies(forecast: Facts, cure: Facts, lang: Lang) -> Table:
    certainty = whole_percent(forecast["certainty"])
    table = plain_table(text("cli.ratios.cure.title", lang, certainty=certainty))
    table.add_column(text("cli.ratios.cure.remedy", lang), no_wrap=True)
    for key in ("price", "energy", "start", "cost"):
        table.add_column(text(f"cli.ratios.cure.{key}", lang), justify="right", no_wrap=True)
    for dose in cast("list[Facts]", cure["doses"]):
        cost = Decimal(dose["price_cny_per_mwh"]) * dose["energy_wh"] / WH_PER_MWH
        table.add_row(
            f"{dose['id']} {dose[lang]}",
            f"{Decimal(dose['price_cny_per_mwh']):,.0f}",
            _mwh(dose["energy_wh"], up=True),
            str(dose["latest_start"] or NOTHING),
            f"{cost:,.0f}",
        )
    for left_out in cast("list[Facts]", forecast["not_priced"]):
        kind = text(f"cli.ratios.kinds.{left_out['kind']}", lang)
        name = f"{left_out['id']} {left_out[lang]}" if "id" in left_out else kind
        reason = text(f"cli.ratios.cure.{str(left_out['reason']).replace('-', '_')}", lang)
        table.add_row(Text(name, style="dim"), Text(reason, style="dim"), *([NOTHING] * 3))
    return table


def _cure_lines(forecast: Facts, cure: Facts, lang: Lang) -> Iterator[Text]:
    if cure["enough"]:
        day = cure["latest_start"] or forecast["first"]
        cost = f"{Decimal(cure['cost_cny']):,.0f}"
        yield Text(text("cli.ratios.cure.enough", lang, day=day, cost=cost), style="green")
    for symbol, short_wh in cast("Mapping[str, int]", cure["short_wh"]).items():
        if short_wh:
            ratio = text(f"cli.ratios.names.{symbol}", lang)
            mwh = _mwh(short_wh, up=True)
            yield Text(text("cli.ratios.cure.short", lang, ratio=ratio, mwh=mwh), style="bold red")
    value = cure["allowance_value_cny_per_mwh"]
    if value is None:
        yield Text(text("cli.ratios.cure.no_value", lang), style="yellow")
    else:
        yield Text(text("cli.ratios.cure.value", lang, value=f"{Decimal(value):,.0f}"))


# -- cells ---------------------------------------------------------------------------------------


def _plain_share(above: int, below: int) -> str:
    """A share of one interval; none where nothing is divided by, or storage was exported."""
    return NOTHING if not below or above < 0 else f"{Decimal(above * 100) / below:.1f}"


def _percent(ratio: Decimal | float | str | None) -> str:
    return NOTHING if ratio is None else f"{Decimal(str(ratio)) * 100:.1f} %"


def _mwh(energy_wh: int, *, up: bool = False) -> str:
    """Megawatt-hours with one decimal; a need is rounded up, so that it is never told as less."""
    steps = Decimal(energy_wh) / (WH_PER_MWH // 10)
    tenths = -(-energy_wh * 10 // WH_PER_MWH) if up else steps
    return f"{Decimal(tenths) / 10:,.1f}"
