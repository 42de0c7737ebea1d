"""Who buys what from whom: green-power supply and the grid tariff of each user."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from taihang.core.park.assets import ALWAYS, InService


class PriceBy(StrEnum):
    """How the price of a green supply contract is found; each form has its own keys and no more."""

    FIXED = "fixed"
    """One price: ``price_cny_per_kwh``."""
    TIME_OF_USE = "time-of-use"
    """A price for each kind of hour of the public schedule: ``prices_cny_per_kwh``."""
    CURVE = "curve"
    """A price for each hour or quarter of the local day: ``curve_cny_per_kwh``."""
    MARKET = "market"
    """What ``price_series`` says for the interval, less ``discount_cny_per_kwh``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GreenSupply:
    """A contract under which a plant's energy goes to named buyers."""

    id: str
    plant: str
    buyers: tuple[str, ...]
    price_cny_per_kwh: Decimal | None
    """Of a fixed price; None of the other forms."""
    in_service: InService = ALWAYS
    price_by: PriceBy = PriceBy.FIXED
    prices_cny_per_kwh: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    """By kind of hour. Without ``sharp`` those hours are peak hours, without ``deep-valley``
    holidays are like other days."""
    curve_cny_per_kwh: tuple[Decimal, ...] = ()
    """24 or 96 prices of the local day."""
    price_series: str | None = None
    """Declared series of market prices by interval [CNY/MWh or CNY/kWh]."""
    discount_cny_per_kwh: Decimal | None = None
    """What the contract takes off the market price; negative adds to it [CNY/kWh]."""
    floor_cny_per_kwh: Decimal | None = None
    """Least price by the market [CNY/kWh]; None: the contract names none."""
    green_premium_cny_per_kwh: Decimal | None = None
    """Environmental value, paid for each kWh beside the price of the energy [CNY/kWh]; None: the
    contract does not price it apart."""
    priority: int | None = None
    """Place among the contracts that are served one after another, the lowest first; None: after
    all that have one. Only rules of matching that serve contracts look at it."""
    share_ratio: Decimal | None = None
    """Share of the plant's energy that the contract is entitled to [1]; None: what is left."""


class DemandBasis(StrEnum):
    """What the capacity part of a two-part tariff is charged on."""

    CAPACITY = "capacity"
    """Transformer capacity [kVA]."""
    DEMAND = "demand"
    """Metered maximum demand over 15 minutes [kW]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridTariff:
    """How users without a contract of their own are billed for energy from the grid.

    What no public document fixes is a parameter of the park and has no default (§12).
    """

    id: str
    users: tuple[str, ...]
    """Ids of the enterprises, stations and grid connections on this tariff; a grid connection is
    billed as what the whole park pays the grid."""
    parts: str
    """Billed in one part or in two: ``one-part`` or ``two-part``."""
    demand_basis: DemandBasis
    agent_price_cny_per_kwh: Decimal
    """Agent-purchase price of the flat period, before TOU floating [CNY/kWh]."""
    system_operation_cny_per_kwh: Decimal
    """System-operation fee [CNY/kWh]."""
    export_price_cny_per_kwh: Decimal
    """What energy fed into the grid earns, for plans [CNY/kWh]."""
    floating_items: tuple[str, ...]
    """Bill items whose price floats with time of use: energy, line_loss, transmission."""
    sharp_applies: bool
    """Whether these users get the sharp price."""
    line_loss_rule: str
    """How the price of line loss follows from the loss rate: ``gross-up`` or ``on-sales``."""
    green_pays: tuple[str, ...]
    """Fees that green kWh pay too: transmission, line_loss, system_operation, funds."""
    power_factor_standard: str
    """Standard of the power-factor table: ``0.90``, ``0.85`` or ``0.80``."""
    source: str
    """Where these parameters come from, in words."""
    market_price_series: str | None = None
    """Declared series of what a kWh of each interval costs these users in the market [CNY/MWh or
    CNY/kWh]; None: they buy at the agent price, and time of use applies."""
    market_fee_cny_per_kwh: Decimal | None = None
    """What a retailer takes for each kWh; stands with the series [CNY/kWh]."""
    export_price_series: str | None = None
    """Of a grid connection: declared series of what energy fed in earns in each interval, spot or
    nodal [CNY/MWh or CNY/kWh]; None: ``export_price_cny_per_kwh``."""
    near_site_load_factor_ratio: Decimal | None = None
    """Average load factor of the province, where T&D energy is paid by connected capacity under
    发改价格〔2025〕1192号 [1]; None: by kWh."""


class Bearer(StrEnum):
    """Who pays for energy that the park draws and no user takes."""

    OPERATOR = "operator"
    """It lessens the margin of the park's operator."""
    USERS = "users"
    """It is shared among the users by their load, as a line of each bill."""


class SurplusTo(StrEnum):
    """Who gets what surplus energy earns that is fed into the grid."""

    PLANTS = "plants"
    """The plants, by the energy that no user took."""
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    """The park's own rules about money between users, plants, grid and operator (§12)."""

    losses_borne_by: Bearer
    """Who pays for losses between the grid connection and the meters."""
    storage_borne_by: Bearer
    """Who pays for what storage draws more than it gives back."""
    surplus_paid_to: SurplusTo
    td_prices_of: date | None = None
    """Day whose T&D prices and funds stand in where those of a month are not known; its bills are
    what-ifs and say so. None: such a month is not billed."""
