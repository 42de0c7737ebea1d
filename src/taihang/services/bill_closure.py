"""How the money of a month closes between users, grid, plants and operator, as a statement."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from taihang.core.market.bill import Bill, BillState
from taihang.core.market.closure import Closure, UnbilledFlows, close_bills, plant_payments
from taihang.core.market.export import Export, plant_exports_cny
from taihang.core.market.tariff import BillTerms
from taihang.core.park.contract import SurplusTo
from taihang.core.park.park import Park
from taihang.core.quantities import Energy
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import ACCOUNT_FORMAT, PARK_SUBJECT, Draft
from taihang.services.bill_document import assumption_of, kind_of, text_document
from taihang.services.billed_use import billed_users
from taihang.services.gateway_bill import GATEWAY_BILL, GatewayMonth
from taihang.services.ports import Ports

BILL_CLOSURE: Final = "bill-closure"
_RULE: Final = "bill-closure/v2"
"""Since v2 each plant gets what it fed in earned, interval by interval; before, a share by what no
user took in the whole month."""


def close_month(
    bills: Sequence[Bill], *, gateway: GatewayMonth, flows: UnbilledFlows, ports: Ports
) -> Closure:
    """Close the money of one month.

    Args:
        bills: The bills of the users, at least one.
        gateway: The bills of the grid connections, and what export earned.
        flows: Where the rest of the imported energy went.
        ports: The outside world; its park has ``[billing]``.
    """
    payments = plant_payments(
        bills,
        plant_of={supply.id: supply.plant for supply in ports.park.green_supplies.values()},
        export_cny=_passed_cny(gateway, ports.park),
    )
    return close_bills(
        bills,
        gateway=[each for each, _ in gateway.bills],
        flows=flows,
        export_cny=gateway.export_cny,
        payments=payments,
    )


def closure_draft(
    found: Closure,
    *,
    bills: Sequence[tuple[Bill, BillTerms]],
    gateway: GatewayMonth,
    ports: Ports,
) -> Draft:
    """Draw up the closure of one month.

    Args:
        found: How it closes.
        bills: The bills of the users, at least one.
        gateway: The bills of the grid connections.
        ports: The outside world.
    """
    (_, terms), *_ = bills
    body = _body(found, terms, ports)
    body["not_assessed"] = not_assessed([each for each, _ in bills], gateway, ports)
    return Draft(kind_of(BILL_CLOSURE, terms), PARK_SUBJECT, found.month, body)


def _passed_cny(gateway: GatewayMonth, park: Park) -> dict[str, Decimal]:
    """Return what each plant gets of export; nothing where the operator keeps it."""
    to_plants = park.billing is not None and park.billing.surplus_paid_to is SurplusTo.PLANTS
    earned_cny = plant_exports_cny(gateway.exports if to_plants else (), n_plants=len(park.plants))
    return dict(zip(park.plants, earned_cny, strict=True))


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


def not_assessed(users: Sequence[Bill], gateway: GatewayMonth, ports: Ports) -> list[JsonValue]:
    """Say in words what the money of a month is without.

    Args:
        users: The bills of the users.
        gateway: The bills of the grid connections, and what export earned.
        ports: The outside world.
    """
    bills = [*users, *(each for each, _ in gateway.bills)]
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
        *(words for each in gateway.exports for words in unpriced(each)),
        *(
            {"what": code, "zh": line.reason.zh, "en": line.reason.en}
            for code, line in sorted(lines.items())
            if line.reason is not None
        ),
    ]


def unpriced(export: Export) -> list[JsonValue]:
    """Say what a connection fed in at no known price; nothing where every interval has one.

    Args:
        export: What the connection fed in.
    """
    if not export.n_unpriced:
        return []
    kwh = f"{Energy(export.unpriced_wh).kwh:,.1f}"
    zh = f"{export.n_unpriced} 个时段上网 {kwh} kWh 无电价，未计价"
    en = f"{export.n_unpriced} intervals fed in {kwh} kWh at no known price: not priced"
    if export.n_refused:
        limits = " … ".join(export.fact_keys)
        zh += f"；其中 {export.n_refused} 个电价超出市场限价（{limits}）"
        en += f"; {export.n_refused} prices lie outside the limits of the market ({limits})"
    return [{"what": export.source, "zh": zh, "en": en}]
