"""A yearly carbon statement is drawn up again: what was altered, and what is behind, is told."""

from pathlib import Path

import small_park
from carbon_kit import SOURCES, declared
from taihang.core.activity.record import Flow
from taihang.services import carbon_account, park_carbon
from taihang.services.account import Draft, issue_statements
from taihang.services.audit import audit
from taihang.services.audit_years import wrong_years
from taihang.services.ports import Ports
from year_kit import YEAR, hand_in, lines


def issue(ports: Ports) -> None:
    found = [*carbon_account.drafts(YEAR, ports=ports), *park_carbon.drafts(YEAR, ports=ports)]
    issue_statements(found, period=YEAR, ports=ports)


def test_wrong_years__finds_nothing_in_what_was_just_issued(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        issue(ports)

        assert list(wrong_years(ports=ports)) == []


def test_wrong_years__tells_what_is_behind(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        issue(ports)
        hand_in(ports, lines("diesel", Flow.CONSUMED, "1", periods=[YEAR]))

        found = dict(wrong_years(ports=ports))

    assert sorted(found) == [f"inventory.E01.{YEAR}.v1", f"park-inventory.park.{YEAR}.v1"]
    assert all("is behind" in what for what in found.values())


def test_wrong_years__tells_a_planted_value(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        (draft, _) = carbon_account.drafts(YEAR, ports=ports)
        planted = Draft(draft.kind, draft.subject, YEAR, {**draft.body, "scope1_t": "1"})
        issue_statements([planted], period=YEAR, ports=ports)

        ((name, what),) = wrong_years(ports=ports)

    assert name == f"inventory.E01.{YEAR}.v1"
    assert "altered" in what


def test_audit__draws_yearly_statements_up_again(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        small_park.settle_june(ports)
        issue(ports)
        hand_in(ports, lines("diesel", Flow.CONSUMED, "1", periods=[YEAR]))

        found = {finding.where for finding in audit(ports=ports).findings}

    assert f"statement inventory.E01.{YEAR}.v1" in found
