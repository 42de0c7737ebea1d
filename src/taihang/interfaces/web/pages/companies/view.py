"""What the page of companies shows, before it is put into words."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from taihang.core.access.aggregate import GroupSum


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The budget of an enterprise that is used up furthest."""

    used_ratio: Decimal | None
    """Used to date over the limit of the year [1]."""
    alert: str
    """Level of warning of core/energy/quota.py: within, watch, warning, breached, unknown."""
    statement: str
    """The statement that says it; empty where it was worked out for this page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyRow:
    """One enterprise in a month."""

    id: str
    zh: str
    en: str
    sector: str
    latest_w: int | None
    """Mean power of the last settled interval [W]."""
    load_wh: int | None
    before_ratio: Decimal | None
    """Over the month before, less one; None where either month lacks a reading."""
    peak_w: int | None
    load_factor: Decimal | None
    """Mean over greatest load [1]."""
    coal_tce: Decimal | None
    coal_equal_tce: Decimal | None
    location_tco2: Decimal | None
    green_ratio: Decimal | None
    bill_cny: Decimal | None
    budget: Budget | None
    """None where it has none, or none is stated."""
    coverage_ratio: Decimal | None
    n_missing: int
    n_estimated: int
    statements: Mapping[str, str]
    """Statement by kind, for whoever opens a figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompaniesView:
    """Every enterprise that the viewer sees, in a month."""

    month: str
    months: tuple[str, ...]
    """The months that are settled as a whole, the latest first."""
    rows: tuple[CompanyRow, ...]
    """By energy used, the largest first."""
    sector_factor: Mapping[str, Decimal]
    """Mean load factor of the enterprises of a sector, weighted by load, of five or more [1]."""
    as_of_s: int | None
    """Start of the last settled interval [s]."""
    has_budgets: bool
    """Whether the park file knows budgets of enterprises."""
    unstated: tuple[str, ...]
    """Enterprises with a budget whose account is not issued."""
    sums: tuple[GroupSum, ...]
    """Sums over others, for whoever sees a part of the park."""
    is_whole: bool
    zone: str
