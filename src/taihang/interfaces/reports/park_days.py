"""The daily and weekly report of the park: balance, curve, users, plants, quality."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final

from taihang.core.park.assets import PlantKind
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
from taihang.interfaces.reports.park_period import (
    balance_section,
    plants_section,
    quality_section,
)
from taihang.interfaces.reports.span_tables import (
    GRID,
    LOAD,
    PV,
    STORAGE,
    WATTS_PER_MW,
    WIND,
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
from taihang.services.account import PARK_SUBJECT
from taihang.services.ports import Ports
from taihang.services.report import ParkReport, report
from taihang.services.report_period import DAYS_A_WEEK, Cadence, ReportPeriod, period_with
from taihang.services.report_span import Span, UserSpan, coal_facts, read_span
from taihang.services.report_steps import ParkPeak, ParkStep, park_peak, park_steps

KINDS: Final = {Cadence.DAY: "park-day", Cadence.WEEK: "park-week"}
_FLOWS: Final = (
    ("load", LOAD, 1),
    ("pv", PV, 1),
    ("wind", WIND, 1),
    ("discharge", STORAGE, 1),
    ("import", GRID, 1),
    ("charge", STORAGE, -1),
    ("export", GRID, -1),
    ("losses", LOAD, 1),
)
_BARS: Final = ("pv", "wind", "discharge", "import", "charge", "export")
_USER_ADDED: Final = frozenset((1, 2, 6, 7, 8, 9, 10))


def park_days(of: ReportPeriod, *, lang: Lang, ports: Ports) -> Document:
    """Draw up the report of the park over a day or a week.

    Args:
        of: The day or week.
        lang: Language of the reader.
        ports: The park.

    Returns:
        The report; no statement speaks of a day, so that no number of it bears an id.

    Raises:
        NotReportableError: If nothing of the period is settled.
    """
    period = of.span(ports.park.zone)
    found = report(period, label=of.name, ports=ports)
    span = read_span(period, ports=ports)
    peak = park_peak(period, ports=ports)
    steps = park_steps(period, ports=ports)
    at = Reading(of, lang, ports)
    sections = [
        _compared(span, at),
        _curve(steps, at),
        balance_section(found, lang),
        _users(span, at),
        plants_section(found, ports, lang),
        quality_section(found, lang),
        facts_section(span.facts, coal_facts(period, ports=ports), lang),
    ]
    return assemble(
        Heading(kind=KINDS[of.cadence], subject=PARK_SUBJECT, period=of.name, lang=lang),
        _figures(found, span, peak, at),
        [section for section in sections if section is not None],
        stated=Stated([of.name], ports=ports),
        ports=ports,
    )


def _figures(found: ParkReport, span: Span, peak: ParkPeak | None, at: Reading) -> list[Figure]:
    lang = at.lang
    load_wh, green_wh = found.load_wh, found.matched_wh
    peak_at = "" if peak is None else at.clock(peak.at_s)
    exported = text("report_days.export_note", lang)
    measured = text("report_days.measured", lang)
    summed = text("report_days.of_users", lang)
    rows: list[tuple[str, Cell, str, str]] = [
        ("load", mwh(load_wh, 1), "MWh", summed),
        ("peak", _mw(peak), "MW", peak_at),
        ("green_share", percent(ratio_of(green_wh, load_wh)), "%", summed),
        ("pv", mwh(found.generated_wh[PlantKind.PV], 1), "MWh", ""),
        ("wind", mwh(found.generated_wh[PlantKind.WIND], 1), "MWh", ""),
        ("import", mwh(found.flows_wh["import"], 1), "MWh", ""),
        ("export", mwh(found.flows_wh["export"], 1), "MWh", ""),
        ("export_share", percent(_export_ratio(found)), "%", exported),
        ("coal", number(span.coal_tce, 1), "tce", measured),
        ("coal_equal", number(span.coal_equal_tce, 1), "tce", measured),
        ("location", number(span.location_tco2, 1), "tCO₂", measured),
        ("coverage", percent(Decimal(str(round(found.coverage_ratio, 6)))), "%", ""),
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


def _mw(peak: ParkPeak | None) -> Cell:
    return number(None if peak is None else Decimal(peak.power_w) / WATTS_PER_MW, 2)


def _export_ratio(found: ParkReport) -> Decimal | None:
    ratio = found.ratios.requirements[-1].ratio
    return None if ratio is None else Decimal(ratio.numerator) / ratio.denominator


def _compared(span: Span, at: Reading) -> Section:
    """Put the period beside the one before, and a day beside the same day of the week before."""
    of, lang = at.of, at.lang
    others = {"before": of.before()}
    if of.cadence is Cadence.DAY:
        others["week_before"] = period_with(Cadence.DAY, of.first - timedelta(days=DAYS_A_WEEK))
    found = {"this": (of.name, span)} | {
        key: (each.name, read_span(each.span(at.ports.park.zone), ports=at.ports))
        for key, each in others.items()
    }
    heads = (
        Head(key="period", is_number=False),
        Head(key="load", unit="MWh"),
        Head(key="change", unit="%"),
        Head(key="green", unit="%"),
        Head(key="missing"),
    )
    rows = tuple(
        _compared_row(text(f"report_days.compared.{key}", lang, name=name), other, span)
        for key, (name, other) in found.items()
    )
    columns = columns_of(heads, "report_days.compared", lang)
    return Section(
        title=text("report_days.section.compared", lang),
        sentences=(text("report_days.compared_note", lang),),
        tables=(Table(title="", columns=columns, rows=rows),),
    )


def _compared_row(name: str, other: Span, span: Span) -> tuple[Cell, ...]:
    if not other.users:
        return prose(name), mwh(None), percent(None), percent(None), prose("")
    # Two sums are compared only where both are whole: what is missing would read as a saving.
    is_whole = other.load_wh > 0 and not (other.n_missing or span.n_missing)
    is_other = other.period != span.period
    change = Decimal(span.load_wh) / other.load_wh - 1 if is_whole and is_other else None
    return (
        prose(name),
        mwh(other.load_wh),
        percent(change) if is_other else prose(""),
        percent(ratio_of(other.green_wh, other.load_wh)),
        count(other.n_missing),
    )


def _curve(steps: Sequence[ParkStep], at: Reading) -> Section:
    """Return the hours of the day, or the days of the week, as a table and as bars."""
    lang = at.lang
    names = [at.step_name(step.start_s) for step in steps]
    shown = [each for each in _FLOWS if any(step.wh.get(each[0]) for step in steps)]
    heads = [
        Head(key="start", is_number=False),
        *(Head(key=key, unit="MWh") for key, _, _ in shown),
        Head(key="open"),
    ]
    rows = [
        (
            prose(name),
            *(mwh(step.wh.get(key)) for key, _, _ in shown),
            count(step.n_intervals - step.n_closed),
        )
        for name, step in zip(names, steps, strict=True)
    ]
    added = frozenset(range(1, len(heads)))
    title = text(f"report_days.section.{at.of.cadence}_curve", lang)
    drawn = [
        Series(
            name=text(f"report_days.curve.{key}", lang),
            fill=fill,
            values=values_mwh((step.wh.get(key) for step in steps), sign=sign),
        )
        for key, fill, sign in shown
        if key in _BARS
    ]
    return Section(
        title=title,
        sentences=(text("report_days.curve_note", lang),),
        tables=(
            Table(
                title="",
                columns=columns_of(heads, "report_days.curve", lang),
                rows=(*rows, sum_row(rows, added, lang)),
                n_sums=1,
            ),
        ),
        drawing=bars(names, drawn, label=title, unit="MWh", line=_load_line(steps, lang)),
    )


def _load_line(steps: Sequence[ParkStep], lang: Lang) -> Series | None:
    """Return the load over the bars; a line over a gap would tell what nobody knows."""
    loads_wh = [step.wh.get("load") for step in steps]
    if any(step.n_closed < step.n_intervals for step in steps):
        return None
    name = text("report_days.curve.load", lang)
    return Series(name=name, fill=LOAD, values=values_mwh(loads_wh))


def _users(span: Span, at: Reading) -> Section:
    lang = at.lang
    heads = (
        Head(key="name", is_number=False),
        Head(key="load", unit="MWh"),
        Head(key="green", unit="MWh"),
        Head(key="green_share", unit="%"),
        Head(key="peak", unit="kW"),
        Head(key="peak_at", is_number=False),
        Head(key="coal", unit="tce"),
        Head(key="location", unit="tCO₂"),
        Head(key="market", unit="tCO₂"),
        Head(key="estimated"),
        Head(key="missing"),
    )
    largest_first = sorted(span.users.values(), key=lambda user: -user.load_wh)
    rows = [_user(user, at) for user in largest_first]
    return Section(
        title=text("report_days.section.users", lang, n=len(rows)),
        sentences=(text("report_days.users_note", lang),),
        tables=(
            Table(
                title="",
                columns=columns_of(heads, "report_days.user", lang),
                rows=(*rows, sum_row(rows, _USER_ADDED, lang)),
                n_sums=1,
            ),
        ),
    )


def _user(user: UserSpan, at: Reading) -> tuple[Cell, ...]:
    asset = at.ports.park.assets[user.id]
    name = asset.name_zh if at.lang == "zh" else asset.name_en
    return (
        prose(f"{user.id} {name}"),
        mwh(user.load_wh),
        mwh(user.green_wh),
        percent(user.green_ratio),
        kw(user.peak_w),
        prose(at.clock(user.peak_at_s)),
        number(user.coal_tce, 3),
        number(user.location_tco2, 3),
        number(user.market_tco2, 3),
        count(user.n_estimated),
        count(user.n_missing),
    )
