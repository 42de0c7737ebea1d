"""The offer sheet of one project, and the pipeline of all: what an investment bureau hands out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from taihang.core.park.candidate import Candidate
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.product.process import printed
from taihang.core.quantities import WH_PER_MWH
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.assemble import Heading, assemble
from taihang.interfaces.reports.document import (
    Cell,
    Column,
    Document,
    Figure,
    Section,
    Table,
    Tone,
    number,
    prose,
)
from taihang.interfaces.reports.heat_svg import HeatDay, HeatWords, heat_svg
from taihang.interfaces.reports.offer_cost import cost_section
from taihang.interfaces.reports.offer_product import carbon_section
from taihang.interfaces.reports.stated import Stated
from taihang.services.offer import Offer, Offers
from taihang.services.offer_admission import AdmissionHints
from taihang.services.offer_price import OfferPrice
from taihang.services.ports import Ports
from taihang.services.with_projects import joined_park
from taihang.standards.ndrc_650 import Requirement, Verdict

KIND: Final = "offer"
PIPELINE: Final = "offer-pipeline"
_PERCENT: Final = 100
_CNY_PER_10K: Final = 10_000
_KW_PER_MW: Final = 1_000
_UNIT_CNY: Final = {"zh": 100_000_000, "en": 1_000_000_000}
"""亿元 in Chinese, billions in English."""
_TONES: Final = {
    Verdict.MET: Tone.GOOD,
    Verdict.MISSED: Tone.BAD,
    Verdict.UNDEFINED: Tone.OPEN,
}


def offer_sheet(found: Offers, hints: AdmissionHints, *, lang: Lang, ports: Ports) -> Document:
    """Set the offer of one project.

    Args:
        found: The offer of exactly one project.
        hints: What the limit book says at first sight.
        lang: Language of the reader.
        ports: The park, without the project.
    """
    (offer,) = found.each
    sections = [
        _supply(offer, found, lang),
        cost_section(offer, found.label, lang),
        carbon_section(offer, lang),
        _park(found, lang),
        _admission(offer.candidate, hints, lang),
        _method(found, lang),
    ]
    heading = Heading(kind=KIND, subject=offer.candidate.id, period=found.label, lang=lang)
    return _document(heading, _figures(offer, found, lang), sections, found=found, ports=ports)


def pipeline_sheet(found: Offers, *, lang: Lang, ports: Ports) -> Document:
    """Set the pipeline of all projects, which joined at once.

    Args:
        found: The offers.
        lang: Language of the reader.
        ports: The park, without the projects.
    """
    sections = [_projects(found, lang), _park(found, lang), _method(found, lang)]
    figures = _pipeline_figures(found, lang)
    heading = Heading(kind=PIPELINE, subject=PARK_SUBJECT, period=found.label, lang=lang)
    return _document(heading, figures, sections, found=found, ports=ports)


def _document(
    heading: Heading,
    figures: Sequence[Figure],
    sections: Sequence[Section],
    *,
    found: Offers,
    ports: Ports,
) -> Document:
    # The project has a name in the park as it would be with it.
    projects = [each.candidate for each in found.each]
    joined = replace(ports, park=joined_park(projects, ports.park))
    return assemble(heading, figures, sections, stated=Stated([], ports=ports), ports=joined)


# -- one project ---------------------------------------------------------------------------------


def _figures(offer: Offer, found: Offers, lang: Lang) -> list[Figure]:
    load = offer.candidate.load
    shape = "profile" if load.shape is None else load.shape.value
    price = offer.price if isinstance(offer.price, OfferPrice) else None
    green_wh = offer.line_wh + offer.shared_wh
    saved = None if price is None else (price.all_grid_cny - price.total_cny) / _CNY_PER_10K
    return [
        Figure(
            label=text("report.offer.load", lang),
            cell=_mwh(offer.load_wh),
            unit="MWh",
            note=text(
                "report.offer.load_note",
                lang,
                mw=f"{offer.peak_kw / _KW_PER_MW:,.1f}",
                shape=text(f"report.offer.shapes.{shape}", lang),
            ),
        ),
        Figure(
            label=text("report.offer.green", lang),
            cell=_share(offer.green_ratio),
            unit="%",
            note=text("report.offer.green_note", lang, year=found.label),
        ),
        Figure(
            label=text("report.offer.price", lang),
            cell=number(None if price is None else price.mean_cny_per_kwh(price.total_cny), 4),
            unit=text("report.offer.cost.mean_unit", lang),
            note=text("report.offer.price_note" if price else "report.offer.priceless", lang),
        ),
        Figure(
            label=text("report.offer.saving", lang),
            cell=number(saved, 1),
            unit=text("report.offer.cost.amount_unit", lang),
            note=text("report.offer.saving_note" if price else "report.offer.priceless", lang),
        ),
        *_worth(offer.candidate, lang),
        Figure(label=text("report.score.matched", lang), cell=_mwh(green_wh), unit="MWh"),
        Figure(
            label=text("report.offer.avoided", lang),
            cell=number(None if offer.avoided_t is None else printed(offer.avoided_t, 1), 1),
            unit="tCO₂",
            note=text("report.offer.avoided_note", lang),
        ),
    ]


def _worth(candidate: Candidate, lang: Lang) -> Iterator[Figure]:
    amounts = {
        "investment": candidate.investment_cny,
        "value": candidate.value_cny_per_year,
    }
    for name, cny in amounts.items():
        yield Figure(
            label=text(f"report.offer.{name}", lang),
            cell=_worth_cell(cny, lang),
            unit=text(f"report.offer.{name}_unit", lang),
        )


def _supply(offer: Offer, found: Offers, lang: Lang) -> Section:
    def said(name: str, **values: object) -> str:
        return text(f"report.offer.supply.{name}", lang, **values)

    line = offer.candidate.load.line
    grid_wh = offer.load_wh - offer.line_wh - offer.shared_wh
    rows = (
        (said("no_line") if line is None else said("line", line=line), offer.line_wh),
        (said("shared"), offer.shared_wh),
        (said("grid"), grid_wh),
        (said("total"), offer.load_wh),
    )
    table = Table(
        title="",
        columns=(
            Column(title=said("route"), is_number=False),
            Column(title=said("energy"), unit="MWh"),
            Column(title=said("share"), unit="%"),
        ),
        rows=tuple(
            (prose(name), _mwh(wh), _share(Fraction(wh, offer.load_wh))) for name, wh in rows
        ),
        n_sums=1,
    )
    return Section(
        title=text("report.offer.section.supply", lang),
        sentences=(said("told", rule=found.rule, year=found.label),),
        tables=(table,),
        drawing=heat_svg(
            _days(offer, found), words=_heat_words(found, said("map", year=found.label), lang)
        ),
    )


def _heat_words(found: Offers, label: str, lang: Lang) -> HeatWords:
    months = dict.fromkeys(day[:7] for day, _ in found.local_hours)
    return HeatWords(
        label=label,
        missing=text("report.score.hatched", lang),
        no_load=text("report.score.no_load", lang),
        months={name: text(f"report.score.months.m{name[5:]}", lang) for name in months},
    )


def _days(offer: Offer, found: Offers) -> list[HeatDay]:
    days: dict[str, list[float | None]] = {}
    load_wh, green_wh = offer.use.load_wh.tolist(), offer.use.matched_wh.tolist()
    for at, (day, hour) in enumerate(found.local_hours):
        shares = days.setdefault(day, [None] * 24)
        shares[hour] = _PERCENT * green_wh[at] / load_wh[at] if load_wh[at] else None
    return [
        HeatDay(day=day, percent=tuple(shares), known=(True,) * 24) for day, shares in days.items()
    ]


# -- the park ------------------------------------------------------------------------------------


def _park(found: Offers, lang: Lang) -> Section:
    def said(name: str, **values: object) -> str:
        return text(f"report.offer.park.{name}", lang, **values)

    park = found.park
    pairs = zip(park.before.requirements, park.after.requirements, strict=True)
    columns = (
        Column(title=said("ratio"), is_number=False),
        Column(title=said("before"), unit="%"),
        Column(title=said("after"), unit="%"),
        Column(title=said("limit"), unit="%"),
        Column(title=said("verdict"), is_number=False),
    )
    others = said(
        "others",
        n=park.n_others,
        before=f"{Decimal(park.others_before_wh) / WH_PER_MWH:,.1f}",
        before_share=_told(park.others_before_wh, park.others_load_wh),
        after=f"{Decimal(park.others_after_wh) / WH_PER_MWH:,.1f}",
        after_share=_told(park.others_after_wh, park.others_load_wh),
    )
    return Section(
        title=text("report.offer.section.park", lang),
        sentences=(others,),
        tables=(
            Table(
                title="",
                columns=columns,
                rows=tuple(_ratio_row(before, after, lang) for before, after in pairs),
            ),
        ),
    )


def _ratio_row(before: Requirement, after: Requirement, lang: Lang) -> tuple[Cell, ...]:
    sign = "≥" if after.is_minimum else "≤"
    name = after.name_zh if lang == "zh" else after.name_en
    return (
        prose(f"{name} {after.symbol}"),
        _share(before.ratio, 1),
        _share(after.ratio, 1),
        prose(f"{sign} {after.threshold_ratio * _PERCENT:.0f}"),
        prose(text(f"report.offer.park.{after.verdict.value}", lang), tone=_TONES[after.verdict]),
    )


def _told(part_wh: int, whole_wh: int) -> str:
    return "–" if whole_wh == 0 else f"{printed(Fraction(part_wh * _PERCENT, whole_wh), 2)} %"


def _admission(candidate: Candidate, hints: AdmissionHints, lang: Lang) -> Section:
    def said(name: str, **values: object) -> str:
        return text(f"report.offer.admission.{name}", lang, **values)

    title = text("report.offer.section.admission", lang)
    if not hints.has_book:
        return Section(title=title, sentences=(said("no_book"),))
    key = "negative" if hints.is_negative else "not_negative"
    columns = (
        Column(title=said("quantity"), is_number=False),
        Column(title=said("room")),
        Column(title=said("demand")),
        Column(title=said("result"), is_number=False),
    )
    rows = tuple(
        (
            prose(
                f"{each.limit.name_zh if lang == 'zh' else each.limit.name_en} [{each.limit.unit}]"
            ),
            number(each.room, 0),
            number(each.demand, 0),
            _fit(each.room, each.demand, lang),
        )
        for each in hints.rooms
    )
    return Section(
        title=title,
        sentences=(f"{said(key, sector=candidate.sector)} {said('note')}",),
        tables=(Table(title="", columns=columns, rows=rows),),
    )


def _fit(room: Decimal, demand: Decimal | None, lang: Lang) -> Cell:
    if demand is None:
        return prose(text("report.offer.admission.stated", lang), tone=Tone.OPEN)
    if demand <= room:
        return prose(text("report.offer.admission.fits", lang), tone=Tone.GOOD)
    return prose(text("report.offer.admission.over", lang), tone=Tone.BAD)


def _method(found: Offers, lang: Lang) -> Section:
    def said(name: str, **values: object) -> str:
        return text(f"report.offer.method.{name}", lang, **values)

    n = len(found.local_hours) * 4
    sentences = [said("year", year=found.label, n=f"{n:,}")]
    for each in found.each:
        load = each.candidate.load
        shape = "profile" if load.shape is None else load.shape.value
        words = text(f"report.offer.shapes.{shape}", lang)
        if len(found.each) == 1:
            sentences.append(said("load", mwh=f"{load.mwh_per_year:,f}", shape=words))
    sources = dict.fromkeys(each.candidate.source for each in found.each)
    sentences += [said("source", source=source) for source in sources]
    if len(found.each) > 1:
        sentences.append(said("together", n=len(found.each)))
    if not found.knows_holidays:
        sentences.append(said("holidays", year=found.label))
    sentences.append(said("no_promise"))
    title = text("report.offer.section.method", lang)
    return Section(title=title, sentences=tuple(sentences))


# -- all projects --------------------------------------------------------------------------------


def _pipeline_figures(found: Offers, lang: Lang) -> list[Figure]:
    def said(name: str) -> str:
        return text(f"report.offer.pipeline.{name}", lang)

    load_wh = sum(each.load_wh for each in found.each)
    green_wh = sum(each.line_wh + each.shared_wh for each in found.each)
    investment = sum((each.candidate.investment_cny for each in found.each), Decimal(0))
    value = sum((each.candidate.value_cny_per_year for each in found.each), Decimal(0))
    unit = "report.offer.investment_unit", "report.offer.value_unit"
    return [
        Figure(label=said("count"), cell=number(len(found.each)), unit=""),
        Figure(
            label=said("investment"), cell=_worth_cell(investment, lang), unit=text(unit[0], lang)
        ),
        Figure(label=said("value"), cell=_worth_cell(value, lang), unit=text(unit[1], lang)),
        Figure(label=said("demand"), cell=_mwh(load_wh), unit="MWh"),
        Figure(label=said("green"), cell=_share(Fraction(green_wh, load_wh)), unit="%"),
    ]


def _projects(found: Offers, lang: Lang) -> Section:
    def said(name: str) -> str:
        return text(f"report.offer.pipeline.{name}", lang)

    columns = (
        Column(title=said("project"), is_number=False),
        Column(title=said("products"), is_number=False),
        Column(title=said("investment"), unit=text("report.offer.investment_unit", lang)),
        Column(title=said("value"), unit=text("report.offer.value_unit", lang)),
        Column(title=said("load"), unit="MWh"),
        Column(title=said("share"), unit="%"),
        Column(title=said("price"), unit=text("report.offer.cost.mean_unit", lang)),
    )
    rows = [_project_row(each, lang) for each in found.each]
    figures = [figure.cell for figure in _pipeline_figures(found, lang)]
    total = (prose(said("total")), prose(""), *figures[1:], number(None))
    return Section(
        title=text("report.offer.section.projects", lang),
        tables=(Table(title="", columns=columns, rows=(*rows, total), n_sums=1),),
    )


def _project_row(offer: Offer, lang: Lang) -> tuple[Cell, ...]:
    of = offer.candidate
    price = offer.price if isinstance(offer.price, OfferPrice) else None
    products = "; ".join(
        f"{each.name_zh if lang == 'zh' else each.name_en} {each.t_per_year:,f} t/a"
        for each in of.products.values()
    )
    return (
        prose(of.name_zh if lang == "zh" else of.name_en),
        prose(products),
        _worth_cell(of.investment_cny, lang),
        _worth_cell(of.value_cny_per_year, lang),
        _mwh(offer.load_wh),
        _share(offer.green_ratio),
        number(None if price is None else price.mean_cny_per_kwh(price.total_cny), 4),
    )


# -- cells ---------------------------------------------------------------------------------------


def _worth_cell(cny: Decimal, lang: Lang) -> Cell:
    return number(cny / _UNIT_CNY[lang], 2)


def _mwh(wh: int) -> Cell:
    return number(Decimal(wh) / WH_PER_MWH, 1)


def _share(ratio: Fraction | None, digits: int = 2) -> Cell:
    return number(None if ratio is None else printed(ratio * _PERCENT, digits), digits)
