"""What the page Carbon shows, before it is put into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from taihang.core.facts import Fact
from taihang.core.figure.story import Named, RuleOf, Words
from taihang.services.figure_standing import NOT_TOLD, Standing, Standings, Told

WAYS = ("scope2-location", "scope2-market", "scope2-physical")
"""Scope 2 counted three ways, in the order in which they stand beside each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """One enterprise in a month."""

    id: str
    name: Named
    sector: str
    energy_kwh: Told
    scope2_t: Mapping[str, Told]
    """By way [tCO2]."""
    has_line: bool
    """Whether there is a statement by direct line; who has no line has none."""
    equivalent_tce: Told
    """By calorific value (当量值)."""
    equal_tce: Told
    """By the coal that power stations burnt (等价值)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRow:
    """The inventory of one enterprise."""

    id: str
    name: Named
    account: Standing
    n_gaps: int

    @property
    def method(self) -> Named:
        """By which text it is drawn up; empty where none is chosen."""
        return Named(self.account.said("method", "zh"), self.account.said("method", "en"))


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """What an account does not know."""

    kind: str
    subject: str
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRow:
    """A published value that the figures rest on."""

    name: str
    """As statements write it: set, code, region, first day and value."""
    fact: Fact | None
    """None of one that the present edition of the tables has no more."""
    key: str
    kinds: tuple[str, ...]
    """Kinds of the accounts that use it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """Which rule a kind of account follows."""

    kind: str
    rule: RuleOf


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLine:
    """One quota and how the year stands."""

    subject: str
    measure: str
    unit: str
    used: Told
    limit: Told
    used_ratio: Told
    low: Decimal | None
    expected: Decimal | None
    high: Decimal | None
    chance_ratio: Decimal | None
    months_left: int
    alert: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """The quotas of a year."""

    year: str
    lines: tuple[QuotaLine, ...]
    is_issued: bool
    gaps: tuple[GapRow, ...]
    names: Mapping[str, Named]


@dataclass(frozen=True, slots=True, kw_only=True)
class CarbonView:
    """The page."""

    zone: str
    is_whole: bool
    """Whether the viewer sees the whole park."""
    months: tuple[str, ...]
    """Months that have statements, in order."""
    month: str
    """The month that is shown; empty where nothing is settled."""
    names: Mapping[str, Named] = field(default_factory=dict[str, Named])
    scope2_t: Mapping[str, Told] = field(default_factory=dict[str, Told])
    """Of all users, by way."""
    n_users: int = 0
    n_stated: Mapping[str, int] = field(default_factory=dict[str, int])
    """Users that have a statement, by way."""
    rows: tuple[MonthRow, ...] = ()
    energy: Standing | None = None
    """The energy account of the park in the month."""
    coal_tce: Told = NOT_TOLD
    inventories: Standings = field(default_factory=Standings)
    year_rows: tuple[YearRow, ...] = ()
    park: Standing | None = None
    """The inventory of the park."""
    products: tuple[Standing, ...] = ()
    goods: tuple[Standing, ...] = ()
    """Sheets for CBAM."""
    quotas: Quotas | None = None
    """What is on record; None where nothing is."""
    factors: tuple[FactorRow, ...] = ()
    rules: tuple[RuleRow, ...] = ()
    gaps: tuple[GapRow, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the park file chooses where rules leave a choice."""

    @property
    def year(self) -> str:
        """The year of the month."""
        return self.month[:4]
