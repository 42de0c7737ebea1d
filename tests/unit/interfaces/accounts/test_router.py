"""Which database a row belongs to."""

from taihang.adapters.registry.models import Statement
from taihang.interfaces.accounts.models import Member
from taihang.interfaces.accounts.router import AccountsRouter, served_accounts

ROUTER = AccountsRouter()


def test_router__sends_members_to_the_served_park_and_leaves_the_register_alone() -> None:
    token = served_accounts.set("accounts-7")
    try:
        assert ROUTER.db_for_read(Member) == ROUTER.db_for_write(Member) == "accounts-7"
        assert ROUTER.db_for_read(Statement) is None
        assert ROUTER.db_for_write(Statement) is None
    finally:
        served_accounts.reset(token)


def test_router__keeps_the_tables_apart() -> None:
    cases = (("park-1", "registry"), ("accounts-1", "auth"), ("accounts-1", "accounts"))

    assert all(ROUTER.allow_migrate(db, app) for db, app in cases)
    assert not ROUTER.allow_migrate("park-1", "auth")
    assert not ROUTER.allow_migrate("accounts-1", "registry")


def test_router__rows_of_two_databases_never_refer_to_each_other() -> None:
    one, other = Member(), Member()
    one._state.db, other._state.db = "accounts-1", "accounts-2"

    assert ROUTER.allow_relation(one, one)
    assert not ROUTER.allow_relation(one, other)
