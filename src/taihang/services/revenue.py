"""What plants earned, what users paid to whom, and what stays with the operator, as statements.

All three are drawn up with the closure of a month, from the same bills, so that they restate with
them. A plant is told what its own contracts paid, and nothing else about anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import RouteKind
from taihang.core.market.bill import Bill
from taihang.core.market.closure import Closure, PlantPayment
from taihang.core.market.export import Export
from taihang.core.market.revenue import Payment, RevenueMonth, Sale, settle_revenue
from taihang.core.market.tariff import BillTerms
from taihang.core.park.contract import Bearer, SurplusTo
from taihang.core.park.topology import Direction
from taihang.core.periods import month
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import ACCOUNT_FORMAT, PARK_SUBJECT, Draft
from taihang.services.bill_closure import not_assessed, unpriced
from taihang.services.bill_document import assumption_of, kind_of, text_document
from taihang.services.billed_use import MonthMatching
from taihang.services.gateway_bill import GATEWAY_BILL, GatewayMonth
from taihang.services.match_period import rule_name
from taihang.services.matched import plant_states
from taihang.services.ports import Ports

REVENUE: Final = "revenue"
"""Kind of what a plant earned, and of what stays with the operator (subject ``park``)."""
PAYMENTS: Final = "payments"
"""Kind of what a user paid, and to whom."""
_BILL: Final = "bill"
_PLANT_RULE: Final = "plant-revenue/v1"
_USER_RULE: Final = "user-payments/v1"
_OPERATOR_RULE: Final = "operator-margin/v1"
_EXPORT_RULES: Final = {
    SurplusTo.PLANTS: "export-to-plants-by-fed-in/v1",
    SurplusTo.OPERATOR: "export-to-operator/v1",
}
_CAPACITY_RULE: Final = "capacity-by-own-connection/v1"
"""Each user pays capacity or demand of its own connection; the difference to the park's is kept."""
_BEARER_RULES: Final = {
    Bearer.OPERATOR: "{}-borne-by-operator/v1",
    Bearer.USERS: "{}-shared-by-load/v1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Month:
    """Everything that the statements of one month are drawn up from."""

    closure: Closure
    revenue: RevenueMonth
    bills: tuple[tuple[Bill, BillTerms], ...]
    gateway: GatewayMonth
    matched: MonthMatching
    states: Mapping[str, NDArray[np.int64]]
    """Where each watt-hour of each plant is, see ``plant_states``."""
    issued: Mapping[str, str]
    """Id of the issued bill of each user and grid connection."""
    ports: Ports

    @property
    def terms(self) -> BillTerms:
        """The terms of the first bill; whether prices stand in is the same for all."""
        return self.bills[0][1]

    @property
    def matching_rule(self) -> str:
        """The name of the rule that says who used what."""
        park = self.ports.park
        return rule_name(month(self.closure.month, park.zone), park)

    def draft(self, kind: str, subject: str, body: dict[str, JsonValue]) -> Draft:
        """Return a draft with what every statement of money says."""
        common: dict[str, JsonValue] = {
            "format": ACCOUNT_FORMAT,
            **assumption_of(self.terms),
            "unit": "CNY",
            "code_version": self.ports.version,
        }
        return Draft(kind_of(kind, self.terms), subject, self.closure.month, {**body, **common})

    def bill_ids(self, subjects: Sequence[str], *, gateway: bool = False) -> list[JsonValue]:
        """Return the ids of the issued bills of some users, and of the grid connections."""
        grids = [each.user for each, _ in self.gateway.bills] if gateway else []
        named = (self.issued.get(name) for name in {*subjects, *grids})
        return [*sorted(found for found in named if found is not None)]


def revenue_drafts(
    closure: Closure,
    *,
    bills: tuple[tuple[Bill, BillTerms], ...],
    gateway: GatewayMonth,
    matched: MonthMatching,
    ports: Ports,
) -> list[Draft]:
    """Draw up a month for every plant, every user and the operator.

    Args:
        closure: How the month closes.
        bills: The bills of the users, at least one, as they are issued.
        gateway: The bills of the grid connections, and what export earned.
        matched: Who got which green energy.
        ports: The outside world; its park has ``[billing]``.

    Returns:
        Plants first, in the order of the park file, then users, then the operator.
    """
    # 1. Who paid whom; every sum is that of the bills, or nothing is stated.
    revenue = settle_revenue(
        closure,
        bills=[each for each, _ in bills],
        gateway=[each for each, _ in gateway.bills],
        plant_of={supply.id: supply.plant for supply in ports.park.green_supplies.values()},
    )
    month = _Month(
        closure=closure,
        revenue=revenue,
        bills=bills,
        gateway=gateway,
        matched=matched,
        states=plant_states(matched.whole, ports=ports),
        issued=_issued(closure.month, bills[0][1], ports),
        ports=ports,
    )
    # 2. The same from each side.
    return [
        *(_plant(row, paid, month) for row, paid in enumerate(closure.payments)),
        *(_user(bill, month) for bill in zip(revenue.payments, bills, strict=True)),
        _operator(month),
    ]


def _issued(name: str, terms: BillTerms, ports: Ports) -> dict[str, str]:
    kinds = {kind_of(_BILL, terms), kind_of(GATEWAY_BILL, terms)}
    return {each.subject: each.id for each in ports.registry.latest_statements(name, kinds)}


# -- plants --------------------------------------------------------------------------------------


def _plant(row: int, paid: PlantPayment, month: _Month) -> Draft:
    sales = month.revenue.sales_of(paid.plant)
    energy_cny = sum((sale.energy_cny or Decimal(0) for sale in sales), Decimal(0))
    value_cny = sum((sale.value_cny or Decimal(0) for sale in sales), Decimal(0))
    body: dict[str, JsonValue] = {
        "rule": _PLANT_RULE,
        "rules": [month.matching_rule, _export_rule(month.ports)],
        "energy": _energy(row, month),
        "lines": [_plant_line(sale, month) for sale in sales],
        "export": [_export(row, each) for each in month.gateway.exports],
        "payers": _payers(sales, paid, month),
        "energy_cny": str(energy_cny),
        "environmental_cny": str(value_cny),
        "export_cny": str(paid.export_cny),
        "not_assessed": [words for each in month.gateway.exports for words in unpriced(each)],
        "inputs": {"statements": month.bill_ids([sale.payer for sale in sales])},
        "value": str(paid.total_cny),
    }
    return month.draft(REVENUE, paid.plant, body)


def _energy(row: int, month: _Month) -> JsonValue:
    """Say where a plant's energy of the month went, to the watt-hour."""
    matched, ports = month.matched.whole, month.ports
    routes: list[JsonValue] = []
    for share in matched.shares:
        if row in share.plants and share.route.kind is not RouteKind.FEED_IN:
            wh = int(share.given_wh[share.plants.index(row)].sum())
            routes.append({"route": share.route.kind.value, "id": share.route.id, "wh": wh})
    states = {name: int(wh[row].sum()) for name, wh in month.states.items()}
    curtailed_wh = states.pop("curtailed")
    generated_wh = sum(states.values())
    fed_in_wh = sum(int(each.fed_in_wh[row].sum()) for each in month.gateway.exports)
    used_wh = states["matched"] + states["charged"] + states["lost"]
    plant = matched.plants[row]
    return {
        "generated_wh": generated_wh,
        "own_use_wh": generated_wh - month.matched.generated_wh[row],
        "routes": routes,
        "fed_in_wh": fed_in_wh,
        "lost_wh": states["lost"],
        # What nobody could claim, and what the rule of matching attributes to nothing.
        "other_wh": generated_wh - used_wh - fed_in_wh,
        "curtailed_wh": curtailed_wh if _has_curtailment_meter(plant, ports) else None,
    }


def _has_curtailment_meter(plant: str, ports: Ports) -> bool:
    meters = ports.park.meters.values()
    return any(each.node == plant and each.measures is Direction.CURTAILMENT for each in meters)


def _plant_line(sale: Sale, month: _Month) -> JsonValue:
    return {"payer": sale.payer, **_sale(sale, month)}


def _sale(sale: Sale, month: _Month) -> dict[str, JsonValue]:
    park = month.ports.park
    supply = park.green_supplies[sale.contract]
    rows = [*park.plants].index(sale.plant), park.users.index(sale.payer)
    return {
        "contract": sale.contract,
        "price_by": supply.price_by.value,
        "price_cny_per_kwh": _written(supply.price_cny_per_kwh),
        "delivered_wh": int(month.matched.pairs_wh[rows].sum()),
        "priced_wh": sale.priced_wh,
        "energy_cny": _written(sale.energy_cny),
        "environmental_cny": _written(sale.value_cny),
        "whole": sale.is_whole,
    }


def _export(row: int, each: Export) -> JsonValue:
    return {
        "grid": each.grid,
        "price": each.source,
        "fed_in_wh": int(each.fed_in_wh[row].sum()),
        "priced_wh": int(each.fed_in_wh[row][each.prices.known].sum()),
        "facts": [*each.fact_keys],
    }


def _payers(sales: Sequence[Sale], paid: PlantPayment, month: _Month) -> JsonValue:
    enterprises = month.ports.park.enterprises
    of = {
        "enterprises": [sale.total_cny for sale in sales if sale.payer in enterprises],
        "stations": [sale.total_cny for sale in sales if sale.payer not in enterprises],
        "grid": [paid.export_cny],
    }
    return [
        {"class": name, "amount_cny": str(sum(amounts, Decimal(0)))} for name, amounts in of.items()
    ]


# -- users ---------------------------------------------------------------------------------------


def _user(of: tuple[Payment, tuple[Bill, BillTerms]], month: _Month) -> Draft:
    payment, (bill, _) = of
    lines: list[JsonValue] = [{"payee": sale.plant, **_sale(sale, month)} for sale in payment.sales]
    body: dict[str, JsonValue] = {
        "rule": _USER_RULE,
        "lines": lines,
        "plants_cny": str(sum((sale.total_cny for sale in payment.sales), Decimal(0))),
        "operator": [
            {"item": item.value, "amount_cny": str(cny)}
            for item, cny in payment.to_operator_cny.items()
        ],
        "operator_cny": str(sum(payment.to_operator_cny.values(), Decimal(0))),
        "not_assessed": [
            {"what": line.code, "zh": line.reason.zh, "en": line.reason.en}
            for line in bill.not_assessed
            if line.reason is not None
        ],
        "inputs": {"statements": month.bill_ids([payment.payer])},
        "value": str(payment.total_cny),
    }
    return month.draft(PAYMENTS, payment.payer, body)


# -- the operator --------------------------------------------------------------------------------


def _operator(month: _Month) -> Draft:
    closure, ports = month.closure, month.ports
    users = [each for each, _ in month.bills]
    body: dict[str, JsonValue] = {
        "rule": _OPERATOR_RULE,
        "rules": [month.matching_rule, *_park_rules(ports)],
        "users_cny": str(closure.users_cny),
        "gateway_cny": str(closure.gateway_cny),
        "plants_cny": str(closure.plants_cny),
        "items": [
            {
                "item": each.item,
                "collected_cny": str(each.collected_cny),
                "paid_cny": str(each.paid_cny),
                "kept_cny": str(each.kept_cny),
            }
            for each in month.revenue.passages
        ],
        "lines": [
            {
                "code": part.code,
                "title": text_document(part.title),
                "wh": part.wh,
                "amount_cny": str(part.amount_cny),
            }
            for part in closure.parts
        ],
        "not_assessed": not_assessed(users, month.gateway, ports),
        "inputs": {"statements": month.bill_ids([each.user for each in users], gateway=True)},
        "value": str(closure.margin_cny),
    }
    return month.draft(REVENUE, PARK_SUBJECT, body)


def _export_rule(ports: Ports) -> str:
    billing = ports.park.billing
    return _EXPORT_RULES[SurplusTo.OPERATOR if billing is None else billing.surplus_paid_to]


def _park_rules(ports: Ports) -> list[JsonValue]:
    """Name the park's own rules about money; each is a formula with a version."""
    billing = ports.park.billing
    if billing is None:
        return []
    borne = {"losses": billing.losses_borne_by, "storage": billing.storage_borne_by}
    return [
        _export_rule(ports),
        *(_BEARER_RULES[bearer].format(what) for what, bearer in borne.items()),
        _CAPACITY_RULE,
    ]


def _written(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
