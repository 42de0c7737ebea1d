"""Hourly scores of a month or year: how green the electricity was in the very hour of its use.

24/7 score with and without the mix of the grid, the old claim by volume, and emissions hour by
hour; for each user, each product, and the park. See docs/scores.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

import numpy as np

from taihang.core.activity.amount import Unknown
from taihang.core.carbon.cfe import CfeScore
from taihang.core.carbon.hourly_score import HourlyUse, score_of
from taihang.core.carbon.scope2 import (
    Instrument,
    IntervalClaim,
    interval_market_based,
    location_based,
)
from taihang.core.facts import Fact, FactOutOfForceError
from taihang.core.park.park import PARK_SUBJECT, Park
from taihang.core.periods import Period, month, year
from taihang.core.product.process import printed
from taihang.core.quantities import EXACT
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.statement import fact_document
from taihang.services.account import ACCOUNT_FORMAT, Draft, grid_factor
from taihang.services.carbon_account import gap_document, non_fossil, plain, tonnes
from taihang.services.carbon_inputs import Gap
from taihang.services.hourly_use import ParkHours, grid_shares, park_hours
from taihang.services.ports import Ports
from taihang.standards import mee_grid_factors

KIND: Final = "cfe"
RULE: Final = "hourly-cfe/v1"
GRID_CFE: Final = "grid.carbon-free-share"
"""Code of a published yearly share of the grid; none is held so far."""
DIGITS: Final = 6
"""Decimals of a score in a statement."""
_HOURS_A_DAY: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class GridMix:
    """The carbon-free share of the grid, or why there is none."""

    shares: Sequence[Decimal | None] | None
    """One for each hour [1]; None where nobody published any."""
    basis: str
    """Id of the declared series, or key of the fact; empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One subject over a period."""

    subject: str
    use: HourlyUse
    share_ratio: Fraction
    """Part of the user's electricity that the subject is: 1 but for products [1]."""
    score: CfeScore | None
    """None where no known hour has a load."""
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The scores of a period and the hours behind them."""

    label: str
    hours: ParkHours
    mix: GridMix
    each: tuple[Scored, ...]
    """The park, then users, then products."""

    def of(self, subject: str) -> Scored:
        """Return the score of one subject that was asked for."""
        return next(one for one in self.each if one.subject == subject)


def subjects_of(park: Park) -> tuple[str, ...]:
    """Return whose scores can be asked for: the park, its users, its products."""
    return (PARK_SUBJECT, *park.users, *park.carbon.products)


def scores(label: str, *, ports: Ports, subjects: Iterable[str] | None = None) -> Scores:
    """Score a month or year.

    Args:
        label: For example ``2026``, or ``2026-08``.
        ports: The outside world.
        subjects: Only these; None for all.
    """
    # 1. The settled hours, and the mix of the grid.
    period = _period(label, ports.park)
    hours = park_hours(period, ports=ports)
    mix = _grid_mix(period, hours, ports)
    # 2. Each subject for itself.
    wanted = subjects_of(ports.park) if subjects is None else tuple(subjects)
    each = tuple(_scored(name, hours, mix, ports.park) for name in wanted)
    return Scores(label=label, hours=hours, mix=mix, each=each)


def drafts(label: str, *, ports: Ports, subjects: Iterable[str] | None = None) -> list[Draft]:
    """Draw up the scores of a month or year as statements; changes nothing.

    Args:
        label: For example ``2026``, or ``2026-08``.
        ports: The outside world.
        subjects: Only these; None for all of which any hour is known.

    Returns:
        One draft ``cfe.{subject}.{period}`` each.
    """
    return drafts_of(scores(label, ports=ports, subjects=subjects), ports=ports)


def drafts_of(found: Scores, *, ports: Ports) -> list[Draft]:
    """Draw scores up as statements; a subject of which no hour is known has none."""
    factors = _Factors.of(found.label, ports)
    return [
        Draft(KIND, one.subject, found.label, _body(one, found, factors, ports))
        for one in found.each
        if one.score is not None
    ]


def _period(label: str, park: Park) -> Period:
    return month(label, park.zone) if "-" in label else year(label, park.zone)


def _grid_mix(period: Period, hours: ParkHours, ports: Ports) -> GridMix:
    """Return the declared series, else the published share of the year, else nothing."""
    shares = grid_shares(period, ports=ports)
    if shares is not None and ports.park.scores is not None:
        return GridMix(shares=shares, basis=ports.park.scores.grid_cfe_series)
    region, last = ports.park.accounting.location_region, hours.local_hours[-1][0]
    try:
        fact = ports.facts.of_data_year(GRID_CFE, data_year=int(last[:4]), region=region)
    except FactOutOfForceError:
        return GridMix(shares=None, basis="")
    return GridMix(shares=(fact.value,) * hours.n_hours, basis=fact.key)


def _scored(subject: str, hours: ParkHours, mix: GridMix, park: Park) -> Scored:
    share_ratio, of = Fraction(1), subject
    if subject in park.carbon.products:
        process = park.carbon.processes[park.carbon.products[subject].process]
        share_ratio, of = Fraction(process.electricity_share_ratio), process.enterprise
    use = hours.use_of(of)
    gaps = list(_hour_gaps(use, hours))
    shares, gap = _shares_for(use, mix)
    if gap is not None:
        gaps.append(gap)
    return Scored(
        subject=subject,
        use=use,
        share_ratio=share_ratio,
        score=score_of(use, grid_cfe_ratio=shares),
        gaps=tuple(gaps),
    )


def _hour_gaps(use: HourlyUse, hours: ParkHours) -> Iterator[Gap]:
    n_missing = int((~use.known).sum())
    if n_missing:
        yield Gap("electricity", Unknown("hours-missing", f"{n_missing}"))
    n_withheld = int((use.known & hours.withheld).sum())
    if n_withheld:
        yield Gap("electricity", Unknown("hours-withheld", f"{n_withheld}"))


def _shares_for(use: HourlyUse, mix: GridMix) -> tuple[list[Decimal] | None, Gap | None]:
    """Return the shares of the grid, where every hour that is scored has one."""
    if mix.shares is None:
        return None, Gap("grid-mix", Unknown("no-grid-share", GRID_CFE))
    lacking = [hour for hour in np.flatnonzero(use.known).tolist() if mix.shares[hour] is None]
    if lacking:
        return None, Gap("grid-mix", Unknown("grid-hours-missing", f"{mix.basis}: {len(lacking)}"))
    # An hour that is not scored asks for no share.
    return [share if share is not None else Decimal(0) for share in mix.shares], None


# -- emissions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Factors:
    """Grid factors of the year; None where one is not in force, with the gap."""

    location: Fact | None
    residual: Fact | None
    zero: Fact | None
    gaps: tuple[Gap, ...]

    @classmethod
    def of(cls, label: str, ports: Ports) -> "_Factors":
        accounting, whole = ports.park.accounting, year(label[:4], ports.park.zone)
        gaps: list[Gap] = []
        found: dict[str, Fact | None] = {}
        asked = {
            "location": (mee_grid_factors.AVERAGE, accounting.location_region),
            "residual": (accounting.residual_factor, mee_grid_factors.NATION),
        }
        for name, (code, region) in asked.items():
            try:
                found[name] = grid_factor(ports, code=code, region=region, period=whole)
            except FactOutOfForceError as error:
                found[name] = None
                gaps.append(Gap(f"electricity {name}", Unknown("no-factor", error.given)))
        zero = non_fossil(label[:4], ports=ports)
        return cls(
            location=found["location"], residual=found["residual"], zero=zero, gaps=tuple(gaps)
        )

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(each for each in (self.location, self.residual, self.zero) if each)


def _emissions(one: Scored, factors: _Factors) -> dict[str, JsonValue]:
    """Return emissions hour by hour by contract, and by place for comparison [tCO2]."""
    use, location_t, market_t = one.use, None, None
    load_wh = use.load_wh[use.known]
    if factors.location is not None:
        view = location_based(int(load_wh.sum()), factor=factors.location)
        location_t = _part(view.kg_co2e, one)
    if factors.residual is not None and factors.zero is not None:
        claim = IntervalClaim(
            instrument=Instrument.CONTRACT,
            label="matched",
            wh=use.matched_wh[use.known],
            factor=factors.zero,
        )
        view = interval_market_based(load_wh, claims=[claim], residual=factors.residual)
        market_t = _part(view.kg_co2e, one)
    return {"market_hourly_t": market_t, "location_t": location_t}


def _part(kg: Decimal, one: Scored) -> str:
    share = one.share_ratio
    with localcontext(EXACT):
        return tonnes(kg * share.numerator / share.denominator)


# -- the statement -------------------------------------------------------------------------------


def _body(one: Scored, found: Scores, factors: _Factors, ports: Ports) -> dict[str, JsonValue]:
    score, use = one.score, one.use
    gaps = [*one.gaps, *factors.gaps]
    energies: dict[str, JsonValue] = {
        "load_wh": _share_wh(use.load_wh.sum(), one),
        "matched_wh": _share_wh(use.matched_wh.sum(), one),
        "surplus_wh": _share_wh(use.surplus_wh, one),
        "hours_missing": int((~use.known).sum()),
        "hours_withheld": int((use.known & found.hours.withheld).sum()),
    }
    return {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        "value": None if score is None else _ratio(score.contracted_ratio),
        "unit": "1",
        "with_grid_ratio": None if score is None else _ratio(score.with_grid_ratio),
        "volumetric_ratio": None if score is None else _ratio(score.volumetric_ratio),
        **energies,
        "hours": found.hours.n_hours,
        "share_ratio": plain(Decimal(one.share_ratio.numerator) / one.share_ratio.denominator),
        "grid_basis": found.mix.basis,
        **_emissions(one, factors),
        "profile": profile_document(one, found),
        "factors": [fact_document(fact) for fact in factors.facts],
        "inputs": {**energies, "grid_basis": found.mix.basis},
        "not_assessed": [gap_document(gap) for gap in gaps],
        "code_version": ports.version,
    }


def _share_wh(wh: int | np.int64, one: Scored) -> int:
    return round(int(wh) * one.share_ratio)


def _ratio(ratio: Fraction | None) -> str | None:
    return None if ratio is None else plain(printed(ratio, DIGITS))


def profile_document(one: Scored, found: Scores) -> list[JsonValue]:
    """Return load and matched energy of each hour of the day, month by month [Wh].

    Hours that are not known are in neither, and their number stands beside.
    """
    months = dict.fromkeys(day[:7] for day, _ in found.hours.local_hours)
    place = {name: row for row, name in enumerate(months)}
    at = np.array([[place[day[:7]], hour] for day, hour in found.hours.local_hours]).T
    sums = np.zeros((3, len(months), _HOURS_A_DAY), np.int64)
    for row, values in enumerate((one.use.load_wh, one.use.matched_wh, ~one.use.known)):
        np.add.at(sums[row], (at[0], at[1]), values)
    return [
        {
            "local_month": name,
            "local_hour": hour,
            "load_wh": _share_wh(sums[0, row, hour], one),
            "matched_wh": _share_wh(sums[1, row, hour], one),
            "hours_missing": int(sums[2, row, hour]),
        }
        for name, row in place.items()
        for hour in range(_HOURS_A_DAY)
    ]
