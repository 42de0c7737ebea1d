"""Builds the overview from the park."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import cast

import numpy as np
from numpy.typing import NDArray

from taihang.core.park.assets import PlantKind
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.periods import STEP_S, STEPS_PER_DAY, Period, days, month, months_in
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH, WH_PER_MWH
from taihang.core.series import Quality
from taihang.interfaces.fingerprint import fingerprint
from taihang.interfaces.web.pages.overview.cards import LOW_COVERAGE_RATIO
from taihang.interfaces.web.pages.overview.view import (
    Day,
    EnterpriseRow,
    Flow,
    Kpis,
    Overview,
    Plan,
    PowerSeries,
    SeriesName,
    SinkNode,
    SourceNode,
    Trust,
    Verdict,
    empty_overview,
)
from taihang.interfaces.web.pages.overview.view import Quality as ReadingQuality
from taihang.services.keys import log_signer
from taihang.services.plan_day import DAY_PLAN
from taihang.services.ports import Columns, Ports
from taihang.services.report import EnterpriseFigures, ParkReport, report, settled_span

CALENDAR_DAYS = 365
"""Days that the calendar shows, up to the last settled one."""
_TOP = 3
_KW_PER_WH = SECONDS_PER_HOUR / STEP_S / WH_PER_KWH


def build_overview(ports: Ports) -> Overview:
    """Build the overview of the last month that is settled as a whole, else of its settled part.

    Args:
        ports: The park, open for reading.

    Returns:
        The overview; of an empty park one that says so.
    """
    park = ports.park
    span = settled_span(ports)
    if span is None:
        return empty_overview(
            park_name_zh=park.name_zh, park_name_en=park.name_en, zone=park.time_zone
        )
    label, period = _shown_month(span, ports)
    found = report(period, label=label, ports=ports)
    plan = _plan(span, ports)
    return Overview(
        park_name_zh=park.name_zh,
        park_name_en=park.name_en,
        zone=park.time_zone,
        as_of_s=span.end_s - STEP_S,
        month=label,
        period_from_s=period.start_s,
        period_to_s=period.end_s,
        kpis=_kpis(found, plan),
        flows=_flows(period, ports),
        day=_day(span, ports),
        plan=None if plan is None else plan[0],
        calendar=_calendar(span, ports),
        enterprises=tuple(_row(figures, ports) for figures in found.enterprises),
        verdicts=tuple(
            Verdict(
                code=f"ndrc-650.{requirement.symbol}",
                state=requirement.verdict.value,
                sentence_zh=requirement.sentence_zh,
                sentence_en=requirement.sentence_en,
            )
            for requirement in found.ratios.requirements
        ),
        trust=_trust(ports),
    )


def _shown_month(span: Period, ports: Ports) -> tuple[str, Period]:
    """Return the month to show: the last one that is settled as a whole, else what is of the last.

    A span of settlements can have holes, so a month inside it need not be settled.
    """
    zone = ports.park.zone
    for name in reversed(list(months_in(span, zone))):
        whole = month(name, zone)
        rows = ports.lake.read("balance", whole).get(("load",))
        if rows is not None and len(rows["time_s"]) == whole.n_steps:
            return name, whole
    name = _last_day(span, ports).isoformat()[:7]
    return name, Period(max(month(name, zone).start, span.start), span.end)


def _last_day(span: Period, ports: Ports) -> date:
    # The span is half-open: its end is the first instant of the day after.
    return (span.end.astimezone(ports.park.zone) - timedelta(microseconds=1)).date()


def _kpis(found: ParkReport, plan: "tuple[Plan, Decimal | None] | None") -> Kpis:
    self_use, green, export = found.ratios.requirements
    return Kpis(
        load_mwh=found.load_wh / WH_PER_MWH,
        green_ratio=_float(green.ratio),
        green_floor_ratio=float(green.threshold_ratio),
        self_use_ratio=_float(self_use.ratio),
        self_use_floor_ratio=float(self_use.threshold_ratio),
        export_ratio=_float(export.ratio),
        export_limit_ratio=float(export.threshold_ratio),
        scope2_location_tco2=_float(found.scope2_location_tco2),
        scope2_market_tco2=_float(found.scope2_market_tco2),
        standard_coal_tce=_float(found.standard_coal_tce),
        coverage_ratio=found.coverage_ratio,
        plan_saving_cny=None if plan is None else plan[1],
        closure_error_wh=found.max_closure_error_wh,
        open_intervals=found.n_open,
    )


def _flows(period: Period, ports: Ports) -> tuple[Flow, ...]:
    """Return the flows over the closed intervals: they add up to the watt-hour.

    An interval in which any reading is missing has no balance, so it is left out on both sides;
    the key figures, which need no balance, count it.
    """
    balance = {flow: rows for (flow,), rows in ports.lake.read("balance", period).items()}
    total_wh = {flow: int(rows["wh"].sum()) for flow, rows in balance.items()}
    load = balance["load"]
    closed_s = load["time_s"][load["closed"] == 1]
    node_wh = {
        key: int(rows["total_wh"][np.isin(rows["time_s"], closed_s)].sum())
        for key, rows in ports.lake.read("matching", period).items()
    }
    entering: list[tuple[SourceNode, int]] = [*_generation_wh(node_wh, ports)]
    leaving: list[tuple[SinkNode, int]] = [*_use_wh(node_wh, ports)]
    if ports.park.batteries:
        entering.append(("discharge", total_wh["discharge"]))
        leaving.append(("charge", total_wh["charge"]))
    entering.append(("import", total_wh["import"]))
    leaving.append(("export", total_wh["export"]))
    leaving.append(("losses", total_wh["losses"]))
    return (
        *(Flow(source=name, sink="bus", mwh=wh / WH_PER_MWH) for name, wh in entering),
        *(Flow(source="bus", sink=name, mwh=wh / WH_PER_MWH) for name, wh in leaving),
    )


def _generation_wh(
    node_wh: Mapping[tuple[str, ...], int], ports: Ports
) -> list[tuple[SourceNode, int]]:
    """Return the generation of each technology that the park has [Wh]."""
    names: dict[PlantKind, SourceNode] = {PlantKind.PV: "pv", PlantKind.WIND: "wind"}
    plants = ports.park.plants.values()
    return [
        (name, sum(node_wh.get(("plant", p.id), 0) for p in plants if p.kind is kind))
        for kind, name in names.items()
        if any(p.kind is kind for p in plants)
    ]


def _use_wh(node_wh: Mapping[tuple[str, ...], int], ports: Ports) -> list[tuple[SinkNode, int]]:
    """Return the use of the greatest enterprises, of the others, and of the stations [Wh]."""
    loads_wh = sorted((node_wh.get(("user", e), 0) for e in ports.park.enterprises), reverse=True)
    used: list[tuple[SinkNode, int]] = [("top_enterprises", sum(loads_wh[:_TOP]))]
    if len(loads_wh) > _TOP:
        used.append(("other_enterprises", sum(loads_wh[_TOP:])))
    if ports.park.stations:
        stations_wh = sum(node_wh.get(("user", s), 0) for s in ports.park.stations)
        used.append(("charging_stations", stations_wh))
    return used


def _day(span: Period, ports: Ports) -> Day | None:
    """Return the last settled day; None for the odd day on which a clock is set."""
    last = _last_day(span, ports)
    day = days(last, 1, ports.park.zone)
    return (
        Day(date=last.isoformat(), series=_day_series(day, ports))
        if day.n_steps == STEPS_PER_DAY
        else None
    )


def _day_series(day: Period, ports: Ports) -> dict[SeriesName, PowerSeries]:
    balance = {flow: rows for (flow,), rows in ports.lake.read("balance", day).items()}
    plants: dict[PlantKind, list[Columns]] = {kind: [] for kind in PlantKind}
    matching = ports.lake.read("matching", day)
    for plant in ports.park.plants.values():
        if ("plant", plant.id) in matching:
            plants[plant.kind].append(matching["plant", plant.id])
    names: tuple[SeriesName, ...] = ("discharge", "import", "charge", "export", "load")
    series: dict[SeriesName, PowerSeries] = {
        name: _power(balance[name]["wh"], balance[name]["closed"] == 1) for name in names
    }
    series["pv"] = _plant_power(plants[PlantKind.PV])
    series["wind"] = _plant_power(plants[PlantKind.WIND])
    return series


def _plant_power(rows: list[Columns]) -> PowerSeries:
    total = np.zeros(STEPS_PER_DAY, np.int64)
    present = np.ones(STEPS_PER_DAY, np.bool_)
    for columns in rows:
        total += np.maximum(columns["total_wh"], 0)
        present &= columns["quality"] < Quality.MISSING
    return _power(total, present)


def _power(wh: NDArray[np.int64], present: NDArray[np.bool_]) -> PowerSeries:
    return tuple(
        round(float(value) * _KW_PER_WH, 1) if there else None
        for value, there in zip(wh, present, strict=True)
    )


def _plan(span: Period, ports: Ports) -> tuple[Plan, Decimal | None] | None:
    """Return the plan of the day after the last settled one, if there is one, and its saving."""
    day = span.end.astimezone(ports.park.zone).date().isoformat()
    of_day = [s for s in ports.registry.latest_statements(day) if s.kind == DAY_PLAN]
    # Plans of single batteries, as they were issued once, stay statements and are not drawn.
    issued = [s for s in of_day if s.subject == PARK_SUBJECT]
    if not issued or days(date.fromisoformat(day), 1, ports.park.zone).n_steps != STEPS_PER_DAY:
        return None
    document = cast("Mapping[str, object]", json.loads(issued[0].document))
    rated_wh = cast("int", document["rated_wh"])
    if not rated_wh:
        return None
    plants = cast("Mapping[str, list[int]]", document["plants"])
    nothing = [0] * STEPS_PER_DAY
    series: dict[SeriesName, PowerSeries] = {
        "pv": _kw(plants.get("pv", nothing)),
        "wind": _kw(plants.get("wind", nothing)),
        "discharge": _kw(document["discharge_w"]),
        "import": _kw(document["import_w"]),
        "charge": _kw(document["charge_w"]),
        "export": _kw(document["export_w"]),
        "load": _kw(document["load_w"]),
    }
    stored_wh = cast("list[int]", document["stored_wh"])
    # The document names the ends of intervals, the page their starts.
    starts_wh = [cast("int", document["stored_start_wh"]), *stored_wh[:-1]]
    soc = tuple(round(wh / rated_wh, 4) for wh in starts_wh)
    saving = str(document["value"])
    return Plan(date=day, series=series, soc_ratio=soc), Decimal(saving) if saving else None


def _kw(watts: object) -> PowerSeries:
    return tuple(round(value / WH_PER_KWH, 1) for value in cast("list[int]", watts))


def _calendar(span: Period, ports: Ports) -> tuple[tuple[str, float | None], ...]:
    """Return the green share of each settled local day of the last twelve months.

    A day of which too few intervals have a reading has no figure.
    """
    zone = ports.park.zone
    last = (span.end - timedelta(microseconds=1)).astimezone(zone).date()
    whole = days(last - timedelta(days=CALENDAR_DAYS - 1), CALENDAR_DAYS, zone)
    shown = Period(max(whole.start, span.start), span.end)
    first = shown.start.astimezone(zone).date()
    n_days = ((shown.end - timedelta(microseconds=1)).astimezone(zone).date() - first).days + 1
    names = [first + timedelta(days=offset) for offset in range(n_days)]
    edges_s = np.array([days(name, 1, zone).start_s for name in names])
    load, green, usable, every = (np.zeros(n_days, np.int64) for _ in range(4))
    for (role, _), rows in ports.lake.read("matching", shown).items():
        if role == "user":
            at = np.searchsorted(edges_s, rows["time_s"], side="right") - 1
            np.add.at(load, at, rows["total_wh"])
            np.add.at(green, at, rows["line_wh"] + rows["pool_wh"])
            np.add.at(usable, at, rows["quality"] < Quality.MISSING)
            np.add.at(every, at, 1)
    is_told = (load > 0) & (usable >= LOW_COVERAGE_RATIO * every)
    return tuple(
        (name.isoformat(), round(float(green[at] / load[at]), 4) if is_told[at] else None)
        for at, name in enumerate(names)
    )


def _row(figures: EnterpriseFigures, ports: Ports) -> EnterpriseRow:
    enterprise = ports.park.enterprises[figures.id]
    coverage_ratio = 1 - (figures.n_missing + figures.n_estimated) / figures.n_intervals
    return EnterpriseRow(
        id=figures.id,
        name_zh=enterprise.name_zh,
        name_en=enterprise.name_en,
        sector=enterprise.sector,
        load_mwh=figures.load_wh / WH_PER_MWH,
        peak_kw=figures.peak_w / WH_PER_KWH,
        green_ratio=figures.green_wh / figures.load_wh if figures.load_wh else None,
        standard_coal_tce=_float(figures.standard_coal_tce),
        scope2_tco2=_float(figures.scope2_location_tco2),
        coverage_ratio=coverage_ratio,
        quality=_row_quality(figures),
    )


def _row_quality(figures: EnterpriseFigures) -> ReadingQuality:
    """Say the worst: an estimate never passes as measured (P10), nor a gap as an estimate."""
    if figures.n_missing:
        return "missing"
    return "estimated" if figures.n_estimated else "measured"


def _trust(ports: Ports) -> Trust:
    batches = ports.lake.batches()
    return Trust(
        tree_size=ports.journal.size,
        root_hex=ports.journal.tree.root().hex(),
        checkpoint_at_s=int(batches.sent_at_s.max(initial=0)),
        origin=ports.log_origin,
        key_fingerprint=fingerprint(log_signer(ports=ports).public),
        readings=ports.lake.count("readings"),
    )


def _float(value: object) -> float | None:
    return None if value is None else float(cast("Decimal", value))
