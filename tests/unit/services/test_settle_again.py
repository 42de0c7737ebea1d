"""What late readings touch is settled again: to the byte what closing the whole month gives."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import late_park
import small_park
from late_park import Late
from small_park import AUGUST, N_DAY
from taihang.core.metering.vee.rule import Hits, Rule
from taihang.services import settle_again as module
from taihang.services.audit import audit
from taihang.services.close_period import close_period
from taihang.services.ports import Slabs
from taihang.services.restate import Restated, restate
from taihang.services.settle_again import WholeNeeded, settle_again
from taihang.services.touched import touched

LATE_DAY = Late("M-E02", 5 * N_DAY, N_DAY + 1, 0)
"""The gap of a day is filled; a substitute a week later rests on that day."""
LATER_GAP = range(12 * N_DAY, 13 * N_DAY)
LATES = st.lists(
    st.builds(
        Late,
        point=st.sampled_from(late_park.POINTS),
        first=st.integers(0, AUGUST.n_steps - 2),
        n=st.sampled_from((1, 3, N_DAY, N_DAY + 1, 3 * N_DAY)),
        by=st.sampled_from((0, 0, 3, 40, -40, 900, None)),
    ),
    min_size=1,
    max_size=3,
)


def both_ways(lates: Sequence[Late], *, with_audit: bool = False) -> Restated:
    """Restate late readings, and close the whole month with them beside it; demand one result."""
    with TemporaryDirectory() as folder:
        part = late_park.copied(late_park.settled(), Path(folder) / "part")
        with small_park.opened(part) as ports:
            for number, late in enumerate(lates):
                late_park.send(ports, late, number=number)
        whole = late_park.copied(part, Path(folder) / "whole")
        with small_park.opened(part) as ports:
            done = restate(ports=ports)
            of_part, hash_of_part = late_park.said(ports), ports.lake.state_hash()
            if with_audit:
                assert audit(ports=ports).findings == []
        with small_park.opened(whole) as ports:
            if done.work:
                close_period(AUGUST, ports=ports)
            of_whole, hash_of_whole = late_park.said(ports), ports.lake.state_hash()
    differing = [name for name in {*of_part, *of_whole} if of_part.get(name) != of_whole.get(name)]
    assert not differing, sorted(differing)
    assert hash_of_part == hash_of_whole
    return done


@settings(max_examples=15)
@given(LATES)
@example([LATE_DAY])
@example([Late("M-PV01", 14 * N_DAY + 44, 9, 0), Late("M-E01", 8 * N_DAY + 40, 5, 0)])
@example([Late("M-CH", 3 * N_DAY, N_DAY, None)])
@example([Late("M-IMP", 3 * N_DAY, 3, 3)])
@example([Late("M-E01", 0, N_DAY, 1), Late("M-E02", AUGUST.n_steps - N_DAY, N_DAY, 0)])
def test_restate__gives_what_closing_the_whole_period_gives(lates: list[Late]) -> None:
    done = both_ways(lates)

    for work in done.work:
        event(f"whole: {work.whole_because or 'no'}")


def test_restate__of_a_late_day_touches_what_rests_on_it_and_passes_the_audit() -> None:
    done = both_ways([LATE_DAY], with_audit=True)

    (work,) = done.work
    # The day itself, and the gap a week later that is filled by what it was: of N_DAY + 1 registers
    # that were not read, two more intervals are without an edge.
    assert work.whole_because == ""
    assert (work.n_meters, work.n_meter_intervals, work.n_hours) == (1, 2 * (N_DAY + 2), 2 * 26)
    assert work.months == ("2026-08",)
    changed = {each.now.partition(".2026")[0] for each in done.changed}
    assert {"energy.E02", "scope2-market.E02", "bill.E02"} <= changed
    assert "energy.E01" not in changed


@pytest.mark.parametrize(
    "late",
    [
        Late("M-PV01", 14 * N_DAY + 44, 9, 0),
        Late("M-E01", 20 * N_DAY - 3, 8, 0),
        Late("M-E02", 19 * N_DAY + 30, 6, 0),
        Late("M-DIS", 9 * N_DAY, N_DAY, None),
    ],
    ids=["plant", "over midnight", "hour", "battery"],
)
def test_restate__of_one_gap_does_not_need_the_whole_period(late: Late) -> None:
    (work,) = both_ways([late]).work

    assert work.whole_because == ""
    assert work.n_hours < 60


def test_settle_again__writes_no_row_that_says_the_same(tmp_path: Path) -> None:
    root = late_park.copied(late_park.settled(), tmp_path / "park")
    with small_park.opened(root) as ports:
        before = late_park.said(ports)
        late_park.send(ports, LATE_DAY, number=0)
        months = {path: path.read_bytes() for path in (root / "lake").rglob("2026-08.parquet")}
        (found,) = touched(ports=ports)

        again = settle_again(found, ports=ports)

        assert not isinstance(again, WholeNeeded)
        after = late_park.said(ports)
        other = {name for name in after if after[name] != before[name]}
        assert "intervals/M-E02" in other
        assert not other & {"intervals/M-E01", "quality/M-E01", "lots/PV01"}
        kept = [path for path, data in months.items() if path.read_bytes() == data]
        assert {p.parent.name for p in kept} >= {"intervals", "balance", "matching", "quality"}


def test_settle_again__of_another_park_file_is_left_to_the_whole_period(tmp_path: Path) -> None:
    root = late_park.copied(late_park.settled(), tmp_path / "park")
    file = root / "park.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n# read again\n", encoding="utf-8")
    with small_park.opened(root) as ports:
        late_park.send(ports, LATE_DAY, number=0)
        (found,) = touched(ports=ports)

        again = settle_again(found, ports=ports)

        assert isinstance(again, WholeNeeded)
        assert "park.toml" in again.why
        assert touched(ports=ports) != ()


def test_settle_again__of_substitutes_that_rest_on_all_is_left_to_the_whole_period(
    tmp_path: Path,
) -> None:
    root = late_park.copied(late_park.settled(), tmp_path / "park")
    with small_park.opened(root) as ports:
        late_park.send(ports, LATE_DAY, number=0)
        (found,) = touched(ports=ports)
        plan = ports.park.estimation
        assert plan is not None
        other = replace(ports.park, estimation=replace(plan, methods=("parent-difference",)))

        again = settle_again(found, ports=replace(ports, park=other))

        assert isinstance(again, WholeNeeded)
        assert "parent-difference" in again.why


def test_settle_again__does_not_build_on_rows_that_nobody_settled(tmp_path: Path) -> None:
    root = late_park.copied(late_park.settled(), tmp_path / "park")
    with small_park.opened(root) as ports:
        rows = ports.lake.read("intervals", AUGUST, "M-E02")
        wh = rows["M-E02",]["wh"].copy()
        wh[5 * N_DAY + 7] += 1
        ports.lake.amend("intervals", {("M-E02",): {**rows["M-E02",], "wh": wh}})
        late_park.send(ports, LATE_DAY, number=0)
        (found,) = touched(ports=ports)

        again = settle_again(found, ports=ports)

        assert isinstance(again, WholeNeeded)
        assert "other rows" in again.why


def test_wrong__what_is_carried_over_to_a_later_day_is_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    truly = module.differs

    def first_day_only(before: module.Part, after: module.Part) -> NDArray[np.bool_]:
        mask = truly(before, after).copy()
        mask[LATER_GAP] = False
        return mask

    monkeypatch.setattr(module, "differs", first_day_only)

    with pytest.raises(AssertionError, match="balance/load"):
        both_ways([LATE_DAY])


def test_wrong__a_finding_of_the_park_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_found(*_: object, **__: object) -> dict[str, list[Hits]]:
        return {}

    monkeypatch.setattr(module, "validate_park", nothing_found)

    with pytest.raises(AssertionError, match=Rule.PARENT_CHILD.value):
        both_ways([Late("M-E02", 3 * N_DAY + 40, 1, 900)])


def test_wrong__the_park_is_not_balanced_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_rows(*_: object) -> Slabs:
        return {}

    monkeypatch.setattr(module, "balance_rows", no_rows)

    with pytest.raises(AssertionError, match="balance"):
        both_ways([LATE_DAY])
