"""The matching of a settled period again, step by step."""

from pathlib import Path

import numpy as np
import pytest

import small_park
from small_park import DAY, JUNE
from taihang.core.balance.matching import RouteKind
from taihang.services.account import UnsettledMonthError
from taihang.services.matched import shares_of
from taihang.services.settle import settle


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_park.make(tmp_path / "park", small_park.PARK)


def test_shares_of__is_what_the_lake_keeps_told_step_by_step(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        settle(JUNE, ports=ports)

        found = shares_of(JUNE, ports=ports)
        rows = ports.lake.read("matching", JUNE)

    assert [(each.route.kind, each.route.id) for each in found.shares] == [
        (RouteKind.LINE, "DL1"),
        (RouteKind.POOL, "park"),
    ]
    assert (found.plants, found.users) == (("PV01",), ("E01", "E02"))
    for role, ids, line, pool in (
        ("plant", found.plants, *(found.matching.given_wh(k) for k in KINDS)),
        ("user", found.users, *(found.matching.received_wh(k) for k in KINDS)),
    ):
        for row, node in enumerate(ids):
            assert rows[role, node]["line_wh"].tolist() == line[row].tolist()
            assert rows[role, node]["pool_wh"].tolist() == pool[row].tolist()
    assert found.load_wh.tolist() == [rows["user", user]["total_wh"].tolist() for user in USERS]
    assert found.generated_wh.tolist() == [rows["plant", "PV01"]["total_wh"].tolist()]
    assert found.matching.load_wh.any()


def test_shares_of__a_part_of_a_period_are_those_of_the_period_there(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        settle(JUNE, ports=ports)

        whole, part = shares_of(JUNE, ports=ports), shares_of(DAY, ports=ports)

    for of_month, of_day in zip(whole.shares, part.shares, strict=True):
        inside = np.s_[:, : DAY.n_steps]
        assert of_month.route == of_day.route
        assert of_month.given_wh[inside].tolist() == of_day.given_wh.tolist()
        assert of_month.received_wh[inside].tolist() == of_day.received_wh.tolist()


def test_shares_of__refuses_a_period_that_is_not_wholly_settled(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        settle(DAY, ports=ports)

        with pytest.raises(UnsettledMonthError, match="not wholly settled"):
            shares_of(JUNE, ports=ports)


KINDS = (RouteKind.LINE, RouteKind.POOL)
USERS = ("E01", "E02")
