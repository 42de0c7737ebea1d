"""What the page of one enterprise shows, before it is put into words."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from taihang.core.market.tou import PeriodKind
from taihang.interfaces.web.pages.companies.view import Budget
from taihang.services.report_bands import Bands
from taihang.services.report_issue import Copy
from taihang.services.report_measures import DemandCompared, Shift
from taihang.services.report_span import UserSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLineShown:
    """One line of the bill, with everything behind it."""

    code: str
    """Its name in the statement, for example ``energy.grid.peak``."""
    zh: str
    en: str
    quantity: Decimal | None
    unit: str
    price: Decimal | None
    price_unit: str
    amount_cny: Decimal | None
    state: str
    reason_zh: str
    reason_en: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BillShown:
    """The bill of the month."""

    id: str
    value_cny: Decimal | None
    energy_wh: int
    tariff: str
    state: str
    is_what_if: bool
    """Whether prices of another day stand in: then it is no bill to pay."""
    lines: tuple[BillLineShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """One budget of the year."""

    id: str
    measure: str
    unit: str
    limit: Decimal
    used: Decimal | None
    used_ratio: Decimal | None
    expected_ratio: Decimal | None
    alert: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterShown:
    """One meter of the enterprise in the month."""

    id: str
    measures: str
    score: int | None
    coverage_ratio: Decimal | None
    n_missing: int
    n_estimated: int
    latest_s: int | None
    """When its last usable reading is of [s]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportShown:
    """One issued report of the enterprise."""

    id: str
    cadence: str
    period: str
    is_approved: bool
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyView:
    """Everything of one enterprise in a month."""

    id: str
    zh: str
    en: str
    sector: str
    voltage_kv: float
    transformer_kva: float
    contract_demand_kw: Decimal | None
    month: str
    months: tuple[str, ...]
    now: UserSpan | None
    """None where the month is not settled."""
    before: UserSpan | None
    change: Decimal | None
    load_factor: Decimal | None
    latest_w: int | None
    as_of_s: int | None
    statements: Mapping[str, str]
    bands: Bands | None
    no_bands: str
    """Why there are no kinds of hour."""
    shift: Shift | None
    demand: DemandCompared | None
    bill: BillShown | None
    budget: Budget | None
    budget_lines: tuple[BudgetLine, ...]
    has_budget: bool
    standing: Mapping[str, object] | None
    """How it stands in its sector by energy over value added; None where nobody says."""
    meters: tuple[MeterShown, ...]
    reports: tuple[ReportShown, ...]
    is_whole: bool
    """Whether the viewer sees the whole park."""
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCurve:
    """The mean power of one day in 15-minute steps."""

    code: str
    """``day``, ``yesterday``, ``week`` or ``month``: how long before."""
    date: str
    kw: tuple[float | None, ...]
    """A step that was not read is a gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """A day beside the one before, the same weekday a week and four weeks before."""

    day: str
    first: str
    """The first settled day; earlier ones are not asked for."""
    last: str
    curves: tuple[DayCurve, ...]
    kinds: tuple[PeriodKind, ...]
    """Kind of hour of each step of the day; empty where no tariff is known."""
    hours: tuple[tuple[str, tuple[float | None, ...]], ...]
    """Hour, and the energy of each of the days in it [kWh]."""
