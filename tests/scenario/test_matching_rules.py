"""A park with feeders and a battery takes up the second matching rule; restated, rebuilt."""

import json
from pathlib import Path

import numpy as np
import pytest

import small_park
import topology_park
from small_park import AUGUST, JUNE
from taihang.core.balance.matching import RouteKind
from taihang.core.seal.cause import CauseKind, causes_of
from taihang.services.audit import audit, rebuild
from taihang.services.close_period import close_period
from taihang.services.matched import plant_states, shares_of
from taihang.services.ports import Ports
from taihang.services.restate import restate
from taihang.services.settle import settle
from topology_park import JULY, TWO_MONTHS

TABLES = ("intervals", "balance", "matching", "storage")


def halved_charge(ports: Ports) -> None:
    """Send other readings of the battery's charge on the last day of June, late."""
    block = topology_park.charged_at_noon(JUNE, share=0.5)
    last_day = small_park.cut(block, JUNE.n_steps - small_park.N_DAY, JUNE.n_steps)
    small_park.revise(ports, last_day, sent_at_s=JULY.end_s + 600)


def test_every_watt_hour_of_a_plant_is_in_one_state(tmp_path: Path) -> None:
    with topology_park.made(tmp_path / "park") as ports:
        topology_park.fill(ports, TWO_MONTHS)
        at = 2 * small_park.N_DAY + 40
        registers = small_park.registers("M-E02", TWO_MONTHS)
        hole = small_park.cut(small_park.but(registers, [at, at + 1]), at, at + 2)
        small_park.revise(ports, hole, sent_at_s=JULY.end_s + 600)
        settle(JUNE, ports=ports)

        matched = shares_of(JUNE, ports=ports)
        states = plant_states(matched, ports=ports)

    available_wh = small_park.step_wh("M-PV01", JUNE) + small_park.step_wh("M-CUT", JUNE)
    everywhere_wh = np.sum([*states.values()], axis=(0, 1))
    assert everywhere_wh.tolist() == available_wh.tolist()
    assert all((wh >= 0).all() for wh in states.values())
    for name in ("matched", "charged", "fed-in", "curtailed", "unassigned"):
        assert states[name].any(), name
    closed = matched.energies.closed
    assert not states["unassigned"][:, closed].any()
    assert not closed.all()


def test_a_battery_gives_back_by_night_what_plants_charged_at_noon(tmp_path: Path) -> None:
    with topology_park.made(tmp_path / "park") as ports:
        topology_park.fill(ports, TWO_MONTHS)
        settle(JUNE, ports=ports)
        matched = shares_of(JUNE, ports=ports)
        rows = ports.lake.read("storage", JUNE)
        lots = ports.lake.read("lots", JUNE)

    released_wh = {origin: int(own["released_wh"].sum()) for (_, origin), own in rows.items()}
    assert sum(released_wh.values()) == int(small_park.step_wh("M-DIS", JUNE).sum())
    # What was in it before June goes first, and is of nobody.
    assert released_wh["unknown"] > 400_000
    storage_wh = matched.matching.received_wh(RouteKind.STORAGE)
    assert 0 < int(storage_wh.sum()) <= released_wh["PV01"]
    assert not storage_wh[:, : small_park.N_DAY].any()
    night = np.arange(JUNE.n_steps) % small_park.N_DAY > 84
    assert not storage_wh[:, ~night].any()
    served_wh = matched.matching.load_wh + storage_wh
    assert (served_wh <= matched.load_wh).all()
    assert lots == {}, "what is released earns no lot"


def test_late_readings_of_a_battery_reach_the_month_after(tmp_path: Path) -> None:
    with topology_park.made(tmp_path / "late") as ports:
        topology_park.fill(ports, TWO_MONTHS)
        close_period(JUNE, ports=ports)
        close_period(JULY, ports=ports)
        halved_charge(ports)

        work = restate(ports=ports).work

        assert [each.whole_because for each in work] == [
            "lots in batteries tie all intervals together",
            "what B1 held at its start is of another origin now",
        ]
        assert restate(ports=ports).work == ()
        late = {table: ports.lake.read(table) for table in TABLES}
        state = ports.lake.state_hash()
        assert rebuild(ports=ports) == state
        assert audit(ports=ports).findings == []
    with topology_park.made(tmp_path / "at-once") as ports:
        topology_park.fill(ports, TWO_MONTHS)
        halved_charge(ports)
        close_period(JUNE, ports=ports)
        close_period(JULY, ports=ports)
        for table in TABLES:
            now = ports.lake.read(table)
            assert [*now] == [*late[table]]
            for key, rows in now.items():
                for name, column in rows.items():
                    assert column.tolist() == late[table][key][name].tolist(), (table, key, name)


def test_late_readings_touch_their_intervals_alone_where_no_lot_ties_them(tmp_path: Path) -> None:
    rule = topology_park.rule(origin="none")
    at = 9 * small_park.N_DAY + 40
    registers = small_park.registers("M-E02", TWO_MONTHS)
    hole = small_park.cut(small_park.but(registers, [at, at + 1]), at, at + 2)
    with topology_park.made(tmp_path / "late", rule) as ports:
        topology_park.fill(ports, TWO_MONTHS)
        close_period(JUNE, ports=ports)
        small_park.revise(ports, hole, sent_at_s=JULY.end_s + 600)

        (work,) = restate(ports=ports).work

        assert (work.whole_because, work.n_meters, work.n_hours) == ("", 1, 2)
        late = {table: ports.lake.read(table, JUNE) for table in TABLES}
        assert audit(ports=ports).findings == []
        settle(JUNE, ports=ports)
        for table in TABLES:
            for key, rows in ports.lake.read(table, JUNE).items():
                for name, column in rows.items():
                    assert column.tolist() == late[table][key][name].tolist(), (table, key, name)


def test_a_new_rule_states_its_months_anew_and_says_why(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", topology_park.text(""))
    months = ("2026-06", "2026-07")
    with small_park.opened(root) as ports:
        topology_park.fill(ports, TWO_MONTHS)
        for period in (JUNE, JULY):
            close_period(period, ports=ports)
        first = {
            name: {one.series: one for one in ports.registry.latest_statements(name)}
            for name in months
        }
    (root / "park.toml").write_text(
        topology_park.text(topology_park.rule(since="2026-07-01")), encoding="utf-8"
    )
    with small_park.opened(root) as ports:
        for period in (JUNE, JULY):
            close_period(period, ports=ports)
        june, july = (
            {one.series: one for one in ports.registry.latest_statements(name)} for name in months
        )
        was = first["2026-07"]["scope2-market.E02.2026-07"]
        kept = ports.registry.statement(was.id)
        assert audit(ports=ports).findings == []

    assert {series: one.id for series, one in june.items()} == {
        series: one.id for series, one in first["2026-06"].items()
    }, "the rule begins in July: nothing of June is stated anew"
    for user in ("E01", "E02"):
        now = july[f"scope2-market.{user}.2026-07"]
        body = json.loads(now.document)
        assert body["rule"] == "scope2-market/v1 over topology-contract/v2"
        assert now.version == 2
        causes = causes_of(json.loads(now.document)["reason"])
        assert CauseKind.RULE in {cause.kind for cause in causes}
        (of_rule,) = [cause for cause in causes if cause.kind is CauseKind.RULE]
        assert of_rule.was.endswith("dedicated-first-pro-rata/v1")
        assert of_rule.now.endswith("topology-contract/v2")
    assert kept.document == was.document


@pytest.mark.parametrize("origin", ["fifo", "well-mixed", "none"])
def test_a_store_is_named_in_what_rests_on_it(tmp_path: Path, origin: str) -> None:
    with topology_park.made(tmp_path / "park", topology_park.rule(origin=origin)) as ports:
        small_park.fill(ports, AUGUST)
        close_period(AUGUST, ports=ports)
        body = json.loads(ports.registry.statement("scope2-market.E01.2026-08").document)
        rows = ports.lake.read("storage", AUGUST)

    name = "topology-contract-well-mixed/v2" if origin == "well-mixed" else "topology-contract/v2"
    assert body["rule"] == f"scope2-market/v1 over {name}"
    assert bool(rows) == (origin != "none")
