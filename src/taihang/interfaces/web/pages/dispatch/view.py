"""What the page of storage prints: cards, chart data, comparison, ledger, decisions."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.plan_decision import Order, PlanAct, PlanDecision, PlanState
from taihang.core.figure.key import key_of
from taihang.core.park.park import Park
from taihang.core.periods import STEPS_PER_DAY, instant_of_s
from taihang.core.quantities import WH_PER_KWH, WH_PER_MWH
from taihang.interfaces.account_words import NOTHING
from taihang.interfaces.alarm_words import energy, percent, power
from taihang.interfaces.catalogue import Lang, raw_texts, text
from taihang.interfaces.inert import inert
from taihang.interfaces.role_words import roles_in
from taihang.interfaces.web.pages.dispatch.build import DispatchView
from taihang.interfaces.web.pages.dispatch.table import (
    FLOWS,
    PARTS,
    battery_line,
    price_line,
    stored_line,
)
from taihang.interfaces.web.pages.dispatch.why import day_before, megawatts, why_lines
from taihang.interfaces.web.pages.dispatch.wish import WAYS, clock
from taihang.interfaces.web.wording import DASH
from taihang.services.dispatch_day import W_PER_WH, DispatchDay, Line
from taihang.services.planned import Planned
from taihang.services.review import text_hash

_PERCENT: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One figure at the head of the page."""

    code: str
    label: str
    value: str
    unit: str = ""
    note: str = ""
    tone: str = ""
    fill: str = ""
    mark: str = ""
    key: str = ""
    """Of the figure; empty of what no story is told of."""


def page_context(view: DispatchView, *, lang: Lang) -> dict[str, object]:
    """Return what the page prints of a day.

    Args:
        view: The day, of which there is one.
        lang: Language of the reader.
    """
    shown, park = view.shown, view.park
    if shown is None:
        return {"shown": None}
    planned, standing = shown.planned, shown.standing
    return {
        "shown": shown,
        "planned": planned,
        "day": shown.day.isoformat(),
        "neighbours": _neighbours(shown),
        "cards": list(_cards(shown, park, lang)),
        "why": why_lines(shown, lang),
        "page_data": _page_data(shown, lang),
        "compared": list(_compared(shown, lang)),
        "ledger": list(_ledger(shown)),
        "decisions": [_decision(each, park, lang) for each in shown.decisions],
        "orders": _orders(() if standing is None else standing.orders, park, lang),
        "pending": None
        if standing is None or standing.pending is None
        else {
            "who": inert(standing.pending.said.who),
            "orders": _orders(standing.pending.orders, park, lang),
        },
        "n_refused": 0 if standing is None else len(standing.refused),
        "state": None if standing is None else standing.state.value,
        "acts": _acts(shown),
        "stores": [store.id for store in shown.stores],
        "quarters": [clock(quarter) for quarter in range(STEPS_PER_DAY + 1)],
        "ways": [{"code": way, "words": text(f"dispatch_page.decide.{way}", lang)} for way in WAYS],
        "sha256": "" if planned is None else text_hash(planned.issued),
        "digest": "" if planned is None else planned.field("problem_sha256"),
    }


def _neighbours(shown: DispatchDay) -> dict[str, str]:
    """Return the plan days before and after, empty where there is none."""
    before = max((day for day in shown.plan_days if day < shown.day), default=None)
    after = min((day for day in shown.plan_days if day > shown.day), default=None)
    return {name: each.isoformat() for name, each in (("before", before), ("after", after)) if each}


def _acts(shown: DispatchDay) -> tuple[str, ...]:
    """Return what may be decided of the plan as it stands."""
    if shown.standing is None or shown.is_settled:
        return ()
    by_state = {
        PlanState.PROPOSED: (PlanAct.APPROVE, PlanAct.OVERRIDE),
        PlanState.APPROVED: (PlanAct.OVERRIDE, PlanAct.WITHDRAW),
        PlanState.PENDING: (PlanAct.CONFIRM, PlanAct.WITHDRAW),
        PlanState.OVERRIDDEN: (PlanAct.OVERRIDE, PlanAct.WITHDRAW),
    }
    return tuple(act.value for act in by_state[shown.standing.state])


# -- cards ----------------------------------------------------------------------------------------


def _cards(shown: DispatchDay, park: Park, lang: Lang) -> Iterator[Card]:
    yield _state_card(shown, park, lang)
    if shown.planned is not None:
        yield _saving_card(shown.planned, lang)
        yield _moved_card(shown, lang)
    yield _stored_card(shown, park, lang)
    if shown.planned is not None:
        yield _referee_card(shown.planned, lang)
    yield _export_card(shown, lang)


def _card_text(code: str, lang: Lang, **values: object) -> str:
    return text(f"dispatch_page.card.{code}", lang, **values)


def _state_card(shown: DispatchDay, park: Park, lang: Lang) -> Card:
    state = "none" if shown.standing is None else shown.standing.state.value
    tones = {"approved": "ok", "overridden": "ok", "pending": "warn", "none": "bad"}
    last = shown.decisions[-1] if shown.decisions else None
    return Card(
        code="state",
        label=_card_text("state", lang),
        value=text(f"dispatch_page.state.{state}", lang),
        note="" if last is None else f"{inert(last.said.who)} · {_clock_of(last.at_s, park)}",
        tone=tones.get(state, ""),
    )


def _saving_card(planned: Planned, lang: Lang) -> Card:
    bill = sum(float(each) for each in planned.bill_cny.values())
    demand = float(planned.field("demand_saving_cny"))
    return Card(
        code="saving",
        label=_card_text("saving", lang),
        key=key_of("statement", planned.issued.id, "value"),
        value=f"{float(planned.field('value')):,.0f}" if planned.field("value") else DASH,
        unit=_card_text("saving_unit", lang),
        note=_card_text("saving_note", lang, demand=f"{demand:,.0f}", bill=f"{bill:,.0f}"),
    )


def _moved_card(shown: DispatchDay, lang: Lang) -> Card:
    charged = sum(move.wh for store in shown.stores for move in store.moves if move.wh > 0)
    given = -sum(move.wh for store in shown.stores for move in store.moves if move.wh < 0)
    room = sum(store.plan.high_wh - store.plan.low_wh for store in shown.stores)
    spreads = [store.spread for store in shown.stores if store.spread is not None]
    spread = f"{spreads[0][1] - spreads[0][0]:.4f}" if len(spreads) == 1 else NOTHING
    return Card(
        code="moved",
        label=_card_text("moved", lang),
        value=f"{charged / WH_PER_MWH:.1f} / {given / WH_PER_MWH:.1f}",
        unit=_card_text("moved_unit", lang),
        note=_card_text(
            "moved_note",
            lang,
            cycles=f"{given / room:.2f}" if room else NOTHING,
            spread=spread,
        ),
    )


def _stored_card(shown: DispatchDay, park: Park, lang: Lang) -> Card:
    known = [at for at, wh in enumerate(shown.stored_wh) if wh is not None]
    full_wh = sum(one.energy_kwh for one in park.batteries.values()) * WH_PER_KWH
    if not known or not full_wh:
        return Card(
            code="stored",
            label=_card_text("stored", lang),
            value=DASH,
            note=_card_text("stored_unknown", lang),
        )
    at, wh = known[-1], shown.stored_wh[known[-1]] or 0
    share = _PERCENT * wh / full_wh
    until = _clock_of(shown.axis.start_s + 900 * (at + 1), park)
    return Card(
        code="stored",
        label=_card_text("stored", lang),
        value=f"{share:.0f}",
        unit=_card_text("stored_unit", lang),
        note=_card_text("stored_note", lang, wh=energy(wh), at=until),
        fill=f"{min(max(share, 0.0), 100.0):.1f}%",
    )


def _referee_card(planned: Planned, lang: Lang) -> Card:
    gap = planned.field("gap_ratio")
    return Card(
        code="referee",
        label=_card_text("referee", lang),
        value=_card_text("referee_accepted", lang),
        note=_card_text("referee_note", lang, gap=percent(gap) if gap else NOTHING),
        tone="ok",
    )


def _export_card(shown: DispatchDay, lang: Lang) -> Card:
    export, label = shown.export, _card_text("export", lang)
    if export is None or export.ratio is None:
        return Card(code="export", label=label, value=DASH, note=_card_text("export_unknown", lang))
    chance = "" if shown.planned is None else shown.planned.export_budget["chance_ratio"]
    # The bar ends at twice the limit, so that the limit stands in the middle.
    end = max(2 * export.limit_ratio, export.ratio, 1e-9)
    return Card(
        code="export",
        label=label,
        key=key_of("ratio", "R_exp", f"{export.until:%Y}"),
        value=f"{_PERCENT * export.ratio:.2f}",
        unit=_card_text("export_unit", lang, limit=f"{_PERCENT * export.limit_ratio:g}"),
        note=_card_text(
            "export_note",
            lang,
            until=export.until.isoformat(),
            exported=energy(export.exported_wh),
            chance=percent(chance),
        ),
        tone="bad" if export.ratio > export.limit_ratio else "",
        fill=f"{_PERCENT * export.ratio / end:.2f}%",
        mark=f"{_PERCENT * export.limit_ratio / end:.2f}%",
    )


# -- chart ----------------------------------------------------------------------------------------


def _page_data(shown: DispatchDay, lang: Lang) -> dict[str, object]:
    """Return the series of the chart: two local days, 192 quarters."""
    planned = shown.planned
    return {
        "texts": raw_texts(prefixes=("chart.", "dispatch_page.chart."), lang=lang),
        "days": [day_before(shown), shown.day.isoformat()],
        "recorded_steps": _recorded(shown),
        "actual": {name: [*map(megawatts, line)] for name, line in shown.actual_w.items()},
        "stored": _stored_percent(shown.stored_wh, shown),
        "price": [None if each is None else round(each, 6) for each in price_line(shown)],
        "plan": None if planned is None else _plan_series(planned, shown),
    }


def _recorded(shown: DispatchDay) -> int:
    """Return how many quarters of the axis are settled."""
    if shown.edge_s is None:
        return 0
    return max(0, min((shown.edge_s - shown.axis.start_s) // 900, shown.axis.n_steps))


def _stored_percent(line: Line, shown: DispatchDay) -> list[float | None]:
    full_wh = sum(store.battery.energy_kwh for store in shown.stores) * WH_PER_KWH
    if not full_wh:
        return [None] * len(line)
    return [None if wh is None else round(_PERCENT * wh / full_wh, 2) for wh in line]


def _plan_series(planned: Planned, shown: DispatchDay) -> dict[str, object]:
    full_wh = sum(store.battery.energy_kwh for store in shown.stores) * WH_PER_KWH
    orders = () if shown.standing is None else shown.standing.orders
    peaks = planned.month_peaks
    return {
        "power": _megawatts(-battery_line(planned, ())),
        "ordered": _megawatts(-battery_line(planned, orders)) if orders else None,
        "import": _megawatts(planned.series_w("import_w")),
        "load": _megawatts(planned.series_w("load_w")),
        "export": _megawatts(planned.series_w("export_w")),
        "stored": [round(_PERCENT * float(wh) / full_wh, 2) for wh in stored_line(planned)]
        if full_wh
        else [],
        "peak_mw": float(peaks[0]["expected_kw"]) / WH_PER_KWH if len(peaks) == 1 else None,
    }


def _megawatts(watts: NDArray[np.int64]) -> list[float | None]:
    return [megawatts(int(each)) for each in watts]


# -- tables ---------------------------------------------------------------------------------------


def _compared(shown: DispatchDay, lang: Lang) -> Iterator[dict[str, str]]:
    """Yield planned and measured energies of the day, once all of it is settled and closed."""
    planned = shown.planned
    if planned is None or not shown.is_settled:
        return
    for flow in FLOWS:
        line = shown.actual_w[flow][STEPS_PER_DAY:]
        planned_wh = int(planned.series_w(f"{flow}_w").sum()) // W_PER_WH
        row = {"flow": text(f"dispatch_page.compare.{flow}", lang), "planned": _mwh(planned_wh)}
        if None in line:
            yield {**row, "actual": DASH, "off": DASH, "key": ""}
        else:
            done_wh = sum(each for each in line if each is not None) // W_PER_WH
            told = {"actual": _mwh(done_wh), "off": _mwh(done_wh - planned_wh)}
            yield {**row, **told, "key": key_of("flow", flow, shown.day.isoformat())}


def _mwh(wh: int) -> str:
    # Half a unit of the last digit is none: no reader needs a sign before it.
    told = f"{wh / WH_PER_MWH:,.2f}"
    return told.removeprefix("-") if float(told.replace(",", "")) == 0 else told.replace("-", "−")


def _ledger(shown: DispatchDay) -> Iterator[dict[str, object]]:
    for line in shown.ledger:
        of_parts = [(part, line.parts_cny.get(part), ("parts_cny", part)) for part in PARTS]
        amounts = [
            ("promised", line.promised_cny, ("saving_cny", "promised")),
            ("earned", line.earned_cny, ("saving_cny", "earned")),
            ("regret", line.regret_cny, ("value",)),
            *of_parts,
        ]
        yield {
            "day": line.day.isoformat(),
            "cells": [
                {
                    "code": code,
                    "value": _cny(amount),
                    "key": key_of("statement", line.statement, *path) if amount else "",
                }
                for code, amount, path in amounts
            ],
        }


def _cny(amount: str | None) -> str:
    return f"{Decimal(amount):,.2f}".replace("-", "−") if amount else NOTHING


def _decision(each: PlanDecision, park: Park, lang: Lang) -> dict[str, str]:
    return {
        "at": _clock_of(each.at_s, park),
        "act": text(f"dispatch_page.act.{each.act}", lang),
        "who": inert(each.said.who),
        "role": inert(roles_in(each.said.role.split(", "), lang)),
        "reason": inert(each.said.reason),
    }


def _orders(orders: tuple[Order, ...], park: Park, lang: Lang) -> list[str]:
    return [order_told(each, park, lang) for each in orders]


def order_told(order: Order, park: Park, lang: Lang) -> str:
    """Return an order in words: store, from, to, what.

    Args:
        order: The order.
        park: The park, for its local time.
        lang: Language of the reader.
    """
    start, end = _hour_of(order.start_s, park), _hour_of(order.end_s, park)
    return f"{order.battery} {start}–{'24:00' if end == '00:00' else end} {what_told(order, lang)}"


def what_told(order: Order, lang: Lang) -> str:
    """Return what a store shall do, in words."""
    way = "rest" if not order.power_w else "charge" if order.power_w > 0 else "discharge"
    words = text(f"dispatch_page.decide.{way}", lang)
    return words if way == "rest" else f"{words} {power(abs(order.power_w))}"


def _hour_of(at_s: int, park: Park) -> str:
    return instant_of_s(at_s).astimezone(park.zone).strftime("%H:%M")


def _clock_of(at_s: int, park: Park) -> str:
    return instant_of_s(at_s).astimezone(park.zone).strftime("%Y-%m-%d %H:%M")
