"""Result of the energy assets of a park over a month or a year: who paid, and what for.

What users paid and what export earned are the issued statements of the plants (`revenue.PV01.…`);
positions settle their differences on top; everything else is what park.toml gives, by document.
What nobody gave is named and is not zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from taihang.core.market.asset_result import AssetResult, Part, added
from taihang.core.park.asset_company import AssetCost
from taihang.core.periods import month, month_names
from taihang.core.quantities import to_fen
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.services.account import ACCOUNT_FORMAT, PARK_SUBJECT, Draft, local_last_day
from taihang.services.bill_document import WHAT_IF
from taihang.services.billed_use import matched_month
from taihang.services.certificate_sales import certificate_sales
from taihang.services.energy_statement import Gaps
from taihang.services.gateway_bill import exports_month
from taihang.services.market_position import PositionMonth, position_month
from taihang.services.ports import Ports
from taihang.services.revenue import REVENUE
from taihang.services.sight_rules import demand_whole

KIND: Final = "asset-result"
RULE: Final = "asset-result/v1"
_MONTHS_PER_YEAR: Final = 12
_FROM_STATEMENT: Final[Mapping[Part, str]] = {
    Part.SELF_USE: "energy_cny",
    Part.SPOT: "export_cny",
    Part.PREMIUM: "environmental_cny",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asset:
    """One asset over a period, month by month."""

    months: Mapping[str, AssetResult]
    positions: tuple[PositionMonth, ...]
    inputs: tuple[str, ...]
    """Statements that it quotes."""
    gaps: Gaps
    is_what_if: bool
    """Whether prices stand in in any of its months."""
    is_whole: bool
    """Whether every month of a plant has a statement: costs of a year need incomes of a year."""

    @property
    def result(self) -> AssetResult:
        """All months together."""
        return added(self.months.values())


@dataclass(slots=True)
class _Reading:
    """What is collected while the months of an asset are read."""

    gaps: Gaps = field(default_factory=Gaps)
    inputs: list[str] = field(default_factory=list[str])
    positions: list[PositionMonth] = field(default_factory=list[PositionMonth])
    is_what_if: bool = False


def drafts(period: str, *, ports: Ports, subjects: Iterable[str] | None = None) -> list[Draft]:
    """Draw up the results of the assets of a park and of all together; changes nothing.

    Args:
        period: ``2026-08`` or ``2026``.
        ports: The outside world.
        subjects: Only these; None means every asset and ``park``, all of them together.

    Returns:
        ``asset-result.{asset}.{period}`` of each; none where no month of it is stated.

    Raises:
        UnsettledMonthError: If a month with a market position is not settled as the park is now.
    """
    demand_whole(ports, "the results of the park's assets")
    source = _Source(period, ports)
    # 1. Each asset, month by month.
    found = {name: source.asset(name) for name in _assets(ports)}
    if not any(each.inputs for each in found.values()):
        return []
    # 2. All of them together; the plan stands beside, never in it.
    bodies = {name: _body(each, ports) for name, each in found.items()}
    bodies[PARK_SUBJECT] = {**_body(_company(found), ports), **_plan(ports)}
    is_what_if = {name: each.is_what_if for name, each in found.items()}
    is_what_if[PARK_SUBJECT] = any(is_what_if.values())
    return [
        Draft(KIND + WHAT_IF * is_what_if[name], name, period, body)
        for name, body in bodies.items()
        if subjects is None or name in {*subjects}
    ]


def _assets(ports: Ports) -> tuple[str, ...]:
    company = ports.park.asset_company
    every = (*ports.park.plants, *ports.park.batteries)
    return every if company is None else company.assets


class _Source:
    """What is stated and given about the assets of a park in a period."""

    def __init__(self, period: str, ports: Ports) -> None:
        self._names: tuple[str, ...] = month_names(period)
        self._ports: Ports = ports
        self._sales: Mapping[tuple[str, str], Decimal] = certificate_sales(ports)
        kinds = (REVENUE, REVENUE + WHAT_IF)
        # A month whose prices are known by now has both: the one to pay stands.
        self._issued: dict[tuple[str, str], IssuedStatement] = {
            (issued.subject, name): issued
            for name in self._names
            for issued in sorted(
                ports.registry.latest_statements(name, kinds),
                key=lambda each: each.kind == REVENUE,
            )
        }

    def asset(self, name: str) -> _Asset:
        """Return one asset over the period."""
        reading = _Reading()
        months = {each: self._month(name, each, reading) for each in self._names}
        self._note_gaps(name, months, reading)
        return _Asset(
            months=months,
            positions=tuple(reading.positions),
            inputs=tuple(reading.inputs),
            gaps=reading.gaps,
            is_what_if=reading.is_what_if,
            is_whole=name not in self._ports.park.plants or len(reading.inputs) == len(self._names),
        )

    def _month(self, name: str, month_name: str, reading: _Reading) -> AssetResult:
        amounts: dict[Part, Decimal | None] = dict.fromkeys(Part)
        # 1. What users paid and what export earned, as it is stated.
        issued = self._issued.get((name, month_name))
        if issued is not None:
            said = load_canonical(issued.document.encode())
            body = said if isinstance(said, dict) else {}
            amounts |= {part: Decimal(str(body[key])) for part, key in _FROM_STATEMENT.items()}
            amounts[Part.CONTRACTS] = self._positions(name, month_name, reading)
            reading.inputs.append(issued.id)
            reading.is_what_if |= issued.kind != REVENUE
        # 2. What the ledger of certificates and documents give.
        amounts[Part.CERTIFICATES] = self._sales.get((name, month_name))
        for income in self._ports.park.other_incomes.values():
            if (income.asset, income.month) == (name, month_name):
                part = Part(income.kind.value)
                amounts[part] = (amounts[part] or Decimal(0)) + to_fen(income.amount_cny)
        for cost in self._ports.park.asset_costs.values():
            if cost.asset == name and self._bears(cost, month_name):
                part = Part(cost.kind.value)
                amounts[part] = (amounts[part] or Decimal(0)) + _twelfth(cost, month_name)
        return AssetResult(amounts_cny=amounts)

    def _bears(self, cost: AssetCost, month_name: str) -> bool:
        period = month(month_name, self._ports.park.zone)
        first = period.start.astimezone(self._ports.park.zone).date()
        last = local_last_day(period, self._ports.park)
        n_days = (last - first).days + 1
        return all(cost.in_service.covers(first + timedelta(days=i)) for i in range(n_days))

    def _positions(self, name: str, month_name: str, reading: _Reading) -> Decimal | None:
        """Settle the positions of a plant; None where it has none, or none could be settled."""
        mine = [each for each in self._ports.park.market_positions.values() if each.plant == name]
        if not mine:
            return None
        matched = matched_month(month_name, self._ports)
        row = [*self._ports.park.plants].index(name)
        exports = exports_month(month_name, matched, ports=self._ports)
        fed_in_wh = np.zeros_like(matched.left_wh[row])
        for each in exports:
            fed_in_wh += each.fed_in_wh[row]
        settled = [
            position_month(each, month_name, fed_in_wh=fed_in_wh, ports=self._ports)
            for each in mine
        ]
        for each in settled:
            reading.positions.append(each)
            _note_days(each, reading.gaps)
        known = [each.differences_cny for each in settled if each.differences_cny is not None]
        return sum(known, Decimal(0)) if known else None

    def _note_gaps(self, name: str, months: Mapping[str, AssetResult], reading: _Reading) -> None:
        if name in self._ports.park.plants:
            absent = [
                each for each, result in months.items() if result.amounts_cny[Part.SELF_USE] is None
            ]
            if absent:
                named = ", ".join(absent)
                reading.gaps.add(
                    name,
                    zh=f"{len(absent)} 个月无收入结算单，未计入（不按零计），不评定损益：{named}",
                    en=f"{len(absent)} months have no statement of revenue and are not in it, "
                    f"which is not zero; there is no result: {named}",
                )
        found = added(months.values())
        for part, (zh, en) in _NOT_GIVEN.items():
            if found.amounts_cny[part] is None:
                reading.gaps.add(f"{name} {part.value}", zh=zh, en=en)


def _twelfth(cost: AssetCost, month_name: str) -> Decimal:
    """Return what a month bears of a year, whole fen, so that twelve months are the year."""
    n = int(month_name[-2:])
    until, before = (
        to_fen(cost.amount_cny_per_year * each / _MONTHS_PER_YEAR) for each in (n, n - 1)
    )
    return until - before


_NOT_GIVEN: Final[Mapping[Part, tuple[str, str]]] = {
    Part.OPERATION: (
        "运维成本未给出（或缺月份），不评定损益",
        "operation cost is not given, or not for every month: there is no result",
    ),
    Part.DEPRECIATION: (
        "折旧未给出（或缺月份），不评定损益",
        "depreciation is not given, or not for every month: there is no result",
    ),
}


def _note_days(settled: PositionMonth, gaps: Gaps) -> None:
    """Name the days that a position could not settle, with the first reason."""
    if not settled.not_settled:
        return
    n, (day, why) = len(settled.not_settled), settled.not_settled[0]
    gaps.add(
        settled.position,
        zh=f"{settled.n_days} 天中 {n} 天未结算；首日 {day.isoformat()}：{why.zh}",
        en=f"{n} of {settled.n_days} days not settled; the first, {day.isoformat()}: {why.en}",
    )


def _company(found: Mapping[str, _Asset]) -> _Asset:
    names = {name: None for each in found.values() for name in each.months}
    gaps = Gaps()
    for each in found.values():
        gaps.found.extend(each.gaps.found)
    return _Asset(
        months={name: added(each.months[name] for each in found.values()) for name in names},
        positions=tuple(one for each in found.values() for one in each.positions),
        inputs=tuple(one for each in found.values() for one in each.inputs),
        gaps=gaps,
        is_what_if=any(each.is_what_if for each in found.values()),
        is_whole=all(each.is_whole for each in found.values()),
    )


def _body(each: _Asset, ports: Ports) -> dict[str, JsonValue]:
    result = each.result
    return {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        "lines": [
            {"part": part.value, "amount_cny": _written(result.amounts_cny[part])} for part in Part
        ],
        "months": {
            name: {part.value: _written(of.amounts_cny[part]) for part in Part}
            for name, of in each.months.items()
        },
        "positions": [_position(one) for one in each.positions],
        "income_cny": _written(result.income_cny),
        "cost_cny": _written(result.cost_cny),
        "not_assessed": [*each.gaps.found],
        "inputs": {"statements": [*sorted(each.inputs)]},
        "value": _written(result.result_cny if each.is_whole else None),
        "unit": "CNY",
        "code_version": ports.version,
    }


def _position(one: PositionMonth) -> JsonValue:
    return {
        "position": one.position,
        "two_settlement_cny": str(one.two_settlement_cny),
        "spot_cny": str(one.spot_cny),
        "differences_cny": _written(one.differences_cny),
        "days": one.n_days,
        "days_settled": one.n_days - len(one.not_settled),
        "facts": [*one.fact_keys],
    }


def _plan(ports: Ports) -> dict[str, JsonValue]:
    """Return the facts of the company's plan, where the park gives them; they are no result."""
    company = ports.park.asset_company
    if company is None:
        return {}
    plan: JsonValue = {
        "zh": company.name_zh,
        "en": company.name_en,
        "investment_cny": _written(company.investment_cny),
        "output_cny_per_year": _written(company.output_cny_per_year),
        "source": company.source,
    }
    return {"plan": plan}


def _written(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
