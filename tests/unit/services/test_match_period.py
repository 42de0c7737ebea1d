"""A period is matched by the rules and contracts of its days; lots of batteries go through it."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import topology_park
from small_park import JUNE
from taihang.core.balance.matching import RouteKind
from taihang.core.park.assets import InService
from taihang.core.park.park import Park
from taihang.core.periods import Period, month
from taihang.core.series import Quality
from taihang.services.match_period import (
    fingerprint,
    layout_on,
    match_period,
    rule_name,
    stretches,
    traces_storage,
)
from taihang.services.period_energies import NodeEnergies, PeriodEnergies
from topologies import RULE

MAY_JUNE = Period(month("2026-05", topology_park.ZONE).start, JUNE.end)


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Park:
    root = tmp_path_factory.mktemp("match-period") / "park"
    with topology_park.made(root) as ports:
        return ports.park


def energies(park: Park, period: Period, **wh: int) -> PeriodEnergies:
    """The same energies in every interval, closed; batteries charge and discharge in turn."""
    n = period.n_steps

    def nodes(ids: tuple[str, ...], own_wh: list[int]) -> NodeEnergies:
        usable = np.repeat(np.array(own_wh, np.int64)[:, None], n, axis=1)
        quality = np.full(usable.shape, Quality.MEASURED, np.uint8)
        return NodeEnergies(ids, usable, quality, np.zeros(usable.shape, np.bool_))

    turn = np.arange(n) % 2
    charge = nodes(("B1",), [wh["charge"]])
    discharge = nodes(("B1",), [wh["discharge"]])
    charge.usable_wh[:] *= 1 - turn
    discharge.usable_wh[:] *= turn
    drawn_wh = wh["e01"] + wh["e02"] + charge.usable_wh[0]
    net_wh = drawn_wh - wh["pv"] - discharge.usable_wh[0]
    flows = {
        "generation": np.full(n, wh["pv"]),
        "load": np.full(n, wh["e01"] + wh["e02"]),
        "import": np.maximum(net_wh, 0),
        "export": np.maximum(-net_wh, 0),
        "charge": charge.usable_wh[0],
        "discharge": discharge.usable_wh[0],
        "losses": np.zeros(n, np.int64),
    }
    return PeriodEnergies(
        period,
        nodes(("PV01",), [wh["pv"]]),
        nodes(park.users, [wh["e01"], wh["e02"]]),
        charge,
        discharge,
        flows,
        np.ones(n, np.bool_),
    )


def test_stretches__are_cut_where_a_rule_or_a_contract_changes(park: Park) -> None:
    (supply,) = park.green_supplies.values()
    ended = replace(supply, in_service=InService(until=date(2026, 6, 11)))
    rules = {"R2": replace(RULE, since=date(2026, 6, 1))}
    changed = replace(park, matching_rules=rules, green_supplies={supply.id: ended})

    found = list(stretches(MAY_JUNE, changed))

    assert [None if rule is None else rule.id for _, rule in found] == [None, "R2", "R2"]
    assert [stretch.n_steps for stretch, _ in found] == [31 * 96, 10 * 96, 20 * 96]
    assert found[0][0].start_s == MAY_JUNE.start_s
    assert found[-1][0].end_s == MAY_JUNE.end_s


def test_stretches__of_a_park_that_states_no_rule_are_one(park: Park) -> None:
    bare = replace(park, matching_rules={})

    assert list(stretches(MAY_JUNE, bare)) == [(MAY_JUNE, None)]
    assert rule_name(MAY_JUNE, bare) == "dedicated-first-pro-rata/v1"
    assert not traces_storage(MAY_JUNE, bare)


def test_rule_name__tells_every_rule_of_a_period(park: Park) -> None:
    later = replace(park, matching_rules={"R2": replace(RULE, since=date(2026, 6, 1))})

    assert rule_name(MAY_JUNE, later) == "dedicated-first-pro-rata/v1, topology-contract/v2"
    assert rule_name(JUNE, later) == "topology-contract/v2"


def test_layout_on__holds_the_contracts_of_the_day(park: Park) -> None:
    (supply,) = park.green_supplies.values()
    ended = replace(supply, in_service=InService(until=date(2026, 6, 11)))
    changed = replace(park, green_supplies={supply.id: ended})
    rule = park.matching_rules["R2"]

    before = layout_on(date(2026, 6, 10), rule, park=changed)
    after = layout_on(date(2026, 6, 11), rule, park=changed)

    assert [each.id for each in before.contracts] == ["GS1"]
    assert after.contracts == ()
    assert before.network.limits_wh == (1_000_000, 250_000)
    assert before.network.plants == (0,)
    assert before.network.takers == (0, 1, 1), "two users, then the battery"
    assert before.grid == "G1"


def test_match_period__puts_rules_of_its_days_one_after_another(park: Park) -> None:
    later = replace(park, matching_rules={"R2": replace(RULE, since=date(2026, 6, 1))})
    own = energies(later, MAY_JUNE, pv=100, e01=40, e02=30, charge=50, discharge=20)

    found = match_period(own, park=later, opening={})

    n_may = 31 * 96
    kinds = {share.route.kind for share in found.matching.shares if share.given_wh[:, :n_may].any()}
    assert kinds == {RouteKind.LINE, RouteKind.POOL}
    charged_wh = found.matching.given_wh(RouteKind.CHARGE)
    assert not charged_wh[:, :n_may].any()
    # The battery is charged in every second quarter, by what the loads left.
    assert charged_wh[0, n_may : n_may + 3].tolist() == [30, 0, 30]
    assert [each.battery for each in found.tracked] == ["B1"]
    assert len(found.tracked[0].times_s) == 30 * 96


def test_match_period__of_two_halves_is_that_of_the_whole(park: Park) -> None:
    whole = energies(park, JUNE, pv=90_000, e01=40_000, e02=30_000, charge=50_000, discharge=40_000)
    first, rest = topology_park.day(1, n=11), topology_park.day(12, n=19)

    one = match_period(whole.part(first), park=park, opening={})
    opening = {each.battery: each.run.lots for each in one.tracked}
    two = match_period(whole.part(rest), park=park, opening=opening)
    both = match_period(whole, park=park, opening={})

    for part, columns in ((one, slice(0, 1_056)), (two, slice(1_056, None))):
        for share, own in zip(both.matching.shares, part.matching.shares, strict=True):
            assert share.given_wh[:, columns].tolist() == own.given_wh.tolist()
            assert share.received_wh[:, columns].tolist() == own.received_wh.tolist()
    assert both.tracked[0].run.lots == two.tracked[0].run.lots


def test_match_period__what_a_battery_releases_serves_users_as_storage(park: Park) -> None:
    own = energies(park, topology_park.day(1, n=2), pv=100, e01=40, e02=30, charge=30, discharge=20)

    found = match_period(own, park=park, opening={"B1": ()})

    # 50 of the plant's 100 left the park while the battery gave 20: they are not claimed inside.
    assert found.matching.load_wh.sum(axis=0)[:4].tolist() == [70, 50, 70, 50]
    storage_wh = found.matching.received_wh(RouteKind.STORAGE)
    assert storage_wh.sum(axis=0)[:4].tolist() == [0, 20, 0, 20]
    night = energies(park, topology_park.day(1, n=2), pv=0, e01=40, e02=30, charge=0, discharge=20)
    lots = found.tracked[0].run.lots
    at_night = match_period(night, park=park, opening={"B1": lots})
    released_wh = at_night.matching.received_wh(RouteKind.STORAGE)
    assert released_wh[:, :4].tolist() == [[0, 0, 0, 0], [0, 20, 0, 20]], "its own feeder first"


def test_fingerprint__is_another_for_other_lots_and_the_same_after_a_plant_came(park: Park) -> None:
    own = energies(park, topology_park.day(1), pv=100, e01=40, e02=30, charge=30, discharge=0)
    lots = match_period(own, park=park, opening={"B1": ()}).tracked[0].run.lots
    plant = replace(park.plants["PV01"], id="PV02")
    grown = replace(park, plants={**park.plants, "PV02": plant})
    shifted = [replace(lot, wh=(lot.wh[0], 0, *lot.wh[1:])) for lot in lots]

    assert len(lots) > 1
    assert fingerprint(lots, park=park) != fingerprint(lots[:-1], park=park)
    assert fingerprint(lots, park=park) == fingerprint(shifted, park=grown)
