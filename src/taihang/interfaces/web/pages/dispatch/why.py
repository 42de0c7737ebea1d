"""Why a plan does what it does, in sentences."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import numpy as np

from taihang.core.dispatch.plan_reason import Limit
from taihang.core.quantities import WH_PER_KWH
from taihang.interfaces.alarm_words import energy, percent
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.pages.dispatch.wish import clock
from taihang.services.dispatch_day import DispatchDay, StoreDay
from taihang.services.planned import Planned

_MORE_CNY: Final = 0.0005
"""A smaller difference between price and worth is rounding [CNY/kWh]."""


def why_lines(shown: DispatchDay, lang: Lang) -> list[dict[str, str]]:
    """Return the reasons of a plan, each with the sort of mark that it has.

    Args:
        shown: The day.
        lang: Language of the reader.
    """
    planned = shown.planned
    if planned is None:
        return []
    lines: list[tuple[str, str]] = []
    for store in shown.stores:
        lines += _moves(store, lang)
        lines += _limits(store, lang)
    lines += _peak(shown, planned, lang)
    lines.append(_export(planned, lang))
    lines += _marginal(planned, lang)
    return [{"kind": kind, "words": words} for kind, words in lines]


def _moves(store: StoreDay, lang: Lang) -> Iterator[tuple[str, str]]:
    for move in store.moves:
        kind = "charge" if move.wh > 0 else "discharge"
        told = {
            "from": clock(move.first),
            "to": clock(move.stop),
            "store": store.id,
            "energy": energy(abs(move.wh)),
            "price": f"{move.price_cny_per_kwh:.4f}",
        }
        yield kind, text(f"dispatch_page.why.{kind}", lang, **told)
    if not store.moves:
        yield "limit", text("dispatch_page.why.rests", lang, store=store.id)
    if store.spread is not None:
        yield "money", _spread(store, store.spread, lang)


def _spread(store: StoreDay, spread: tuple[float, float, float], lang: Lang) -> str:
    buy, sell, earned = spread
    battery = store.battery
    round_trip = battery.charge_efficiency_ratio * battery.discharge_efficiency_ratio
    return text(
        "dispatch_page.why.spread",
        lang,
        store=store.id,
        sell=f"{sell:.4f}",
        buy=f"{buy / round_trip:.4f}",
        efficiency=percent(f"{round_trip:.4f}"),
        wear=f"{battery.cycle_cost_cny_per_kwh:.4f}",
        earned=f"{earned:.4f}",
    )


def _limits(store: StoreDay, lang: Lang) -> Iterator[tuple[str, str]]:
    for binding in store.bindings:
        told: dict[str, object] = {"store": store.id}
        if binding.limit is not Limit.FULL:
            told["n"] = binding.n
        if binding.limit is not Limit.EMPTY:
            # What a store holds is told at the end of an interval.
            told["from"] = clock(binding.first + (binding.limit is Limit.FULL))
        yield "limit", text(f"dispatch_page.why.{binding.limit}", lang, **told)


def _peak(shown: DispatchDay, planned: Planned, lang: Lang) -> Iterator[tuple[str, str]]:
    peaks = planned.month_peaks
    if len(peaks) != 1:
        return
    kw = f"{float(peaks[0]['expected_kw']):,.0f}"
    if shown.peak is None:
        yield "free", text("dispatch_page.why.peak_free", lang, kw=kw)
        return
    n, first = shown.peak
    price = f"{float(peaks[0]['price_cny_per_kw']):.2f}"
    told = {"n": n, "from": clock(first), "kw": kw, "price": price}
    yield "limit", text("dispatch_page.why.peak", lang, **told)


def _export(planned: Planned, lang: Lang) -> tuple[str, str]:
    budget = planned.export_budget
    chance = percent(budget["chance_ratio"])
    match budget["mode"]:
        case "shut":
            return "limit", text("dispatch_page.why.shut", lang)
        case "block":
            most = f"{float(budget['most_kwh']):,.0f}"
            return "limit", text("dispatch_page.why.block", lang, most=most, chance=chance)
        case "price":
            value = f"{float(budget['value_cny_per_kwh']):.4f}"
            return "money", text("dispatch_page.why.priced", lang, value=value, chance=chance)
        case _:
            return "free", text("dispatch_page.why.open", lang, chance=chance)


def _marginal(planned: Planned, lang: Lang) -> Iterator[tuple[str, str]]:
    """Yield where one more kWh at the bus costs more than its price: a limit is at work."""
    worth, price = (planned.prices(f"{name}_cny_per_kwh") for name in ("marginal", "price"))
    if len(worth) != len(price):
        return
    above = worth - price > _MORE_CNY
    if above.any():
        told = {
            "n": int(above.sum()),
            "from": clock(int(np.argmax(above))),
            "more": f"{float((worth - price).max()):.4f}",
        }
        yield "limit", text("dispatch_page.why.marginal", lang, **told)


def day_before(shown: DispatchDay) -> str:
    """Return the local day before, as it is written."""
    return (shown.day - timedelta(days=1)).isoformat()


def megawatts(watts: int | None) -> float | None:
    """Return a power for a chart.

    Example:
        >>> megawatts(1_500_000), megawatts(None)
        (1.5, None)
    """
    return None if watts is None else round(watts / WH_PER_KWH / WH_PER_KWH, 4)
