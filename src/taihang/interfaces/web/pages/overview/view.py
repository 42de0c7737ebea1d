"""What the overview page shows, as frozen values; None means missing, never zero.

The page and ``/overview.json`` are two renderings of the same :class:`Overview`, so that they
cannot disagree. The services fill it; this module neither computes nor formats anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, get_args

from taihang.core.periods import STEPS_PER_DAY
from taihang.interfaces.web.canonical import ViewError, canonical

SeriesName = Literal["pv", "wind", "discharge", "import", "charge", "export", "load"]
"""The power series of a day; all are positive amounts, the name says the direction."""
SERIES_NAMES: Final[tuple[SeriesName, ...]] = get_args(SeriesName)
SourceNode = Literal["pv", "wind", "discharge", "import"]
"""Where energy enters the park's bus."""
SinkNode = Literal[
    "top_enterprises", "other_enterprises", "charging_stations", "charge", "export", "losses"
]
"""Where energy leaves the bus; ``losses`` also holds what no meter saw and may be negative."""
VerdictState = Literal["met", "missed", "undefined"]
Quality = Literal["measured", "estimated", "missing"]

PowerSeries = tuple[float | None, ...]
"""Mean power of the 96 settlement intervals of a day [kW], in order of their starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpis:
    """The key figures of the month; ratios are of the month's energy."""

    load_mwh: float | None
    """Electricity used by the park [MWh]."""
    green_ratio: float | None
    """Self-used green energy over load."""
    green_floor_ratio: float | None
    """What the rule in force asks of the green share; None where no rule is on file."""
    self_use_ratio: float | None
    """Self-used over available generation."""
    self_use_floor_ratio: float | None
    """What the rule in force asks of the self-use share."""
    export_ratio: float | None
    """Exported over available generation."""
    export_limit_ratio: float | None
    """The greatest export share that the rule in force allows."""
    scope2_location_tco2: float | None
    scope2_market_tco2: float | None
    standard_coal_tce: float | None
    """Standard coal by calorific value (当量值) [tce]."""
    coverage_ratio: float | None
    """Intervals with measured data over all intervals of all meters."""
    plan_saving_cny: Decimal | None
    """What the plan of the next day saves against doing nothing [CNY]."""
    closure_error_wh: int | None
    """Sources less uses less stated losses over the month [Wh]; zero when the accounts close."""
    open_intervals: int | None = None
    """Intervals of the month that stay open because a reading is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Energy of the month between the bus and one node; one end is always ``bus``."""

    source: SourceNode | Literal["bus"]
    sink: SinkNode | Literal["bus"]
    mwh: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The last recorded day."""

    date: str
    """The local day, as YYYY-MM-DD."""
    series: Mapping[SeriesName, PowerSeries]
    """Mean power by series [kW]; a series that the park lacks is all zeros, a gap is None."""

    def __post_init__(self) -> None:
        """Refuse a day that is not 96 intervals of every series."""
        _check_series(self.series, day=self.date)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A checked plan for one day."""

    date: str
    """The local day, as YYYY-MM-DD."""
    series: Mapping[SeriesName, PowerSeries]
    """Planned mean power by series [kW]."""
    soc_ratio: PowerSeries
    """State of charge at the start of each interval, over the rated energy."""

    def __post_init__(self) -> None:
        """Refuse a plan that is not 96 intervals of every series."""
        _check_series(self.series, day=self.date)
        _check_length(self.soc_ratio, name="soc", day=self.date)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseRow:
    """One enterprise in the month."""

    id: str
    name_zh: str
    name_en: str
    sector: str
    """Division of GB/T 4754, for example C38."""
    load_mwh: float | None
    peak_kw: float | None
    """Greatest 15-minute mean [kW]."""
    green_ratio: float | None
    standard_coal_tce: float | None
    """Standard coal by calorific value (当量值) [tce]."""
    scope2_tco2: float | None
    """Emissions of bought electricity, location-based [tCO₂]."""
    coverage_ratio: float | None
    quality: Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One rule and what it says of the park, in words."""

    code: str
    """Stable name of the rule, for example ``ndrc-650.green``."""
    state: VerdictState
    sentence_zh: str
    sentence_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Where the proof of these figures stands."""

    tree_size: int
    """Leaves under the checkpoint."""
    root_hex: str
    checkpoint_at_s: int
    """Instant of the checkpoint, seconds since 1970-01-01T00:00Z [s]."""
    origin: str
    """Name of the log, as the checkpoint writes it."""
    key_fingerprint: str
    """Fingerprint of the key that signs the checkpoints."""
    readings: int
    """Readings in the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything that the overview page shows."""

    park_name_zh: str
    park_name_en: str
    zone: str
    """IANA name of the park's time zone, for example Asia/Shanghai."""
    as_of_s: int | None
    """Start of the last settled interval, seconds since 1970-01-01T00:00Z [s]; None: no reading."""
    month: str | None
    """The month of the figures, as YYYY-MM."""
    period_from_s: int | None
    period_to_s: int | None
    """The figures cover ``[period_from_s, period_to_s)`` [s]."""
    kpis: Kpis
    flows: tuple[Flow, ...]
    day: Day | None
    plan: Plan | None
    calendar: tuple[tuple[str, float | None], ...]
    """Green share by local day of the year, in order; None where the day has no figure."""
    enterprises: tuple[EnterpriseRow, ...]
    verdicts: tuple[Verdict, ...]
    trust: Trust | None


NO_KPIS: Final = Kpis(
    load_mwh=None,
    green_ratio=None,
    green_floor_ratio=None,
    self_use_ratio=None,
    self_use_floor_ratio=None,
    export_ratio=None,
    export_limit_ratio=None,
    scope2_location_tco2=None,
    scope2_market_tco2=None,
    standard_coal_tce=None,
    coverage_ratio=None,
    plan_saving_cny=None,
    closure_error_wh=None,
)
"""The key figures of a park without readings."""


def empty_overview(*, park_name_zh: str, park_name_en: str, zone: str) -> Overview:
    """Return the overview of a park without readings.

    Example:
        >>> empty_overview(park_name_zh="园", park_name_en="P", zone="UTC").as_of_s is None
        True
    """
    return Overview(
        park_name_zh=park_name_zh,
        park_name_en=park_name_en,
        zone=zone,
        as_of_s=None,
        month=None,
        period_from_s=None,
        period_to_s=None,
        kpis=NO_KPIS,
        flows=(),
        day=None,
        plan=None,
        calendar=(),
        enterprises=(),
        verdicts=(),
        trust=None,
    )


def to_json(overview: Overview) -> str:
    """Return the overview as canonical JSON: sorted keys, no spaces, money as decimal text.

    Raises:
        ViewError: If a number is not finite; what is missing is None.

    Example:
        >>> empty = empty_overview(park_name_zh="园", park_name_en="P", zone="Asia/Shanghai")
        >>> to_json(empty)[:30]
        '{"as_of_s":null,"calendar":[],'
    """
    return canonical(overview)


def _check_series(series: Mapping[SeriesName, PowerSeries], *, day: str) -> None:
    if set(series) != set(SERIES_NAMES):
        raise ViewError(
            given=f"the series {sorted(series)} on {day}",
            expected=f"exactly {sorted(SERIES_NAMES)}",
            remedy="give zeros for what the park does not have and None for gaps",
        )
    for name, values in series.items():
        _check_length(values, name=name, day=day)


def _check_length(values: PowerSeries, *, name: str, day: str) -> None:
    if len(values) != STEPS_PER_DAY:
        raise ViewError(
            given=f"{len(values)} values of {name} on {day}",
            expected=f"{STEPS_PER_DAY} values, one for each 15 minutes",
            remedy="put None where an interval has no value",
        )
