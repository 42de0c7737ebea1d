"""Where the pages get their figures: one park folder, read again whenever it has changed."""

import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import cast

import numpy as np
from numpy.typing import NDArray

from taihang import wiring
from taihang.core.park.assets import PlantKind
from taihang.core.periods import STEP_S, STEPS_PER_DAY, Period, days, month, months_in
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH, WH_PER_MWH
from taihang.core.series import Quality
from taihang.interfaces.web.view import (
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
from taihang.services.ports import Columns, Ports
from taihang.services.report import EnterpriseFigures, ParkReport, report, settled_span

_TOP = 3
_FULL_COVERAGE = 1.0
_KW_PER_WH = SECONDS_PER_HOUR / STEP_S / WH_PER_KWH
_CALENDAR_DAYS = 366


class ParkSource:
    """The overview of one park; safe to call from several threads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = Lock()
        self._seen: tuple[int, ...] = ()
        self._overview: Overview | None = None

    def overview(self) -> Overview:
        """Return the newest overview; built again only when the park has changed."""
        with self._lock:
            now = wiring.change_mark(self._root)
            if self._overview is None or now != self._seen:
                with wiring.open_park(self._root, writing=False) as ports:
                    self._overview = build_overview(ports)
                self._seen = now
            return self._overview

    def ready(self) -> bool:
        """Say whether the park's disk takes writes."""
        return wiring.can_write(self._root)


def open_source(root: Path) -> ParkSource:
    """Return the source of a park folder, with its first overview already built."""
    source = ParkSource(root)
    source.overview()
    return source


def build_overview(ports: Ports) -> Overview:
    """Build the overview of the last whole month that is settled.

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
    months = list(months_in(span, park.zone))
    label = months[-1] if months else None
    period = month(label, park.zone) if label else span
    found = report(period, label=label or "", ports=ports)
    last_day = (span.end.astimezone(park.zone) - timedelta(microseconds=1)).date().isoformat()
    plan = _plan(span, ports)
    return Overview(
        park_name_zh=park.name_zh,
        park_name_en=park.name_en,
        zone=park.time_zone,
        as_of_s=span.end_s - STEP_S,
        month=label,
        period_from_s=period.start_s,
        period_to_s=period.end_s,
        kpis=_kpis(found, plan, ports),
        flows=_flows(found, ports),
        day=Day(date=last_day, series=_day_series(span, ports)),
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


def _kpis(found: ParkReport, plan: "tuple[Plan, Decimal | None] | None", ports: Ports) -> Kpis:
    self_use, green, export = found.ratios.requirements
    return Kpis(
        load_mwh=found.load_wh / WH_PER_MWH,
        green_ratio=_float(green.ratio),
        green_floor_ratio=float(green.threshold_ratio),
        self_use_ratio=_float(self_use.ratio),
        self_use_floor_ratio=float(self_use.threshold_ratio),
        export_ratio=_float(export.ratio),
        export_limit_ratio=float(ports.park.accounting.export_limit_ratio),
        scope2_location_tco2=_float(found.scope2_location_tco2),
        scope2_market_tco2=_float(found.scope2_market_tco2),
        standard_coal_tce=_float(found.standard_coal_tce),
        coverage_ratio=found.coverage_ratio,
        plan_saving_cny=None if plan is None else plan[1],
        closure_error_wh=found.max_closure_error_wh,
    )


def _flows(found: ParkReport, ports: Ports) -> tuple[Flow, ...]:
    sources: dict[SourceNode, int] = {
        "pv": found.generated_wh[PlantKind.PV],
        "wind": found.generated_wh[PlantKind.WIND],
        "discharge": found.flows_wh["discharge"],
        "import": found.flows_wh["import"],
    }
    loads = sorted((figures.load_wh for figures in found.enterprises), reverse=True)
    sinks: dict[SinkNode, int] = {
        "top_enterprises": sum(loads[:_TOP]),
        "other_enterprises": sum(loads[_TOP:]),
        "charging_stations": found.load_wh - sum(loads),
        "charge": found.flows_wh["charge"],
        "export": found.flows_wh["export"],
        "losses": found.flows_wh["losses"],
    }
    if not ports.park.batteries:
        del sources["discharge"], sinks["charge"]
    return (
        *(Flow(source=name, sink="bus", mwh=wh / WH_PER_MWH) for name, wh in sources.items()),
        *(Flow(source="bus", sink=name, mwh=wh / WH_PER_MWH) for name, wh in sinks.items()),
    )


def _day_series(span: Period, ports: Ports) -> dict[SeriesName, PowerSeries]:
    day = days(
        (span.end.astimezone(ports.park.zone) - timedelta(hours=12)).date(), 1, ports.park.zone
    )
    balance = {flow: rows for (flow,), rows in ports.lake.read("balance", day).items()}
    matching = ports.lake.read("matching", day)
    plants: dict[PlantKind, list[Columns]] = {kind: [] for kind in PlantKind}
    for (role, node), rows in matching.items():
        if role == "plant":
            plants[ports.park.plants[node].kind].append(rows)
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
    issued = [s for s in ports.registry.latest_statements(day) if s.kind == "day-plan"]
    if not issued:
        return None
    document = cast("Mapping[str, object]", json.loads(issued[0].document))
    battery = ports.park.batteries[issued[0].subject]
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
    starts_wh = [battery.energy_kwh * battery.soc_min_ratio * WH_PER_KWH, *stored_wh[:-1]]
    soc = tuple(round(wh / battery.energy_kwh / WH_PER_KWH, 4) for wh in starts_wh)
    saving = str(document["value"])
    return Plan(date=day, series=series, soc_ratio=soc), Decimal(saving) if saving else None


def _kw(watts: object) -> PowerSeries:
    return tuple(round(value / WH_PER_KWH, 1) for value in cast("list[int]", watts))


def _calendar(span: Period, ports: Ports) -> tuple[tuple[str, float | None], ...]:
    """Return the green share of each settled local day, None where a reading is missing."""
    zone = ports.park.zone
    n_days = round((span.end_s - span.start_s) / 86_400)
    first = span.start.astimezone(zone).date() + timedelta(days=max(0, n_days - _CALENDAR_DAYS))
    shown = days(first, min(n_days, _CALENDAR_DAYS), zone)
    load, green, gaps = (np.zeros(shown.n_steps, np.int64) for _ in range(3))
    for (role, _), rows in ports.lake.read("matching", shown).items():
        if role == "user":
            at = (rows["time_s"] - shown.start_s) // STEP_S
            load[at] += rows["total_wh"]
            green[at] += rows["line_wh"] + rows["pool_wh"]
            gaps[at] += rows["quality"] >= Quality.MISSING
    daily = [a.reshape(-1, STEPS_PER_DAY).sum(axis=1) for a in (load, green, gaps)]
    return tuple(
        (
            (first + timedelta(days=offset)).isoformat(),
            round(float(daily[1][offset] / daily[0][offset]), 4) if daily[0][offset] else None,
        )
        for offset in range(len(daily[0]))
    )


def _row(figures: EnterpriseFigures, ports: Ports) -> EnterpriseRow:
    enterprise = ports.park.enterprises[figures.id]
    coverage_ratio = 1 - figures.n_missing / figures.n_intervals
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
        quality="measured" if coverage_ratio == _FULL_COVERAGE else "missing",
    )


def _trust(ports: Ports) -> Trust:
    batches = ports.lake.batches()
    return Trust(
        tree_size=ports.journal.size,
        root_hex=ports.journal.tree.root().hex(),
        checkpoint_at_s=max((sent_at_s for _, _, sent_at_s in batches), default=0),
        origin=ports.log_origin,
        key_fingerprint=ports.keys.signing_key("log").public.hex(),
        readings=ports.lake.count("readings"),
    )


def _float(value: object) -> float | None:
    return None if value is None else float(cast("Decimal", value))
