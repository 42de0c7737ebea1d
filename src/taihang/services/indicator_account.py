"""Yearly account: the six indicators of a zero-carbon park, as a statement.

Amounts come from activity data and from the statements of the year; what nobody knows is not
assessed, with the reason. See docs/indicators.md.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, localcontext
from typing import Final

from taihang.core.activity.amount import Amount, Known, Unknown, first_unknown
from taihang.core.activity.record import Flow
from taihang.core.facts import Fact, FactBook
from taihang.core.park.quota import PRODUCT_QUOTA
from taihang.core.park.zero_carbon import CoalBasis, ZeroCarbonChoices
from taihang.core.quantities import EXACT, KG_PER_T
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.statement import fact_document
from taihang.services.account import ACCOUNT_FORMAT, PARK_SUBJECT, Draft, first_day
from taihang.services.ports import Ports
from taihang.services.sight_rules import demand_whole
from taihang.services.year_amounts import YearAmounts, decimal_field
from taihang.standards.ndrc_910_indicators import (
    RULE,
    Judged,
    ParkYear,
    ProductEnergy,
    Verdict,
    ZeroCarbonYear,
    judge,
)

KIND: Final = "zero-carbon"
ENERGY_ACCOUNT: Final = "energy-account"
PARK_INVENTORY: Final = "park-inventory"
SOLID_WASTE: Final = ("solid-waste",)
WASTE_HEAT: Final = ("waste-heat", "waste-cold", "waste-pressure")
FRESH_WATER: Final = ("medium.fresh-water",)
REUSED_WATER: Final = ("reused-water",)
PRODUCT: Final = "product."
PRODUCT_ENERGY: Final = "product-energy."
GREEN_ELECTRICITY: Final = "electricity.green"
"""What was matched with green generation, from the statements of the users."""
_ELECTRICITY: Final = "coal-equivalent.electricity"
_COAL_SET: Final = "gbt-2589-2020"
_SIZE: Final = "zero-carbon.size.medium"
_TCE: Final = "tce"
_SUFFIX: Final[Mapping[CoalBasis, str]] = {
    CoalBasis.EQUIVALENT: "equivalent_tce",
    CoalBasis.EQUAL: "equal_tce",
}


def drafts(period: str, *, ports: Ports, subjects: Iterable[str] | None = None) -> list[Draft]:
    """Draw up the indicators of a year; changes nothing.

    Args:
        period: The year, for example ``2026``.
        ports: The outside world.
        subjects: Only these; None means all. There is one, the park.

    Returns:
        One draft, ``zero-carbon.park.YYYY``.
    """
    if subjects is not None and PARK_SUBJECT not in subjects:
        return []
    demand_whole(ports, "the indicators of the park")
    amounts = YearAmounts(period, ports=ports)
    on = _judged_on(period, ports.facts)
    # 1. What is known of the year.
    year = park_year(amounts, choices=ports.park.zero_carbon, book=ports.facts, on=on)
    # 2. Six verdicts.
    found = judge(year, book=ports.facts, on=on)
    # 3. As a statement, with everything it was made from.
    return [Draft(KIND, PARK_SUBJECT, period, _body(found, year, amounts, ports))]


def park_year(
    amounts: YearAmounts, *, choices: ZeroCarbonChoices | None, book: FactBook, on: date
) -> ParkYear:
    """Return what the indicators of a year are made of.

    Args:
        amounts: Where amounts are asked for.
        choices: What the park decided; None: what needs a choice is not assessed.
        book: The facts; quotas of products are among them.
        on: A local day of the year.
    """
    waste = amounts.share_of(SOLID_WASTE, Flow.RECOVERED, Flow.RECOVERABLE)
    heat = amounts.share_of(WASTE_HEAT, Flow.RECOVERED, Flow.RECOVERABLE)
    return ParkYear(
        carbon=amounts.stated(PARK_INVENTORY, "value", unit="tCO2"),
        energy=_energy(amounts, choices),
        clean_energy=_clean_energy(amounts, choices, book, on),
        products=_products(amounts, book, on),
        waste_used=waste[0],
        waste_generated=waste[1],
        heat_recovered=heat[0],
        heat_recoverable=heat[1],
        water_reused=amounts.sum_of(REUSED_WATER, Flow.RECOVERED),
        water_fresh=amounts.sum_of(FRESH_WATER, Flow.CONSUMED),
    )


def _judged_on(period: str, book: FactBook) -> date:
    """A year before the notice is judged by its thresholds of the first day."""
    return max(date(int(period), 12, 31), first_day(_SIZE, book))


def _energy(amounts: YearAmounts, choices: ZeroCarbonChoices | None) -> Amount:
    if choices is None:
        return Unknown("no-choice", "[zero_carbon]")
    whole = amounts.stated(ENERGY_ACCOUNT, _SUFFIX[choices.coal_basis], unit=_TCE)
    if choices.feedstock_in_energy or isinstance(whole, Unknown):
        return whole
    feedstock = amounts.stated(
        ENERGY_ACCOUNT, f"feedstock_{_SUFFIX[choices.coal_basis]}", unit=_TCE
    )
    if isinstance(feedstock, Unknown):
        return feedstock
    with localcontext(EXACT):
        return Known(whole.amount - feedstock.amount, _TCE)


def _clean_energy(
    amounts: YearAmounts, choices: ZeroCarbonChoices | None, book: FactBook, on: date
) -> Amount:
    """Add up what the park calls clean: lines of the energy account, and green electricity."""
    if choices is None:
        return Unknown("no-choice", "[zero_carbon]")
    body = amounts.statement(ENERGY_ACCOUNT)
    if isinstance(body, Unknown):
        return body
    lines = body.get("lines")
    by_item = {
        str(line.get("item")): line
        for line in (lines if isinstance(lines, list) else [])
        if isinstance(line, dict)
    }
    field_name, sum_tce = _SUFFIX[choices.coal_basis], Decimal(0)
    for item in choices.clean_energy:
        if item == GREEN_ELECTRICITY:
            part = _green_tce(amounts, electricity_coefficient(choices, book, on))
        else:
            where = f"{ENERGY_ACCOUNT} {item}"
            part = decimal_field(by_item.get(item, {}), field_name, unit=_TCE, where=where)
        if isinstance(part, Unknown):
            return part
        with localcontext(EXACT):
            sum_tce += part.amount
    return Known(sum_tce, _TCE)


def electricity_coefficient(choices: ZeroCarbonChoices, book: FactBook, on: date) -> Fact | None:
    """Return what a kWh is in standard coal on the park's basis [kgce/kWh]; None: not known."""
    if choices.coal_basis is CoalBasis.EQUIVALENT:
        found = book.candidates(_ELECTRICITY, on=on, family=_COAL_SET)
    else:
        found = book.candidates(f"{_ELECTRICITY}.equal-value", on=on)
    return found[0] if len(found) == 1 else None


def _green_tce(amounts: YearAmounts, coefficient: Fact | None) -> Amount:
    green = amounts.green_electricity()
    if isinstance(green, Unknown):
        return green
    if coefficient is None:
        return Unknown("no-coefficient", GREEN_ELECTRICITY)
    with localcontext(EXACT):
        return Known(green.amount * coefficient.value / KG_PER_T, _TCE)


def _products(
    amounts: YearAmounts, book: FactBook, on: date
) -> tuple[ProductEnergy, ...] | Unknown:
    made = amounts.items(PRODUCT, Flow.OUTPUT)
    return tuple(
        _product(amounts, subject, item.removeprefix(PRODUCT), book=book, on=on)
        for subject, item in made
    ) or Unknown("no-data", f"{PRODUCT}… {Flow.OUTPUT.value}")


def _product(
    amounts: YearAmounts, subject: str, product: str, *, book: FactBook, on: date
) -> ProductEnergy:
    used, quota = _unit_energy(amounts, subject, product), _quota(product, book, on)
    if isinstance(used, Known) and quota is not None and used.unit != quota.unit:
        used = Unknown("units-differ", f"{subject} {product}: {used.unit}, {quota.unit}")
    return ProductEnergy(subject=subject, product=product, used=used, level_2=quota)


def _unit_energy(amounts: YearAmounts, subject: str, product: str) -> Amount:
    """Energy of a product over its output [kgce per unit of output]."""
    output = amounts.of_subject(subject, f"{PRODUCT}{product}", Flow.OUTPUT)
    energy = amounts.of_subject(subject, f"{PRODUCT_ENERGY}{product}", Flow.CONSUMED)
    lacking = first_unknown(output, energy)
    if lacking is not None or isinstance(output, Unknown) or isinstance(energy, Unknown):
        return lacking or Unknown("no-data", product)
    if output.amount == 0:
        return Unknown("nothing-to-divide-by", f"{subject} {product}")
    if energy.unit != _TCE:
        return Unknown("units-differ", f"{subject} {PRODUCT_ENERGY}{product}: {energy.unit}")
    return Known(energy.amount * KG_PER_T / output.amount, f"kgce/{output.unit}")


def _quota(product: str, book: FactBook, on: date) -> Fact | None:
    found = book.candidates(f"{PRODUCT_QUOTA}{product}", on=on)
    return found[0] if len(found) == 1 else None


# -- the statement -------------------------------------------------------------------------------


def _body(
    found: ZeroCarbonYear, year: ParkYear, amounts: YearAmounts, ports: Ports
) -> dict[str, JsonValue]:
    core = found.judged[0]
    choices = ports.park.zero_carbon
    products = () if isinstance(year.products, Unknown) else year.products
    quotas = {one.level_2.key: one.level_2 for one in products if one.level_2 is not None}
    coefficient = None
    if choices is not None and GREEN_ELECTRICITY in choices.clean_energy:
        on = _judged_on(amounts.year, ports.facts)
        coefficient = electricity_coefficient(choices, ports.facts, on)
    used = (*found.facts, *quotas.values(), *([coefficient] if coefficient else []))
    return {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        "value": plain(core.value),
        "unit": core.unit,
        "gap_t": plain(found.gap_t),
        "size": None if found.size is None else found.size.value,
        "choices": None
        if choices is None
        else {
            "coal_basis": choices.coal_basis.value,
            "feedstock_in_energy": choices.feedstock_in_energy,
            "clean_energy": [*choices.clean_energy],
            "source": choices.source,
        },
        "lines": [_line(one) for one in found.judged],
        "not_assessed": [
            {"what": one.indicator.value, **_why(one.why_not)}
            for one in found.judged
            if one.verdict is Verdict.NOT_ASSESSED and one.why_not is not None
        ],
        "factors": [fact_document(fact) for fact in used],
        "inputs": amounts.sources.document(),
        "code_version": ports.version,
    }


def _line(one: Judged) -> dict[str, JsonValue]:
    return {
        "indicator": one.indicator.value,
        "verdict": one.verdict.value,
        "value": plain(one.value),
        "unit": one.unit,
        "threshold": None if one.threshold is None else one.threshold.key,
        "why_not": None if one.why_not is None else {**_why(one.why_not)},
        "inputs": {
            name: {"amount": plain(known.amount), "unit": known.unit}
            for name, known in one.inputs.items()
        },
    }


def _why(unknown: Unknown) -> dict[str, JsonValue]:
    return {"reason": unknown.reason, "detail": unknown.detail}


def plain(amount: Decimal | None) -> str | None:
    """Write a number as statements do: no exponent, no zeros at the end; None stays None.

    Example:
        >>> plain(Decimal("1.500")), plain(None)
        ('1.5', None)
    """
    return None if amount is None else format(amount.normalize() + 0, "f")
