from fractions import Fraction
from pathlib import Path

import canary_park
import small_park
from canary_park import MONTH, STEP_COUNTS, TENANTS
from small_park import AUGUST, SCALE_WH
from taihang.core.access.aggregate import Withheld
from taihang.core.park.park import PARK_SUBJECT
from taihang.services.park_sums import GREEN, UNITS, groups_of, park_sums, sums_for


def test_park_sums__are_those_of_the_statements_and_of_the_matching(tmp_path: Path) -> None:
    root = canary_park.made(tmp_path / "park")
    with small_park.opened(root, writing=False) as ports:
        sums = sums_for(TENANTS[:1], MONTH, ports=ports)
        found = {(each.measure, each.group): each for each in sums}
        assert {each.group for each in park_sums(MONTH, ports=ports)} == {"park"}
        rows = ports.lake.read("matching", AUGUST)

        users = [own for (role, _), own in rows.items() if role == "user"]
        green_wh = sum(int((own["line_wh"] + own["pool_wh"]).sum()) for own in users)
        load_wh = sum(STEP_COUNTS.values()) * SCALE_WH * AUGUST.n_steps
        assert {measure for measure, _ in found} == set(UNITS)
        assert found["energy", "park"].found.value == Fraction(load_wh, 1_000)
        assert found[GREEN, "park"].found.value == Fraction(green_wh, 1_000)
        # All are of one sector, so its sum is that of the park and says nothing new.
        assert found["energy", "C38"].found == found["energy", "park"].found
        assert found["energy", "park"].n_in_group == len(TENANTS)


def test_park_sums__of_a_month_without_statements_are_withheld(tmp_path: Path) -> None:
    root = canary_park.made(tmp_path / "park")
    with small_park.opened(root, writing=False) as ports:
        found = park_sums("2026-07", ports=ports)

        assert {each.found.withheld for each in found} == {Withheld.TOO_FEW}
        assert {each.found.value for each in found} == {None}


def test_sums_for__a_viewer_of_two_enterprises_sees_no_sum_of_six(tmp_path: Path) -> None:
    root = canary_park.made(tmp_path / "park")
    with small_park.opened(root, writing=False) as ports:
        found = sums_for(TENANTS[:3], MONTH, ports=ports)

        assert {each.found.withheld for each in found} == {Withheld.TOO_FEW}


def test_groups_of__are_the_park_and_ones_own_sector(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        whole = {PARK_SUBJECT: ("E01", "E02")}

        assert groups_of(ports.park, viewers=()) == whole
        assert groups_of(ports.park, viewers=["E01"]) == {**whole, "C38": ("E01",)}
        assert groups_of(ports.park, viewers=["E01", "E02", "E99"]) == {
            **whole,
            "C30": ("E02",),
            "C38": ("E01",),
        }
