"""How lines of bills come about: energies by kind of hour, prices from facts, amounts in fen."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from taihang.core.figure.derive import beside, multiplied, same
from taihang.core.figure.formula import (
    Constant,
    Formula,
    Given,
    Largest,
    Less,
    Product,
    Quotient,
    Rounded,
    Sum,
    Way,
)
from taihang.core.figure.number import Document
from taihang.core.figure.story import Derivation, FigureInput, Ground, Label, Named, ProofOf, Words
from taihang.core.market.bill_line import GREEN, GRID
from taihang.core.market.closure import PER_KWH
from taihang.core.market.tariff import BillItem
from taihang.core.market.tou import PeriodKind
from taihang.core.quantities import WH_PER_KWH
from taihang.services.figure_billed import (
    EVERY,
    billed_input,
    billed_stretch,
    demand_input,
    demand_kw,
    demand_stretch,
    supplied_input,
    supplied_stretch,
)
from taihang.services.figure_of_energy import counts
from taihang.services.figure_source import SourceName, source_input
from taihang.services.figure_stated import (
    Explained,
    Place,
    RuleBook,
    always,
    each,
    first_that_adds_up,
    product,
    rests_on,
    stated_input,
)
from taihang.standards.sgcc_1983_215 import BASE_ITEMS

_DIGITS: Final = 28
"""Significant digits of a price that divides, as ``Decimal`` keeps them."""
_FEN: Final = 2
_PER_KWH_ITEMS: Final = frozenset(item.value for item in PER_KWH)
_OF_SUPPLY: Final = ("green", "green_value")
_BASE_ITEMS: Final = frozenset(item.value for item in BASE_ITEMS)


# -- quantities ----------------------------------------------------------------------------------


def _quantity(place: Place) -> Explained:
    """Say what a line charges for: energy, capacity, demand, or the amounts of other lines."""
    code = place.stars[0]
    item, _, rest = code.partition(".")
    if item in _OF_SUPPLY:
        return _of_contract(place, rest)
    if item == BillItem.CAPACITY:
        return _capacity(place, rest)
    if item == BillItem.POWER_FACTOR:
        return _base(place)
    if item in _PER_KWH_ITEMS and rest.endswith("near-site"):
        return _near_site(place)
    return _by_hours(place, rest)


def _by_hours(place: Place, rest: str) -> Explained:
    origin, _, kind = rest.partition(".")
    of = place.of
    wanted = kind if kind in set(PeriodKind) else EVERY
    user, span = of.issued.subject, of.issued.period
    found = billed_stretch(user, origin, wanted, of.span.period, ports=of.ports)
    if found.total_wh is None:
        return Explained(ground=Ground.STATED, notes=(Label("nothing_read"),))
    one = billed_input(user, origin, wanted, span, value_wh=found.total_wh)
    if kind == "market":
        # Only intervals with a market price are in the line; which those are the story says.
        return Explained(beside(one), Ground.STATED, (Label("priced_by_interval"),))
    return Explained(multiplied(one, over=WH_PER_KWH))


def _of_contract(place: Place, contract: str) -> Explained:
    of = place.of
    supply = of.ports.park.green_supplies.get(contract)
    if supply is None:
        return Explained(ground=Ground.STATED, notes=(Label("contract_of_then"),))
    user = of.issued.subject
    found = supplied_stretch(supply.plant, user, of.span.period, ports=of.ports)
    total_wh = found.total_wh
    one = supplied_input(
        supply.plant, user, of.issued.period, value_wh=0 if total_wh is None else total_wh
    )
    if place.at("lines/{0}/price") is None:
        return Explained(beside(one), Ground.STATED, (Label("priced_by_interval"),))
    return Explained(multiplied(one, over=WH_PER_KWH))


def _capacity(place: Place, rest: str) -> Explained:
    if rest != "kw":
        return rests_on(Ground.PARAMETER, "capacity_of_connection")(place)
    of = place.of
    found = demand_stretch(of.issued.subject, of.span.period, ports=of.ports)
    kw = demand_kw(found)
    if kw is None:
        return Explained(ground=Ground.STATED, notes=(Label("nothing_read"),))
    metered = demand_input(of.issued.subject, of.issued.period, kw=kw)
    agreed = _agreed(place, metered)
    return first_that_adds_up(*(always(one) for one in (Explained(same(metered)), *agreed)))(place)


def _agreed(place: Place, metered: FigureInput) -> list[Explained]:
    """Return the ways of a contract demand: the contract, its floor, or what exceeds it."""
    sources = {SourceName.of(key).names[-1 if "tariff" in key else 1]: key for key in _facts(place)}
    contract = sources.get("contract_demand_kw")
    if contract is None:
        return []
    inputs = [source_input(contract), metered]
    for name in ("floor", "excess", "multiple"):
        inputs += [source_input(key) for code, key in sources.items() if name in code][:1]
    agreed: Formula = Given(0)
    limit = Product((Given(3), agreed))
    over = Sum((limit, Product((Given(4), Less(Given(1), limit)))))
    ways: list[Formula] = [agreed, Largest((agreed,)), over]
    return [Explained(Derivation(way, tuple(inputs))) for way in ways]


def _near_site(place: Place) -> Explained:
    facts = [source_input(key) for key in _facts(place)]
    return Explained(beside(*facts[1:]), Ground.PARAMETER, (Label("near_site_quantity"),))


def _base(place: Place) -> Explained:
    """Say that the power factor is a share of the lines that bear it."""
    return each("lines/*/amount_cny", where=_bears_power_factor)(place)


def _bears_power_factor(line: Mapping[str, Document]) -> bool:
    return str(line.get("code", "")).partition(".")[0] in _BASE_ITEMS


# -- prices --------------------------------------------------------------------------------------


def _facts(place: Place) -> list[str]:
    found = place.at("lines/{0}/facts")
    return [str(key) for key in found] if isinstance(found, list) else []


def _price(place: Place) -> Explained:
    """Say that a price is the product of its facts, or what its own rule makes of them."""
    code = place.stars[0]
    item = code.partition(".")[0]
    keys = _facts(place)
    inputs = [one for key in keys if (one := source_input(key)).value is not None]
    if item == BillItem.LINE_LOSS:
        return _line_loss(keys, inputs)
    if item == BillItem.POWER_FACTOR:
        return Explained(beside(*inputs), Ground.FACT, (Label("power_factor_table"),))
    if code == f"{BillItem.CAPACITY}.kw":
        plain = Explained(same(inputs[0]))
        reduced = Explained(multiplied(inputs[0], inputs[2]))
        return first_that_adds_up(always(plain), always(reduced))(place)
    if code.endswith(".near-site"):
        return Explained(same(inputs[0]))
    return Explained(multiplied(*inputs), Ground.FORMULA)


def _line_loss(keys: list[str], inputs: list[FigureInput]) -> Explained:
    """Say by which formula the price of line loss follows from rate and agent price."""
    grosses_up = any(key.endswith("line_loss_rule=gross-up") for key in keys)
    rate, agent, *ratio = inputs
    price: Formula = Product((Given(1), Given(0)))
    if grosses_up:
        upstream = Less(Constant(Decimal(1)), Given(0))
        price = Rounded(Quotient(price, upstream), _DIGITS, Way.SIGNIFICANT)
    if ratio:
        price = Product((price, Given(2)))
    note = "line_loss_gross_up" if grosses_up else "line_loss_on_sales"
    return Explained(Derivation(price, (rate, agent, *ratio)), notes=(Label(note),))


# -- amounts -------------------------------------------------------------------------------------


def _amount(place: Place) -> Explained:
    """Say that an amount is quantity times price, rounded to fen once."""
    proof = ProofOf(f"{place.of.issued.id}#{place.stars[0]}", Label("proof_of_bill_line"))
    item = place.stars[0].partition(".")[0]
    if item in {BillItem.SHARE, BillItem.CORRECTION}:
        return Explained(ground=Ground.STATED, notes=(Label("decided_elsewhere"),), proof=proof)
    if place.value is None:
        return Explained(ground=Ground.STATED, notes=(_reason(place),), proof=proof)
    if place.at("lines/{0}/state") == "exempt":
        facts = [source_input(key) for key in _facts(place)]
        return Explained(beside(*facts), Ground.FACT, (Label("exempt"),), proof)
    if place.at("lines/{0}/price") is None:
        quantity = place.input("lines/{0}/quantity")
        return Explained(beside(quantity), Ground.STATED, (Label("priced_by_interval"),), proof)
    found = product("lines/{0}/quantity", "lines/{0}/price", digits=_FEN)(place)
    return Explained(found.derivation, proof=proof)


def _reason(place: Place) -> Words:
    """Return why a line is not assessed, as it says itself."""
    zh, en = (place.at(f"lines/{{0}}/reason/{lang}") for lang in ("zh", "en"))
    return Named(str(zh), str(en)) if zh and en else Label("stated_only")


def _value(place: Place) -> Explained:
    found = each("lines/*/amount_cny")(place)
    return Explained(found.derivation, proof=ProofOf(place.of.issued.id, Label("proof_of_bill")))


def _energy(place: Place) -> Explained:
    """Say that the energy of a bill is what came from the grid and what was green."""
    of = place.of
    user, span = of.issued.subject, of.issued.period
    origins = (GRID,) if user in of.ports.park.grids else (GRID, GREEN)
    inputs: list[FigureInput] = []
    for origin in origins:
        found = billed_stretch(user, origin, EVERY, of.span.period, ports=of.ports)
        if found.total_wh is not None:
            inputs.append(billed_input(user, origin, EVERY, span, value_wh=found.total_wh))
    formula = Sum(tuple(Given(at) for at in range(len(inputs)))) if inputs else None
    return Explained(Derivation(formula, tuple(inputs)))


def _usable(place: Place) -> Explained:
    one = stated_input(place.of, ("intervals",))
    return Explained(beside(one), Ground.COUNT, (Label("counts_usable"),))


_BILL: Final[RuleBook] = {
    "value": _value,
    "lines/*/quantity": _quantity,
    "lines/*/price": _price,
    "lines/*/amount_cny": _amount,
    "energy_wh": _energy,
    "estimated_wh": rests_on(Ground.ESTIMATE, "estimated_part", "energy_wh"),
    "usable": _usable,
    "intervals": counts("counts_intervals"),
}

BOOKS: Final[Mapping[str, RuleBook]] = {"bill": _BILL, "gateway-bill": _BILL}
"""The rule book of bills of users and of grid connections."""
