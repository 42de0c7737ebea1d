"""Laws of the matching rule topology-contract/v2, in integer Wh, over random topologies."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import topologies
from taihang.core.balance.matching import (
    DIRECT,
    Line,
    NegativeFlowError,
    RouteKind,
    match_green,
)
from taihang.core.balance.network import Network
from taihang.core.balance.topology import Contract, Layout, contract_groups, match_topology
from taihang.core.park.matching_rule import LossRule, MatchingStep, StorageCharge
from topologies import RULE, Case, Energies, cases, crossing_wh, ground_of

INSIDE = (RouteKind.CONTRACT, RouteKind.FEEDER, RouteKind.POOL, RouteKind.CHARGE)
OPEN = Layout((), (), Network((), (), (0,) * 9, (0,) * 9), "G1")


def one(*values: int) -> Energies:
    """One interval of several rows."""
    return np.array([[value] for value in values], np.int64)


def charged_wh(case: Case) -> Energies:
    wh = np.zeros_like(case.ground.charge_wh)
    for share in case.match().matching.shares:
        if share.route.kind is RouteKind.CHARGE:
            wh[list(share.takers)] += share.received_wh
    return wh


# -- conservation --------------------------------------------------------------------------------


@given(cases())
def test_match_topology__each_step_gives_what_is_received(case: Case) -> None:
    for share in case.match().matching.shares:
        assert (share.given_wh >= 0).all()
        assert (share.received_wh >= 0).all()
        if share.route.kind is not RouteKind.FEED_IN:
            assert share.given_wh.sum(axis=0).tolist() == share.received_wh.sum(axis=0).tolist()


@given(cases())
def test_match_topology__every_watt_hour_of_a_plant_is_in_one_place(case: Case) -> None:
    found = case.match()

    matching = found.matching
    everywhere = matching.given_wh(*RouteKind) + matching.lost_wh + found.left.offered_wh
    offered_wh = np.where(case.ground.closed, case.ground.generation_wh, 0)
    assert everywhere.tolist() == offered_wh.tolist()
    assert (found.left.offered_wh >= 0).all()


@given(cases())
def test_match_topology__no_user_and_no_battery_gets_more_than_it_took(case: Case) -> None:
    found = case.match()

    assert (found.matching.load_wh <= case.ground.load_wh).all()
    assert (charged_wh(case) <= case.ground.charge_wh).all()
    left_wh = np.concatenate([case.ground.load_wh, case.ground.charge_wh])
    left_wh -= np.concatenate([found.matching.load_wh, charged_wh(case)])
    closed = case.ground.closed
    assert left_wh[:, closed].tolist() == found.left.wanted_wh[:, closed].tolist()


@given(cases())
def test_match_topology__gives_nothing_where_the_balance_is_open(case: Case) -> None:
    matching = case.match().matching

    for share in matching.shares:
        assert not share.given_wh[:, ~case.ground.closed].any()
    assert not matching.lost_wh[:, ~case.ground.closed].any()


@given(cases())
def test_match_topology__keeps_back_what_left_the_park(case: Case) -> None:
    matching = case.match().matching

    # Export is of generation first, also where the park draws from the grid at the same time.
    behind_lines_wh = (
        np.where(case.ground.closed, case.ground.generation_wh, 0)
        - matching.given_wh(RouteKind.LINE)
        - matching.lost_wh
    ).sum(axis=0)
    inside_wh = matching.given_wh(*INSIDE).sum(axis=0)
    fed_in_wh = matching.given_wh(RouteKind.FEED_IN).sum(axis=0)
    assert (inside_wh <= np.maximum(behind_lines_wh - case.ground.exported_wh, 0)).all()
    assert (fed_in_wh <= case.ground.exported_wh).all()


@given(cases())
def test_match_topology__of_measured_energy_that_nothing_holds_back_all_is_told(case: Case) -> None:
    free = replace(
        case.unlimited(), ground=replace(case.ground, closed=np.ones_like(case.ground.closed))
    )

    found = free.match()

    assert not found.left.offered_wh.any()


@given(cases())
def test_match_topology__takes_no_more_losses_out_than_there_are(case: Case) -> None:
    matching = case.match().matching

    assert (matching.lost_wh.sum(axis=0) <= case.ground.losses_wh).all()


# -- feeders -------------------------------------------------------------------------------------


@given(cases())
def test_match_topology__no_transformer_carries_more_than_it_can(case: Case) -> None:
    shares = case.match().matching.shares

    for node, limit_wh in enumerate(case.layout.network.limits_wh):
        out_wh, in_wh = crossing_wh(shares, case, node=node)
        assert (out_wh <= limit_wh).all()
        assert (in_wh <= limit_wh).all()


@given(cases())
def test_match_topology__leaves_no_green_energy_beside_load_unless_a_limit_binds(
    case: Case,
) -> None:
    found = case.match()

    matching, left = found.matching, found.left
    fed_in_wh = matching.given_wh(RouteKind.FEED_IN)
    spare_wh = found.left.offered_wh + fed_in_wh
    inside_wh = matching.given_wh(*INSIDE).sum(axis=0)
    budget_wh = spare_wh.sum(axis=0) + inside_wh - case.ground.exported_wh - inside_wh
    network = case.layout.network
    for i in np.flatnonzero(budget_wh > 0).tolist():
        for plant in np.flatnonzero(spare_wh[:, i]).tolist():
            for taker in np.flatnonzero(left.wanted_wh[:, i]).tolist():
                out, into = network.plants[plant], network.takers[taker]
                assert out != into or out == len(network.feeders)
                assert left.leaving_wh[out, i] == 0 or left.entering_wh[into, i] == 0


@given(cases())
def test_match_topology__serves_members_of_a_feeder_below_its_transformer(case: Case) -> None:
    closed = case.in_park(
        network=replace(case.layout.network, limits_wh=(0,) * len(case.layout.network.feeders)),
        lines=(),
        contracts=(),
    )

    for share in closed.match().matching.shares:
        if share.route.kind is RouteKind.FEEDER:
            node = closed.layout.network.feeders.index(share.route.id)
            assert {closed.layout.network.plants[row] for row in share.plants} == {node}
            assert {closed.layout.network.takers[row] for row in share.takers} == {node}


def test_match_topology__a_limit_turns_energy_to_the_neighbours() -> None:
    # Both users have a contract; the second hangs on another feeder, whose transformer lets in 10.
    network = Network(("F1", "F2"), (1_000, 10), (0,), (0, 1))
    layout = Layout((), (Contract("C", 0, (0, 1)),), network, "G1")
    ground = ground_of(one(100), one(100, 100))

    matching = match_topology(ground, rule=RULE, layout=layout).matching

    assert matching.received_wh(RouteKind.CONTRACT).ravel().tolist() == [90, 10]


def test_match_topology__a_dedicated_line_goes_around_the_transformer() -> None:
    network = Network(("F1", "F2"), (0, 0), (0,), (1,))
    layout = Layout((Line("DL", (0,), (0,), 70),), (), network, "G1")

    found = match_topology(ground_of(one(100), one(100)), rule=RULE, layout=layout)

    assert found.matching.received_wh(RouteKind.LINE).tolist() == [[70]]
    assert found.left.offered_wh.tolist() == [[30]], "held back by the transformer, in no claim"


# -- contracts -----------------------------------------------------------------------------------


@given(cases(), st.data())
def test_match_topology__one_to_one_and_one_to_many_give_the_same_totals(
    case: Case, data: st.DataObject
) -> None:
    n_plants, n_users = len(case.ground.generation_wh), len(case.ground.load_wh)
    everybody = tuple(range(n_users))
    many = [Contract(f"M{row}", row, everybody) for row in range(n_plants)]
    buyers = [data.draw(st.integers(0, n_users - 1)) for _ in range(n_plants)]
    ones = [Contract(f"O{row}", row, (buyers[row],)) for row in range(n_plants)]
    free = case.unlimited()

    sides = [free.in_park(contracts=tuple(each)).match().matching for each in (ones, many)]

    for kinds in ((*DIRECT, RouteKind.CHARGE), (RouteKind.FEED_IN,), DIRECT):
        # A contract comes before a battery that stands beside the loads.
        if kinds != DIRECT or case.rule.storage_charge is StorageCharge.AFTER_LOAD:
            one_wh, many_wh = (side.given_wh(*kinds).sum(axis=0) for side in sides)
            assert one_wh.tolist() == many_wh.tolist()


@given(cases())
def test_match_topology__gives_no_contract_more_than_its_share(case: Case) -> None:
    matching = case.match().matching

    behind_wh = np.where(case.ground.closed, case.ground.generation_wh, 0)
    behind_wh = behind_wh - matching.given_wh(RouteKind.LINE) - matching.lost_wh
    by_id = {each.id: each for each in case.layout.contracts}
    given_wh: dict[str, Energies] = {}
    for share in matching.shares:
        if share.route.kind is RouteKind.CONTRACT:
            for name in share.route.id.split("+"):
                ratio = by_id[name].share_ratio
                if ratio is not None and by_id[name].plant in share.plants:
                    row = share.plants.index(by_id[name].plant)
                    before = given_wh.get(name, np.zeros_like(share.given_wh[row]))
                    given_wh[name] = before + share.given_wh[row]
    for name, wh in given_wh.items():
        ratio = by_id[name].share_ratio or Decimal(0)
        entitled = [int(own * ratio) + 1 for own in behind_wh[by_id[name].plant].tolist()]
        assert all(own <= most for own, most in zip(wh.tolist(), entitled, strict=True))


def test_match_topology__serves_the_lower_priority_number_first() -> None:
    contracts = (
        Contract("LATE", 0, (0,), 2),
        Contract("NONE", 0, (1,)),
        Contract("SOON", 0, (2,), 1),
    )
    layout = replace(OPEN, contracts=contracts)

    matching = match_topology(
        ground_of(one(25), one(10, 10, 10)), rule=RULE, layout=layout
    ).matching

    assert matching.received_wh(RouteKind.CONTRACT).ravel().tolist() == [10, 5, 10]
    assert [s.route.id for s in matching.shares if s.route.kind is RouteKind.CONTRACT] == [
        "SOON",
        "LATE",
        "NONE",
    ]


def test_match_topology__shares_a_plant_by_ratio_and_the_rest_by_load() -> None:
    contracts = (
        Contract("A", 0, (0,), 1, Decimal("0.5")),
        Contract("B", 0, (1,), 1, Decimal("0.3")),
        Contract("C", 0, (2, 3), 1),
    )
    layout = replace(OPEN, contracts=contracts)

    matching = match_topology(
        ground_of(one(101), one(90, 90, 30, 90)), rule=RULE, layout=layout
    ).matching

    # 80 of 101 Wh are shared, rounded down: 50 and 30; the rest goes 30 to 90.
    assert matching.received_wh(RouteKind.CONTRACT).ravel().tolist() == [50, 30, 5, 16]


def test_match_topology__shares_of_much_energy_are_shares_of_all_of_it() -> None:
    contracts = (
        Contract("A", 0, (0,), 1, Decimal("0.5")),
        Contract("B", 0, (1,), 1, Decimal("0.25")),
    )
    layout = replace(OPEN, contracts=contracts)
    ground = ground_of(one(4_000_002), one(9_000_000, 9_000_000))

    matching = match_topology(ground, rule=RULE, layout=layout).matching

    assert matching.received_wh(RouteKind.CONTRACT).ravel().tolist() == [2_000_001, 1_000_000]


def test_match_topology__a_plant_serves_its_contracts_without_share_by_load() -> None:
    layout = replace(OPEN, contracts=(Contract("A", 0, (0,)), Contract("B", 0, (1,))))

    matching = match_topology(ground_of(one(10), one(10, 30)), rule=RULE, layout=layout).matching

    assert matching.received_wh(RouteKind.CONTRACT).ravel().tolist() == [3, 7]


def test_contract_groups__of_one_plant_with_the_same_buyers_twice_are_two() -> None:
    twice = [
        Contract("A", 0, (0, 1), 1, Decimal("0.2")),
        Contract("B", 0, (1, 0), 1, Decimal("0.2")),
    ]

    groups = contract_groups(twice)

    assert [group.id for group in groups] == ["A", "B"]
    assert all(group.plants == (0,) for group in groups)


@given(cases())
def test_contract_groups__hold_each_contract_once(case: Case) -> None:
    groups = contract_groups(case.layout.contracts)

    names = [each.id for group in groups for each in group.contracts]
    assert sorted(names) == sorted(each.id for each in case.layout.contracts)
    for group in groups:
        assert len(set(group.plants)) == len(group.plants)
        if group.is_shared:
            assert len(group.contracts) == len(group.plants)


# -- losses, storage, grid -----------------------------------------------------------------------


def test_match_topology__losses_come_from_every_source_or_from_the_grid_first() -> None:
    # 60 of a plant and 60 of the grid for a load of 100; 20 are lost.
    ground = ground_of(one(60), one(100), losses_wh=np.array([20]))
    assert ground.imported_wh.tolist() == [60]

    lost_wh = {
        losses: match_topology(ground, rule=replace(RULE, losses=losses), layout=OPEN)
        for losses in LossRule
    }

    assert lost_wh[LossRule.PRO_RATA].matching.lost_wh.tolist() == [[10]]
    assert lost_wh[LossRule.PRO_RATA].matching.load_wh.tolist() == [[50]]
    assert lost_wh[LossRule.GRID_FIRST].matching.lost_wh.tolist() == [[0]]
    assert lost_wh[LossRule.GRID_FIRST].matching.load_wh.tolist() == [[60]]


def test_match_topology__a_battery_comes_after_load_or_beside_it() -> None:
    ground = ground_of(one(90), one(60), charge_wh=one(120))
    kinds = (RouteKind.POOL, RouteKind.CHARGE)

    given_wh = [
        [
            int(
                match_topology(ground, rule=replace(RULE, storage_charge=when), layout=OPEN)
                .matching.given_wh(kind)
                .sum()
            )
            for kind in kinds
        ]
        for when in StorageCharge
    ]

    assert given_wh == [[60, 30], [30, 60]]


def test_match_topology__what_was_exported_while_importing_is_not_claimed_inside() -> None:
    ground = ground_of(one(100), one(150), both_ways_wh=np.array([20]))
    assert (ground.imported_wh.tolist(), ground.exported_wh.tolist()) == ([70], [20])

    matching = match_topology(ground, rule=RULE, layout=OPEN).matching

    assert matching.load_wh.tolist() == [[80]]
    assert matching.given_wh(RouteKind.FEED_IN).tolist() == [[20]]


@given(cases())
def test_match_topology__without_feeders_contracts_and_losses_is_the_first_rule(case: Case) -> None:
    bare = ground_of(case.ground.generation_wh, case.ground.load_wh)
    layout = replace(OPEN, lines=case.layout.lines)
    rule = replace(case.rule, steps=(MatchingStep.LINE, MatchingStep.POOL), feeder_limits=False)

    matching = match_topology(bare, rule=rule, layout=layout).matching
    first = match_green(bare.generation_wh, bare.load_wh, lines=case.layout.lines)

    assert matching.load_wh.tolist() == first.load_wh.tolist()
    assert matching.generation_wh.tolist() == first.generation_wh.tolist()


# -- order ---------------------------------------------------------------------------------------


@given(cases(), st.data())
def test_match_topology__intervals_do_not_know_each_other(case: Case, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(case.ground.load_wh.shape[1])))
    columns = np.array(order)
    names = case.ground.__slots__
    shuffled = type(case.ground)(*(getattr(case.ground, name)[..., columns] for name in names))

    found, again = case.match(), replace(case, ground=shuffled).match()

    for own, other in zip(found.matching.shares, again.matching.shares, strict=True):
        assert own.route == other.route
        assert own.given_wh[:, columns].tolist() == other.given_wh.tolist()
        assert own.received_wh[:, columns].tolist() == other.received_wh.tolist()


@given(cases(), st.data())
def test_match_topology__order_of_rows_decides_over_no_total(
    case: Case, data: st.DataObject
) -> None:
    """Promised without lines and contracts: what each feeder and the park use stays the same."""
    bare = case.in_park(lines=(), contracts=())
    rows = data.draw(st.permutations(range(len(case.ground.load_wh))))
    n_users, network = len(rows), case.layout.network
    batteries = network.takers[n_users:]
    other = replace(
        bare.in_park(
            network=replace(network, takers=(*(network.takers[row] for row in rows), *batteries))
        ),
        ground=replace(case.ground, load_wh=case.ground.load_wh[list(rows)]),
    )

    for kind in (RouteKind.FEEDER, RouteKind.POOL, RouteKind.CHARGE, RouteKind.FEED_IN):
        one_wh, other_wh = (each.match().matching.given_wh(kind) for each in (bare, other))
        assert one_wh.sum(axis=0).tolist() == other_wh.sum(axis=0).tolist()


@given(cases())
def test_match_topology__changes_nothing_it_was_given(case: Case) -> None:
    before = [getattr(case.ground, name).copy() for name in case.ground.__slots__]

    case.match()

    for name, was in zip(case.ground.__slots__, before, strict=True):
        np.testing.assert_array_equal(getattr(case.ground, name), was)


def test_match_topology__of_a_long_stretch_is_that_of_each_interval() -> None:
    random = np.random.default_rng(5)
    n = 2_100
    ground = ground_of(random.integers(0, 50, (2, n)), random.integers(0, 50, (3, n)))
    layout = Layout(
        (),
        (Contract("A", 0, (0, 1)), Contract("B", 1, (2,), 1, Decimal("0.4"))),
        Network(("F1", "F2"), (20, 30), (0, 1), (0, 1, 1)),
        "G1",
    )

    whole = match_topology(ground, rule=RULE, layout=layout).matching

    assert whole.n_intervals == n
    for at in (0, 2_047, 2_048, n - 1):
        part = match_topology(ground.part(slice(at, at + 1)), rule=RULE, layout=layout).matching
        for own, single in zip(whole.shares, part.shares, strict=True):
            assert own.given_wh[:, at : at + 1].tolist() == single.given_wh.tolist()
            assert own.received_wh[:, at : at + 1].tolist() == single.received_wh.tolist()


@pytest.mark.parametrize(("generation_wh", "load_wh"), [(-1, 5), (5, -1)])
def test_match_topology__refuses_energy_below_zero(generation_wh: int, load_wh: int) -> None:
    ground = topologies.ground_of(one(generation_wh), one(load_wh))

    with pytest.raises(NegativeFlowError):
        match_topology(ground, rule=RULE, layout=OPEN)
