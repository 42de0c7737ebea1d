"""Energies from meters and from the lake are the same."""

from pathlib import Path

import numpy as np

import small_park
import topology_park
from small_park import DAY
from taihang.core.balance.balance import FLOWS
from taihang.core.park.topology import Direction
from taihang.core.series import Quality
from taihang.services.matched import shares_of
from taihang.services.period_energies import energies_of_parts, metered_nodes
from taihang.services.settle import known_at, settle, settle_meters
from taihang.services.settled_rows import balance_of


def test_energies__of_rows_are_those_of_the_meters(tmp_path: Path) -> None:
    with topology_park.made(tmp_path / "park") as ports:
        small_park.fill(ports, DAY)
        hole = small_park.but(small_park.registers("M-DIS", DAY), [90, 91])
        small_park.revise(ports, hole, sent_at_s=DAY.end_s + 600)
        settled = settle(DAY, ports=ports)
        known = known_at(settled.settlement.journal_size, period=DAY, ports=ports)
        meters = ports.park.meters.values()
        own = settle_meters(meters, known=known, settlement=settled.settlement, ports=ports)
        balance = balance_of(own.parts, DAY, ports.park)

        found = energies_of_parts(own.parts, balance, period=DAY, park=ports.park)
        again = shares_of(DAY, ports=ports).energies
        cut = metered_nodes(Direction.CURTAILMENT, ["PV01"], period=DAY, ports=ports)

    for one, other in (
        (found.plants, again.plants),
        (found.users, again.users),
        (found.charge, again.charge),
        (found.discharge, again.discharge),
    ):
        assert one.ids == other.ids
        assert one.usable_wh.tolist() == other.usable_wh.tolist()
        assert one.quality.tolist() == other.quality.tolist()
        assert one.claimable_wh.tolist() == other.claimable_wh.tolist()
    for flow in FLOWS:
        assert found.flows_wh[flow].tolist() == again.flows_wh[flow].tolist()
    assert found.closed.tolist() == again.closed.tolist()
    assert not found.closed.all()
    assert (found.discharge.quality == Quality.MISSING).any()
    assert cut.usable_wh[0].tolist() == small_park.step_wh("M-CUT", DAY).tolist()


def test_part__holds_the_intervals_of_its_period(tmp_path: Path) -> None:
    with topology_park.made(tmp_path / "park") as ports:
        two = topology_park.day(1, n=2)
        small_park.fill(ports, small_park.JUNE)
        settle(two, ports=ports)

        whole = shares_of(two, ports=ports).energies
        part = whole.part(topology_park.day(2))
        alone = shares_of(topology_park.day(2), ports=ports).energies

    assert part.users.usable_wh.tolist() == alone.users.usable_wh.tolist()
    assert part.flows_wh["import"].tolist() == alone.flows_wh["import"].tolist()
    assert np.array_equal(part.closed, alone.closed)
