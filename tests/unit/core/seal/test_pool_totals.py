"""Sums of the pool: cut by local days, each day a salted leaf of its own."""

from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.periods import Period, month
from taihang.core.seal.pool_totals import PoolDay, pool_days, pool_entry, pool_tree
from taihang.core.tlog.merkle import leaf_hash, verify_inclusion

SHANGHAI = ZoneInfo("Asia/Shanghai")


def june(zone: ZoneInfo) -> tuple[Period, list[PoolDay]]:
    period = month("2026-06", zone)
    wh = np.arange(period.n_steps)
    return period, pool_days(period, demand_wh=2 * wh, given_wh=wh, zone=zone)


def test_pool_days__make_up_the_period_in_order() -> None:
    period, listed = june(SHANGHAI)

    assert len(listed) == 30
    assert [day.start_s for day in listed] == list(range(period.start_s, period.end_s, 86_400))
    assert sum((day.given_wh for day in listed), ()) == tuple(range(period.n_steps))
    assert listed[3].demand_wh == tuple(2 * wh for wh in listed[3].given_wh)


def test_pool_days__follow_the_clock_when_it_changes() -> None:
    zone = ZoneInfo("Europe/Berlin")
    period = month("2026-03", zone)
    wh = np.zeros(period.n_steps, np.int64)
    listed = pool_days(period, demand_wh=wh, given_wh=wh, zone=zone)

    assert sorted({len(day.given_wh) for day in listed}) == [92, 96]


@given(at=st.integers(0, 29))
def test_pool_tree__shows_each_day_alone(at: int) -> None:
    _, listed = june(SHANGHAI)
    salts = [bytes([n]) * 16 for n in range(30)]
    tree = pool_tree(listed, salts=salts)

    entry = pool_entry(listed[at], salt=salts[at])
    path = tree.inclusion_proof(at, size=30)
    verify_inclusion(leaf_hash(entry), index=at, size=30, path=path, root=tree.root())
    assert entry[:16] == salts[at]
