"""Power in a quarter of an hour: what was read at both ends, and nothing else."""

from collections.abc import Generator
from pathlib import Path

import pytest

import flow_park
import roof_park
import small_park
from small_park import block_of
from taihang.core.metering.readings import ReadingBlock
from taihang.services.collect import Collected
from taihang.services.electric_flows import NoFlowSubjectError
from taihang.services.flow_table import EndKind
from taihang.services.ports import Ports
from taihang.services.power_now import PowerNow, power_now

NOON_S = roof_park.PERIOD.start_s + 10 * 86_400 + 12 * 3_600


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root: Path = flow_park.make(tmp_path_factory.mktemp("power") / "p")
    with small_park.opened(root) as opened:
        yield opened


def kw(found: PowerNow | None) -> dict[tuple[EndKind, str], float | None]:
    assert found is not None
    return {(e.kind, e.id): e.amount for e in (*found.table.sources, *found.table.sinks)}


def test_power_now__is_the_mean_power_of_the_quarter(ports: Ports) -> None:
    found = power_now(of="park", at_s=NOON_S + 700, ports=ports)

    of = kw(found)
    given = roof_park.generation_kw()
    roofs = sum(float(given[name][10, 48]) for name in roof_park.ROOFS)
    assert found is not None
    assert (found.at_s, found.missing, found.table.unit) == (NOON_S, (), "kW")
    assert of[EndKind.PV, ""] == pytest.approx(roofs, abs=0.01)
    assert of[EndKind.FEEDER, "F1"] == 1_600.0
    assert of[EndKind.STATION, ""] == 60.0
    assert (of[EndKind.CHARGE, ""], of[EndKind.DISCHARGE, ""]) == (0.0, 0.0)
    # No meter stands at the connection: what lacks came through it, what is left went.
    left = roofs + float(given["W01"][10, 48]) - 2_560.0
    gate = EndKind.EXPORT if left > 0.0 else EndKind.IMPORT
    assert of[gate, ""] == pytest.approx(abs(left), abs=0.02)


def test_power_now__the_newest_quarter_is_not_held_up_by_a_dead_meter(ports: Ports) -> None:
    found = power_now(of="park", at_s=None, ports=ports)

    assert found is not None
    assert found.at_s == roof_park.PERIOD.end_s - 900
    assert found.missing == ("M-PV04",)
    of = kw(found)
    assert of[EndKind.PV, ""] is None, "a sum that needs it is not known"
    assert of[EndKind.FEEDER, "F2"] == 900.0
    assert found.table.total is None
    assert (EndKind.IMPORT, "") not in of


def test_power_now__a_feeder_and_a_user_are_told_by_their_own(ports: Ports) -> None:
    east, user = (kw(power_now(of=of, at_s=NOON_S, ports=ports)) for of in ("F1", "E01"))

    assert east[EndKind.ENTERPRISE, "E01"] == user[EndKind.METER, "M-E01"] == 1_600.0
    assert user[EndKind.GRID, ""] == 1_600.0
    rest = [kind for kind, _ in east if kind in {EndKind.REST_IN, EndKind.REST_OUT}]
    assert len(rest) == 1
    with pytest.raises(NoFlowSubjectError):
        power_now(of="nobody", at_s=NOON_S, ports=ports)


def test_power_now__losses_have_a_sign_where_the_connection_is_metered(tmp_path: Path) -> None:
    root = flow_park.metered(tmp_path / "p")
    with small_park.opened(root) as ports:
        blocks: list[ReadingBlock] = []
        for point, counts in (("M-IMP", 4_900), ("M-EXP", 0)):
            block = block_of(point, NOON_S, [0, counts])
            blocks.append(block)
        small_park.store(ports, [Collected("GW1", roof_park.PERIOD.end_s + 90, tuple(blocks))])
        metered = kw(power_now(of="park", at_s=NOON_S, ports=ports))
        without = power_now(of="park", at_s=NOON_S + 900, ports=ports)

    assert metered[EndKind.IMPORT, ""] == 1_960.0
    assert metered[EndKind.EXPORT, ""] == 0.0
    came = sum(metered[kind, ""] or 0.0 for kind in (EndKind.PV, EndKind.WIND, EndKind.IMPORT))
    side = EndKind.LOSSES if came > 2_560.0 else EndKind.SURPLUS
    assert metered[side, ""] == pytest.approx(abs(came - 2_560.0))
    assert without is not None
    assert without.missing == ("M-IMP", "M-EXP"), "registers were read at one end only"
    assert kw(without)[EndKind.IMPORT, ""] is None


def test_power_now__of_a_park_that_was_never_read_is_nothing(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "p")

    with small_park.opened(root) as ports:
        assert power_now(of="park", at_s=None, ports=ports) is None


def test_power_now__a_power_that_no_meter_may_show_is_missing(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "p")
    with small_park.opened(root) as ports:
        start_s = small_park.DAY.start_s
        jump = block_of("M-E01", start_s, [10, 900_000, 900_100])
        small_park.store(ports, [Collected("GW1", small_park.DAY.end_s, (jump,))])

        leap = power_now(of="E01", at_s=start_s, ports=ports)
        honest = power_now(of="E01", at_s=start_s + 900, ports=ports)

    assert kw(leap)[EndKind.METER, "M-E01"] is None
    assert kw(honest)[EndKind.METER, "M-E01"] == 40.0
