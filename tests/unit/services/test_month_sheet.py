"""The sheet of a settled month: all that was matched, and the issues that follow from it."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

import certified_park
import small_park
from small_park import AUGUST
from taihang.core.certificates.double_issue import DoubleIssueGuardError
from taihang.core.certificates.issue import day_leaves, day_tree, lots_of_issue
from taihang.core.periods import Period
from taihang.services import month_sheet
from taihang.services.account import UnsettledMonthError
from taihang.services.matched import Matched, shares_of
from taihang.services.month_sheet import (
    base_sheets,
    day_salts,
    due_issues,
    lots_root,
    sheet_of_month,
    suspects_of_month,
    whole_sheet,
)
from taihang.services.ports import Ports
from taihang.services.settle import settle


@pytest.fixture
def ports(tmp_path: Path) -> Generator[Ports]:
    root = small_park.make(tmp_path / "park", text=certified_park.text())
    with small_park.opened(root) as opened:
        certified_park.settled(opened)
        yield opened


def test_sheet_of_month__has_every_share_that_carried_anything(ports: Ports) -> None:
    sheet = sheet_of_month("2026-08", ports=ports)

    shares = [share for share in shares_of(AUGUST, ports=ports).shares if share.given_wh.any()]
    assert [route.route for route in sheet.routes] == [share.route for share in shares]
    assert sum(int(route.given_wh.sum()) for route in sheet.routes) == sum(
        int(share.given_wh.sum()) for share in shares
    )
    assert sheet.park_sha256 == ports.park_sha256


def test_sheet_of_month__that_is_not_settled__is_refused(ports: Ports) -> None:
    with pytest.raises(UnsettledMonthError):
        sheet_of_month("2026-09", ports=ports)


def test_whole_sheet__is_the_last_and_base_sheets_are_what_issues_rest_on(ports: Ports) -> None:
    first = whole_sheet("2026-08", ports=ports)
    certified_park.corrected(ports, {1_300: 5})
    certified_park.corrected(ports, {1_300: 0})

    last = whole_sheet("2026-08", ports=ports)
    base = base_sheets("2026-08", ports=ports)

    assert first is not None
    assert last is not None
    assert last.sha256 != first.sha256
    assert [sheet.sha256 for sheet in base][:1] == [first.sha256]
    assert [sheet.completes for sheet in base] == ["", last.sha256]
    rests_on = {made.sheet_sha256 for made in ports.registry.certificates.issues()}
    assert rests_on == {sheet.sha256 for sheet in base}
    assert whole_sheet("2026-07", ports=ports) is None


def test_due_issues__of_what_is_issued__are_none(ports: Ports) -> None:
    (sheet,) = base_sheets("2026-08", ports=ports)

    assert not list(due_issues(sheet, is_storage=False, ports=ports))
    assert not list(due_issues(sheet, is_storage=True, ports=ports))


def test_lots_root__is_what_anybody_with_the_salts_works_out(ports: Ports) -> None:
    (sheet,) = base_sheets("2026-08", ports=ports)
    for made in ports.registry.certificates.issues():
        lots = lots_of_issue(made, sheet)
        leaves = day_leaves(made.id, lots, zone=small_park.ZONE)
        tree = day_tree(leaves, salts=day_salts(made.id, len(leaves), ports=ports))

        assert len(leaves) == 31
        assert made.lots_root == tree.root().hex() == lots_root(made.id, lots, ports=ports)


def test_suspects_of_month__of_a_copied_curve__names_both_and_refuses_none(tmp_path: Path) -> None:
    text = certified_park.text()
    meter = next(line for line in text.splitlines() if line.startswith("M-PV01"))
    text = text.replace(meter, f"{meter}\n{meter.replace('PV01', 'PV02')}")
    text = text.replace('"M-PV01"', '"M-PV01", "M-PV02"', 1).replace(
        "[plants]\n",
        '[plants]\nPV02 = { name_zh = "二", name_en = "Two", kind = "pv", capacity_kw = 1500 }\n',
    )
    root = small_park.make(tmp_path / "park", text=text)
    counts = {**small_park.COUNTS, "M-PV02": small_park.COUNTS["M-PV01"]}
    with pytest.MonkeyPatch.context() as patch, small_park.opened(root) as ports:
        patch.setattr(small_park, "COUNTS", counts)
        small_park.fill(ports, AUGUST)
        settle(AUGUST, ports=ports)

        found = suspects_of_month("2026-08", ports=ports)

        assert {*found[0].plants} == {"PV01", "PV02"}
        assert sheet_of_month("2026-08", ports=ports).routes


def test_sheet_of_month__of_more_than_was_metered__is_refused(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", text=certified_park.text())
    with pytest.MonkeyPatch.context() as patch, small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        settle(AUGUST, ports=ports)
        whole, whole_park = shares_of(AUGUST, ports=ports), ports.park
        less = replace(whole, generated_wh=whole.generated_wh - 1)

        def of_less(period: Period, *, ports: Ports) -> Matched:
            assert (period, ports.park) == (AUGUST, whole_park)
            return less

        patch.setattr(month_sheet, "shares_of", of_less)

        with pytest.raises(DoubleIssueGuardError, match=r"Wh certified and .* Wh metered"):
            sheet_of_month("2026-08", ports=ports)


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ('project_code = "P1"', "project code, P1"),
        ('meter_number = "M1"', "meter, M1"),
        ('latitude_deg = "36", longitude_deg = "113"', "place and kind"),
    ],
)
def test_sheet_of_month__of_one_plant_under_two_names__is_refused(
    tmp_path: Path, keys: str, word: str
) -> None:
    text = certified_park.text()
    meter = next(line for line in text.splitlines() if line.startswith("M-PV01"))
    plant = 'name_zh = "二", name_en = "Two", kind = "pv", capacity_kw = 1500'
    text = (
        text.replace(meter, f"{meter}\n{meter.replace('PV01', 'PV02')}")
        .replace('"M-PV01"', '"M-PV01", "M-PV02"', 1)
        .replace("capacity_kw = 1500 }", f"capacity_kw = 1500, {keys} }}")
        .replace("[plants]\n", f"[plants]\nPV02 = {{ {plant}, {keys} }}\n")
    )
    root = small_park.make(tmp_path / "park", text=text)
    # The other one makes half of it and a little more, so that its curve is no copy.
    sun = small_park.COUNTS["M-PV01"]

    def other(step: small_park.Steps) -> small_park.Steps:
        return sun(step) // 2 + (step * 31) % 97

    counts = {**small_park.COUNTS, "M-PV02": other}
    with pytest.MonkeyPatch.context() as patch, small_park.opened(root) as ports:
        patch.setattr(small_park, "COUNTS", counts)
        small_park.fill(ports, AUGUST)
        settle(AUGUST, ports=ports)

        with pytest.raises(DoubleIssueGuardError, match=word):
            sheet_of_month("2026-08", ports=ports)
