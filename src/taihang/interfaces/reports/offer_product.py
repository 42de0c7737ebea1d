"""Section of an offer sheet: what the electricity of a tonne of product carries, CBAM included."""

from fractions import Fraction
from typing import Final

from taihang.core.product.process import printed
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.document import Cell, Column, Section, Table, Tone, number, prose
from taihang.services.offer import Offer
from taihang.services.offer_carbon import CASES, ProductEffect

_DIGITS: Final = 4


def carbon_section(offer: Offer, lang: Lang) -> Section:
    """Return what each product of a project would carry from its electricity.

    Args:
        offer: The offer.
        lang: Language of the reader.
    """
    title = text("report.offer.section.carbon", lang)
    if not offer.products:
        return Section(title=title, sentences=(_said("none", lang),))
    columns = (
        Column(title=_said("product", lang), is_number=False),
        Column(title=_said("output", lang), unit="t/a"),
        Column(title=_said("use", lang), unit="kWh/t"),
        Column(title=_said("location", lang), unit="tCO₂/t"),
        Column(title=_said("market", lang), unit="tCO₂/t"),
        Column(title=_said("cbam", lang), is_number=False),
    )
    tables = [Table(title="", columns=columns, rows=tuple(_row(e, lang) for e in offer.products))]
    goods = [each for each in offer.products if each.product.cbam_good is not None]
    sentences: list[str] = []
    if goods:
        sentences.append(_said("rule", lang))
        if any(not each.embedded_t_per_t for each in goods):
            sentences.append(_said("no_default", lang))
    tables += [_cases(each, lang) for each in goods]
    return Section(title=title, sentences=tuple(sentences), tables=tuple(tables))


def _row(effect: ProductEffect, lang: Lang) -> tuple[Cell, ...]:
    product = effect.product
    return (
        prose(_name(effect, lang)),
        number(product.t_per_year, 0),
        number(product.kwh_per_t, 0),
        _tonnes(effect.location_t_per_t),
        _tonnes(effect.market_t_per_t),
        prose(_said(_counted(effect), lang), tone=Tone.PLAIN),
    )


def _counted(effect: ProductEffect) -> str:
    if effect.product.cbam_good is None:
        return "not_good"
    if effect.counted is None:
        return "unknown"
    return "counts" if effect.counted.value == 1 else "counts_not"


def _cases(effect: ProductEffect, lang: Lang) -> Table:
    columns = (
        Column(title=_said("case", lang), is_number=False),
        Column(title=_said("case_value", lang), unit="tCO₂/t"),
        Column(title=_said("case_orientation", lang), unit="tCO₂/t"),
    )
    rows = tuple(
        (
            prose(_said(case, lang)),
            _tonnes(effect.embedded_t_per_t.get(case)),
            _tonnes(effect.orientation_t_per_t.get(case)),
        )
        for case in CASES
    )
    return Table(
        title=_said("table", lang, product=_name(effect, lang)), columns=columns, rows=rows
    )


def _name(effect: ProductEffect, lang: Lang) -> str:
    return effect.product.name_zh if lang == "zh" else effect.product.name_en


def _tonnes(value: Fraction | None) -> Cell:
    return number(None if value is None else printed(value, _DIGITS), _DIGITS)


def _said(name: str, lang: Lang, **values: object) -> str:
    return text(f"report.offer.carbon.{name}", lang, **values)
