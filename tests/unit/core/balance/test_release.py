"""What batteries release serves the load that is left, and no more than they gave."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.balance.matching import RouteKind, Share
from taihang.core.balance.network import Network
from taihang.core.balance.release import Release, match_release
from taihang.core.balance.topology import Layout, match_topology
from taihang.core.park.matching_rule import LossRule
from topologies import RULE, Case, Energies, cases, ground_of


@st.composite
def released(draw: st.DrawFn) -> tuple[Case, list[Release], tuple[Share, ...]]:
    """A park whose batteries gave what its ground says, of any origin."""
    case = draw(cases().filter(lambda found: len(found.ground.charge_wh) > 0))
    n_plants, n = case.ground.generation_wh.shape
    n_batteries = len(case.ground.charge_wh)
    releases: list[Release] = []
    left_wh = np.where(case.ground.closed, case.ground.discharged_wh, 0)
    for number in range(n_batteries):
        gave = left_wh if number == n_batteries - 1 else left_wh // 2
        left_wh = left_wh - gave
        green = gave * draw(st.integers(0, 4)) // 4
        parts = [green // n_plants] * (n_plants - 1)
        rows = np.array([*parts, green - sum(parts)], np.int64).reshape(n_plants, n)
        releases.append(Release(f"B{number}", rows, gave - green))
    shares = match_release(releases, case.match(), rule=case.rule, network=case.layout.network)
    return case, releases, shares


def given_by(shares: tuple[Share, ...], battery: str, like: Energies) -> Energies:
    wh = np.zeros_like(like)
    for share in shares:
        if share.route.id == battery:
            wh[list(share.plants)] += share.given_wh
    return wh


@given(released())
def test_match_release__gives_no_more_than_was_released_of_each_plant(
    made: tuple[Case, list[Release], tuple[Share, ...]],
) -> None:
    _, releases, shares = made

    for each in releases:
        given_wh = given_by(shares, each.battery, each.green_wh)
        assert (given_wh >= 0).all()
        assert (given_wh <= each.green_wh).all()
    for share in shares:
        assert share.route.kind is RouteKind.STORAGE
        assert share.given_wh.sum(axis=0).tolist() == share.received_wh.sum(axis=0).tolist()


@given(released())
def test_match_release__serves_only_load_that_plants_left(
    made: tuple[Case, list[Release], tuple[Share, ...]],
) -> None:
    case, _, shares = made

    served_wh = case.match().matching.load_wh
    for share in shares:
        served_wh[list(share.takers)] += share.received_wh
    assert (served_wh <= case.ground.load_wh).all()


@given(released())
def test_match_release__passes_no_transformer_beyond_its_limit(
    made: tuple[Case, list[Release], tuple[Share, ...]],
) -> None:
    case, _, shares = made
    left, network = case.match().left, case.layout.network
    n_users = len(case.ground.load_wh)

    for node in range(len(network.limits_wh)):
        n = case.ground.load_wh.shape[1]
        out_wh, in_wh = np.zeros(n, np.int64), np.zeros(n, np.int64)
        for share in shares:
            battery = int(share.route.id.removeprefix("B"))
            is_here = network.takers[n_users + battery] == node
            to_here = np.array([network.takers[row] == node for row in share.takers])
            out_wh += is_here * share.received_wh[~to_here].sum(axis=0)
            in_wh += (not is_here) * share.received_wh[to_here].sum(axis=0)
        assert (out_wh <= left.leaving_wh[node]).all()
        assert (in_wh <= left.entering_wh[node]).all()


def one(*values: int) -> Energies:
    return np.array([[value] for value in values], np.int64)


def test_match_release__serves_its_own_feeder_first_and_bears_its_losses() -> None:
    network = Network(("F1", "F2"), (1_000, 1_000), (0,), (0, 1, 1))
    layout = Layout((), (), network, "G1")
    # 100 are discharged on the second feeder and 20 of 200 are lost; 180 are used.
    ground = ground_of(
        one(0),
        one(120, 60),
        charge_wh=one(0),
        discharged_wh=np.array([100]),
        losses_wh=np.array([20]),
    )
    assert ground.imported_wh.tolist() == [100]
    rule = replace(RULE, losses=LossRule.PRO_RATA)

    own, *_, across = match_release(
        [Release("B0", one(80), np.array([20]))],
        match_topology(ground, rule=rule, layout=layout),
        rule=rule,
        network=network,
    )

    # Of 80 green Wh 8 are lost; the neighbour takes 60 and 12 go on.
    assert own.received_wh.tolist() == [[60]]
    assert across.received_wh.sum(axis=1).tolist() == [12, 0]


def test_match_release__keeps_back_what_batteries_fed_into_the_grid() -> None:
    network = Network((), (), (0,), (0, 0))
    ground = ground_of(
        one(0),
        one(50),
        charge_wh=one(0),
        discharged_wh=np.array([40]),
        both_ways_wh=np.array([30]),
    )
    direct = match_topology(ground, rule=RULE, layout=Layout((), (), network, "G1"))

    shares = match_release(
        [Release("B0", one(40), np.array([0]))], direct, rule=RULE, network=network
    )

    assert sum(int(share.received_wh.sum()) for share in shares) == 10
