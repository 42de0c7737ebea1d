"""Accounts of two parks stand side by side in one process; a second opening finds the first."""

import sqlite3
from pathlib import Path

from django.contrib.auth.models import User

from taihang import pages_wiring
from taihang.interfaces.accounts.opening import Accounts
from trail_kit import trail_in


def opened(root: Path) -> Accounts:
    return Accounts(pages_wiring.accounts_database(root), trail=trail_in(root))


def names(accounts: Accounts) -> list[str]:
    with accounts.served():
        return [user.username for user in User.objects.order_by("username")]


def test_accounts__each_park_has_its_own_and_keeps_them(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = opened(tmp_path / "one"), opened(tmp_path / "two")
    with one.served():
        User.objects.create_user("li")

    again = opened(tmp_path / "one")

    assert names(one) == names(again) == ["li"]
    assert names(two) == []
    for accounts in (one, two, again):
        accounts.close()


def test_accounts__hold_no_table_of_the_register(tmp_path: Path) -> None:
    opened(tmp_path).close()

    with sqlite3.connect(tmp_path / "accounts.db") as found:
        tables = {name for (name,) in found.execute("SELECT name FROM sqlite_master")}
    assert {"member", "auth_user", "signed_in"} <= tables
    assert not {"statement", "enterprise", "certificate"} & tables
