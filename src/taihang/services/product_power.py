"""The electricity of an installation, by plant: what is proven of its origin, and what is the rest.

A claim on a direct line or a purchase agreement counts for the energy that was matched with its
plants interval by interval, and only while its evidence is whole; all else is of the grid.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np

from taihang.core.activity.amount import Unknown
from taihang.core.balance.matching import RouteKind
from taihang.core.balance.tracing import trace_matching, trace_pairs
from taihang.core.park.carbon import ElectricitySource
from taihang.core.park.park import Park
from taihang.core.periods import month
from taihang.core.product.allocation import share_out
from taihang.services.account import UnsettledMonthError
from taihang.services.carbon_account import MatchedYear, matched_year
from taihang.services.carbon_inputs import Gap, months_of_stay, stay_of
from taihang.services.matched import shares_of
from taihang.services.ports import Ports
from taihang.standards.cbam import Evidence, JudgedSource, judge_source

REST: Final = ""
"""Stands for the energy of no proven origin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """The electricity of one process over a period."""

    load_wh: int
    """Of the process [Wh]."""
    judged: JudgedSource
    evidence: Evidence
    proven_wh: Mapping[str, int]
    """By plant, as far as the judged source takes it. [Wh]"""
    matched: MatchedYear
    """Of the whole enterprise."""
    gaps: tuple[Gap, ...]

    @property
    def rest_wh(self) -> int:
        """Energy of no proven origin [Wh]."""
        return self.load_wh - sum(self.proven_wh.values())


def power_of(
    enterprise: str,
    period: str,
    *,
    share_ratio: Decimal,
    claimed: ElectricitySource,
    ports: Ports,
) -> Power:
    """Return the electricity of a process, judged by its evidence.

    Args:
        enterprise: Who runs the process.
        period: Month or year.
        share_ratio: The share of the process in the metered electricity. [1]
        claimed: Where the product claims its electricity from.
        ports: The outside world.
    """
    # 1. What was used, interval by interval, and what lacks of it.
    matched = matched_year(enterprise, period, ports=ports)
    gaps = list(matched.gaps)
    # 2. The claim, against what stands behind it.
    evidence = _evidence(enterprise, period, tuple(_told(gap) for gap in gaps), ports=ports)
    judged = judge_source(claimed, evidence)
    # 3. Which plant gave how much of it.
    traced: dict[str, int] = {}
    if judged.used is not ElectricitySource.DEFAULT:
        traced, unproven = _traced(enterprise, period, judged.used, matched=matched, ports=ports)
        if unproven is not None:
            gaps.append(unproven)
            traced = {}
            judged = JudgedSource(claimed, ElectricitySource.DEFAULT, ("no-intervals",))
    # 4. The share of the process, in whole Wh that add up.
    load_wh = round(Fraction(matched.load_wh) * Fraction(share_ratio))
    parts = {**traced, REST: matched.load_wh - sum(traced.values())}
    shared: dict[str, int] = {}
    if matched.load_wh > 0:
        shares = {name: Fraction(wh, matched.load_wh) for name, wh in parts.items()}
        shared = share_out(load_wh, shares)
    return Power(
        load_wh=load_wh,
        judged=judged,
        evidence=evidence,
        proven_wh={name: wh for name, wh in shared.items() if name != REST and wh},
        matched=matched,
        gaps=tuple(gaps),
    )


def _evidence(enterprise: str, period: str, gaps: tuple[str, ...], *, ports: Ports) -> Evidence:
    """Collect what stands behind the electricity of an installation; only files that are held."""
    park, held = ports.park, ports.registry.evidence_files()
    installation = park.carbon.installations.get(enterprise)
    link = () if installation is None else installation.link_evidence
    contract = () if installation is None else installation.contract_evidence
    return Evidence(
        lines=tuple(line.id for line in park.dedicated_lines.values() if enterprise in line.users),
        contracts=tuple(_contracts(enterprise, period, park)),
        link_documents=tuple(sha256 for sha256 in link if sha256 in held),
        contract_documents=tuple(sha256 for sha256 in contract if sha256 in held),
        gaps=gaps,
    )


def _contracts(enterprise: str, period: str, park: Park) -> Iterator[str]:
    """Yield the supply contracts of an enterprise that cover every month of its stay."""
    months = months_of_stay(stay_of(enterprise, park), period)
    for supply in park.green_supplies.values():
        covered = all(
            supply.in_service.covers(month(name, park.zone).start.astimezone(park.zone).date())
            for name in months
        )
        if enterprise in supply.buyers and covered:
            yield supply.id


def _traced(
    enterprise: str,
    period: str,
    used: ElectricitySource,
    *,
    matched: MatchedYear,
    ports: Ports,
) -> tuple[dict[str, int], Gap | None]:
    """Add up what each plant gave, month by month; refuse what the statements do not say."""
    line_wh: dict[str, int] = {}
    pool_wh: dict[str, int] = {}
    try:
        for name in months_of_stay(stay_of(enterprise, ports.park), period):
            of_line, of_all = _month_wh(enterprise, name, ports)
            for plant, wh in of_line.items():
                line_wh[plant] = line_wh.get(plant, 0) + wh
            for plant, wh in of_all.items():
                pool_wh[plant] = pool_wh.get(plant, 0) + wh - of_line[plant]
    except UnsettledMonthError as error:
        return {}, Gap("electricity", Unknown("unsettled", error.given))
    if (sum(line_wh.values()), sum(pool_wh.values())) != (matched.line_wh, matched.pool_wh):
        told = f"{sum(line_wh.values())} + {sum(pool_wh.values())} Wh"
        return {}, Gap("electricity", Unknown("matching-differs", told))
    if used is ElectricitySource.DIRECT_LINE:
        return line_wh, None
    plants = {
        ports.park.green_supplies[name].plant for name in _contracts(enterprise, period, ports.park)
    }
    return {plant: line_wh[plant] + pool_wh[plant] for plant in line_wh if plant in plants}, None


def _month_wh(enterprise: str, name: str, ports: Ports) -> tuple[dict[str, int], dict[str, int]]:
    """Return what each plant gave an enterprise over its lines, and in all [Wh]."""
    found = shares_of(month(name, ports.park.zone), ports=ports)
    user = found.users.index(enterprise)
    line_wh = np.zeros(len(found.plants), np.int64)
    for share in found.shares:
        if share.route.kind is RouteKind.LINE and user in share.takers:
            pairs_wh = trace_pairs(share.given_wh, share.received_wh)
            own_wh = pairs_wh[:, share.takers.index(user)].sum(axis=1)
            np.add.at(line_wh, list(share.plants), own_wh)
    all_wh = trace_matching(found.matching)[:, user].sum(axis=1)
    return (
        {plant: int(wh) for plant, wh in zip(found.plants, line_wh, strict=True)},
        {plant: int(wh) for plant, wh in zip(found.plants, all_wh, strict=True)},
    )


def _told(gap: Gap) -> str:
    return f"{gap.unknown.reason}: {gap.unknown.detail}"
