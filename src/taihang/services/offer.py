"""What a project would see in this park, computed with a past settled year.

Green share by the park's own matching rule with the project in it, hour by hour; the price by the
park's contracts and tariffs; emissions of a tonne of product; and what it would do to the ratios of
the park and to the green energy of the others, told in sum. Nothing is written. See docs/offer.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from taihang.core.balance.matching import SERVING, RouteKind
from taihang.core.carbon.cfe import CfeScore, hourly_wh
from taihang.core.carbon.hourly_score import HourlyUse, score_of
from taihang.core.park.candidate import Candidate
from taihang.core.periods import year
from taihang.services.account import judged, local_last_day, project_energy
from taihang.services.candidate_load import LoadPlans, candidate_wh, knows_holidays
from taihang.services.hourly_use import local_hours
from taihang.services.matched import Matched, shares_of
from taihang.services.offer_carbon import (
    CarbonFactors,
    ProductEffect,
    avoided_t,
    factors_of,
    product_effects,
)
from taihang.services.offer_price import OfferPrice, Unpriced, offer_prices
from taihang.services.ports import Ports
from taihang.services.with_projects import with_projects
from taihang.standards import ndrc_650

_STEPS_PER_HOUR: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one project would see in a year."""

    candidate: Candidate
    use: HourlyUse
    """Its load and the green energy matched with it, hour by hour."""
    score: CfeScore
    line_wh: int
    """Green energy over a dedicated line [Wh]."""
    shared_wh: int
    """Green energy over the shared network, from plants or storage [Wh]."""
    peak_kw: int
    """Greatest mean power of an interval [kW]."""
    price: OfferPrice | Unpriced
    products: tuple[ProductEffect, ...]
    avoided_t: Fraction | None
    """Emissions of its green energy at the residual factor [tCO2/a]; None without a factor."""

    @property
    def load_wh(self) -> int:
        """Electricity of the year [Wh]."""
        return self.score.load_wh

    @property
    def green_ratio(self) -> Fraction:
        """Green energy over load, matched interval by interval; also its hourly score [1]."""
        return self.score.contracted_ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkEffect:
    """What projects would do to the park; of its users only sums are told."""

    before: ndrc_650.Ratios650
    after: ndrc_650.Ratios650
    n_others: int
    others_load_wh: int
    others_before_wh: int
    """Green energy of all present users together, without the projects [Wh]."""
    others_after_wh: int
    """The same with them [Wh]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """One or several projects, joined at once."""

    label: str
    """The past year."""
    rule: str
    """Name of the matching rule."""
    each: tuple[Offer, ...]
    park: ParkEffect
    local_hours: tuple[tuple[str, int], ...]
    knows_holidays: bool
    """Whether shift patterns could take out the public holidays of that year."""


def offers(projects: Sequence[Candidate], *, plans: LoadPlans, label: str, ports: Ports) -> Offers:
    """Say what projects would have seen in a past settled year, all of them joined at once.

    Args:
        projects: The projects.
        plans: Shapes and profiles that their loads are made from.
        label: The year, wholly settled.
        ports: The outside world.

    Raises:
        UnsettledMonthError: If the year is not wholly settled with the present park file.
        CandidatePlaceError: If a project does not fit into the park file.
        CandidateLoadError: If a project would draw more than its transformers bear.
    """
    period = year(label, ports.park.zone)
    # 1. What each would have drawn.
    loads = {
        each.id: candidate_wh(each, plans=plans, period=period, park=ports.park)
        for each in projects
    }
    # 2. Who would have got which green energy, without and with them.
    joined = with_projects(projects, loads, period=period, ports=ports)
    before, after = shares_of(period, ports=ports), shares_of(period, ports=joined)
    # 3. What each would have paid, and what a tonne of product would carry.
    prices = offer_prices([each.id for each in projects], label, ports=joined)
    factors = factors_of(label, ports=ports)
    # 4. What that does to the park.
    return Offers(
        label=label,
        rule=after.rule,
        each=tuple(_offer(each, after, prices[each.id], factors) for each in projects),
        park=_park_effect(before, after, projects, ports=ports, joined=joined),
        local_hours=tuple(local_hours(period, ports.park)),
        knows_holidays=knows_holidays(period, ports.park),
    )


def _offer(
    candidate: Candidate, after: Matched, price: OfferPrice | Unpriced, factors: CarbonFactors
) -> Offer:
    row = after.users.index(candidate.id)
    load_wh = after.load_wh[row]
    line_wh = after.matching.received_wh(RouteKind.LINE)[row]
    green_wh = after.matching.received_wh(*SERVING)[row]
    hours_wh = hourly_wh(load_wh)
    use = HourlyUse(
        load_wh=hours_wh,
        matched_wh=hourly_wh(green_wh),
        known=np.ones(len(hours_wh), np.bool_),
        surplus_wh=0,
    )
    score = score_of(use, grid_cfe_ratio=None)
    if score is None:
        raise AssertionError(f"{candidate.id} draws nothing: its file asks for energy above 0")
    products = product_effects(
        candidate.products.values(),
        line_ratio=Fraction(int(line_wh.sum()), score.load_wh),
        green_ratio=score.contracted_ratio,
        factors=factors,
    )
    return Offer(
        candidate=candidate,
        use=use,
        score=score,
        line_wh=int(line_wh.sum()),
        shared_wh=int((green_wh - line_wh).sum()),
        peak_kw=int(load_wh.max()) * _STEPS_PER_HOUR // 1_000,
        price=price,
        products=products,
        avoided_t=avoided_t(int(green_wh.sum()), factors),
    )


# -- the park ------------------------------------------------------------------------------------


def _park_effect(
    before: Matched,
    after: Matched,
    projects: Sequence[Candidate],
    *,
    ports: Ports,
    joined: Ports,
) -> ParkEffect:
    period = after.period
    own = [after.users.index(each.id) for each in projects]
    with_all = after.matching.received_wh(*SERVING).sum(axis=1)
    on = local_last_day(period, ports.park)
    return ParkEffect(
        before=judged(project_energy(period, ports=ports), on=on, ports=ports),
        after=judged(project_energy(period, ports=joined), on=on, ports=ports),
        n_others=len(before.users),
        others_load_wh=int(before.load_wh.sum()),
        others_before_wh=int(before.matching.received_wh(*SERVING).sum()),
        others_after_wh=int(with_all.sum() - with_all[own].sum()),
    )
