"""Section of an offer sheet: what a year would have cost, and what the grid alone would."""

from decimal import Decimal
from typing import Final

from taihang.core.market.tariff import BillItem
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.document import Cell, Column, Section, Table, number, prose
from taihang.services.offer import Offer
from taihang.services.offer_price import OfferPrice

_CNY_PER_10K: Final = 10_000
_DIGITS: Final = 4
_OF_GRID: Final = (BillItem.ENERGY, BillItem.LINE_LOSS)
_OF_GREEN: Final = (BillItem.GREEN, BillItem.GREEN_VALUE)


def cost_section(offer: Offer, year: str, lang: Lang) -> Section:
    """Return what a project would have paid.

    Args:
        offer: The offer.
        year: The past year.
        lang: Language of the reader.
    """
    title = text("report.offer.section.cost", lang)
    price = offer.price
    if not isinstance(price, OfferPrice):
        return Section(
            title=title, sentences=(text("report.offer.cost.none", lang, reason=price.reason),)
        )
    load = offer.candidate.load
    sentences = [
        text(
            "report.offer.cost.told",
            lang,
            tariff=load.grid_tariff,
            voltage=f"{load.voltage_kv:g}",
        )
    ]
    if price.stand_in is not None:
        day = price.stand_in.isoformat()
        sentences.append(text("report.offer.cost.stand_in", lang, year=year, day=day))
    if price.not_assessed:
        items = ("、" if lang == "zh" else ", ").join(
            text(f"report.offer.items.{item.value}", lang) for item in price.not_assessed
        )
        sentences.append(text("report.offer.cost.open", lang, items=items))
    return Section(title=title, sentences=(" ".join(sentences),), tables=(_table(price, lang),))


def _table(price: OfferPrice, lang: Lang) -> Table:
    def said(name: str) -> str:
        return text(f"report.offer.cost.{name}", lang)

    columns = (
        Column(title=said("item"), is_number=False),
        Column(title=said("amount"), unit=said("amount_unit")),
        Column(title=said("mean"), unit=said("mean_unit")),
        Column(title=said("basis"), is_number=False),
    )
    rows = [_row(item, cny, price, lang) for item, cny in price.by_item_cny.items()]
    sums = {
        "total": price.total_cny,
        "all_grid": price.all_grid_cny,
        "saving": price.all_grid_cny - price.total_cny,
    }
    rows += [
        (
            prose(said(name)),
            _amount(cny),
            number(price.mean_cny_per_kwh(cny), _DIGITS),
            prose(said("basis_all")),
        )
        for name, cny in sums.items()
    ]
    return Table(title="", columns=columns, rows=tuple(rows), n_sums=len(sums))


def _row(item: BillItem, cny: Decimal, price: OfferPrice, lang: Lang) -> tuple[Cell, ...]:
    basis, wh = "basis_all", price.grid_wh + price.green_wh
    if item in _OF_GRID:
        basis, wh = "basis_grid", price.grid_wh
    elif item in _OF_GREEN:
        basis, wh = "basis_green", price.green_wh
    return (
        prose(text(f"report.offer.items.{item.value}", lang)),
        _amount(cny),
        number(price.mean_cny_per_kwh(cny, wh=wh), _DIGITS),
        prose(text(f"report.offer.cost.{basis}", lang)),
    )


def _amount(cny: Decimal) -> Cell:
    return number(cny / _CNY_PER_10K, 1)
