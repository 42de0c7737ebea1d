"""Quotas: what was used of the limit, month by month, and the forecast apart."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import small_park
import story_parks
from carbon_kit import declared, state_load
from figure_kit import Walk, stated_only, walked
from quota_kit import RULES
from taihang.core.figure.story import Ground
from taihang.services.account import issue_statements
from taihang.services.figure_of_quotas import BOOKS
from taihang.services.ports import Ports
from taihang.services.quota_account import drafts


@pytest.fixture(scope="module")
def year() -> Iterator[Ports]:
    with small_park.opened(story_parks.year_of_accounts(), writing=False) as found:
        yield found


def test_quota__is_what_was_used_over_the_limit_of_the_park_file(year: Ports) -> None:
    assert BOOKS.keys() == {"quota"}
    walk = walked(year, "quota")

    assert not stated_only(walk, "quota")
    grounds = Walk(year).down("statement/quota.E01.2026/lines/Q2/limit")
    assert grounds == {Ground.PARAMETER}
    used = walk.open("statement/quota.E01.2026.v1/lines/Q2/used")
    assert used.adds_up
    assert len(used.inputs) == 12
    assert walk.open("statement/quota.E01.2026.v1/lines/Q2/used_ratio").adds_up


def test_month__of_which_no_account_is_issued_opens_as_it_is_drawn_up(tmp_path: Path) -> None:
    root = declared(small_park.make(tmp_path / "park"), RULES, story_parks.QUOTAS)
    with small_park.opened(root) as ports:
        state_load(ports, load_wh=18_540_000_000)
        state_load(ports, load_wh=12_000_000_000, months=["2025-11"])
        issue_statements(drafts("2026", ports=ports), period="2026", ports=ports)
        walk = Walk(ports)
        base = "statement/quota.E01.2026.v1/lines"

        coal = walk.level(f"{base}/Q1/months/06")
        power = walk.level(f"{base}/Q2/last_year/11")

    assert not walk.faults, walk.faults
    assert [one.key for one in coal.inputs] == ["draft/energy-account.E01.2026-06/equivalent_tce"]
    assert [one.key for one in power.inputs] == ["statement/scope2-market.E01.2025-11.v1/load_wh"]
    assert coal.adds_up
    assert power.adds_up
