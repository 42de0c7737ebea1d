"""What is certified: measured energy, in whole watt-hours, once for ever."""

from dataclasses import replace
from pathlib import Path

import numpy as np

import small_park
from small_park import DAY, JUNE
from taihang.core.periods import Period
from taihang.core.series import Quality
from taihang.services.certify import Certified, certify
from taihang.services.collect import Collected
from taihang.services.ports import Ports
from taihang.services.settle import settle

NIGHT = 8
"""An interval without sun."""
NOON = 48


def lots(ports: Ports) -> dict[int, int]:
    """Energy of every lot of the plant by the number of its interval [Wh]."""
    rows = ports.lake.read("lots").get(("PV01",))
    if rows is None:
        return {}
    at = ((rows["time_s"] - DAY.start_s) // 900).tolist()
    assert len(set(at)) == len(at), "one lot an interval"
    return dict(zip(at, rows["wh"].tolist(), strict=True))


def sunny(period: Period = DAY) -> dict[int, int]:
    wh = small_park.step_wh("M-PV01", period)
    return {int(i): int(wh[i]) for i in np.flatnonzero(wh)}


def settled(ports: Ports) -> Certified:
    settle(DAY, ports=ports)
    return certify(DAY, ports=ports)


def test_certify__issues_every_measured_watt_hour_once(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)

        first, again = settled(ports), settled(ports)

        assert lots(ports) == sunny()
    assert first == Certified(len(sunny()), sum(sunny().values()), 0, ())
    assert again == Certified(0, 0, 0, ())


def test_certify__in_overlapping_periods_issues_nothing_twice(root: Path) -> None:
    half = Period.of_s(DAY.start_s, DAY.start_s + 43_200 + 900)
    other = Period.of_s(half.end_s - 1_800, DAY.end_s)
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        settle(DAY, ports=ports)

        parts = [certify(period, ports=ports) for period in (half, other, DAY)]

        assert lots(ports) == sunny()
    assert [part.issued_wh > 0 for part in parts] == [True, True, False]
    assert sum(part.issued_wh for part in parts) == sum(sunny().values())


def test_certify__certifies_nothing_that_is_missing_manual_or_estimated(root: Path) -> None:
    with small_park.opened(root) as ports:
        plant = small_park.registers("M-PV01", DAY)
        quality = plant.quality.copy()
        quality[40], quality[60] = Quality.MANUAL, Quality.ESTIMATED
        holes = small_park.but(replace(plant, quality=quality), [50])
        small_park.store(ports, [Collected("GW1", DAY.end_s, (holes,))])

        found = settled(ports)

        expected = {i: wh for i, wh in sunny().items() if i not in {39, 40, 49, 50, 59, 60}}
        assert lots(ports) == expected
    assert found.issued_wh == sum(expected.values())


def test_certify__names_lots_that_later_readings_contradict_and_keeps_them(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        settled(ports)
        block = small_park.registers("M-PV01", DAY)
        less = small_park.but(block, [NOON], count=int(block.counts[NOON]) - 4)
        small_park.revise(ports, less, sent_at_s=DAY.end_s + 9_000)

        found = settled(ports)

        assert lots(ports) == sunny(), "a lot once issued is not changed"
    assert (found.n_lots, found.deviating) == (0, ("PV01",))


def test_certify__issues_what_a_late_reading_brings(root: Path) -> None:
    with small_park.opened(root) as ports:
        whole = small_park.registers("M-PV01", DAY)
        small_park.store(ports, [Collected("GW1", DAY.end_s, (small_park.but(whole, [NOON]),))])
        first = settled(ports)
        late = small_park.cut(whole, NOON, NOON + 1)
        small_park.revise(ports, late, sent_at_s=DAY.end_s + 9_000)

        second = settled(ports)

        assert lots(ports) == sunny()
    assert (first.n_lots, second.n_lots, second.deviating) == (len(sunny()) - 2, 2, ())


def test_certify__of_own_use_at_night_issues_nothing(root: Path) -> None:
    with small_park.opened(root) as ports:
        energy = small_park.step_wh("M-PV01", DAY).copy()
        energy[NIGHT] = -300
        small_park.store(
            ports,
            [
                Collected(
                    "GW1", DAY.end_s, (small_park.energy_block_of("M-PV01", DAY.start_s, energy),)
                )
            ],
        )

        found = settled(ports)

        assert lots(ports) == sunny()
    assert found.deviating == ()


def test_certify__keeps_the_lots_of_a_meter_that_was_replaced(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.REPLACED_METERS)
    with small_park.opened(root) as ports:
        small_park.fill_replaced(ports)
        settle(JUNE, ports=ports)

        first, again = certify(JUNE, ports=ports), certify(JUNE, ports=ports)

        issued = lots(ports)
    assert issued == sunny(JUNE)
    assert first.issued_wh == sum(sunny(JUNE).values())
    assert again == Certified(0, 0, 0, ())


def test_certify__keeps_the_lots_of_a_plant_that_park_toml_has_no_more(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        settled(ports)
        bare = replace(ports.park, plants={}, dedicated_lines={}, green_supplies={})
        meters = {name: m for name, m in bare.meters.items() if m.node != "PV01"}
        without = replace(ports, park=replace(bare, meters=meters))

        found = settled(without)

        assert lots(ports) == sunny()
    assert found.deviating == ("PV01",)
