"""What is accounted: statements recomputed by hand, issued once, restated beside the old ones."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

import numpy as np
import pytest

import small_park
from small_park import DAY, JUNE, ZONE
from taihang.core.facts import FactBook
from taihang.core.metering.readings import ReadingBlock
from taihang.core.park.park import GridFactorPolicy
from taihang.core.periods import Period, days, month
from taihang.core.series import EnergySeries, Quality
from taihang.services.account import (
    PARK_SUBJECT,
    Accounted,
    UnsettledMonthError,
    account,
    counted,
    first_day,
    grid_factor,
    local_last_day,
    project_energy,
    read_matching,
)
from taihang.services.ports import Ports
from taihang.services.settle import settle
from taihang.standards.ndrc_650 import ProjectEnergy

N_STEPS = JUNE.n_steps
COAL_KGCE_PER_KWH = Decimal("0.1229")  # GB/T 2589-2020, table A.1, electricity, equivalent value
LOCATION_KG_PER_KWH = Decimal("0.6634")  # Shanxi, data year 2023, published 2025-12-31
RESIDUAL_KG_PER_KWH = Decimal("0.6096")  # nation less market-traded renewables, data year 2023


def document(ports: Ports, statement_id: str) -> dict[str, object]:
    return cast("dict[str, object]", json.loads(ports.registry.statement(statement_id).document))


def value(ports: Ports, statement_id: str) -> Decimal:
    return Decimal(str(document(ports, statement_id)["value"]))


def stored(ports: Ports) -> dict[str, str]:
    """Every version of every statement that the register holds, to the byte."""
    found: dict[str, str] = {}
    for latest in ports.registry.latest_statements("2026-06"):
        for version in range(1, latest.version + 1):
            name = f"{latest.series}.v{version}"
            found[name] = ports.registry.statement(name).document
    return found


def settled(ports: Ports) -> Accounted:
    settle(JUNE, ports=ports)
    return account(JUNE, ports=ports)


def energy_by_hand(block: ReadingBlock) -> tuple[int, int]:
    """Work out energy [Wh] and missing intervals of a month, interval by interval."""
    count_of = {
        int(t): int(c)
        for t, c, q in zip(block.times_s, block.counts, block.quality, strict=True)
        if q in {Quality.MEASURED, Quality.MANUAL}
    }
    energy_wh = missing = 0
    for start_s in range(JUNE.start_s, JUNE.end_s, 900):
        if start_s not in count_of or start_s + 900 not in count_of:
            missing += 1
            continue
        counts = (count_of[start_s + 900] - count_of[start_s]) % small_park.MODULUS
        energy_wh += counts * small_park.SCALE_WH
    return energy_wh, missing


def june(point: str, *holes: int) -> ReadingBlock:
    return small_park.but(small_park.registers(point, JUNE), holes)


# -- numbers -------------------------------------------------------------------------------------


def test_account__states_what_a_hand_gets_from_the_registers(root: Path) -> None:
    with small_park.opened(root) as ports:
        whole = small_park.uploads(ports, JUNE)
        holes = {
            "M-E01": june("M-E01", 5, 6, 700),
            "M-E02": june("M-E02"),
            "M-PV01": june("M-PV01"),
        }
        small_park.store(
            ports, [replace(u, blocks=tuple(holes[b.point] for b in u.blocks)) for u in whole]
        )
        found = settled(ports)

        sums = {point: energy_by_hand(block) for point, block in holes.items()}
        for subject, points in (
            ("E01", ["M-E01"]),
            ("E02", ["M-E02"]),
            ("PV01", ["M-PV01"]),
            (PARK_SUBJECT, ["M-E01", "M-E02"]),
        ):
            energy_wh = sum(sums[point][0] for point in points)
            missing = sum(sums[point][1] for point in points)
            energy = document(ports, f"energy.{subject}.2026-06")
            assert (energy["energy_wh"], energy["missing"]) == (energy_wh, missing)
            assert Decimal(str(energy["value"])) == Decimal(energy_wh) / 1_000
            if subject != "PV01":
                kwh = Decimal(energy_wh) / 1_000
                coal, carbon = (
                    value(ports, f"{kind}.{subject}.2026-06")
                    for kind in ("standard-coal", "scope2-location")
                )
                assert coal == kwh * COAL_KGCE_PER_KWH / 1_000
                assert carbon == kwh * LOCATION_KG_PER_KWH / 1_000

    assert sums["M-E01"][1] == 5, "three readings are the edges of five intervals"
    # Energy, coal, carbon of two users and the park, generation, carbon by contract of two and by
    # wire of one, ratios.
    assert found == Accounted(3 * 3 + 1 + 2 + 1 + 1, 0, 0, (), "")


def test_account__takes_matched_energy_as_free_of_carbon_and_the_rest_as_residual(
    root: Path,
) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        settled(ports)
        matching = ports.lake.read("matching", JUNE)
        for user in ("E01", "E02"):
            rows = matching["user", user]
            green_wh = int((rows["line_wh"] + rows["pool_wh"]).sum())
            rest_kwh = Decimal(int(rows["total_wh"].sum()) - green_wh) / 1_000
            found = document(ports, f"scope2-market.{user}.2026-06")
            assert int(str(found["line_wh"])) + int(str(found["pool_wh"])) == green_wh > 0
            assert Decimal(str(found["value"])) == rest_kwh * RESIDUAL_KG_PER_KWH / 1_000


def test_account__takes_by_wire_what_the_line_carried_in_the_interval_of_its_use(
    root: Path,
) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        settled(ports)
        rows = ports.lake.read("matching", JUNE)["user", "E01"]
        found = document(ports, "scope2-physical.E01.2026-06")
        market = document(ports, "scope2-market.E01.2026-06")
        series = {one.series for one in ports.registry.latest_statements("2026-06")}

    load_wh, line_wh = rows["total_wh"].tolist(), rows["line_wh"].tolist()
    assert found["line_wh"] == market["line_wh"] == sum(line_wh) > 0
    rest_kwh = Decimal(sum(load_wh) - sum(line_wh)) / 1_000
    assert Decimal(str(found["value"])) == rest_kwh * RESIDUAL_KG_PER_KWH / 1_000
    assert Decimal(str(found["value"])) >= Decimal(str(market["value"]))
    pairs = [(line, load) for line, load in zip(line_wh, load_wh, strict=True) if line > 0]
    assert found["intervals"] == N_STEPS
    assert found["intervals_on_line"] == len(pairs) > 0
    assert found["intervals_wholly_on_line"] == sum(line == load for line, load in pairs)
    assert "scope2-physical.E02.2026-06" not in series, "E02 is on no dedicated line"


def test_project_energy__holds_its_identities_to_the_watt_hour(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.WITH_BATTERY)
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        settle(JUNE, ports=ports)
        energy = project_energy(JUNE, ports=ports)

    wh = {p: int(small_park.step_wh(p, JUNE).sum()) for p in small_park.COUNTS}
    stored_wh = wh["M-CH"] - wh["M-DIS"]
    assert energy.available_wh == wh["M-PV01"]
    assert energy.load_wh == wh["M-E01"] + wh["M-E02"] + stored_wh
    assert energy.curtailed_wh == 0
    assert energy.imported_wh - energy.exported_wh == (
        wh["M-E01"] + wh["M-E02"] + stored_wh - wh["M-PV01"]
    )


def test_project_energy__takes_metered_curtailment_as_available_and_as_no_flow(
    tmp_path: Path,
) -> None:
    plain, curtailing = (
        small_park.make(tmp_path / name, text)
        for name, text in (("a", small_park.PARK), ("b", small_park.CURTAILING))
    )
    found: list[ProjectEnergy] = []
    for root in (plain, curtailing):
        with small_park.opened(root) as ports:
            small_park.fill(ports, JUNE)
            settle(JUNE, ports=ports)
            found.append(project_energy(JUNE, ports=ports))
            rows = ports.lake.read("balance", JUNE)

    without, energy = found
    cut_wh = int(small_park.step_wh("M-CUT", JUNE).sum())
    assert energy.curtailed_wh == cut_wh > 0
    assert energy.available_wh == without.available_wh + cut_wh
    assert energy.self_used_wh == without.self_used_wh
    assert (energy.imported_wh, energy.load_wh) == (without.imported_wh, without.load_wh)
    assert rows["curtailment",]["wh"].sum() == cut_wh


def test_project_energy__counts_no_curtailment_where_it_was_not_read(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.CURTAILING)
    noon = 48
    with small_park.opened(root) as ports:
        registers = small_park.registers("M-CUT", DAY)
        others = [point for point in small_park.COUNTS if point != "M-CUT"]
        small_park.store(ports, small_park.uploads(ports, DAY, points=others))
        holes = small_park.but(registers, [noon, noon + 1])
        small_park.revise(ports, holes, sent_at_s=DAY.end_s + 60)
        settled = settle(DAY, ports=ports)
        rows = ports.lake.read("balance", DAY)

    assert settled.n_open == 0, "what is curtailed is no part of the balance"
    cut = rows["curtailment",]
    assert [int(at) for at in np.flatnonzero(cut["closed"] == 0)] == [noon - 1, noon, noon + 1]
    assert cut["wh"].sum() == 0


def test_account__states_both_meters_of_a_month_in_which_one_was_replaced(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.REPLACED_METERS)
    with small_park.opened(root) as ports:
        small_park.fill_replaced(ports)
        found = settled(ports)
        energy = document(ports, "energy.E01.2026-06")
        generation = document(ports, "energy.PV01.2026-06")

    points = [
        cast("Mapping[str, object]", t)["point"] for t in cast("list[object]", energy["terms"])
    ]
    assert points == ["M-E01", "M-E01-B"]
    assert energy["energy_wh"] == int(small_park.step_wh("M-E01", JUNE).sum())
    assert generation["energy_wh"] == int(small_park.step_wh("M-PV01", JUNE).sum())
    assert energy["missing"] == N_STEPS, "each interval has one of the two meters"
    assert found.n_new == 14


# -- versions ------------------------------------------------------------------------------------


def test_account__again_changes_nothing(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        first = settled(ports)
        before = stored(ports)

        again = settled(ports)

        assert stored(ports) == before
    assert (first.n_new, again) == (14, Accounted(0, 0, 14, (), ""))


def test_account__a_late_reading_restates_beside_the_old_version(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        settled(ports)
        before = stored(ports)
        block = small_park.registers("M-E01", JUNE)
        last = int(block.counts[-1])
        late = small_park.cut(small_park.but(block, [-1], count=last + 7), -1, len(block.counts))
        small_park.revise(ports, late, sent_at_s=JUNE.end_s + 500_000)

        found = settled(ports)
        after = stored(ports)

        kinds = ("energy", "standard-coal", "scope2-location")
        restated = {f"{kind}.{who}.2026-06" for kind in kinds for who in ("E01", PARK_SUBJECT)}
        restated |= {f"{kind}.E01.2026-06" for kind in ("scope2-market", "scope2-physical")}
        restated |= {"ratios-650.park.2026-06"}
        assert {name.removesuffix(".v2") for name in after if name.endswith(".v2")} == restated
        assert {name: after[name] for name in before} == before, "old versions, to the byte"
        assert found == Accounted(0, len(restated), 14 - len(restated), (), "")

        new = document(ports, "energy.E01.2026-06")
        old = document(ports, "energy.E01.2026-06.v1")
        assert (new["version"], new["supersedes"]) == (2, "energy.E01.2026-06.v1")
        assert (old["version"], old["supersedes"], old["reason"]) == (1, None, "first issue")
        assert new["reason"] not in {"", old["reason"]}
        assert int(str(new["energy_wh"])) - int(str(old["energy_wh"])) == 700


def test_account__of_a_longer_period_issues_its_whole_months_only(root: Path) -> None:
    longer = Period(JUNE.start, days(date(2026, 7, 3), 1, ZONE).end)
    with small_park.opened(root) as ports:
        small_park.fill(ports, longer)
        settle(longer, ports=ports)

        found = account(longer, ports=ports)

        assert found.n_new == 14
        assert ports.registry.latest_statements("2026-07") == []


def test_account__does_not_state_a_meter_that_was_gone_before_the_month(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.REPLACED_METERS)
    july = month("2026-07", ZONE)
    both = Period(JUNE.start, july.end)
    with small_park.opened(root) as ports:
        small_park.fill_replaced(ports)
        block = replace(small_park.registers("M-E01", july, first=5), point="M-E01-B")
        small_park.revise(ports, block, sent_at_s=july.end_s)
        settle(both, ports=ports)

        account(both, ports=ports)

        terms = cast("list[object]", document(ports, "energy.E01.2026-07")["terms"])
    assert [cast("Mapping[str, object]", term)["point"] for term in terms] == ["M-E01-B"]


# -- refusals ------------------------------------------------------------------------------------


def test_account__of_a_month_that_is_not_wholly_settled_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        settle(days(date(2026, 6, 11), 10, ZONE), ports=ports)

        for period in (JUNE, month("2026-07", ZONE)):
            with pytest.raises(UnsettledMonthError, match="settle the whole month"):
                account(period, ports=ports)

        assert ports.registry.latest_statements("2026-06") == []


def test_account__of_a_park_that_grew_since_it_was_settled_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        settle(JUNE, ports=ports)
        third = replace(ports.park.enterprises["E02"], id="E03")
        grown = replace(ports.park, enterprises={**ports.park.enterprises, "E03": third})

        with pytest.raises(UnsettledMonthError, match="E03"):
            read_matching(month("2026-06", grown.zone), ports=replace(ports, park=grown))


def test_account__of_a_month_without_a_known_factor_is_told_in_words(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        settle(JUNE, ports=ports)
        facts = [f for f in ports.facts.all() if not f.code.startswith("coal-equivalent")]

        found = account(JUNE, ports=replace(ports, facts=FactBook(facts)))

        assert (found.n_new, found.not_accounted) == (0, ("2026-06",))
        assert "coal-equivalent.electricity" in found.reason


# -- factors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "name", "data_year"),
    [
        (GridFactorPolicy.DATA_YEAR, "2022-06", 2022),
        (GridFactorPolicy.DATA_YEAR_OR_LATEST, "2022-06", 2022),
        (GridFactorPolicy.DATA_YEAR_OR_LATEST, "2026-06", 2023),
        (GridFactorPolicy.LATEST_PUBLISHED, "2026-06", 2023),
        (GridFactorPolicy.LATEST_PUBLISHED, "2024-12", 2022),
    ],
)
def test_grid_factor__follows_the_policy_of_the_park(
    root: Path, policy: GridFactorPolicy, name: str, data_year: int
) -> None:
    with small_park.opened(root, writing=False) as ports:
        accounting = replace(ports.park.accounting, grid_factor_policy=policy)
        chosen = replace(ports, park=replace(ports.park, accounting=accounting))

        factor = grid_factor(chosen, code="grid.average", region="Shanxi", period=month(name, ZONE))

    assert factor.data_year == data_year


def test_local_last_day__is_the_last_day_inside(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        assert local_last_day(JUNE, ports.park) == date(2026, 6, 30)


def test_first_day__of_a_rule_is_when_any_of_its_versions_began(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        assert first_day("direct-connection.green-min", ports.facts) == date(2025, 5, 21)


def test_counted__is_what_was_read_and_is_not_below_zero() -> None:
    quality = np.array([*Quality, Quality.MEASURED], np.uint8)
    series = EnergySeries(0, np.array([1, 1, 1, 0, 0, -1]), quality)

    assert counted(series).tolist() == [True, False, True, False, False, False]
