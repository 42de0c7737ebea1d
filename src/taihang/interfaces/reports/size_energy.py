"""Energy of a sizing study: month by month, a week in summer and one in winter, the year sorted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.study import BATTERY, GATE, Study
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.chart_frame import ChartWords, Series
from taihang.interfaces.reports.chart_svg import Tick, curves, stacked_areas, stacked_bars
from taihang.interfaces.reports.document import Column, Section, Table, prose
from taihang.interfaces.reports.size_words import (
    BOUGHT,
    CHARGED,
    DISCHARGED,
    FED_BACK,
    KWH_PER_GWH,
    LOAD,
    LOST,
    amount,
    fills_of,
    name_of,
)
from taihang.services.size_park import StudyAnswer

_MONTHS: Final = 12
_SUMMER: Final = (5, 6, 7)
_WINTER: Final = (11, 0, 1)
"""Months from 0: June to August; December to February."""
_WEEK_DAYS: Final = 7
_DAY_S: Final = 86_400
_KW_PER_MW: Final = 1e3
_CURVE_POINTS: Final = 240


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flows:
    """What flows in every interval of the plan of a study."""

    study: Study
    horizon: Horizon
    plants: Mapping[str, Reals]
    """Used of each plant, shape (n,) [kW]."""
    bought_kw: Reals
    discharge_kw: Reals
    charge_kw: Reals
    export_kw: Reals
    load_kw: Reals
    curtailed_kw: Reals

    @property
    def years(self) -> int:
        """How many years of weather stand one behind the other; what is told is of one."""
        return self.study.terms.weather_years

    def stacked(self, lang: Lang) -> list[tuple[str, str, Reals]]:
        """Return name, colour and power of every part; what leaves the bus is negative."""
        fills = fills_of(self.study)
        sources = [
            (name_of(name, self.study, lang), fills[name], used)
            for name, used in self.plants.items()
        ]
        return [
            *sources,
            (text("size_report.flow.discharge", lang), DISCHARGED, self.discharge_kw),
            (text("size_report.flow.bought", lang), BOUGHT, self.bought_kw),
            (text("size_report.flow.export", lang), FED_BACK, -self.export_kw),
            (text("size_report.flow.charge", lang), CHARGED, -self.charge_kw),
        ]


def flows_of(answer: StudyAnswer, plan: ParkPlan) -> Flows:
    """Read what flows from the plan of an answer."""
    problem = answer.release.problem
    load = next(one for one in problem.assets if isinstance(one, Load))
    zero = np.zeros(problem.horizon.n_steps)
    return Flows(
        study=answer.study,
        horizon=problem.horizon,
        plants={one.id: plan.series[f"{one.id}.used_kw"] for one in answer.study.plants},
        bought_kw=plan.series[f"{GATE}.import_kw"],
        export_kw=plan.series[f"{GATE}.export_kw"],
        charge_kw=plan.series.get(f"{BATTERY}.charge_kw", zero),
        discharge_kw=plan.series.get(f"{BATTERY}.discharge_kw", zero),
        load_kw=load.load_kw,
        curtailed_kw=sum(
            (plan.series.get(f"{one.id}.curtailed_kw", zero) for one in answer.study.plants), zero
        ),
    )


def months_section(flows: Flows, lang: Lang) -> Section:
    """Say what flows in each month."""
    # The same month of all years of weather is one row, their mean.
    months = flows.horizon.months() % _MONTHS
    step_h = flows.horizon.step_h / flows.years

    def by_month(power_kw: Reals) -> Reals:
        found = np.bincount(months, weights=power_kw, minlength=_MONTHS) * step_h
        return found.astype(np.float64)

    parts = [(name, fill, by_month(power)) for name, fill, power in flows.stacked(lang)]
    lost = (text("size_report.flow.lost", lang), LOST, by_month(flows.curtailed_kw))
    load = by_month(flows.load_kw)
    names = [flows_month(flows, at) for at in range(_MONTHS)]
    columns = (
        Column(title=text("size_report.head.month", lang), is_number=False),
        *(Column(title=name, unit="GWh") for name, _, _ in (*parts, lost)),
        Column(title=text("size_report.flow.load", lang), unit="GWh"),
    )
    figures = np.array([*(np.abs(gone) for _, _, gone in (*parts, lost)), load]) / KWH_PER_GWH
    rows = [
        (prose(name), *(amount(float(each), 2) for each in figures[:, at]))
        for at, name in enumerate(names)
    ]
    rows.append(
        (
            prose(text("report.total", lang)),
            *(amount(float(each), 1) for each in figures.sum(axis=1)),
        )
    )
    drawing = stacked_bars(
        names,
        [_series(name, fill, gone / KWH_PER_GWH) for name, fill, gone in parts],
        words=ChartWords(label=text("size_report.section.months", lang), unit="GWh"),
        line=_series(text("size_report.flow.load", lang), LOAD, load / KWH_PER_GWH),
    )
    table = Table(title="", columns=columns, rows=tuple(rows), n_sums=1)
    title = text("size_report.section.months", lang)
    sentence = text("size_report.months_note", lang)
    return Section(title=title, sentences=(sentence,), tables=(table,), drawing=drawing)


def flows_month(flows: Flows, at: int) -> str:
    """Return the two digits of a month, counted from that in which the study starts."""
    return f"{(flows.horizon.start_of(0).month - 1 + at) % _MONTHS + 1:02d}"


def week_sections(flows: Flows, lang: Lang) -> tuple[Section, ...]:
    """Draw a week in summer and one in winter, each with the median generation of its season."""
    found = list[Section]()
    for season, months in (("summer", _SUMMER), ("winter", _WINTER)):
        first = typical_week(flows, months)
        if first is None:
            continue
        steps = slice(first, first + _WEEK_DAYS * _DAY_S // flows.horizon.step_s)
        days = [
            Tick(
                share=(day + 0.5) / _WEEK_DAYS,
                words=flows.horizon.start_of(first + day * _DAY_S // flows.horizon.step_s).strftime(
                    "%m-%d"
                ),
            )
            for day in range(_WEEK_DAYS)
        ]
        title = text(f"size_report.section.{season}", lang)
        drawing = stacked_areas(
            days,
            [_series(n, f, kw[steps] / _KW_PER_MW) for n, f, kw in flows.stacked(lang)],
            words=ChartWords(label=title, unit="MW"),
            line=_series(
                text("size_report.flow.load", lang), LOAD, flows.load_kw[steps] / _KW_PER_MW
            ),
        )
        sentence = text("size_report.week_note", lang)
        found.append(Section(title=title, sentences=(sentence,), drawing=drawing))
    return tuple(found)


def typical_week(flows: Flows, months: tuple[int, ...]) -> int | None:
    """Return where the week of a season starts whose plants make the median of its weeks.

    Weeks are those of the first year of weather.

    Args:
        flows: What flows.
        months: Months of the season, January being 0.

    Returns:
        The first interval of the week, at midnight; None where no week lies in the season.
    """
    a_week = _WEEK_DAYS * _DAY_S // flows.horizon.step_s
    n_weeks = flows.horizon.n_steps // flows.years // a_week
    made_kw = sum(flows.plants.values(), np.zeros(flows.horizon.n_steps)) + flows.curtailed_kw
    month = (flows.horizon.months() + flows.horizon.start_of(0).month - 1) % _MONTHS
    weeks = [
        (float(made_kw[at : at + a_week].sum()), at)
        for at in range(0, n_weeks * a_week, a_week)
        if np.isin(month[at : at + a_week], months).all()
    ]
    return sorted(weeks)[(len(weeks) - 1) // 2][1] if weeks else None


def duration_section(flows: Flows, lang: Lang) -> Section:
    """Draw load, purchases and what is fed back, each sorted by itself."""
    lines = [
        (text("size_report.flow.load", lang), LOAD, flows.load_kw),
        (text("size_report.flow.bought", lang), "#85898f", flows.bought_kw),
        (text("size_report.flow.export", lang), "#922a77", flows.export_kw),
        (
            text("size_report.flow.made", lang),
            "#b68913",
            sum(flows.plants.values(), np.zeros(flows.horizon.n_steps)),
        ),
    ]
    title = text("size_report.section.duration", lang)
    n = flows.horizon.n_steps
    hours = n * flows.horizon.step_h / flows.years
    drawing = curves(
        [Tick(share=at / 4, words=f"{hours * at / 4:,.0f} h") for at in range(5)],
        [_series(name, fill, _sorted(power) / _KW_PER_MW) for name, fill, power in lines],
        words=ChartWords(label=title, unit="MW"),
    )
    heads = ("size_report.head.peak", "size_report.head.mean", "size_report.head.hours_used")
    columns = (
        Column(title=text("size_report.head.flow", lang), is_number=False),
        Column(title=text(heads[0], lang), unit="MW"),
        Column(title=text(heads[1], lang), unit="MW"),
        Column(title=text(heads[2], lang), unit="h"),
    )
    rows = tuple(
        (
            prose(name),
            amount(float(power.max()) / _KW_PER_MW, 1),
            amount(float(power.mean()) / _KW_PER_MW, 1),
            amount(float((power > 1e-6 * max(float(power.max()), 1.0)).sum()) * hours / n, 0),
        )
        for name, _, power in lines
    )
    table = Table(title="", columns=columns, rows=rows)
    return Section(title=title, tables=(table,), drawing=drawing)


def _sorted(power_kw: Reals) -> Reals:
    """Return the greatest first, thinned out where paper has fewer points."""
    ordered = np.sort(power_kw)[::-1]
    if len(ordered) <= _CURVE_POINTS:
        return ordered
    return ordered[np.linspace(0, len(ordered) - 1, _CURVE_POINTS).astype(np.int64)]


def _series(name: str, fill: str, values: Reals) -> Series:
    return Series(name=name, fill=fill, values=tuple(float(each) for each in values))
