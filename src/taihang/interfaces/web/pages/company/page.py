"""The page of one enterprise in words."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from taihang.core.figure.key import key_of
from taihang.interfaces.catalogue import Lang, raw_texts, text
from taihang.interfaces.web.pages.companies.page import ALERT_TONES, sector_words
from taihang.interfaces.web.pages.company.cards import cards_of, mwh
from taihang.interfaces.web.pages.company.view import (
    BillLineShown,
    BillShown,
    BudgetLine,
    CompanyView,
    Curves,
    MeterShown,
    ReportShown,
)
from taihang.interfaces.web.visit import Visit
from taihang.interfaces.web.wording import DASH, local_instant, number
from taihang.services.report_bands import Band, Bands
from taihang.services.report_measures import DemandCompared, Shift

_PERCENT: Final = 100
_W_PER_KW: Final = 1_000
_BILLED: Final = "billed"
_POWER_FACTOR: Final = "power_factor"
_GOOD_SCORE: Final = 95


def company_context(view: CompanyView, curves: Curves | None, *, visit: Visit) -> dict[str, object]:
    """Return what the page prints.

    Args:
        view: The enterprise in a month.
        curves: A day of it; None where nothing is settled.
        visit: Who looks.
    """
    lang = visit.look.lang
    return {
        "company": view,
        "name": view.zh if lang == "zh" else view.en,
        "sector": sector_words(view.sector, lang),
        "connection": _connection(view, lang),
        "months": [(name, name == view.month) for name in view.months],
        "cards": [(text(f"company.card.{each.code}", lang), each) for each in cards_of(view, lang)],
        "measures": _measures(view, lang),
        "bands": None if view.bands is None else _bands(view.bands, lang),
        "no_bands": view.no_bands,
        "bill": None if view.bill is None else _bill(view.bill, lang),
        "budgets": [_budget(each, lang) for each in view.budget_lines],
        "standing": _standing(view, lang),
        "meters": [_meter(each, lang, view.zone) for each in view.meters],
        "reports": [_report(each, lang) for each in view.reports],
        "curve": None if curves is None else _curve(curves, lang),
        "page_data": None if curves is None else _data(curves, lang),
        "day_address": f"/companies/{view.id}/",
        "zone": view.zone,
    }


def _connection(view: CompanyView, lang: Lang) -> str:
    words = text(
        "company.connection",
        lang,
        kv=f"{view.voltage_kv:g}",
        kva=number(view.transformer_kva, digits=0),
    )
    if view.contract_demand_kw is None:
        return words
    kw = number(view.contract_demand_kw, digits=0)
    return words + text("company.contract", lang, kw=kw)


# -- what it can do -------------------------------------------------------------------------------


def _measures(view: CompanyView, lang: Lang) -> list[dict[str, object]]:
    """Return what it can do and what that is worth, the dearest first."""
    found = [_demand(view.demand, lang), _shift(view.shift, lang), _factor(view.bill, lang)]
    known = [each for each in found if each is not None]
    return sorted(known, key=lambda each: -_worth(each))


def _worth(measure: Mapping[str, object]) -> float:
    value = measure["worth"]
    return float(value) if isinstance(value, Decimal) else -1.0


def _demand(found: DemandCompared | None, lang: Lang) -> dict[str, object] | None:
    if found is None:
        return None
    n_months = len(found.months)
    monthly = found.saving_cny / n_months
    cheapest = found.cheapest
    names = {each.option: text(f"company.option.{each.option}", lang) for each in found.costs}
    rows = [
        {
            "name": names[each.option],
            "is_current": each.option is found.current,
            "is_best": each.option is cheapest.option,
            "cost": number(each.cost_cny / n_months, digits=0),
            "contract": "" if each.contract_kw is None else number(each.contract_kw, digits=0),
        }
        for each in found.costs
    ]
    key = "keep" if cheapest.option is found.current else "change"
    return {
        "code": "demand",
        "title": text("company.measure.demand", lang),
        "worth": monthly if monthly > 0 else None,
        "value": number(monthly, digits=0) if monthly > 0 else DASH,
        "said": text(
            f"company.demand_{key}",
            lang,
            now=names[found.current],
            then=names[cheapest.option],
        ),
        "stands": text(
            "company.demand_stands",
            lang,
            first=found.months[0],
            last=found.months[-1],
            peak=number(found.peak_kw, digits=0),
            kva=number(found.transformer_kva, digits=0),
            share=number(found.use_ratio * _PERCENT, digits=0),
        ),
        "rows": rows,
    }


def _shift(found: Shift | None, lang: Lang) -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "code": "shift",
        "title": text("company.measure.shift", lang),
        "worth": found.saving_cny,
        "value": number(found.saving_cny, digits=0),
        "said": text(
            "company.shift_said",
            lang,
            mwh=mwh(found.moved_wh, 1),
            leaves=text(f"report_days.kind.{found.leaves}", lang),
            enters=text(f"report_days.kind.{found.enters}", lang),
            spread=number(found.spread_cny_per_kwh, digits=4),
        ),
        "stands": text("company.shift_stands", lang),
        "rows": [],
    }


def _factor(bill: BillShown | None, lang: Lang) -> dict[str, object] | None:
    """Return what the power factor costs, or that nobody knows it."""
    if bill is None:
        return None
    line = next((each for each in bill.lines if each.code == _POWER_FACTOR), None)
    if line is None:
        return None
    if line.amount_cny is None:
        reason = line.reason_zh if lang == "zh" else line.reason_en
        worth, value = None, DASH
        said = text("company.factor_unknown", lang, reason=reason)
    else:
        is_cost = line.amount_cny > 0
        worth = line.amount_cny if is_cost else None
        value = number(line.amount_cny, digits=0) if is_cost else DASH
        key = "cost" if is_cost else "gain"
        said = text(f"company.factor_{key}", lang, cny=number(abs(line.amount_cny), digits=2))
    return {
        "code": "factor",
        "title": text("company.measure.factor", lang),
        "worth": worth,
        "value": value,
        "said": said,
        "stands": text("company.factor_stands", lang),
        "rows": [],
    }


# -- when it buys, what it pays -------------------------------------------------------------------


def _bands(bands: Bands, lang: Lang) -> dict[str, object]:
    whole_wh = sum(band.load_wh for band in bands.bands)
    return {
        "tariff": bands.tariff,
        "rows": [_band(band, whole_wh, lang) for band in bands.bands],
        "cost": number(bands.cost_cny, digits=0),
        "is_market": bool(bands.lacks),
        "is_stood_in": bands.is_stood_in,
    }


def _band(band: Band, whole_wh: int, lang: Lang) -> dict[str, object]:
    share = Decimal(band.load_wh) / whole_wh * _PERCENT if whole_wh else None
    return {
        "code": band.kind.value,
        "name": text(f"report_days.kind.{band.kind}", lang),
        "mwh": mwh(band.load_wh, 1),
        "share": number(share, digits=1),
        "width": "0" if share is None else f"{share:.2f}%",
        "price": number(band.price_cny_per_kwh, digits=4),
        "cost": number(band.cost_cny, digits=0),
    }


def _bill(bill: BillShown, lang: Lang) -> dict[str, object]:
    return {
        "id": bill.id,
        "total": number(bill.value_cny, digits=2),
        "figure": key_of("statement", bill.id, "value"),
        "tariff": bill.tariff,
        "is_what_if": bill.is_what_if,
        "is_partial": bill.state != "complete",
        "lines": [_bill_line(bill, each, lang) for each in bill.lines],
    }


def _bill_line(bill: BillShown, line: BillLineShown, lang: Lang) -> dict[str, object]:
    """Return one line; an amount that is not known is told with its reason, never as zero."""
    key = key_of("statement", bill.id, "lines", line.code, "amount_cny")
    is_known = line.amount_cny is not None
    price_unit = line.price_unit.replace("CNY", "元") if lang == "zh" else line.price_unit
    unit = line.unit.replace("CNY", "元") if lang == "zh" else line.unit
    return {
        "title": line.zh if lang == "zh" else line.en,
        "amount": number(line.amount_cny, digits=2),
        "figure": key if is_known else "",
        "quantity": "" if line.quantity is None else f"{_exact(line.quantity)} {unit}",
        "price": "" if line.price is None else f"{number(line.price, digits=6)} {price_unit}",
        "is_odd": line.state != _BILLED,
        "state": text(f"company.line.{line.state}", lang) if line.state != _BILLED else "",
        "reason": line.reason_zh if lang == "zh" else line.reason_en,
        "facts": line.facts,
    }


def _exact(value: Decimal) -> str:
    return f"{value:,f}"


# -- budgets, peers, meters, reports --------------------------------------------------------------


def _budget(line: BudgetLine, lang: Lang) -> dict[str, object]:
    used = line.used_ratio
    fill = Decimal(0) if used is None else min(Decimal(1), used) * _PERCENT
    expected = line.expected_ratio
    return {
        "id": line.id,
        "measure": text(f"company.quota.{line.measure}", lang),
        "used": number(line.used, digits=0),
        "limit": number(line.limit, digits=0),
        "unit": line.unit,
        "percent": DASH if used is None else number(used * _PERCENT, digits=1),
        "fill": f"{fill:.1f}%",
        "tone": ALERT_TONES[line.alert],
        "alert": text(f"companies.alert.{line.alert}", lang),
        "expected": ""
        if expected is None
        else text("company.expected", lang, share=number(expected * _PERCENT, digits=1)),
    }


def _standing(view: CompanyView, lang: Lang) -> dict[str, object] | None:
    found = view.standing
    if found is None:
        return None
    mean = found["mean"]
    return {
        "own": str(found["own"]),
        "unit": text("company.intensity_unit", lang),
        "mean": "" if mean is None else str(mean),
        "better": "" if mean is None else str(found["better_half_mean"]),
        "tenth": "" if found["tenth"] is None else str(found["tenth"]),
        "n": str(found["n_members"]),
    }


def _meter(meter: MeterShown, lang: Lang, zone: str) -> dict[str, object]:
    covered = None if meter.coverage_ratio is None else meter.coverage_ratio * _PERCENT
    score = meter.score
    tone = "" if score is None else "ok" if score >= _GOOD_SCORE else "warn"
    at = None if meter.latest_s is None else local_instant(meter.latest_s, zone=zone)
    return {
        "id": meter.id,
        "measures": text(f"company.measures.{meter.measures}", lang),
        "covered": number(covered, digits=1),
        "lacks": text(
            "company.data_note", lang, missing=meter.n_missing, estimated=meter.n_estimated
        )
        if meter.n_missing or meter.n_estimated
        else "",
        "score": DASH if score is None else str(score),
        "tone": tone,
        "latest": at or text("company.never", lang),
    }


def _report(report: ReportShown, lang: Lang) -> dict[str, object]:
    state = "verified" if report.is_approved else "draft"
    return {
        "address": f"/reports/{report.id}/",
        "period": report.period,
        "cadence": text(f"reports_page.cadence.{report.cadence}", lang),
        "state": text(f"reports_page.state.{state}", lang),
        "tone": "ok" if report.is_approved else "warn",
        "copies": [
            {
                "address": f"/reports/file/{copy.name}",
                "form": copy.form.upper(),
                "lang": text(f"reports_page.lang.{copy.lang}", lang),
            }
            for copy in report.copies
        ],
    }


# -- the curve ------------------------------------------------------------------------------------


def _curve(curves: Curves, lang: Lang) -> dict[str, object]:
    return {
        "day": curves.day,
        "first": curves.first,
        "last": curves.last,
        "heads": [
            {"name": text(f"company.curve.{curve.code}", lang), "date": curve.date}
            for curve in curves.curves
        ],
        "hours": [
            {"name": name, "values": [number(value, digits=0) for value in values]}
            for name, values in curves.hours
        ],
    }


def _data(curves: Curves, lang: Lang) -> dict[str, object]:
    return {
        "curves": [
            {"code": curve.code, "date": curve.date, "kw": list(curve.kw)}
            for curve in curves.curves
        ],
        "kinds": [kind.value for kind in curves.kinds],
        "texts": raw_texts(
            prefixes=("company.curve.", "report_days.kind.", "chart.missing"), lang=lang
        ),
    }
