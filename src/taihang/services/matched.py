"""Who got which green energy in a settled period, step by step.

The lake keeps what every plant gave and every user received; over which line, contract or feeder it
went follows from settled intervals and park.toml, and is worked out again here. Bills, certificates
and traces all take it from this one place.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import DIRECT, Matching, RouteKind, Share
from taihang.core.park.topology import Direction
from taihang.core.periods import Period
from taihang.services.account import read_matching
from taihang.services.match_period import Tracked, match_period, rule_name
from taihang.services.matching_rows import lots_of
from taihang.services.period_energies import PeriodEnergies, energies_of_rows, metered_nodes
from taihang.services.ports import Ports


@dataclass(frozen=True, slots=True)
class Matched:
    """The matching of a settled period; rows of its shares are rows of the ids here."""

    period: Period
    rule: str
    """Name of the matching rule; of several, all of them in order."""
    plants: tuple[str, ...]
    users: tuple[str, ...]
    batteries: tuple[str, ...]
    matching: Matching
    load_wh: NDArray[np.int64]
    """Usable load of each user, shape (n_users, n). [Wh]"""
    quality: NDArray[np.uint8]
    """Quality of each user's load, shape (n_users, n)."""
    generated_wh: NDArray[np.int64]
    """Usable net generation of each plant, claimed or not, shape (n_plants, n). [Wh]"""
    energies: PeriodEnergies
    tracked: tuple[Tracked, ...]
    """What batteries remember; none where nothing is traced."""

    @property
    def shares(self) -> tuple[Share, ...]:
        """The steps of the matching, in the order served."""
        return self.matching.shares


def shares_of(period: Period, *, ports: Ports) -> Matched:
    """Return the matching of a settled period again, step by step.

    Args:
        period: Whole settlement intervals, all of them settled.
        ports: The outside world.

    Returns:
        Every step, with the ids that its rows stand for.

    Raises:
        UnsettledMonthError: If not all of the period was settled with this park file.
    """
    energies = energies_of_rows(period, read_matching(period, ports=ports), ports=ports)
    opening = lots_of(period.start_s, ports=ports)
    found = match_period(energies, park=ports.park, opening=opening)
    return Matched(
        period=period,
        rule=rule_name(period, ports.park),
        plants=energies.plants.ids,
        users=energies.users.ids,
        batteries=energies.charge.ids,
        matching=found.matching,
        load_wh=energies.users.usable_wh,
        quality=energies.users.quality,
        generated_wh=energies.plants.usable_wh,
        energies=energies,
        tracked=found.tracked,
    )


def plant_states(matched: Matched, *, ports: Ports) -> Mapping[str, NDArray[np.int64]]:
    """Return where each watt-hour of each plant is, by state, shape (n_plants, n) each [Wh].

    The states sum to what was generated and what was curtailed, in every interval:

    - ``matched``: used in the park in the interval of its generation;
    - ``charged``: gone into a battery;
    - ``fed-in``: gone into the public grid;
    - ``lost``: taken by the network;
    - ``curtailed``: could have been generated and was not;
    - ``unclaimed``: in no claim: not measured, held by a rule, or held back by a limit;
    - ``unassigned``: of an interval whose balance is open.

    Args:
        matched: The matching of a settled period.
        ports: The outside world.
    """
    matching, closed = matched.matching, matched.energies.closed
    states = {
        "matched": matching.given_wh(*DIRECT),
        "charged": matching.given_wh(RouteKind.CHARGE),
        "fed-in": matching.given_wh(RouteKind.FEED_IN),
        "lost": matching.lost_wh,
    }
    rest_wh = np.maximum(matched.generated_wh, 0) - sum(states.values())
    cut = metered_nodes(Direction.CURTAILMENT, matched.plants, period=matched.period, ports=ports)
    return {
        **states,
        "curtailed": cut.usable_wh,
        "unclaimed": np.where(closed, rest_wh, 0),
        "unassigned": np.where(closed, 0, rest_wh),
    }
