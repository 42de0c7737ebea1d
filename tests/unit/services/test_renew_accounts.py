"""Accounts that were issued follow the activity data under them; others are not begun."""

from pathlib import Path

import small_park
from carbon_kit import SOURCES, declared
from taihang.core.activity.record import Flow
from taihang.services import carbon_account, indicator_account, park_carbon
from taihang.services.account import issue_statements
from taihang.services.audit_years import wrong_years
from taihang.services.ports import Ports
from taihang.services.renew_accounts import renew_accounts
from year_kit import YEAR, hand_in, lines


def issue(ports: Ports) -> None:
    for jobs in (carbon_account, park_carbon, indicator_account):
        issue_statements(jobs.drafts(YEAR, ports=ports), period=YEAR, ports=ports)


def ids(ports: Ports) -> set[str]:
    return {issued.id for issued in ports.registry.latest_statements(YEAR)}


def test_renew_accounts__states_again_what_changed_and_nothing_else(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        issue(ports)
        before = ids(ports)
        hand_in(ports, lines("diesel", Flow.CONSUMED, "1", periods=[YEAR]))

        n_restated = renew_accounts([YEAR], ports=ports)

        # The indicators build on the inventory of the park, so they follow it.
        assert ids(ports) - before == {
            f"inventory.E01.{YEAR}.v2",
            f"park-inventory.park.{YEAR}.v2",
            f"zero-carbon.park.{YEAR}.v2",
        }
        assert n_restated == 3
        assert list(wrong_years(ports=ports)) == []
        assert renew_accounts([YEAR], ports=ports) == 0


def test_renew_accounts__begins_no_account_and_leaves_earlier_years(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        assert renew_accounts([YEAR], ports=ports) == 0
        issue(ports)
        hand_in(ports, lines("diesel", Flow.CONSUMED, "1", periods=[YEAR]))

        assert renew_accounts([], ports=ports) == 0
        assert renew_accounts(["2027"], ports=ports) == 0
        assert all(name.endswith(".v1") for name in ids(ports))
