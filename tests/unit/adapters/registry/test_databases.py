"""Databases come and go while others are gone through."""

import pytest
from django.db import connections
from django.db.utils import ConnectionDoesNotExist

from taihang.adapters.registry.databases import add_database, drop_database

SETTINGS = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}


def test_add_database__is_known_with_what_the_default_one_says() -> None:
    add_database("coming", SETTINGS)
    try:
        known = connections.databases["coming"]
        assert known["NAME"] == ":memory:"
        assert known.keys() >= connections.databases["default"].keys()
        with connections["coming"].cursor() as cursor:
            cursor.execute("select 1")
    finally:
        drop_database("coming")


def test_drop_database__is_known_no_more() -> None:
    add_database("going", SETTINGS)

    drop_database("going")

    with pytest.raises(ConnectionDoesNotExist):
        connections["going"]


def test_whoever_goes_through_them_comes_to_the_end_though_some_come_and_go() -> None:
    add_database("first", SETTINGS)
    names = iter(connections)
    next(names)

    add_database("second", SETTINGS)
    drop_database("first")

    # Those that were there when it began; of a table changed in place this would be a RuntimeError.
    assert "second" not in [*names]
    drop_database("second")
