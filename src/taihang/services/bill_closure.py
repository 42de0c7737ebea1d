"""How the money of a month closes between users, grid, plants and operator, as a statement."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from taihang.core.market.bill import Bill, BillState
from taihang.core.market.closure import Closure, UnbilledFlows, close_bills, plant_payments
from taihang.core.market.tariff import BillTerms
from taihang.core.park.contract import Billing, SurplusTo
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import ACCOUNT_FORMAT, PARK_SUBJECT, Draft
from taihang.services.bill_document import assumption_of, kind_of, text_document
from taihang.services.billed_use import billed_users
from taihang.services.gateway_bill import GATEWAY_BILL, GatewayMonth
from taihang.services.ports import Ports

BILL_CLOSURE: Final = "bill-closure"
_RULE: Final = "bill-closure/v1"


def closure_draft(
    *,
    bills: Sequence[tuple[Bill, BillTerms]],
    gateway: GatewayMonth,
    flows: UnbilledFlows,
    surplus_wh: Mapping[str, int],
    ports: Ports,
) -> Draft:
    """Draw up the closure of one month.

    Args:
        bills: The bills of the users, at least one.
        gateway: The bills of the grid connections, and what export earned.
        flows: Where the rest of the imported energy went.
        surplus_wh: What each plant generated and no user took. [Wh]
        ports: The outside world; its park has ``[billing]``.
    """
    (first, terms), *_ = bills
    users = [each for each, _ in bills]
    passed_cny = _passed_cny(ports.park.billing, gateway.export_cny, surplus_wh)
    payments = plant_payments(
        users,
        plant_of={supply.id: supply.plant for supply in ports.park.green_supplies.values()},
        surplus_wh=surplus_wh,
        export_cny=passed_cny,
    )
    found = close_bills(
        users,
        gateway=[each for each, _ in gateway.bills],
        flows=flows,
        export_cny=gateway.export_cny,
        payments=payments,
    )
    body = _body(found, terms, ports)
    body["not_assessed"] = _not_assessed([*users, *(each for each, _ in gateway.bills)], ports)
    return Draft(kind_of(BILL_CLOSURE, terms), PARK_SUBJECT, first.month, body)


def _passed_cny(
    billing: Billing | None, export_cny: Decimal, surplus_wh: Mapping[str, int]
) -> Decimal:
    """Return what the plants get of export; none where no plant had energy left over."""
    to_plants = billing is not None and billing.surplus_paid_to is SurplusTo.PLANTS
    return export_cny if to_plants and any(wh > 0 for wh in surplus_wh.values()) else Decimal(0)


def _body(found: Closure, terms: BillTerms, ports: Ports) -> dict[str, JsonValue]:
    kinds = {kind_of("bill", terms), kind_of(GATEWAY_BILL, terms)}
    behind = [issued.id for issued in ports.registry.latest_statements(found.month, kinds)]
    return {
        "format": ACCOUNT_FORMAT,
        "rule": _RULE,
        "users_cny": str(found.users_cny),
        "import_cny": str(found.import_cny),
        "export_cny": str(found.export_cny),
        "gateway_cny": str(found.gateway_cny),
        "plants_cny": str(found.plants_cny),
        "plants": [
            {
                "plant": each.plant,
                "green_cny": str(each.green_cny),
                "export_cny": str(each.export_cny),
                "total_cny": str(each.total_cny),
            }
            for each in found.payments
        ],
        "lines": [
            {
                "code": part.code,
                "title": text_document(part.title),
                "wh": part.wh,
                "amount_cny": str(part.amount_cny),
            }
            for part in found.parts
        ],
        "inputs": {"statements": [*sorted(behind)]},
        **assumption_of(terms),
        "value": str(found.margin_cny),
        "unit": "CNY",
        "code_version": ports.version,
    }


def _not_assessed(bills: Sequence[Bill], ports: Ports) -> list[JsonValue]:
    """Say in words what the closure is without."""
    billed = {user.id for user in billed_users(ports.park)}
    found: list[JsonValue] = [
        {
            "what": user,
            "zh": "未给出受电电压，未计费",
            "en": "no supply voltage is given: not billed",
        }
        for user in ports.park.users
        if user not in billed
    ]
    provisional: list[JsonValue] = [
        {
            "what": each.user,
            "zh": f"{each.n_usable} / {each.n_intervals} 个时段有可用读数",
            "en": f"{each.n_usable} of {each.n_intervals} intervals have a usable reading",
        }
        for each in bills
        if each.state is BillState.PROVISIONAL
    ]
    lines = {line.code: line for each in bills for line in each.not_assessed}
    return [
        *found,
        *provisional,
        *(
            {"what": code, "zh": line.reason.zh, "en": line.reason.en}
            for code, line in sorted(lines.items())
            if line.reason is not None
        ),
    ]
