"""Carbon evaluation of projects: NDRC Order 31, in force from 2025-09-01.

What the sheet says: total, structure, emission per product, and how that stands against the levels
that are known. Electricity counts at equivalent value 当量值. The exemption line lies in
``tables/ndrc_order_31.toml``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Final

from taihang.core.admission.project import Product, Project
from taihang.core.errors import InputError
from taihang.core.facts import Fact, FactBook
from taihang.core.quantities import EXACT

FAMILY: Final = "ndrc-order-31"
_PLACES: Final = Decimal("0.000001")
_WIDE: Final = Context(prec=60)


class EvaluationError(InputError):
    """A carbon evaluation that does not hold together."""

    code = "input.project-evaluation"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyPart:
    """One kind of energy in the structure of a project."""

    item: str
    energy_tce: Decimal
    """At equivalent value [tce/a]."""
    carbon_t: Decimal
    """[tCO2/a]."""
    energy_ratio: Decimal | None
    """Share of the project's energy [1]; None where it uses none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductLine:
    """Emission of one product, and the levels that it is held against."""

    product: Product
    carbon_t_per_unit: Decimal | None
    """[tCO2 a unit of output]; None without output."""
    better_than: Mapping[str, bool]
    """Whether it is at or below each level that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSheet:
    """The carbon evaluation of one project."""

    energy_tce: Decimal
    """Comprehensive energy at equivalent value [tce/a]."""
    carbon_t: Decimal
    """CO2 of energy and process [tCO2/a]."""
    process_carbon_t: Decimal
    parts: tuple[EnergyPart, ...]
    products: tuple[ProductLine, ...]
    unassigned_carbon_t: Decimal
    """CO2 that no product bears [tCO2/a]."""
    is_exempt: bool
    """Whether the project is under the line and needs no review of its own."""
    facts: tuple[Fact, ...]
    """Line of exemption that was applied."""

    @property
    def lacks_evaluation(self) -> bool:
        """Whether it needs an evaluation by product and has none."""
        return not self.is_exempt and not self.products


def evaluate(
    project: Project, *, energies_tce: Mapping[str, Decimal], book: FactBook, on: date
) -> EvaluationSheet:
    """Draw up the carbon evaluation sheet of a project.

    Args:
        project: The application.
        energies_tce: Standard coal at equivalent value of each energy of the project [tce/a].
        book: The facts.
        on: The local day of the decision.

    Returns:
        The sheet.

    Raises:
        EvaluationError: If products bear more CO2 than the project has.
        FactOutOfForceError: If the order is not in force on that day.

    Source:
        NDRC Order 31 [verified: K41].
    """
    limits = tuple(
        book.in_force(f"energy-review.exempt-below.{name}", on=on, family=FAMILY)
        for name in ("energy", "coal")
    )
    with localcontext(EXACT):
        energy_tce = sum(energies_tce.values(), start=Decimal(0))
        borne_t = sum((one.carbon_t for one in project.products.values()), start=Decimal(0))
        unassigned_t = project.carbon_t - borne_t
    if unassigned_t < 0:
        raise EvaluationError(
            given=f"products of {project.id} with {borne_t} tCO2, of {project.carbon_t} in all",
            expected="products that bear no more than energy and process emit",
            remedy="share the CO2 of the project out among its products",
        )
    return EvaluationSheet(
        energy_tce=energy_tce,
        carbon_t=project.carbon_t,
        process_carbon_t=project.process_carbon_t,
        parts=tuple(
            EnergyPart(
                item=one.item,
                energy_tce=energies_tce[name],
                carbon_t=one.carbon_t,
                energy_ratio=_quotient(energies_tce[name], energy_tce),
            )
            for name, one in project.energies.items()
        ),
        products=tuple(_product_line(one) for one in project.products.values()),
        unassigned_carbon_t=unassigned_t,
        is_exempt=energy_tce < limits[0].value and project.coal_t < limits[1].value,
        facts=limits,
    )


def _product_line(product: Product) -> ProductLine:
    # Held against the levels by multiplication: the printed quotient is rounded.
    with localcontext(EXACT):
        better_than = {
            name: product.carbon_t <= level * product.output
            for name, level in product.levels_t.items()
        }
    return ProductLine(
        product=product,
        carbon_t_per_unit=_quotient(product.carbon_t, product.output),
        better_than=better_than,
    )


def _quotient(part_t: Decimal, whole_t: Decimal) -> Decimal | None:
    if whole_t == 0:
        return None
    with localcontext(_WIDE):
        return (part_t / whole_t).quantize(_PLACES, ROUND_HALF_EVEN)
