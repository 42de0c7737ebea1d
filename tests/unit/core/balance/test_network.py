"""One step over feeders: what is carried is what was offered and wanted, within every limit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.balance.network import UNLIMITED_WH, Left, Network, Piece, Step
from taihang.core.balance.tracing import trace_pairs
from topologies import WH, Energies


@st.composite
def steps(draw: st.DrawFn) -> tuple[Network, Left]:
    n_plants, n_takers, n_feeders = (draw(st.integers(1, top)) for top in (4, 4, 3))
    nodes = st.integers(0, n_feeders)
    network = Network(
        tuple(f"F{number}" for number in range(n_feeders)),
        tuple(draw(st.lists(WH, min_size=n_feeders, max_size=n_feeders))),
        tuple(draw(st.lists(nodes, min_size=n_plants, max_size=n_plants))),
        tuple(draw(st.lists(nodes, min_size=n_takers, max_size=n_takers))),
    )

    def column(n: int) -> Energies:
        return np.array(draw(st.lists(WH, min_size=n, max_size=n)), np.int64)[:, None]

    room_wh = network.room_wh(1)
    budget_wh = np.array([draw(st.one_of(st.just(1 << 40), WH))], np.int64)
    return network, Left(column(n_plants), column(n_takers), room_wh, room_wh.copy(), budget_wh)


def step_of(network: Network, left: Left) -> Step:
    rows = (range(len(network.plants)), range(len(network.takers)))
    return Step(left, network=network, plants=rows[0], takers=rows[1])


def sums(pieces: list[Piece], left: Left) -> tuple[Energies, Energies]:
    given_wh, received_wh = np.zeros_like(left.offered_wh), np.zeros_like(left.wanted_wh)
    for piece in pieces:
        given_wh[list(piece.plants)] += piece.given_wh
        received_wh[list(piece.takers)] += piece.received_wh
    return given_wh, received_wh


@given(steps())
def test_step__takes_out_of_everything_what_it_carries(case: tuple[Network, Left]) -> None:
    network, left = case
    before = [getattr(left, name).copy() for name in Left.__slots__]

    pieces = step_of(network, left).across()

    given_wh, received_wh = sums(pieces, left)
    assert (before[0] - given_wh).tolist() == left.offered_wh.tolist()
    assert (before[1] - received_wh).tolist() == left.wanted_wh.tolist()
    assert before[4] - given_wh.sum() == left.budget_wh
    for name in Left.__slots__:
        assert (getattr(left, name) >= 0).all()


@given(steps())
def test_step__across_passes_no_transformer_beyond_its_limit(case: tuple[Network, Left]) -> None:
    network, left = case

    pieces = step_of(network, left).across()

    for node, limit_wh in enumerate(network.limits_wh):
        out_wh = in_wh = 0
        for piece in pieces:
            pairs_wh = trace_pairs(piece.given_wh, piece.received_wh)
            from_here = np.array([network.plants[row] == node for row in piece.plants])
            to_here = np.array([network.takers[row] == node for row in piece.takers])
            out_wh += int(pairs_wh[from_here][:, ~to_here].sum())
            in_wh += int(pairs_wh[~from_here][:, to_here].sum())
        assert out_wh <= limit_wh
        assert in_wh <= limit_wh


@given(steps())
def test_step__within_stays_below_each_transformer(case: tuple[Network, Left]) -> None:
    network, left = case
    room_wh = left.leaving_wh.copy()

    pieces = step_of(network, left).within()

    assert left.leaving_wh.tolist() == room_wh.tolist()
    for piece in pieces:
        assert piece.feeder is not None
        node = network.feeders.index(piece.feeder)
        assert {network.plants[row] for row in piece.plants} == {node}
        assert {network.takers[row] for row in piece.takers} == {node}
        given_wh = piece.given_wh.sum(axis=0)
        assert given_wh.tolist() == piece.received_wh.sum(axis=0).tolist()


@given(steps())
def test_step__across_is_in_proportion_where_no_transformer_binds(
    case: tuple[Network, Left],
) -> None:
    network, left = case
    free = Network(network.feeders, (), network.plants, network.takers)
    wide = Network(
        network.feeders, (1 << 40,) * len(network.feeders), network.plants, network.takers
    )
    rooms = wide.room_wh(1), wide.room_wh(1)
    other = Left(left.offered_wh.copy(), left.wanted_wh.copy(), *rooms, left.budget_wh.copy())

    one, two = step_of(free, left).across(), step_of(wide, other).across()

    for own, wanted in zip(sums(one, left), sums(two, left), strict=True):
        assert own.tolist() == wanted.tolist()


def test_room__of_the_busbar_is_unlimited() -> None:
    network = Network(("F1",), (7,), (1,), (0,))

    assert network.room_wh(2).tolist() == [[7, 7], [UNLIMITED_WH, UNLIMITED_WH]]
