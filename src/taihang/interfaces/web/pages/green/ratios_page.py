"""Turns the annual ratios into what their template prints."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from taihang.core.figure.number import Document, number_of
from taihang.core.quantities import WH_PER_MWH
from taihang.core.ratio.outlook import SYMBOLS
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.figure_words import FigureWords
from taihang.interfaces.ratio_words import asked, whole_percent
from taihang.interfaces.web.csv_answer import Value
from taihang.interfaces.web.figure_table import (
    Cell,
    FigureTable,
    Head,
    told_cell,
    void_cell,
    words_cell,
)
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.pages.green.place import tabs
from taihang.interfaces.web.pages.green.ratios import FLOWS, RatiosView
from taihang.interfaces.web.stretch_choice import step_of
from taihang.interfaces.web.wording import DASH, number
from taihang.services.figure_standing import Standing, Told
from taihang.services.ratio_account import MONTH, WINDOWS, YEAR_TO_DATE, Window

_TONES: Final = {"met": "ok", "missed": "bad", "undefined": "warn"}
_DIGITS: Final = 3
Facts = Mapping[str, Document]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioCard:
    """One ratio of the year so far, beside what is asked of it."""

    symbol: str
    label: str
    cell: Cell
    asked: str
    verdict: str
    tone: str
    chance: str
    """Chance to miss it at the end of the year; a dash without a forecast."""


def ratios_context(view: RatiosView, *, look: PageQuery) -> dict[str, object]:
    """Return what the page of annual ratios needs.

    Args:
        view: The ratios.
        look: The reader's language and the address of the page.
    """
    lang, account = look.lang, view.account
    context: dict[str, object] = {
        "view": view,
        "tabs": tabs("ratios", look=look, is_whole=view.place.is_whole),
        "months": tuple(reversed(view.place.months)),
        "before": step_of(view.place.months, view.month, -1),
        "after": step_of(view.place.months, view.month, 1),
        "what": view.month,
    }
    if account is None:
        return context
    forecast = _facts(account.at("forecast"))
    return {
        **context,
        "is_issued": account.is_issued,
        "cards": tuple(_cards(account, lang)),
        "sentences": tuple(_sentences(account, lang)),
        "windows": windows_table(account, lang),
        "energies": energies_table(view, account, lang),
        "history": history_table(view.history, lang) if view.history else None,
        "notes": tuple(_notes(account, lang)),
        "forecast": forecast_table(account, lang) if forecast else None,
        "basis": _basis(forecast, lang) if forecast else "",
        "allowance": _allowance(forecast, lang) if forecast else "",
        "cure": cure_table(account, lang) if forecast else None,
        "cured": tuple(_cured(forecast, lang)) if forecast else (),
        "no_forecast": tuple(_no_forecast(account, view, lang)),
        "limits": limits_table(account, lang),
        "script": {
            "ratios": _curves(view.history, lang),
            "texts": {"chart.missing": text("chart.missing", lang)},
        },
    }


# -- the windows ---------------------------------------------------------------------------------


def _facts(found: Document) -> Facts:
    return found if isinstance(found, Mapping) else {}


def _said(facts: Facts, name: str) -> str:
    found = facts.get(name)
    return found if isinstance(found, str) else ""


def _requirement(account: Standing, window: str, symbol: str) -> Facts:
    return _facts(account.at("windows", window, "requirements", symbol))


def _cards(account: Standing, lang: Lang) -> Iterator[RatioCard]:
    for symbol in SYMBOLS:
        path = ("windows", YEAR_TO_DATE, "requirements", symbol)
        each = _requirement(account, YEAR_TO_DATE, symbol)
        chance = number_of(account.at("forecast", "ratios", symbol, "chance"))
        yield RatioCard(
            symbol=symbol,
            label=text(f"cli.ratios.names.{symbol}", lang),
            cell=told_cell(account.told(*path, "percent"), digits=1),
            asked=asked(each),
            verdict=text(f"green.verdict.{_said(each, 'verdict')}", lang),
            tone=_TONES[_said(each, "verdict")],
            chance=DASH if chance is None else number(chance * 100, digits=1),
        )


def _sentences(account: Standing, lang: Lang) -> Iterator[str]:
    for each in account.elements("windows", YEAR_TO_DATE, "requirements"):
        yield _said(each, lang)


def windows_table(account: Standing, lang: Lang) -> FigureTable:
    """Return the three ratios of the month, the year so far and twelve months.

    Args:
        account: The account of the month.
        lang: The reader's language.
    """
    heads = (
        Head(text("cli.ratios.ratio", lang)),
        Head(text("cli.ratios.asked", lang), is_number=True),
        *(
            Head(f"{text(f'cli.ratios.windows.{name}', lang)} %", is_number=True)
            for name in WINDOWS
        ),
        Head(text("green.verdict_head", lang)),
        Head(f"{text('green.short', lang)} MWh", is_number=True, priority=2),
    )
    rows = tuple(_window_row(account, symbol, lang) for symbol in SYMBOLS)
    return FigureTable(id="windows", heads=heads, rows=rows)


def _window_row(account: Standing, symbol: str, lang: Lang) -> tuple[Cell, ...]:
    judged = _requirement(account, YEAR_TO_DATE, symbol)
    verdict = _said(judged, "verdict")
    path = ("requirements", symbol)
    return (
        words_cell(text(f"cli.ratios.names.{symbol}", lang)),
        words_cell(asked(judged)),
        *(told_cell(account.told("windows", name, *path, "percent"), digits=1) for name in WINDOWS),
        words_cell(text(f"green.verdict.{verdict}", lang), tone=_TONES[verdict]),
        told_cell(
            account.told("windows", YEAR_TO_DATE, *path, "shortfall_wh"), digits=1, over=WH_PER_MWH
        ),
    )


def _mwh(told: Told) -> Cell:
    return told_cell(told, digits=_DIGITS, over=WH_PER_MWH)


def energies_table(view: RatiosView, account: Standing, lang: Lang) -> FigureTable:
    """Return the energies behind the ratios; those of the month open to the balance.

    Args:
        view: The page.
        account: The account of the month.
        lang: The reader's language.
    """
    heads = (
        Head(text("cli.ratios.energy", lang)),
        *(Head(text(f"cli.ratios.windows.{name}", lang), is_number=True) for name in WINDOWS),
    )
    metered = account.said("curtailment") == "metered"
    rows: list[tuple[Cell, ...]] = []
    for flow in FLOWS:
        label = words_cell(text(f"cli.ratios.flows.{flow}", lang))
        if flow == "curtailed_wh" and not metered:
            rows.append((label, *(void_cell() for _ in WINDOWS)))
            continue
        told = {name: account.told("windows", name, flow) for name in WINDOWS}
        if not account.is_issued:
            # Of a draft the month opens as it was settled, without drawing the account up again.
            told[MONTH] = Told(value=told[MONTH].value, key=view.energy_key(flow))
        rows.append((label, *(_mwh(each) for each in told.values())))
    return FigureTable(id="energies", heads=heads, rows=tuple(rows))


def _notes(account: Standing, lang: Lang) -> Iterator[str]:
    """Yield what is not counted, and what the park chose where the text is silent."""
    for each in account.elements("windows"):
        counts = _facts(each.get("intervals"))
        open_, unsettled = (int(str(counts.get(name, 0))) for name in ("open", "unsettled"))
        if open_ or unsettled:
            yield text(
                "cli.ratios.gaps",
                lang,
                window=text(f"cli.ratios.windows.{_said(each, 'name')}", lang),
                open=open_,
                unsettled=unsettled,
                n=open_ + unsettled + int(str(counts.get("closed", 0))),
            )
    yield text(f"cli.ratios.curtailment-{account.said('curtailment')}", lang)
    in_load = account.at("storage_losses_in_load")
    yield text("cli.ratios.storage-in" if in_load else "cli.ratios.storage-out", lang)
    yield text("cli.ratios.yearly", lang)


# -- the months ----------------------------------------------------------------------------------


def _percents(window: Window) -> list[Decimal | None]:
    return [each.percent for each in window.ratios.requirements]


def history_table(history: tuple[Window, ...], lang: Lang) -> FigureTable:
    """Return the months one by one.

    Args:
        history: The months, each a window of its own.
        lang: The reader's language.
    """
    heads = (
        Head(text("cli.ratios.month", lang)),
        *(Head(f"{symbol} %", is_number=True) for symbol in SYMBOLS),
        Head(text("cli.ratios.open", lang), is_number=True, priority=2),
    )
    rows = tuple(
        (
            words_cell(window.name),
            *(told_cell(Told(value=each), digits=1) for each in _percents(window)),
            words_cell(str(window.totals.n_open + window.totals.n_unsettled)),
        )
        for window in history
    )
    return FigureTable(id="history", heads=heads, rows=rows)


def _curves(history: tuple[Window, ...], lang: Lang) -> dict[str, object]:
    columns = zip(*(_percents(window) for window in history), strict=True)
    asked_ = history[-1].ratios.requirements if history else ()
    return {
        "months": [window.name for window in history],
        "series": [
            {
                "code": symbol,
                "label": text(f"cli.ratios.names.{symbol}", lang),
                "percent": [None if each is None else float(each) for each in column],
                "limit": float(required.threshold_ratio * 100),
            }
            for symbol, column, required in zip(SYMBOLS, columns, asked_, strict=False)
        ],
    }


def ratio_rows(view: RatiosView, lang: Lang) -> tuple[list[str], list[list[Value]]]:
    """Return the months for a file: percentages and the watt-hours behind them.

    Args:
        view: The page.
        lang: The reader's language.
    """
    heads = [
        text("cli.ratios.month", lang),
        *(f"{text(f'cli.ratios.names.{symbol}', lang)} %" for symbol in SYMBOLS),
        *(f"{text(f'cli.ratios.flows.{flow}', lang)} Wh" for flow in FLOWS),
        text("cli.ratios.open", lang),
    ]
    rows: list[list[Value]] = []
    for window in view.history:
        energy = window.ratios.energy
        rows.append(
            [
                window.name,
                *(None if each is None else float(each) for each in _percents(window)),
                *(int(getattr(energy, flow)) for flow in FLOWS),
                window.totals.n_open + window.totals.n_unsettled,
            ]
        )
    return heads, rows


# -- the end of the year -------------------------------------------------------------------------


def _percent(told: Told) -> Cell:
    value = None if told.value is None else told.value * 100
    return told_cell(Told(value=value, key=told.key), digits=1)


def forecast_table(account: Standing, lang: Lang) -> FigureTable:
    """Return how the year ends: the range of each ratio, and the chance to miss it.

    Args:
        account: The account of the month.
        lang: The reader's language.
    """
    heads = (
        Head(text("cli.ratios.ratio", lang)),
        Head(text("cli.ratios.asked", lang), is_number=True),
        *(Head(f"{name} %", is_number=True, priority=2) for name in ("P10", "P50", "P90")),
        Head(f"{text('cli.ratios.forecast.chance', lang)} %", is_number=True),
    )
    rows = tuple(
        (
            words_cell(text(f"cli.ratios.names.{symbol}", lang)),
            words_cell(asked(_requirement(account, YEAR_TO_DATE, symbol))),
            *(
                _percent(account.told("forecast", "ratios", symbol, name))
                for name in ("p10", "p50", "p90", "chance")
            ),
        )
        for symbol in SYMBOLS
    )
    return FigureTable(id="forecast", heads=heads, rows=rows)


def _basis(forecast: Facts, lang: Lang) -> str:
    return text(
        "cli.ratios.forecast.basis",
        lang,
        scenarios=forecast.get("scenarios"),
        seed=forecast.get("seed"),
        block=forecast.get("block_days"),
        season=forecast.get("season_days"),
        past=forecast.get("past_days"),
        out=forecast.get("past_days_left_out"),
    )


def _mwh_told(wh: Document) -> str:
    value = number_of(wh)
    return number(None if value is None else value / WH_PER_MWH, digits=1)


def _allowance(forecast: Facts, lang: Lang) -> str:
    found = _facts(forecast.get("allowance"))
    most, used = (number_of(found.get(name)) or Decimal(0) for name in ("p50_wh", "exported_wh"))
    return text(
        "cli.ratios.forecast.allowance",
        lang,
        most=_mwh_told(found.get("p50_wh")),
        used=_mwh_told(found.get("exported_wh")),
        left=number((most - used) / WH_PER_MWH, digits=1),
    )


def cure_table(account: Standing, lang: Lang) -> FigureTable | None:
    """Return the cheapest remedies, and those without a price; None where no miss is likely.

    Args:
        account: The account of the month.
        lang: The reader's language.
    """
    doses = account.elements("forecast", "cure", "doses")
    if not doses:
        return None
    heads = (
        Head(text("cli.ratios.cure.remedy", lang)),
        Head(text("cli.ratios.cure.price", lang), is_number=True),
        Head(text("cli.ratios.cure.energy", lang), is_number=True),
        Head(text("cli.ratios.cure.cost", lang), is_number=True),
        Head(text("cli.ratios.cure.start", lang), priority=2),
    )
    rows = [_dose_row(account, each, lang) for each in doses]
    rows += [
        (
            words_cell(_said(each, lang) or text(f"cli.ratios.kinds.{_said(each, 'kind')}", lang)),
            words_cell(text(f"cli.ratios.cure.{_said(each, 'reason').replace('-', '_')}", lang)),
            *([void_cell()] * 3),
        )
        for each in account.elements("forecast", "not_priced")
    ]
    return FigureTable(id="cure", heads=heads, rows=tuple(rows))


def _dose_row(account: Standing, dose: Facts, lang: Lang) -> tuple[Cell, ...]:
    path = ("forecast", "cure", "doses", _said(dose, "id"))
    price, energy = account.told(*path, "price_cny_per_mwh"), account.told(*path, "energy_wh")
    cost = None
    if price.value is not None and energy.value is not None:
        cost = price.value * energy.value / WH_PER_MWH
    return (
        words_cell(_said(dose, lang), title=_said(dose, "source")),
        told_cell(price, digits=2),
        told_cell(energy, digits=1, over=WH_PER_MWH),
        told_cell(Told(value=cost), digits=2),
        words_cell(start) if (start := _said(dose, "latest_start")) else void_cell(),
    )


def _cured(forecast: Facts, lang: Lang) -> Iterator[str]:
    cure = _facts(forecast.get("cure"))
    if not cure:
        chance = number_of(forecast.get("chance")) or Decimal(0)
        yield text(
            "cli.ratios.cure.unlikely",
            lang,
            chance=whole_percent(str(chance)),
            likely=whole_percent(_said(forecast, "likely_from")),
        )
        return
    if cure.get("enough") is True:
        cost = number(number_of(cure.get("cost_cny")), digits=2)
        yield text(
            "cli.ratios.cure.enough", lang, day=_said(cure, "latest_start") or DASH, cost=cost
        )
        return
    for symbol, wh in _facts(cure.get("short_wh")).items():
        if number_of(wh):
            ratio = text(f"cli.ratios.names.{symbol}", lang)
            yield text("cli.ratios.cure.short", lang, ratio=ratio, mwh=_mwh_told(wh))


def _no_forecast(account: Standing, view: RatiosView, lang: Lang) -> Iterator[str]:
    if account.at("forecast") is not None:
        return
    words = FigureWords(lang, view.place.zone, view.place.names)
    for each in account.gaps():
        yield text("cli.ratios.forecast.none", lang, why=words.note(each))


# -- the limits ----------------------------------------------------------------------------------


def limits_table(account: Standing, lang: Lang) -> FigureTable:
    """Return the limits in force: their value, from when, by which text, and how sure that is.

    Args:
        account: The account of the month.
        lang: The reader's language.
    """
    codes = ("limit", "value", "valid", "document", "status")
    heads = tuple(Head(text(f"green.limit.{c}", lang), is_number=c == "value") for c in codes)
    export = _facts(account.at("export_limit"))
    basis = _said(export, "basis") or text("green.limit.chosen", lang)
    above = export.get("above_ceiling") is True
    first = (
        words_cell(text("cli.ratios.names.R_exp", lang)),
        words_cell(f"≤ {whole_percent(_said(export, 'ratio'))}"),
        void_cell(),
        words_cell(basis),
        words_cell(
            text(f"green.limit.{'above' if above else 'within'}", lang),
            tone="warn" if above else "ok",
        ),
    )
    rows = (first, *(_fact_row(each, lang) for each in account.elements("factors")))
    return FigureTable(id="limits", heads=heads, rows=rows)


def _fact_row(fact: Facts, lang: Lang) -> tuple[Cell, ...]:
    status = _said(fact, "status")
    name = _said(fact, "note") if lang == "zh" else _said(fact, "code")
    return (
        Cell(words=name, sort=name, title=_said(fact, "key"), wraps=True),
        words_cell(whole_percent(_said(fact, "value"))),
        words_cell(f"{_said(fact, 'valid_from')} – {_said(fact, 'valid_to') or '…'}"),
        Cell(words=_said(fact, "document"), sort=_said(fact, "document"), wraps=True),
        words_cell(
            text(f"figures.mark.{status}", lang), tone="ok" if status == "verified" else "warn"
        ),
    )
