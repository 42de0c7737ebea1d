"""What was handed in for a period: what counts, what is missing, and form beside meters."""

from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from activity_kit import put, record
from small_park import JUNE
from taihang.core.activity.question import Ask
from taihang.core.activity.record import ActivityRecord, Flow
from taihang.core.seal.canonical import load_canonical
from taihang.core.seal.statement import parse_statement
from taihang.services.forms import forms, metered_electricity
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A settled June."""
    root = small_park.make(tmp_path_factory.mktemp("forms") / "park")
    with small_park.opened(root) as ports:
        small_park.settle_june(ports)
        put(ports, *LINES)
    return root


def power(id_: str, amount: str, flow: Flow = Flow.CONSUMED) -> ActivityRecord:
    return record(id_, item="electricity", amount=amount, unit="kWh", flow=flow)


LINES = (
    power("power", "1000"),
    power("bought", "1", Flow.PURCHASED),
    record("gas-05", period="2026-05"),
    record("gas-06"),
    record("gas-06", amount="13", version=2, reason="read again"),
    record("gas-02", subject="E02", amount="13"),
)


def test_forms__lists_what_counts_and_what_was_said_before(settled: Path) -> None:
    with small_park.opened(settled, writing=False) as ports:
        found = forms("2026-06", ports=ports)
        of_e02 = forms("2026-06", ports=ports, subject="E02")

    assert {(line.id, line.version) for line in found.lines} == {
        ("power", 1),
        ("bought", 1),
        ("gas-06", 2),
        ("gas-02", 1),
    }
    assert [(line.id, line.version) for line in found.restated] == [("gas-06", 1)]
    assert [line.id for line in of_e02.lines] == ["gas-02"]


def test_forms__names_months_of_which_a_series_says_nothing(settled: Path) -> None:
    with small_park.opened(settled, writing=False) as ports:
        year, may = forms("2026", ports=ports), forms("2026-05", ports=ports)

    months = {(m.subject, m.item, m.flow): m.months for m in year.missing}
    gas = months["E01", "natural-gas", Flow.CONSUMED]
    assert len(gas) == 10
    assert not {"2026-05", "2026-06"} & {*gas}
    assert {(m.subject, m.item, m.months) for m in may.missing} == {
        ("E01", "electricity", ("2026-05",)),
        ("E02", "natural-gas", ("2026-05",)),
    }


def test_forms__puts_a_form_about_electricity_beside_the_meters(settled: Path) -> None:
    with small_park.opened(settled, writing=False) as ports:
        found = forms("2026-06", ports=ports)
        document = ports.registry.statement("energy.E01.2026-06").document
        stated = parse_statement(load_canonical(document.encode()))

    power, bought = sorted(found.beside, key=lambda each: each.record.id, reverse=True)
    assert power.meter_kwh * 1000 == stated.energy_wh
    assert power.difference_kwh == 1000 - power.meter_kwh
    assert bought.meter_kwh == power.meter_kwh - bought.own_kwh
    assert bought.own_kwh > 0
    asks = {each.lines: each.ask for each in found.questions}
    assert asks["power",] is asks["bought",] is Ask.DIFFERS
    assert asks["gas-06", "gas-02"] is Ask.TWO_CLAIM


def test_metered_electricity__of_the_park_is_the_sum_of_its_users(settled: Path) -> None:
    def used(subject: str, ports: Ports) -> Decimal:
        found = metered_electricity(subject, "2026-06", ports=ports)
        assert found is not None
        return found.used_kwh

    with small_park.opened(settled, writing=False) as ports:
        assert used("park", ports) == used("E01", ports) + used("E02", ports)
        assert metered_electricity("E01", "2026-05", ports=ports) is None
        year = metered_electricity("E01", "2026", ports=ports)
        assert year is not None
        assert year.used_kwh == used("E01", ports)
        # Eleven months of a year that are not settled are missing, not zero.
        assert year.n_missing == 35_040 - JUNE.n_steps


def test_metered_electricity__leaves_out_what_is_missing_and_counts_it(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        block = small_park.registers("M-E01", JUNE)
        small_park.revise(
            ports,
            small_park.but(block, range(100, 120)),
            sent_at_s=int(small_park.NOW.timestamp()),
        )
        small_park.settle_month(ports, JUNE)
        found = metered_electricity("E01", "2026-06", ports=ports)

    assert found is not None
    assert found.n_missing == 21
