"""A bill as the document that is issued: which rule drew it up, every line, what it rests on."""

from decimal import Decimal
from typing import Final

from taihang.core.market.bill import Bill
from taihang.core.market.bill_line import BillLine, Text
from taihang.core.market.closure import OF_SUPPLY
from taihang.core.market.tariff import BillItem, BillTerms
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import ACCOUNT_FORMAT

TWO_PART: Final = "shanxi-two-part/v1"
"""The rule that the proof of a bill and the stand-alone verifier know."""
EXTENDED: Final = "shanxi-two-part/v2"
"""The same with contract demand, market prices, the near-site rule, shares of the park, or prices
that stand in."""
BY_CONTRACT: Final = "shanxi-two-part/v3"
"""The same with a green contract that is not at one fixed price, or prices its environmental
value apart."""
WHAT_IF: Final = "-what-if"
"""Ends the kind of every money statement whose prices stand in for unknown ones."""


def bill_body(each: Bill, *, terms: BillTerms, version: str) -> dict[str, JsonValue]:
    """Return a bill as the document that is issued, without its id.

    Args:
        each: The bill.
        terms: The terms that it was drawn up under.
        version: Version of the code.
    """
    return {
        "format": ACCOUNT_FORMAT,
        "rule": _rule(each, terms),
        "tariff": each.tariff,
        "state": each.state.value,
        "lines": [line_document(line) for line in each.lines],
        "energy_wh": each.energy.wh,
        "intervals": each.n_intervals,
        "usable": each.n_usable,
        "estimated_wh": each.estimated.wh,
        **assumption_of(terms),
        "value": str(each.total_cny),
        "unit": "CNY",
        "code_version": version,
    }


def line_document(line: BillLine) -> JsonValue:
    """Return one line of a bill as it stands in a document."""
    return {
        "code": line.code,
        "title": text_document(line.title),
        "quantity": _written(line.quantity),
        "unit": line.unit,
        "price_unit": line.price_unit,
        "price": _written(line.price),
        "amount_cny": _written(line.amount_cny),
        "state": line.state.value,
        "reason": None if line.reason is None else text_document(line.reason),
        "facts": list(line.fact_keys),
    }


def text_document(text: Text) -> JsonValue:
    """Return a text in both languages as it stands in a document."""
    return {"zh": text.zh, "en": text.en}


def assumption_of(terms: BillTerms) -> dict[str, JsonValue]:
    """Return the field that says which prices stand in; nothing where all are known."""
    if terms.stand_in is None:
        return {}
    day = terms.stand_in.isoformat()
    return {
        "assumption": {
            "td_prices_of": day,
            "zh": f"当月输配电价与基金未知，按 {day} 的标准测算；仅供测算，不是结算账单",
            "en": f"T&D prices and funds of the month are not known: those of {day} stand in; "
            "a what-if, no bill to pay",
        }
    }


def kind_of(base: str, terms: BillTerms) -> str:
    """Return the kind of a money statement: a what-if is never of the kind of a bill to pay."""
    return base if terms.stand_in is None else base + WHAT_IF


def _rule(each: Bill, terms: BillTerms) -> str:
    green = [line for line in each.lines if line.item in OF_SUPPLY]
    if any(line.item is BillItem.GREEN_VALUE or line.price is None for line in green):
        return BY_CONTRACT
    extended = (
        terms.stand_in is not None
        or terms.contract_demand_kw is not None
        or terms.tariff.market_price_series is not None
        or terms.near_site_hours is not None
        or any(line.item is BillItem.SHARE for line in each.lines)
    )
    return EXTENDED if extended else TWO_PART


def _written(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
