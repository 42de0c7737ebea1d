"""What is settled: accounts that close, missing that stays missing, no more green than there is."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import small_park
from small_park import DAY, SCALE_WH, ZONE
from taihang.core.balance.settlement import Settlement
from taihang.core.metering.readings import MeterEvent, MeterEventKind
from taihang.core.park.topology import Direction
from taihang.core.periods import STEP_S, Period, PeriodError, days
from taihang.core.series import Quality
from taihang.services.collect import Collected
from taihang.services.match_period import lines_of
from taihang.services.ports import Ports
from taihang.services.settle import (
    NothingToSettleError,
    Settled,
    period_of,
    ports_of,
    settle,
    term_of,
)
from taihang.services.settled_rows import max_interval_wh, series_of, service_mask

LATER_S = DAY.end_s + 86_400


def flows(ports: Ports, period: Period = DAY) -> dict[str, NDArray[np.int64]]:
    return {flow: rows["wh"] for (flow,), rows in ports.lake.read("balance", period).items()}


def intervals(ports: Ports, point: str) -> dict[str, NDArray[np.int64]]:
    return ports.lake.read("intervals", DAY, point)[point,]


def matched(ports: Ports, role: str, node: str) -> dict[str, NDArray[np.int64]]:
    return ports.lake.read("matching", DAY)[role, node]


def settle_again(settlement: Settlement, ports: Ports) -> None:
    """Settle once more from what was known then, as a rebuild does."""
    settle(
        period_of(settlement),
        ports=ports_of(settlement, ports=ports),
        as_of=settlement.journal_size,
        record=False,
    )


def settled_day(root: Path, *uploads: Collected) -> tuple[Settled, dict[str, NDArray[np.int64]]]:
    """Fill the day, store more uploads, settle; return what was found and the first meter."""
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        if uploads:
            small_park.store(ports, uploads)
        return settle(DAY, ports=ports), intervals(ports, "M-E01")


# -- energy and balance --------------------------------------------------------------------------


def test_settle__gives_each_interval_the_register_difference(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)

        found = settle(DAY, ports=ports)

        for point in ("M-E01", "M-E02", "M-PV01"):
            assert intervals(ports, point)["wh"].tolist() == small_park.step_wh(point, DAY).tolist()
    assert (found.n_meters, found.n_intervals, found.n_missing) == (3, 96, 0)
    assert found.n_rollover == 3, "every dial starts again on this day"
    assert (found.n_open, found.max_closure_error_wh) == (0, 0)


def test_settle__without_grid_meters_derives_import_and_export(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        settle(DAY, ports=ports)
        found = flows(ports)
        metered = ports.lake.read("balance", DAY)["import",]["metered"]

    load = small_park.step_wh("M-E01", DAY) + small_park.step_wh("M-E02", DAY)
    net = load - small_park.step_wh("M-PV01", DAY)
    assert found["load"].tolist() == load.tolist()
    assert found["import"].tolist() == np.maximum(net, 0).tolist()
    assert found["export"].tolist() == np.maximum(-net, 0).tolist()
    assert found["export"].any(), "the sun of this park is stronger than its noon load"
    assert not found["losses"].any()
    assert not metered.any()


def test_settle__with_grid_meters_states_what_is_lost(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.GRID_METERED)
    load = small_park.step_counts("M-E01", DAY) + small_park.step_counts("M-E02", DAY)
    net = load - small_park.step_counts("M-PV01", DAY)
    came_in, went_out = np.maximum(net, 0) + 5, np.maximum(-net, 0)
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        registers = tuple(
            small_park.block_of(point, DAY.start_s, np.concatenate([[0], counts.cumsum()]))
            for point, counts in (("M-IMP", came_in), ("M-EXP", went_out))
        )
        small_park.store(ports, [Collected("GW1", LATER_S, registers)])

        found = settle(DAY, ports=ports)
        wh = flows(ports)

    assert wh["import"].tolist() == (came_in * SCALE_WH).tolist()
    assert wh["losses"].tolist() == [5 * SCALE_WH] * 96
    assert (found.n_open, found.max_closure_error_wh) == (0, 0)


def test_settle__with_grid_meters_that_do_not_report_leaves_the_balance_open(
    tmp_path: Path,
) -> None:
    root = small_park.make(tmp_path / "park", small_park.GRID_METERED)
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        found = settle(DAY, ports=ports)
        wh = flows(ports)

    assert (found.n_open, found.n_missing) == (96, 2 * 96)
    assert not any(values.any() for values in wh.values()), "open is not zero: nothing is stated"


def test_settle__counts_charge_and_discharge(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.WITH_BATTERY)
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        found = settle(DAY, ports=ports)
        wh = flows(ports)

    assert wh["charge"].tolist() == small_park.step_wh("M-CH", DAY).tolist()
    assert wh["discharge"].tolist() == small_park.step_wh("M-DIS", DAY).tolist()
    assert found.max_closure_error_wh == 0


# -- missing and refused -------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(
    gone=st.dictionaries(
        st.sampled_from(["M-E01", "M-E02", "M-PV01"]), st.sets(st.integers(0, 96)), max_size=3
    )
)
def test_settle__what_is_missing_stays_missing_and_the_rest_closes(
    tmp_path_factory: pytest.TempPathFactory, gone: dict[str, set[int]]
) -> None:
    root = small_park.make(tmp_path_factory.mktemp("park") / "park")
    with small_park.opened(root) as ports:
        whole = small_park.uploads(ports, DAY)
        blocks = {b.point: b for upload in whole for b in upload.blocks}
        holes = {p: small_park.but(b, gone.get(p, ())) for p, b in blocks.items()}
        small_park.store(
            ports,
            [replace(u, blocks=tuple(holes[b.point] for b in u.blocks)) for u in whole],
        )

        found = settle(DAY, ports=ports)

        open_steps: set[int] = set()
        total_wh = 0
        for point, block in blocks.items():
            absent = gone.get(point, set())
            missing = {i for i in range(96) if i in absent or i + 1 in absent}
            rows = intervals(ports, point)
            assert set(np.flatnonzero(rows["quality"] == Quality.MISSING).tolist()) == missing
            assert not rows["wh"][sorted(missing)].any()
            open_steps |= missing
            kept = np.flatnonzero(holes[point].quality < Quality.MISSING)
            if len(kept):
                steps = small_park.step_wh(point, DAY)[kept[0] : kept[-1]]
                total_wh += int(steps.sum()) - int(rows["wh"].sum())
            assert len(block.counts) == 97
        assert found.gap_wh == total_wh, "register difference = intervals + gap, exactly"
        assert found.n_open == len(open_steps)
        assert found.max_closure_error_wh == 0
        assert not flows(ports)["load"][sorted(open_steps)].any()


def test_settle__of_a_period_without_readings_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)

        with pytest.raises(NothingToSettleError):
            settle(days(date(2026, 7, 1), 1, ZONE), ports=ports)

        assert ports.registry.settlements() == []


def test_settle__of_a_period_off_the_grid_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)

        with pytest.raises(PeriodError, match="quarter"):
            settle(Period.of_s(DAY.start_s + 60, DAY.end_s), ports=ports)


def test_settle__rejects_what_no_honest_meter_counts(root: Path) -> None:
    jump = small_park.registers("M-E01", DAY)
    counts = jump.counts.copy()
    counts[50:] = (counts[50:] + 9_000) % small_park.MODULUS
    late = Collected("GW1", LATER_S, (replace(jump, counts=counts),))

    found, rows = settled_day(root, late)

    assert np.flatnonzero(rows["quality"] == Quality.REJECTED).tolist() == [49]
    assert (found.n_rejected, rows["wh"][49]) == (1, 0)
    assert found.n_open == 1


# -- swaps ---------------------------------------------------------------------------------------


def swapped(at_s: int, *, final_more: int = 0) -> tuple[Collected, MeterEvent]:
    """The day of the first meter with another meter from an instant inside an interval on."""
    old = small_park.registers("M-E01", DAY)
    step = (at_s - DAY.start_s) // STEP_S
    stop = int(old.counts[step]) + 200 + final_more
    rest = int(small_park.step_counts("M-E01", DAY)[step]) - 200
    steps = small_park.step_counts("M-E01", DAY)[step + 1 :]
    new = 77 + rest + np.concatenate([[0], np.cumsum(steps)])
    counts = np.concatenate([old.counts[: step + 1], new])
    event = MeterEvent("M-E01", MeterEventKind.SWAP, at_s, stop, 77)
    return Collected("GW1", LATER_S, (replace(old, counts=counts),), (event,)), event


def test_settle__over_a_swap_adds_old_stop_and_new_start(root: Path) -> None:
    upload, _ = swapped(DAY.start_s + 40 * STEP_S + 300)

    found, rows = settled_day(root, upload)

    assert rows["wh"].tolist() == small_park.step_wh("M-E01", DAY).tolist()
    assert (found.n_events, found.n_missing, found.n_rejected) == (1, 0, 0)


def test_settle__counts_a_swap_that_two_batches_tell_of_once(root: Path) -> None:
    upload, event = swapped(DAY.start_s + 40 * STEP_S + 300)
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        small_park.store(ports, [upload])
        block = small_park.cut(upload.blocks[0], 0, 1)
        again = small_park.sealed(ports, "GW1", 3, block, events=(event,), sent_at_s=LATER_S + 5)
        assert len(small_park.ingested(ports, [again])) == 1
        assert ports.lake.count("events") == 2

        settle(DAY, ports=ports)

        assert intervals(ports, "M-E01")["wh"].tolist() == (
            small_park.step_wh("M-E01", DAY).tolist()
        )


def test_settle__takes_the_event_that_was_sent_last(root: Path) -> None:
    wrong, event = swapped(DAY.start_s + 40 * STEP_S + 300, final_more=50)
    right = replace(event, final_count=event.final_count - 50)
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        small_park.store(ports, [wrong])
        settle(DAY, ports=ports)
        before = int(intervals(ports, "M-E01")["wh"][40])

        small_park.store(ports, [Collected("GW1", LATER_S + 900, (), (right,))])
        settle(DAY, ports=ports)

        truth = int(small_park.step_wh("M-E01", DAY)[40])
        assert (before, int(intervals(ports, "M-E01")["wh"][40])) == (
            truth + 50 * SCALE_WH,
            truth,
        )


# -- service -------------------------------------------------------------------------------------

E02_FROM_2_JUNE = small_park.park_text(
    gateway_1=small_park.E01 + small_park.PV01, gateway_2=small_park.E02
).replace(
    "transformer_kva = 1000\n", "transformer_kva = 1000\nin_service = { since = 2026-06-02 }\n"
)


def test_settle__leaves_out_what_is_not_in_service(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", E02_FROM_2_JUNE)
    two_days = Period.of_s(DAY.start_s, DAY.end_s + 86_400)
    with small_park.opened(root) as ports:
        small_park.store(ports, small_park.uploads(ports, two_days, points=["M-E01", "M-PV01"]))
        first_day = settle(DAY, ports=ports)
        assert ("M-E02",) not in ports.lake.read("intervals", DAY)
        assert not matched(ports, "user", "E02")["total_wh"].any()

        both = settle(two_days, ports=ports)

        rows = ports.lake.read("intervals", two_days)["M-E02",]
        mask = service_mask(ports.park, ports.park.meters["M-E02"], two_days)
    assert (first_day.n_meters, first_day.n_missing, first_day.n_open) == (2, 0, 0)
    assert (both.n_missing, both.n_open) == (96, 96), "on the second day its meter is missing"
    assert int(rows["time_s"][0]) == DAY.end_s
    assert mask.tolist() == [False] * 96 + [True] * 96


# -- green ---------------------------------------------------------------------------------------


def test_settle__matches_no_more_than_was_generated_or_used(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        settle(DAY, ports=ports)
        plant = matched(ports, "plant", "PV01")
        users = [matched(ports, "user", user) for user in ("E01", "E02")]

    given_wh = plant["line_wh"] + plant["pool_wh"]
    received_wh = sum(user["line_wh"] + user["pool_wh"] for user in users)
    assert np.all(given_wh <= plant["total_wh"])
    assert all(np.all(u["line_wh"] + u["pool_wh"] <= u["total_wh"]) for u in users)
    assert np.array_equal(given_wh, received_wh)
    assert np.array_equal(
        given_wh, np.minimum(plant["total_wh"], sum(user["total_wh"] for user in users))
    )
    assert plant["line_wh"].max() == 500 * 1_000 * STEP_S // 3_600, "as much as the line carries"
    assert not users[1]["line_wh"].any(), "the line does not reach the second user"


def test_settle__claims_nothing_that_was_not_measured(root: Path) -> None:
    with small_park.opened(root) as ports:
        uploads = small_park.uploads(ports, DAY)
        doubtful = tuple(
            replace(b, quality=np.full_like(b.quality, Quality.MANUAL))
            if b.point == "M-PV01"
            else b
            for b in uploads[0].blocks
        )
        small_park.store(ports, [replace(uploads[0], blocks=doubtful), uploads[1]])
        settle(DAY, ports=ports)
        plant = matched(ports, "plant", "PV01")

    assert plant["total_wh"].any()
    assert not (plant["line_wh"] + plant["pool_wh"]).any()


# -- again ---------------------------------------------------------------------------------------


def test_settle__again_changes_nothing_and_is_remembered_once(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        first = settle(DAY, ports=ports)
        before = ports.lake.state_hash()

        again = settle(DAY, ports=ports)

        assert again == first
        assert ports.lake.state_hash() == before
        assert ports.registry.settlements() == [first.settlement]


def test_settle__as_of_an_earlier_size_does_not_know_what_came_later(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        first = settle(DAY, ports=ports)
        before = ports.lake.state_hash()
        block = small_park.registers("M-E01", DAY)
        small_park.revise(
            ports, small_park.but(block, [96], count=int(block.counts[96]) + 9), sent_at_s=LATER_S
        )
        with_revision = settle(DAY, ports=ports)
        changed = int(intervals(ports, "M-E01")["wh"][95])

        settle_again(first.settlement, ports)

        truth = int(small_park.step_wh("M-E01", DAY)[95])
        assert changed == truth + 9 * SCALE_WH
        assert int(intervals(ports, "M-E01")["wh"][95]) == truth
        assert with_revision.settlement.journal_size == first.settlement.journal_size + 1
        assert before != ports.lake.state_hash(), "the revision itself stays in the lake"


def test_settle__again_takes_the_park_file_of_that_time(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        first = settle(DAY, ports=ports)
        line_wh = matched(ports, "user", "E01")["line_wh"].tolist()
    text = (root / "park.toml").read_text(encoding="utf-8")
    (root / "park.toml").write_text(
        text.replace("capacity_kva = 500", "capacity_kva = 100"), encoding="utf-8"
    )

    with small_park.opened(root) as ports:
        settle(DAY, ports=ports)
        assert matched(ports, "user", "E01")["line_wh"].max() == 25_000
        settle_again(first.settlement, ports)
        assert matched(ports, "user", "E01")["line_wh"].tolist() == line_wh
        assert len(ports.registry.settlements()) == 2


# -- small parts ---------------------------------------------------------------------------------


def test_lines_of__names_rows_and_the_limit_of_one_interval(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        (line,) = lines_of(ports.park)

    assert (line.plants, line.users, line.limit_wh) == ((0,), (0,), 125_000)


def test_term_of__is_what_the_meter_is(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        meter = ports.park.meters["M-E01"]

    term = term_of(meter)

    assert (term.point, term.sign, term.scale, term.modulus) == ("M-E01", 1, 100, 10**7)
    assert term.max_interval_wh == max_interval_wh(meter) == 500_000
    assert meter.measures is Direction.CONSUMPTION


def test_series_of__calls_missing_what_is_not_there() -> None:
    rows = {
        "time_s": np.array([DAY.start_s + STEP_S]),
        "wh": np.array([7]),
        "quality": np.array([int(Quality.MEASURED)]),
    }

    series = series_of(rows, Period.of_s(DAY.start_s, DAY.start_s + 3 * STEP_S))

    assert series.wh.tolist() == [0, 7, 0]
    assert series.present.tolist() == [False, True, False]
