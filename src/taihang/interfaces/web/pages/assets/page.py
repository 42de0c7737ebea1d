"""Turns a comparison of assets into what the page prints: finished words, in reading order."""

from dataclasses import dataclass
from typing import Final

from taihang.core.performance.output import Loss
from taihang.core.quantities import WH_PER_KWH
from taihang.interfaces.asset_words import loss_days, method_told
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.pages.assets.build import AssetsView
from taihang.interfaces.web.pages.assets.tables import (
    BATTERY_COLUMNS,
    PLANT_COLUMNS,
    STATION_COLUMNS,
    battery_row,
    columns_of,
    name_of,
    plant_address,
    plant_row,
    station_row,
)
from taihang.interfaces.web.stretch import StretchKind
from taihang.interfaces.web.stretch_choice import span_words, stretch_choices
from taihang.interfaces.web.wording import number, percent
from taihang.services.asset_performance import AssetPerformance, PlantResult

KINDS: Final = (StretchKind.MONTH, StretchKind.YEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One key figure, ready to print."""

    code: str
    label: str
    value: str
    unit: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LossLine:
    """One loss in words."""

    plant: str
    href: str
    kind: str
    first: str
    last: str
    is_open: bool
    lost: str
    band: str
    share: str
    ceiling: str


# -- all assets ----------------------------------------------------------------------------------


def assets_context(view: AssetsView, *, look: PageQuery) -> dict[str, object]:
    """Return what the page of all assets needs."""
    found, lang = view.found, look.lang
    context: dict[str, object] = {
        "view": view,
        "choices": stretch_choices(
            view.stretch, kinds=KINDS, last_settled=view.last_settled, look=look
        ),
        "span": span_words(view.first_settled, view.last_settled, lang),
        "query_words": query_words(look),
        "last_settled": "" if view.last_settled is None else view.last_settled.isoformat(),
    }
    if found is None:
        return context
    return {
        **context,
        "found": found,
        "cards": cards(found, lang),
        "losses": _losses(found, look),
        "plant_columns": columns_of(PLANT_COLUMNS, lang),
        "plants": tuple(plant_row(each, look) for each in found.plants),
        "battery_columns": columns_of(BATTERY_COLUMNS, lang),
        "batteries": tuple(battery_row(each, lang) for each in found.batteries),
        "station_columns": columns_of(STATION_COLUMNS, lang),
        "stations": tuple(station_row(each, lang) for each in found.stations),
        "methods": _methods(found, lang),
        "script": {"texts": {}},
    }


def query_words(look: PageQuery) -> str:
    """Return the stretch of this address, for addresses beside it."""
    period = look.words.get("period", "")
    return f"?period={period}" if period else ""


def cards(found: AssetPerformance, lang: Lang) -> tuple[Card, ...]:
    """Return the key figures of all assets."""
    judged = [each for each in found.plants if each.performance.total is not None]
    losing = [each for each in judged if each.performance.losses]
    generated_kwh = sum(each.performance.generated_kwh for each in found.plants)
    totals = [each.performance.total for each in judged if each.performance.total is not None]
    expected_kwh = sum(each.expected_kwh for each in totals)
    actual_kwh = sum(each.actual_kwh for each in totals)
    lost_ratio = found.lost_kwh / expected_kwh if expected_kwh else None
    return (
        card(
            "generated",
            number(generated_kwh / WH_PER_KWH, digits=1),
            "MWh",
            lang,
            n=len(found.plants),
        ),
        card(
            "reached",
            percent(actual_kwh / expected_kwh if expected_kwh else None, digits=1),
            "%",
            lang,
            n=len(judged),
        ),
        card(
            "lost",
            number(found.lost_kwh / WH_PER_KWH if judged else None, digits=2),
            "MWh",
            lang,
            share=percent(lost_ratio, digits=1),
        ),
        card(
            "lost_money",
            number(found.lost_cny if judged else None, digits=2),
            text("assets.unit.cny", lang),
            lang,
            what=_priced(found, lang),
        ),
        card("losing", str(len(losing)), "", lang, n=len(judged)),
        card("available", percent(_availability(found), digits=2), "%", lang),
    )


def card(code: str, value: str, unit: str, lang: Lang, **places: object) -> Card:
    """Return a card with its label and note from the catalogue."""
    return Card(
        code=code,
        label=text(f"assets.card.{code}", lang),
        value=value,
        unit=unit,
        note=text(f"assets.card_note.{code}", lang, **places),
    )


def _priced(found: AssetPerformance, lang: Lang) -> str:
    prices = [each.price for each in found.plants if each.price is not None]
    if not prices:
        return text("assets.no_price", lang)
    key = "assets.price_what_if" if any(each.is_what_if for each in prices) else "assets.price"
    return text(key, lang)


def _availability(found: AssetPerformance) -> float | None:
    """Return the mean availability, each plant by its rating; None where none is known."""
    known = [
        (each.performance.plant.capacity_kw, each.performance.total.availability_ratio)
        for each in found.plants
        if each.performance.total is not None
        and each.performance.total.availability_ratio is not None
    ]
    rated_kw = sum(kw for kw, _ in known)
    return sum(kw * ratio for kw, ratio in known) / rated_kw if rated_kw else None


def _methods(found: AssetPerformance, lang: Lang) -> tuple[tuple[str, str], ...]:
    """Return each method with the plants that it judges."""
    by_method: dict[str, list[str]] = {}
    for each in found.plants:
        by_method.setdefault(method_told(each, lang), []).append(each.performance.plant.id)
    return tuple((told, ", ".join(ids)) for told, ids in by_method.items())


# -- losses --------------------------------------------------------------------------------------


def loss_lines(each: PlantResult, look: PageQuery) -> tuple[LossLine, ...]:
    """Return the losses of a plant in words."""
    name = name_of(each.performance.plant, look.lang)
    return tuple(_loss_line(loss, each, name, look) for loss in each.performance.losses)


def _losses(found: AssetPerformance, look: PageQuery) -> tuple[LossLine, ...]:
    """Return the losses of all plants, the largest first."""
    every = [(loss, each) for each in found.plants for loss in each.performance.losses]
    ranked = sorted(every, key=lambda pair: -pair[0].lost_kwh)
    return tuple(
        _loss_line(loss, each, name_of(each.performance.plant, look.lang), look)
        for loss, each in ranked
    )


def _loss_line(loss: Loss, each: PlantResult, name: str, look: PageQuery) -> LossLine:
    first, last = loss_days(loss, each.performance.first_day)
    low, high = number(loss.low_kwh, digits=0), number(loss.high_kwh, digits=0)
    ceiling = (
        ""
        if loss.ceiling_kw is None
        else text("assets.ceiling_at", look.lang, kw=number(loss.ceiling_kw, digits=0))
    )
    return LossLine(
        plant=name,
        href=plant_address(each, look),
        kind=text(f"assets.loss.{loss.kind.value}", look.lang),
        first=first.isoformat(),
        last=last.isoformat(),
        is_open=loss.is_open,
        lost=number(loss.lost_kwh, digits=0),
        band=f"{low} … {high}",
        share=percent(loss.missing_ratio, digits=1),
        ceiling=ceiling,
    )
