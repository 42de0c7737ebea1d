"""An issue: every watt-hour of its lots has one position, and a position one lot."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger_books import PERIOD, ZONE, fed_in, issues_of, plain_lots, sheet_of

from taihang.core.balance.matching import Route, RouteKind
from taihang.core.certificates.issue import (
    LOT,
    Issue,
    IssueError,
    IssueLots,
    Kind,
    day_leaves,
    day_tree,
    issue_id,
    lots_at,
    lots_of,
    lots_of_issue,
    parts_of,
    read_issue,
)
from taihang.core.periods import STEP_S
from taihang.core.seal.canonical import DocumentError
from taihang.core.tlog.merkle import leaf_hash, verify_inclusion

SHEET = sheet_of()
ISSUES = issues_of(SHEET)


def test_issues__of_a_sheet__hold_every_watt_hour_once() -> None:
    given_wh = sum(int(route.given_wh.sum()) for route in SHEET.routes)

    assert sum(issue.total_wh for issue, _ in ISSUES) == given_wh
    assert len({issue.id for issue, _ in ISSUES}) == len(ISSUES) == 6


@pytest.mark.parametrize(("issue", "lots"), ISSUES, ids=[issue.id for issue, _ in ISSUES])
def test_lots_of_issue__are_those_it_was_made_of(issue: Issue, lots: IssueLots) -> None:
    found = lots_of_issue(issue, SHEET)

    assert found.plants == lots.plants
    assert np.array_equal(found.wh, lots.wh)
    order = list(zip(found.starts_s.tolist(), found.rows.tolist(), strict=True))
    assert order == sorted(set(order))


@given(st.sampled_from(ISSUES), st.data())
@settings(max_examples=60, deadline=None)
def test_lots_at__positions__opens_the_same_lots_as_the_whole_issue(
    made: tuple[Issue, IssueLots], data: st.DataObject
) -> None:
    issue, lots = made
    first = data.draw(st.integers(0, issue.total_wh - 1))
    stop = data.draw(st.integers(first + 1, issue.total_wh))

    found = lots_at(issue, SHEET, first_wh=first, stop_wh=stop)

    wanted = lots.between(first, stop)
    assert found.total_wh == stop - first
    assert np.array_equal(found.starts_s, wanted.starts_s)
    assert [found.plants[row] for row in found.rows.tolist()] == [
        wanted.plants[row] for row in wanted.rows.tolist()
    ]
    assert np.array_equal(found.wh, wanted.wh)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(any), st.data())
def test_between__two_parts_that_touch__are_the_whole(
    energies_wh: list[int], data: st.DataObject
) -> None:
    lots = plain_lots(energies_wh)
    total_wh = lots.total_wh
    at = data.draw(st.integers(0, total_wh))

    parts = [lots.between(a, b) for a, b in ((0, at), (at, total_wh)) if a < b]

    by_start: dict[int, int] = {}
    for part in parts:
        for start_s, wh in zip(part.starts_s.tolist(), part.wh.tolist(), strict=True):
            by_start[start_s] = by_start.get(start_s, 0) + wh
    assert by_start == dict(zip(lots.starts_s.tolist(), lots.wh.tolist(), strict=True))


def test_place__of_every_lot__is_where_between_finds_it() -> None:
    names = ("PV01", "W01")
    lots = lots_of(np.array([[2, 0, 5], [3, 4, 0]]), plants=names, start_s=0)

    places = [
        lots.place(names[int(row)], int(start_s))
        for row, start_s in zip(lots.rows, lots.starts_s, strict=True)
    ]

    assert places == [(0, 2), (2, 5), (5, 9), (9, 14)]
    with pytest.raises(IssueError):
        lots.place("W01", 2 * STEP_S)


@pytest.mark.parametrize(("first", "stop"), [(-1, 4), (4, 4), (5, 4), (0, 101)])
def test_between__outside__is_refused(first: int, stop: int) -> None:
    with pytest.raises(IssueError):
        plain_lots([60, 40]).between(first, stop)


def test_parts_of__say_first_and_last_lot() -> None:
    lots = lots_of(np.array([[0, 2, 5], [3, 0, 0]]), plants=("PV01", "W01"), start_s=0)

    parts = parts_of(lots)

    assert [(p.id, p.first_s, p.stop_s, p.wh) for p in parts] == [
        ("PV01", 900, 2_700, 7),
        ("W01", 0, 900, 3),
    ]


def test_day_leaves__cover_every_lot_and_touch() -> None:
    issue, lots = ISSUES[1]

    leaves = day_leaves(issue.id, lots, zone=ZONE)

    assert len(leaves) == 30
    rows = np.concatenate([np.frombuffer(leaf[leaf.index(b"\n") + 1 :], LOT) for leaf in leaves])
    assert np.array_equal(rows["wh"], lots.wh)
    assert leaves[0].startswith(b'{"day":"2026-06-01","first_wh":0,"issue":"2026-06.pool.E01"')


def test_day_tree__shows_one_day_under_the_root_of_the_issue() -> None:
    issue, lots = ISSUES[1]
    leaves = day_leaves(issue.id, lots, zone=ZONE)
    tree = day_tree(leaves, salts=[bytes(16)] * len(leaves))

    path = tree.inclusion_proof(7, size=30)

    root = bytes.fromhex(issue.lots_root)
    leaf = leaf_hash(bytes(16) + leaves[7])
    verify_inclusion(leaf, index=7, size=30, path=path, root=root)


def test_lots_of_issue__from_another_sheet__is_refused() -> None:
    with pytest.raises(IssueError):
        lots_of_issue(ISSUES[1][0], sheet_of(2))


def test_issue__read_again__is_the_same() -> None:
    issue = fed_in()

    assert read_issue(issue.document(), where="x") == issue


@pytest.mark.parametrize(
    "changed",
    [{"total_wh": 101}, {"total_wh": 0, "plants": ()}, {"kind": Kind.NON_TRADABLE}],
)
def test_issue__that_contradicts_itself__is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(IssueError):
        replace(fed_in(), **changed)


def test_read_issue__of_an_unknown_kind__is_refused() -> None:
    with pytest.raises(DocumentError, match="kind"):
        read_issue({**fed_in().document(), "kind": "gold"}, where="x")


def test_lots_at__outside__is_refused() -> None:
    issue, _ = ISSUES[0]

    with pytest.raises(IssueError):
        lots_at(issue, SHEET, first_wh=0, stop_wh=issue.total_wh + 1)


def test_lots_of__begins_where_the_period_begins() -> None:
    assert plain_lots([0, 1]).starts_s.tolist() == [PERIOD.start_s + STEP_S]


def test_issue_id__of_many_contracts_served_together__stays_short() -> None:
    names = [
        issue_id("2026-06", Route(RouteKind.CONTRACT, "+".join([f"GS{n}"] * 30)), recipient="E1")
        for n in range(2)
    ]

    assert len(set(names)) == 2
    assert all(len(name) < 60 for name in names)
