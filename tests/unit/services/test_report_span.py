"""Days sum to the month: energies, coal and carbon of users, to what statements say."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import small_park
from report_desk import settled
from small_park import AUGUST, ZONE
from taihang.core.periods import days
from taihang.core.quantities import WH_PER_KWH
from taihang.services.ports import Ports
from taihang.services.report_span import coal_facts, coal_of, read_span

FIRST = date(2026, 8, 1)


def stated(ports: Ports, kind: str, user: str) -> Decimal:
    """Return the value of a statement of August."""
    issued = ports.registry.statement(f"{kind}.{user}.2026-08")
    return Decimal(json.loads(issued.document)["value"])


def test_read_span__days_of_a_month_sum_to_its_statements(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        every = [
            read_span(days(FIRST + timedelta(days=n), 1, ZONE), ports=ports) for n in range(31)
        ]

        for user in ("E01", "E02"):
            of = [span.users[user] for span in every]
            assert Decimal(sum(each.measured_wh for each in of)) / WH_PER_KWH == stated(
                ports, "energy", user
            )
            for kind, field in (
                ("standard-coal", "coal_tce"),
                ("scope2-location", "location_tco2"),
                ("scope2-market", "market_tco2"),
            ):
                assert sum(getattr(each, field) for each in of) == stated(ports, kind, user)


def test_read_span__of_a_month_is_the_sum_of_its_users(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        span = read_span(AUGUST, ports=ports)
        users = span.users.values()

    assert span.load_wh == sum(user.load_wh for user in users) > 0
    assert span.green_wh == sum(user.green_wh for user in users) > 0
    assert span.coal_tce == sum(user.coal_tce or 0 for user in users)
    assert span.location_tco2 == sum(user.location_tco2 or 0 for user in users)
    assert span.market_tco2 == sum(user.market_tco2 or 0 for user in users)
    assert span.n_missing == 0
    assert {user.coverage_ratio for user in users} == {Decimal(1)}


def test_read_span__peak_is_the_greatest_interval_and_when(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        day = days(date(2026, 8, 5), 1, ZONE)
        user = read_span(day, ports=ports).users["E02"]
        wh = small_park.step_wh("M-E02", day)

    assert user.peak_w == int(wh.max()) * 4
    assert user.peak_at_s == day.start_s + int(wh.argmax()) * 900
    assert user.load_wh == int(wh.sum())


def test_read_span__what_is_not_settled_is_not_there(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        span = read_span(days(date(2026, 9, 1), 1, ZONE), ports=ports)

    assert span.users == {}
    assert (span.coal_tce, span.location_tco2, span.market_tco2) == (None, None, None)


def test_read_span__missing_is_counted_and_never_zero(tmp_path: Path) -> None:
    day = days(date(2026, 8, 1), 1, ZONE)
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        blocks = [small_park.registers(name, day) for name in ("M-E01", "M-PV01")]
        gap = small_park.but(small_park.registers("M-E02", day), range(97))
        batches = [
            small_park.sealed(ports, "GW1", 1, *blocks, sent_at_s=day.end_s),
            small_park.sealed(ports, "GW2", 1, gap, sent_at_s=day.end_s),
        ]
        small_park.ingested(ports, batches)
        small_park.settle(day, ports=ports)
        user = read_span(day, ports=ports).users["E02"]

    assert (user.n_missing, user.n_intervals) == (96, 96)
    assert (user.peak_w, user.peak_at_s) == (None, None)
    assert (user.coal_tce, user.location_tco2, user.market_tco2) == (None, None, None)
    assert (user.green_ratio, user.coverage_ratio) == (None, Decimal(0))


def test_coal_of__gives_both_values_by_the_facts_it_names(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        equivalent, equal = coal_of(1_000_000_000, period=AUGUST, ports=ports)
        facts = {fact.code: fact.value for fact in coal_facts(AUGUST, ports=ports)}

    assert equivalent == facts["coal-equivalent.electricity"] * 1_000_000 / 1_000
    assert equal == facts["coal-equivalent.electricity.equal-value"] * 1_000_000 / 1_000
    assert equal is not None
    assert equal > equivalent
