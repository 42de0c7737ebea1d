"""The daily and weekly report of one enterprise: use, curve, kinds of hour, carbon, quality."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from taihang.core.periods import STEP_S, Period
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.assemble import Heading, assemble
from taihang.interfaces.reports.chart_frame import Series
from taihang.interfaces.reports.document import (
    Cell,
    Document,
    Figure,
    Section,
    Table,
    number,
    prose,
)
from taihang.interfaces.reports.enterprise_month import NothingStatedError
from taihang.interfaces.reports.span_tables import (
    GRID,
    STORAGE,
    Head,
    Reading,
    bars,
    columns_of,
    count,
    facts_section,
    kw,
    mwh,
    percent,
    ratio_of,
    sum_row,
    values_mwh,
)
from taihang.interfaces.reports.stated import Stated, unit_in
from taihang.services.ports import Ports
from taihang.services.report_bands import Band, Bands, NoTariffError, read_bands
from taihang.services.report_period import Cadence, ReportPeriod
from taihang.services.report_span import UserSpan, coal_facts, read_span
from taihang.services.report_steps import UserStep, user_steps

KINDS: Final = {Cadence.DAY: "enterprise-day", Cadence.WEEK: "enterprise-week"}
_DIGITS: Final = 6


def enterprise_days(enterprise: str, of: ReportPeriod, *, lang: Lang, ports: Ports) -> Document:
    """Draw up the report of an enterprise over a day or a week.

    Args:
        enterprise: Its id.
        of: The day or week.
        lang: Language of the reader.
        ports: The park.

    Returns:
        The report; no statement speaks of a day, so that no number of it bears an id.

    Raises:
        NothingStatedError: If the park knows no such enterprise, or nothing of it is settled.
    """
    period = of.span(ports.park.zone)
    span = read_span(period, ports=ports)
    user = span.users.get(enterprise)
    if user is None:
        raise NothingStatedError(
            given=f"{enterprise} in {of.name}",
            expected="an enterprise of the park and a period that is settled",
            remedy="correct the id, or run `taihang settle` for the days first",
        )
    bands = _bands(enterprise, period, ports)
    steps = user_steps(enterprise, period, ports=ports)
    at = Reading(of, lang, ports)
    sections = [
        _energy(user, lang),
        _curve(steps, at),
        _by_band(bands, lang),
        _carbon(user, lang),
        _compared(user, at),
        _quality(user, lang),
        facts_section(span.facts, coal_facts(period, ports=ports), lang),
    ]
    return assemble(
        Heading(kind=KINDS[of.cadence], subject=enterprise, period=of.name, lang=lang),
        _figures(user, bands, at),
        [section for section in sections if section is not None],
        stated=Stated([of.name], ports=ports),
        ports=ports,
    )


@dataclass(frozen=True, slots=True)
class _Priced:
    """Kinds of hour, or why there are none."""

    bands: Bands | None
    why: str


def _bands(enterprise: str, period: Period, ports: Ports) -> _Priced:
    try:
        return _Priced(read_bands(enterprise, period, ports=ports), "")
    except NoTariffError as error:
        return _Priced(None, error.given)


def _figures(user: UserSpan, priced: _Priced, at: Reading) -> list[Figure]:
    lang = at.lang
    measured = text("report_days.measured", lang)
    cost = None if priced.bands is None else priced.bands.cost_cny
    rows: list[tuple[str, Cell, str, str]] = [
        ("load", number(Decimal(user.load_wh) / WH_PER_KWH), "kWh", ""),
        ("green_share", percent(user.green_ratio), "%", ""),
        ("peak", kw(user.peak_w), "kW", at.clock(user.peak_at_s)),
        ("load_factor", percent(_load_factor(user)), "%", text("report_days.factor_note", lang)),
        ("coal", number(user.coal_tce, 3), "tce", measured),
        ("coal_equal", number(user.coal_equal_tce, 3), "tce", measured),
        ("location", number(user.location_tco2, 3), "tCO₂", measured),
        ("market", number(user.market_tco2, 3), "tCO₂", ""),
        ("energy_charge", number(cost, 2), "CNY", text("report_days.charge_note", lang)),
        ("coverage", percent(user.coverage_ratio), "%", ""),
    ]
    return [
        Figure(
            label=text(f"report_days.figure.{key}", lang),
            cell=cell,
            unit=unit_in(unit, lang),
            note=note,
        )
        for key, cell, unit, note in rows
    ]


def _load_factor(user: UserSpan) -> Decimal | None:
    """Return the mean over the greatest load, over the usable intervals [1]."""
    n_usable = user.n_intervals - user.n_missing
    if not user.peak_w or not n_usable:
        return None
    hours = Decimal(n_usable) * STEP_S / SECONDS_PER_HOUR
    return Decimal(user.load_wh) / hours / user.peak_w


def _energy(user: UserSpan, lang: Lang) -> Section:
    """Return where the energy came from: the parts sum to the load."""
    parts = (
        ("grid", user.load_wh - user.green_wh),
        ("line", user.line_wh),
        ("pool", user.pool_wh),
        ("load", user.load_wh),
    )
    rows = tuple(
        (
            prose(text(f"report.energy.{key}", lang)),
            mwh(wh, _DIGITS),
            percent(ratio_of(wh, user.load_wh)),
        )
        for key, wh in parts
    )
    heads = (
        Head(key="source", is_number=False),
        Head(key="amount", unit="MWh"),
        Head(key="share", unit="%"),
    )
    return Section(
        title=text("report.section.energy", lang),
        tables=(
            Table(title="", columns=columns_of(heads, "report.energy", lang), rows=rows, n_sums=1),
        ),
    )


def _curve(steps: Sequence[UserStep], at: Reading) -> Section:
    lang = at.lang
    heads = (
        Head(key="start", is_number=False),
        Head(key="use", unit="MWh"),
        Head(key="green", unit="MWh"),
        Head(key="peak", unit="kW"),
        Head(key="unread"),
    )
    names = [at.step_name(step.start_s) for step in steps]
    rows = [
        (
            prose(name),
            mwh(step.load_wh),
            mwh(step.green_wh),
            kw(step.peak_w, 1),
            count(step.n_intervals - step.n_usable),
        )
        for name, step in zip(names, steps, strict=True)
    ]
    title = text(f"report_days.section.{at.of.cadence}_use", lang)
    green = [step.green_wh for step in steps]
    rest = [
        None if step.load_wh is None or step.green_wh is None else step.load_wh - step.green_wh
        for step in steps
    ]
    drawn = [
        Series(name=text(f"report_days.curve.{key}", lang), fill=fill, values=values_mwh(values))
        for key, fill, values in (("green", STORAGE, green), ("grid", GRID, rest))
    ]
    return Section(
        title=title,
        sentences=(text("report_days.use_note", lang),),
        tables=(
            Table(
                title="",
                columns=columns_of(heads, "report_days.curve", lang),
                rows=(*rows, sum_row(rows, frozenset((1, 2, 4)), lang)),
                n_sums=1,
            ),
        ),
        drawing=bars(names, drawn, label=title, unit="MWh", line=None),
    )


def _by_band(priced: _Priced, lang: Lang) -> Section:
    title = text("report_days.section.bands", lang)
    bands = priced.bands
    if bands is None:
        why = text("report_days.band_none", lang, why=priced.why)
        return Section(title=title, sentences=(why,))
    heads = (
        Head(key="kind", is_number=False),
        Head(key="load", unit="MWh"),
        Head(key="share", unit="%"),
        Head(key="grid", unit="MWh"),
        Head(key="price", unit="CNY/kWh"),
        Head(key="cost", unit="CNY"),
    )
    whole_wh = sum(band.load_wh for band in bands.bands)
    rows = [_band(band, whole_wh, lang) for band in bands.bands]
    sentences = [text("report_days.band_note", lang, tariff=bands.tariff)]
    if bands.lacks:
        sentences.append(text("report_days.band_market", lang))
    if bands.is_stood_in:
        sentences.append(text("report_days.band_stood_in", lang))
    return Section(
        title=title,
        sentences=tuple(sentences),
        tables=(
            Table(
                title="",
                columns=columns_of(heads, "report_days.band", lang),
                rows=(*rows, sum_row(rows, frozenset((1, 2, 3, 5)), lang)),
                n_sums=1,
            ),
        ),
    )


def _band(band: Band, whole_wh: int, lang: Lang) -> tuple[Cell, ...]:
    return (
        prose(text(f"report_days.kind.{band.kind}", lang)),
        mwh(band.load_wh),
        percent(ratio_of(band.load_wh, whole_wh)),
        mwh(band.grid_wh),
        number(band.price_cny_per_kwh, 4),
        number(band.cost_cny, 2),
    )


def _carbon(user: UserSpan, lang: Lang) -> Section:
    """Return the views of scope 2 side by side; they are never added."""
    rows = tuple(
        (
            prose(text(f"report.carbon.{kind}", lang)),
            number(value, 3),
            prose(text(f"report.carbon.{kind}-how", lang)),
        )
        for kind, value in (
            ("scope2-location", user.location_tco2),
            ("scope2-market", user.market_tco2),
        )
    )
    heads = (
        Head(key="view", is_number=False),
        Head(key="amount", unit="tCO₂"),
        Head(key="how", is_number=False),
    )
    return Section(
        title=text("report.section.carbon", lang),
        sentences=(text("report.carbon.note", lang), text("report_days.carbon_note", lang)),
        tables=(Table(title="", columns=columns_of(heads, "report.carbon", lang), rows=rows),),
    )


def _compared(user: UserSpan, at: Reading) -> Section:
    lang, before = at.lang, at.of.before()
    other = read_span(before.span(at.ports.park.zone), ports=at.ports).users.get(user.id)
    is_whole = other is not None and not (other.n_missing or user.n_missing)
    change = None
    if other is not None and is_whole and other.load_wh:
        change = Decimal(user.load_wh) / other.load_wh - 1
    rows = (
        (
            prose(text("report_days.compared.this", lang, name=at.of.name)),
            mwh(user.load_wh),
            prose(""),
            percent(user.green_ratio),
            count(user.n_missing),
        ),
        (
            prose(text("report_days.compared.before", lang, name=before.name)),
            mwh(None if other is None else other.load_wh),
            percent(change),
            percent(None if other is None else other.green_ratio),
            prose("") if other is None else count(other.n_missing),
        ),
    )
    heads = (
        Head(key="period", is_number=False),
        Head(key="load", unit="MWh"),
        Head(key="change", unit="%"),
        Head(key="green", unit="%"),
        Head(key="missing"),
    )
    return Section(
        title=text("report_days.section.compared", lang),
        sentences=(text("report_days.compared_note", lang),),
        tables=(
            Table(title="", columns=columns_of(heads, "report_days.compared", lang), rows=rows),
        ),
    )


def _quality(user: UserSpan, lang: Lang) -> Section:
    words = text(
        "report.energy.quality",
        lang,
        missing=f"{user.n_missing:,}",
        estimated=f"{user.n_estimated:,}",
    )
    of = text("report_days.quality_of", lang, n=f"{user.n_intervals:,}")
    return Section(title=text("report.section.quality", lang), sentences=(words, of))
