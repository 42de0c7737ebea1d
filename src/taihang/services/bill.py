"""Bill every enterprise for every whole month of a settled period.

Grid energy of an interval is the load less what was matched; green energy is traced plant by plant
to its contract. A month whose published prices are not known is not billed, and the reason is
returned in words.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import match_green
from taihang.core.balance.tracing import trace_matching
from taihang.core.errors import InputError
from taihang.core.facts import FactOutOfForceError
from taihang.core.market.bill import Bill, bill
from taihang.core.market.demand import max_demand_kw
from taihang.core.market.month_use import GreenPurchase, MonthUse
from taihang.core.park.assets import Enterprise
from taihang.core.park.contract import GreenSupply, GridTariff
from taihang.core.park.park import Park
from taihang.core.periods import Period, month, months_in
from taihang.core.seal.canonical import JsonValue
from taihang.core.series import EnergySeries, Quality
from taihang.services.account import (
    ACCOUNT_FORMAT,
    UNKNOWN,
    Because,
    Draft,
    issue_statements,
    local_last_day,
    read_matching,
)
from taihang.services.ports import Columns, Ports
from taihang.services.settle import lines_of, offered_green_wh
from taihang.services.tariff import bill_terms


class NoContractError(InputError):
    """Green energy reached a user that has no contract with its plant."""

    code = "input.no-contract"


@dataclass(frozen=True, slots=True)
class Billed:
    """What one run billed."""

    n_bills: int
    total_cny: Decimal
    not_billed: tuple[str, ...]
    """Months that could not be billed, in order."""
    reason: str
    """Why the first of them could not; empty where every month was billed."""


@dataclass(frozen=True, slots=True)
class MonthMatching:
    """One month's energies by row of the park's plants and users."""

    load_wh: NDArray[np.int64]
    """Usable load of each user, shape (n_users, n). [Wh]"""
    line_wh: NDArray[np.int64]
    """What came over dedicated lines."""
    quality: NDArray[np.uint8]
    pairs_wh: NDArray[np.int64]


def bill_enterprises(period: Period, *, ports: Ports, because: Because = UNKNOWN) -> Billed:
    """Issue the bills of every whole month of a settled period.

    Args:
        period: A settled period.
        ports: The outside world.
        because: What changed since it was last settled.

    Returns:
        The bills issued, and the months that could not be billed.
    """
    n_bills, total_cny = 0, Decimal(0)
    not_billed: list[str] = []
    reason = ""
    for name in months_in(period, ports.park.zone):
        # 1. Bill each enterprise under its tariff.
        try:
            bills = _bills(name, ports)
        except FactOutOfForceError as error:
            not_billed.append(name)
            reason = reason or str(error)
            continue
        # 2. Issue them as statements.
        drafts = [_draft(each, ports) for each in bills]
        issue_statements(drafts, period=name, ports=ports, because=because)
        n_bills += len(bills)
        total_cny += sum((each.total_cny for each in bills), Decimal(0))
    return Billed(n_bills, total_cny, tuple(not_billed), reason)


def bill_drafts(name: str, *, ports: Ports) -> list[Draft]:
    """Draw up the bills of a settled month; none where its prices are not known."""
    try:
        return [_draft(each, ports) for each in _bills(name, ports)]
    except FactOutOfForceError:
        return []


def _bills(name: str, ports: Ports) -> list[Bill]:
    period, zone = month(name, ports.park.zone), ports.park.zone
    # Prices first: a month without them is refused before anything is traced.
    terms = [
        bill_terms(
            tariff,
            voltage_kv=enterprise.voltage_kv,
            transformer_kva=enterprise.transformer_kva,
            book=ports.facts,
            period=period,
            zone=zone,
        )
        for enterprise, tariff in billed_users(ports.park)
    ]
    matched = matched_month(name, ports)
    return [
        bill(
            month_use(enterprise, name, matched, ports),
            terms=found,
            book=ports.facts,
            month_name=name,
            zone=zone,
        )
        for (enterprise, _), found in zip(billed_users(ports.park), terms, strict=True)
    ]


def billed_users(park: Park) -> Iterator[tuple[Enterprise, GridTariff]]:
    """Yield every enterprise that a tariff covers; stations have no supply voltage yet."""
    for tariff in park.grid_tariffs.values():
        for user in tariff.users:
            if user in park.enterprises:
                yield park.enterprises[user], tariff


def matched_month(name: str, ports: Ports) -> MonthMatching:
    """Return who got which green energy in a settled month, as its bills take it."""
    rows = read_matching(name, ports=ports)
    plants = [rows["plant", plant] for plant in ports.park.plants]
    users = [rows["user", user] for user in ports.park.users]
    n_steps = month(name, ports.park.zone).n_steps
    measured_wh = _stacked((np.where(_claimed(r), r["total_wh"], 0) for r in plants), n_steps)
    load_wh = _stacked((r["total_wh"] for r in users), n_steps)
    quality = _stacked((r["quality"] for r in users), n_steps)
    offered_wh = offered_green_wh(measured_wh, quality)
    matching = match_green(offered_wh, load_wh, lines=lines_of(ports.park))
    return MonthMatching(
        load_wh, matching.line_load_wh, quality.astype(np.uint8), trace_matching(matching)
    )


def _claimed(rows: Columns) -> NDArray[np.bool_]:
    """Say where the generation of a plant may be claimed: measured, and held by no rule."""
    return (rows["quality"] == Quality.MEASURED) & (rows["held"] == 0)


def _stacked(rows: Iterable[NDArray[np.int64]], n_steps: int) -> NDArray[np.int64]:
    """Put rows under one another; a park without plants gives no row of the right length."""
    return np.array(list(rows), np.int64).reshape(-1, n_steps)


def month_use(enterprise: Enterprise, name: str, matched: MonthMatching, ports: Ports) -> MonthUse:
    """Return what one enterprise did in a month: the measured side of its bill."""
    period = month(name, ports.park.zone)
    row = ports.park.users.index(enterprise.id)
    quality = matched.quality[row]
    green: list[GreenPurchase] = []
    for plant_row, plant in enumerate(ports.park.plants):
        wh = matched.pairs_wh[plant_row, row]
        if wh.any():
            supply = _supply(plant, enterprise.id, period, ports.park)
            series = EnergySeries(period.start_s, wh, quality)
            green.append(GreenPurchase(supply=supply, matched=series))
    from_grid_wh = matched.load_wh[row] - matched.pairs_wh[:, row].sum(axis=0)
    grid = EnergySeries(period.start_s, from_grid_wh, quality)
    return MonthUse(
        user=enterprise.id,
        grid=grid,
        green=tuple(green),
        # Only a dedicated line bypasses the user's own grid meter; pool energy flows through it.
        max_demand_kw=max_demand_kw(
            EnergySeries(period.start_s, matched.load_wh[row] - matched.line_wh[row], quality)
        ),
        transformer_kva=Decimal(str(enterprise.transformer_kva)),
        reactive=None,
        corrections=(),
    )


def _supply(plant: str, user: str, period: Period, park: Park) -> GreenSupply:
    """Return the contract that covers the whole month between a plant and a user."""
    first, last = period.start.astimezone(park.zone).date(), local_last_day(period, park)
    for supply in park.green_supplies.values():
        term = supply.in_service
        of_both = supply.plant == plant and user in supply.buyers
        if of_both and term.covers(first) and term.covers(last):
            return supply
    raise NoContractError(
        given=f"green energy of {plant} matched with {user} in {first.isoformat()[:7]}",
        expected="a green supply contract between them that covers the whole month",
        remedy="add the contract to [green_supplies], or let it change at the turn of a month",
    )


def _draft(each: Bill, ports: Ports) -> Draft:
    return Draft("bill", each.user, each.month, bill_body(each, version=ports.version))


def bill_body(each: Bill, *, version: str) -> dict[str, JsonValue]:
    """Return a bill as the document that is issued, without its id.

    Args:
        each: The bill.
        version: Version of the code.
    """
    lines: list[JsonValue] = [
        {
            "code": line.code,
            "title": {"zh": line.title.zh, "en": line.title.en},
            "quantity": None if line.quantity is None else str(line.quantity),
            "unit": line.unit,
            "price_unit": line.price_unit,
            "price": None if line.price is None else str(line.price),
            "amount_cny": None if line.amount_cny is None else str(line.amount_cny),
            "state": line.state.value,
            "reason": None if line.reason is None else {"zh": line.reason.zh, "en": line.reason.en},
            "facts": list(line.fact_keys),
        }
        for line in each.lines
    ]
    return {
        "format": ACCOUNT_FORMAT,
        "rule": "shanxi-two-part/v1",
        "tariff": each.tariff,
        "state": each.state.value,
        "lines": lines,
        "energy_wh": each.energy.wh,
        "intervals": each.n_intervals,
        "usable": each.n_usable,
        "estimated_wh": each.estimated.wh,
        "value": str(each.total_cny),
        "unit": "CNY",
        "code_version": version,
    }
