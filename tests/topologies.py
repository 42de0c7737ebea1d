"""Random parks for laws of matching: energies that balance, lines, feeders, contracts."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.core.balance.matching import Line, RouteKind, Share
from taihang.core.balance.network import Network
from taihang.core.balance.topology import Contract, Direct, Ground, Layout, match_topology
from taihang.core.balance.tracing import trace_pairs
from taihang.core.park.matching_rule import (
    LossRule,
    MatchingRule,
    MatchingStep,
    RuleName,
    StorageCharge,
    StorageOrigin,
)

Energies = NDArray[np.int64]
WH = st.one_of(st.integers(0, 12), st.integers(0, 3_000_000))
RULE = MatchingRule(
    id="R2",
    since=date(2026, 1, 1),
    rule=RuleName.TOPOLOGY_CONTRACT,
    steps=tuple(MatchingStep),
    feeder_limits=True,
    losses=LossRule.PRO_RATA,
    storage_charge=StorageCharge.AFTER_LOAD,
    storage_origin=StorageOrigin.FIFO,
    source="test",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A small park under the second rule."""

    ground: Ground
    rule: MatchingRule
    layout: Layout

    def match(self) -> Direct:
        return match_topology(self.ground, rule=self.rule, layout=self.layout)

    def unlimited(self) -> "Case":
        """The same park with transformers that nobody looks at."""
        return self.in_park(network=replace(self.layout.network, limits_wh=()))

    def in_park(
        self,
        *,
        network: Network | None = None,
        contracts: tuple[Contract, ...] | None = None,
        lines: tuple[Line, ...] | None = None,
    ) -> "Case":
        """The same energies in another park."""
        was = self.layout
        layout = replace(
            was,
            network=was.network if network is None else network,
            contracts=was.contracts if contracts is None else contracts,
            lines=was.lines if lines is None else lines,
        )
        return replace(self, layout=layout)


def ground_of(
    generation_wh: Energies,
    load_wh: Energies,
    *,
    charge_wh: Energies | None = None,
    discharged_wh: Energies | None = None,
    losses_wh: Energies | None = None,
    both_ways_wh: Energies | None = None,
    unclaimed_wh: Energies | None = None,
) -> Ground:
    """Energies whose balance closes: import and export follow."""
    n = load_wh.shape[1]
    nothing = np.zeros(n, np.int64)
    charge_wh = np.zeros((0, n), np.int64) if charge_wh is None else charge_wh
    discharged_wh = nothing if discharged_wh is None else discharged_wh
    losses_wh = nothing if losses_wh is None else losses_wh
    both_ways_wh = nothing if both_ways_wh is None else both_ways_wh
    unclaimed_wh = nothing if unclaimed_wh is None else unclaimed_wh
    drawn_wh = load_wh.sum(axis=0) + charge_wh.sum(axis=0) + losses_wh
    net_wh = drawn_wh - generation_wh.sum(axis=0) - unclaimed_wh - discharged_wh
    return Ground(
        generation_wh=generation_wh,
        unclaimed_wh=unclaimed_wh,
        load_wh=load_wh,
        charge_wh=charge_wh,
        imported_wh=np.maximum(net_wh, 0) + both_ways_wh,
        exported_wh=np.maximum(-net_wh, 0) + both_ways_wh,
        discharged_wh=discharged_wh,
        losses_wh=losses_wh,
        closed=np.ones_like(net_wh, np.bool_),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    n_plants, n_users, n = (draw(st.integers(1, top)) for top in (4, 5, 3))
    n_batteries, n_feeders = draw(st.integers(0, 2)), draw(st.integers(0, 3))

    def matrix(n_rows: int) -> Energies:
        rows = st.lists(WH, min_size=n, max_size=n)
        drawn = draw(st.lists(rows, min_size=n_rows, max_size=n_rows))
        return np.array(drawn, np.int64).reshape(n_rows, n)

    def subset(n_rows: int) -> st.SearchStrategy[tuple[int, ...]]:
        rows = st.sets(st.integers(0, n_rows - 1), min_size=1)
        return rows.map(lambda found: tuple(sorted(found)))

    nodes = st.integers(0, n_feeders)
    line = st.builds(
        Line,
        id=st.just("DL"),
        plants=subset(n_plants),
        users=subset(n_users),
        limit_wh=WH,
    )
    n_contracts = draw(st.integers(0, 5))
    contracts = [
        Contract(
            f"C{number}",
            draw(st.integers(0, n_plants - 1)),
            draw(subset(n_users)),
            draw(st.sampled_from([None, 1, 2])),
            draw(st.sampled_from([None, None, Decimal("0.2"), Decimal("0.125")])),
        )
        for number in range(n_contracts)
    ]
    discharged = matrix(1)[0] if n_batteries else None
    return Case(
        ground=replace(
            ground_of(
                matrix(n_plants),
                matrix(n_users),
                charge_wh=matrix(n_batteries),
                discharged_wh=discharged,
                losses_wh=matrix(1)[0] // draw(st.integers(1, 9)),
                both_ways_wh=matrix(1)[0] * draw(st.integers(0, 1)),
                unclaimed_wh=matrix(1)[0] * draw(st.integers(0, 1)),
            ),
            closed=np.array(
                draw(st.lists(st.sampled_from([True, True, False]), min_size=n, max_size=n))
            ),
        ),
        rule=replace(
            RULE,
            losses=draw(st.sampled_from([*LossRule])),
            storage_charge=draw(st.sampled_from([*StorageCharge])),
        ),
        layout=Layout(
            tuple(draw(st.lists(line, max_size=2))),
            tuple(contracts),
            Network(
                tuple(f"F{number}" for number in range(n_feeders)),
                tuple(draw(st.lists(WH, min_size=n_feeders, max_size=n_feeders))),
                tuple(draw(st.lists(nodes, min_size=n_plants, max_size=n_plants))),
                tuple(
                    draw(
                        st.lists(
                            nodes,
                            min_size=n_users + n_batteries,
                            max_size=n_users + n_batteries,
                        )
                    )
                ),
            ),
            "G1",
        ),
    )


def crossing_wh(shares: tuple[Share, ...], case: Case, *, node: int) -> tuple[Energies, Energies]:
    """What leaves and what enters a feeder over all steps but lines, pair by pair. [Wh]."""
    network, n_users = case.layout.network, len(case.ground.load_wh)
    n = case.ground.load_wh.shape[1]
    out_wh, in_wh = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for share in shares:
        if share.route.kind in {RouteKind.LINE, RouteKind.FEED_IN, RouteKind.STORAGE}:
            continue
        first = n_users if share.route.kind is RouteKind.CHARGE else 0
        takers = [row + first for row in share.takers]
        pairs_wh = trace_pairs(share.given_wh, share.received_wh)
        from_here = np.array([network.plants[row] == node for row in share.plants])
        to_here = np.array([network.takers[row] == node for row in takers])
        out_wh += pairs_wh[from_here][:, ~to_here].sum(axis=(0, 1))
        in_wh += pairs_wh[~from_here][:, to_here].sum(axis=(0, 1))
    return out_wh, in_wh
