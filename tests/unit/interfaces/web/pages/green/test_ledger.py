"""Where the page of certificates gets its rows, and that they close."""

from taihang.core.access.scope import Scope
from taihang.interfaces.web.pages.green.ledger import ALL, PER_PAGE, Wanted, build_ledger
from taihang.services.ports import Ports
from taihang.services.sight import see

MONTH = "2026-09"


def test_build_ledger__shows_the_last_month_closed_and_guarded(ports: Ports) -> None:
    view = build_ledger(ports, Wanted())

    assert view.month == MONTH
    assert view.balance is not None
    assert view.balance.difference_wh == 0
    assert sum(view.by_state_wh.values()) == sum(row.wh for row in view.rows)
    assert len(view.guards) == 4
    assert all(not each.findings for each in view.guards)
    assert view.market is not None


def test_build_ledger__pages_through_all_of_them(ports: Ports) -> None:
    first = build_ledger(ports, Wanted(month=ALL))
    pages = [build_ledger(ports, Wanted(month=ALL, page=n + 1)) for n in range(first.n_pages)]

    assert first.n_pages == -(-len(first.rows) // PER_PAGE) > 1
    assert [row for view in pages for row in view.shown] == [*first.rows]
    assert build_ledger(ports, Wanted(month=ALL, page=first.n_pages + 1)).shown == ()
    assert (first.balance, first.guards) == (None, ())


def test_build_ledger__keeps_to_what_is_asked_for(ports: Ports) -> None:
    mine = build_ledger(ports, Wanted(month=MONTH, holder="E02"))

    assert {row.holder for row in mine.rows} == {"E02"}
    assert len(mine.holders) > 1
    assert build_ledger(ports, Wanted(month=MONTH, state="listed")).rows == ()
    assert build_ledger(ports, Wanted(month="2019-01")).rows == ()


def test_build_ledger__shows_an_enterprise_what_it_holds(ports: Ports) -> None:
    view = build_ledger(see(ports, Scope(frozenset(("E02",)))), Wanted())

    assert {row.holder for row in view.rows} == {"E02"}
    assert (view.balance, view.guards, view.market, view.holders) == (None, (), None, ("E02",))
