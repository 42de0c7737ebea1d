"""The tables of assets: columns, and a row of cells for each plant, battery and station."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from taihang.core.park.assets import Asset
from taihang.interfaces.asset_words import band_ratio, reached_ratio
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.pages.assets.spark import Spark, band_and_line, bars
from taihang.interfaces.web.wording import number, percent
from taihang.services.asset_performance import BatteryResult, PlantResult, StationResult

_SHOWN_RATIOS: Final = (0.5, 1.2)
"""Actual over expected, from the foot of a small picture to its head."""
Tone = Literal["ok", "warn", "bad", "none"]
TONES: Final[Mapping[str, Tone]] = {
    "normal": "ok",
    "losing": "warn",
    "stood-still": "bad",
    "not-judged": "none",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table."""

    code: str
    label: str
    priority: str
    numeric: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: what is read, and what it sorts by."""

    code: str
    words: str
    sort: str
    """Empty where the value is missing, which sorts to the end."""
    priority: str
    numeric: bool
    tone: Tone = "none"
    href: str = ""
    spark: Spark | None = None
    bars: str = ""
    kind: str = ""
    """Colour of the small picture."""


def plant_address(each: PlantResult, look: PageQuery) -> str:
    """Return the address of a plant's own page, over the same stretch."""
    period = look.words.get("period", "")
    return f"/assets/{each.performance.plant.id}/{f'?period={period}' if period else ''}"


def name_of(asset: Asset, lang: Lang) -> str:
    """Return id and name of an asset in the language of the page."""
    return f"{asset.id} {asset.name_zh if lang == 'zh' else asset.name_en}"


Columns = tuple[tuple[str, str, bool], ...]
PLANT_COLUMNS: Final[Columns] = (
    ("name", "p1", False),
    ("state", "p1", False),
    ("daily", "p1", False),
    ("capacity", "p3", True),
    ("generated", "p2", True),
    ("full_load", "p2", True),
    ("expected", "p2", True),
    ("band", "p3", True),
    ("reached", "p1", True),
    ("lost", "p1", True),
    ("lost_cny", "p2", True),
    ("availability", "p2", True),
    ("read", "p3", True),
)
BATTERY_COLUMNS: Final[Columns] = (
    ("name", "p1", False),
    ("daily", "p2", False),
    ("charged", "p1", True),
    ("discharged", "p1", True),
    ("cycles", "p1", True),
    ("efficiency", "p1", True),
    ("bounds", "p2", True),
    ("stated", "p2", True),
    ("idle", "p2", True),
    ("deepest", "p2", True),
    ("usable", "p2", True),
    ("read", "p3", True),
)
STATION_COLUMNS: Final[Columns] = (
    ("name", "p1", False),
    ("daily", "p1", False),
    ("used", "p1", True),
    ("usual", "p1", True),
    ("utilisation", "p1", True),
    ("peak", "p2", True),
    ("busy", "p2", True),
    ("silent", "p2", True),
    ("read", "p3", True),
)


def columns_of(columns: Columns, lang: Lang) -> tuple[Column, ...]:
    """Return the heads of a table."""
    return tuple(
        Column(
            code=code,
            label=text(f"assets.column.{code}", lang),
            priority=priority,
            numeric=numeric,
        )
        for code, priority, numeric in columns
    )


def _cells(
    columns: Columns, words: Mapping[str, str], sorts: Mapping[str, float | Decimal | str | None]
) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            code=code,
            words=words.get(code, ""),
            sort="" if (key := sorts.get(code)) is None else str(key),
            priority=priority,
            numeric=numeric,
        )
        for code, priority, numeric in columns
    )


def _with(cells: tuple[Cell, ...], code: str, change: Callable[[Cell], Cell]) -> tuple[Cell, ...]:
    return tuple(change(cell) if cell.code == code else cell for cell in cells)


def plant_row(each: PlantResult, look: PageQuery) -> tuple[Cell, ...]:
    """Return the row of a plant."""
    of, total, lang = each.performance, each.performance.total, look.lang
    lost_kwh = None if of.lost_kwh is None else of.lost_kwh[0]
    lost_cny = None if each.lost_cny is None else each.lost_cny[0]
    sorts: dict[str, float | Decimal | str | None] = {
        "name": name_of(of.plant, lang),
        "state": text(f"assets.state.{of.state}", lang),
        "daily": reached_ratio(each),
        "capacity": of.plant.capacity_kw,
        "generated": of.generated_kwh,
        "full_load": of.full_load_h,
        "expected": None if total is None else total.expected_kwh,
        "band": band_ratio(each),
        "reached": reached_ratio(each),
        "lost": lost_kwh,
        "lost_cny": lost_cny,
        "availability": None if total is None else total.availability_ratio,
        "read": of.n_read / of.n_intervals if of.n_intervals else None,
    }
    words = {
        "name": name_of(of.plant, lang),
        "state": text(f"assets.state.{of.state}", lang),
        "capacity": number(of.plant.capacity_kw, digits=0),
        "generated": number(of.generated_kwh, digits=0),
        "full_load": number(of.full_load_h, digits=1),
        "expected": number(None if total is None else total.expected_kwh, digits=0),
        "band": percent(band_ratio(each), digits=1),
        "reached": percent(reached_ratio(each), digits=1),
        "lost": number(lost_kwh, digits=0),
        "lost_cny": number(lost_cny, digits=2),
        "availability": percent(None if total is None else total.availability_ratio, digits=1),
        "read": percent(of.n_read / of.n_intervals if of.n_intervals else None, digits=1),
    }
    days = of.days
    spark = band_and_line(
        [_over(day.low_kwh, day.expected_kwh) for day in days],
        [_over(day.high_kwh, day.expected_kwh) for day in days],
        [_over(day.actual_kwh, day.expected_kwh) for day in days],
        between=_SHOWN_RATIOS,
    )
    cells = _cells(PLANT_COLUMNS, words, sorts)
    address, tone, kind = plant_address(each, look), TONES[of.state], of.plant.kind.value
    cells = _with(cells, "name", lambda cell: replace(cell, href=address))
    cells = _with(cells, "state", lambda cell: replace(cell, tone=tone))
    return _with(cells, "daily", lambda cell: replace(cell, spark=spark, kind=kind))


def _over(kwh: float | None, expected_kwh: float | None) -> float | None:
    return None if kwh is None or not expected_kwh else kwh / expected_kwh


def battery_row(each: BatteryResult, lang: Lang) -> tuple[Cell, ...]:
    """Return the row of a battery."""
    use = each.use
    low, high = percent(use.low_ratio, digits=1), percent(use.high_ratio, digits=1)
    words = {
        "name": name_of(each.battery, lang),
        "charged": number(use.charged_kwh, digits=0),
        "discharged": number(use.discharged_kwh, digits=0),
        "cycles": number(use.full_cycles_ratio, digits=1),
        "efficiency": percent(use.efficiency_ratio, digits=1),
        "bounds": f"{low} … {high}",
        "stated": percent(use.rated_ratio, digits=1),
        "idle": number(use.idle_h, digits=0),
        "deepest": number(use.deepest_kwh, digits=0),
        "usable": number(use.usable_kwh, digits=0),
        "read": percent(use.n_read / use.n_intervals if use.n_intervals else None, digits=1),
    }
    cells = _cells(BATTERY_COLUMNS, words, {})
    drawn = bars([discharged for _, discharged in each.daily_kwh])
    return _with(cells, "daily", lambda cell: replace(cell, bars=drawn, kind="storage"))


def station_row(each: StationResult, lang: Lang) -> tuple[Cell, ...]:
    """Return the row of a charging station."""
    use, station = each.use, each.station
    words = {
        "name": name_of(station, lang),
        "used": number(use.used_kwh, digits=0),
        "usual": number(use.expected_kwh, digits=0),
        "utilisation": percent(use.utilisation_ratio, digits=1),
        "peak": number(use.peak_kw, digits=0),
        "busy": number(use.busy_h, digits=0),
        "silent": str(len(use.silent_days)),
        "read": percent(use.n_read / use.n_intervals if use.n_intervals else None, digits=1),
    }
    sorts: dict[str, float | Decimal | str | None] = {
        "name": words["name"],
        "daily": use.used_kwh,
        "used": use.used_kwh,
        "usual": use.expected_kwh,
        "utilisation": use.utilisation_ratio,
        "peak": use.peak_kw,
        "busy": use.busy_h,
        "silent": float(len(use.silent_days)),
        "read": use.n_read / use.n_intervals if use.n_intervals else None,
    }
    cells = _cells(STATION_COLUMNS, words, sorts)
    drawn = bars(each.daily_kwh)
    return _with(cells, "daily", lambda cell: replace(cell, bars=drawn, kind="ev"))
