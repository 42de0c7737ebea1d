"""T&D fee of near-site consumption projects: 发改价格〔2025〕1192号.

A grid-connected near-site project pays its T&D energy part by connected capacity and the average
load factor of its province, not by kWh drawn. Values lie in ``tables/ndrc_2025_1192.toml``; the
average load factor of Shanxi was not found, so the factor is an argument and never a default.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from taihang.core.errors import InputError
from taihang.core.facts import FactBook
from taihang.core.market.tariff import TariffParts, TransmissionTariff
from taihang.core.park.contract import DemandBasis
from taihang.core.quantities import Energy, to_fen

FAMILY: Final = "ndrc-2025-1192"


class NearSiteInputError(InputError):
    """A load factor, a capacity or a tariff that the near-site rule cannot take."""

    code = "input.near-site"


@dataclass(frozen=True, slots=True, kw_only=True)
class NearSiteProject:
    """What the T&D fee of a near-site project depends on."""

    connected_kva: Decimal
    """Transformers, and high-voltage motors connected without one [kVA]."""
    basis: DemandBasis
    """Whether the capacity part is charged on capacity or on demand."""
    demand_kw: Decimal | None
    """Demand to charge; None on the capacity basis [kW]."""
    average_load_factor_ratio: Decimal
    """Average of the province's two-part users from 110 kV on [1]; no default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearSiteFee:
    """The T&D fee of a near-site project for one month."""

    capacity_cny: Decimal
    """Capacity or demand part [CNY]."""
    energy_cny: Decimal
    """Energy part, by capacity [CNY]."""
    break_even: Energy
    """Monthly energy from which the rule costs less than the two-part tariff by kWh drawn."""
    fact_keys: tuple[str, ...]

    @property
    def total_cny(self) -> Decimal:
        """Both parts [CNY]."""
        return self.capacity_cny + self.energy_cny


def near_site_fee(
    project: NearSiteProject, *, tariff: TransmissionTariff, book: FactBook, on: date
) -> NearSiteFee:
    """Return the monthly T&D fee of a grid-connected near-site project.

    fee = capacity or demand fee + energy price × average load factor × 730 h × connected capacity

    Args:
        project: What the fee depends on.
        tariff: The two-part T&D tariff of its voltage class.
        book: The facts; used is ``near-site.hours-per-month``.
        on: A local day of the month.

    Returns:
        Both parts, each rounded to fen once, and the break-even against the tariff by kWh.

    Raises:
        NearSiteInputError: If an input is out of its range or the tariff has one part.
        FactOutOfForceError: If the rule is not in force on that day.

    Source:
        发改价格〔2025〕1192号 [verified: K17; same formula in K18].
    """
    _require(project, tariff)
    hours = book.in_force("near-site.hours-per-month", on=on, family=FAMILY)
    price = tariff.capacity if project.basis is DemandBasis.CAPACITY else tariff.demand
    charged = project.connected_kva if project.demand_kw is None else project.demand_kw
    covered_kwh = project.average_load_factor_ratio * hours.value * project.connected_kva
    return NearSiteFee(
        capacity_cny=to_fen(price.value * charged),
        energy_cny=to_fen(tariff.energy.value * covered_kwh),
        break_even=Energy.of_kwh(covered_kwh),
        fact_keys=(
            price.key,
            tariff.energy.key,
            hours.key,
            f"project/average_load_factor_ratio={project.average_load_factor_ratio}",
        ),
    )


def _require(project: NearSiteProject, tariff: TransmissionTariff) -> None:
    if not 0 < project.average_load_factor_ratio <= 1 or project.connected_kva <= 0:
        raise NearSiteInputError(
            given=f"load factor {project.average_load_factor_ratio}, {project.connected_kva} kVA",
            expected="a load factor above 0 and at most 1, and a capacity above 0",
            remedy="take the load factor that the province published, as a ratio",
        )
    if tariff.parts is not TariffParts.TWO_PART:
        raise NearSiteInputError(
            given=f"a {tariff.parts} tariff",
            expected="a two-part tariff",
            remedy="near-site projects are billed in two parts",
        )
    on_demand = project.basis is DemandBasis.DEMAND
    if on_demand != (project.demand_kw is not None):
        raise NearSiteInputError(
            given=f"basis {project.basis} with a demand of {project.demand_kw} kW",
            expected="a demand on the demand basis, and none on the capacity basis",
            remedy="name the basis that the project chose and its demand",
        )
