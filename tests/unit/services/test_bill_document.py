"""A bill as a document says which rule drew it up and which prices stand in."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from market_case import BOOK, ZONE, august, month_use, refund, terms
from taihang.core.market.bill import Bill, bill
from taihang.core.market.month_use import MonthUse
from taihang.services.bill_document import EXTENDED, TWO_PART, assumption_of, bill_body, kind_of


def billed(use: MonthUse | None = None) -> Bill:
    return bill(
        use or month_use(august().grid),
        terms=terms(),
        book=BOOK,
        month_name="2026-08",
        zone=ZONE,
    )


def test_bill_body__is_of_the_first_rule_where_a_stranger_can_work_it_out() -> None:
    body = bill_body(billed(), terms=terms(), version="x")

    assert (body["rule"], body["value"]) == (TWO_PART, str(billed().total_cny))
    assert "assumption" not in body


def test_bill_body__of_more_than_that_names_another_rule() -> None:
    shared = replace(month_use(august().grid), shares=(refund("losses", "1.00"),))
    contract = replace(terms(), contract_demand_kw=Decimal(1))
    what_if = replace(terms(), stand_in=date(2026, 8, 1))

    assert bill_body(billed(shared), terms=terms(), version="x")["rule"] == EXTENDED
    assert bill_body(billed(), terms=contract, version="x")["rule"] == EXTENDED
    assert bill_body(billed(), terms=what_if, version="x")["rule"] == EXTENDED


def test_kind_of__a_what_if_is_no_bill_and_says_so() -> None:
    what_if = replace(terms(), stand_in=date(2026, 8, 1))

    assert (kind_of("bill", terms()), kind_of("bill", what_if)) == ("bill", "bill-what-if")
    assert assumption_of(terms()) == {}
    assumption = assumption_of(what_if)["assumption"]
    assert isinstance(assumption, dict)
    assert assumption["td_prices_of"] == "2026-08-01"
    assert "仅供测算" in str(assumption["zh"])
    assert "what-if" in str(assumption["en"])
