"""Bringing tables up: whole or not at all, and never back."""

import sqlite3
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections

from registers import Place
from taihang.adapters.registry.migrate import NewerRegisterError
from taihang.adapters.registry.store import (
    Registry,
)
from taihang.core.seal.gateway_key import GatewayKey
from taihang.core.seal.issued import IssuedStatement

SHA = "ab" * 32


@contextmanager
def register(directory: Path) -> Generator[Registry]:
    registry = Registry(directory / "registry.db")
    try:
        yield registry
    finally:
        registry.close()


def statement(
    series: str, version: int = 1, period: str = "2026-06", document: str = '{"value":"1"}'
) -> IssuedStatement:
    kind, subject, _ = series.split(".")
    return IssuedStatement(series, version, kind, subject, period, document)


def by_hand(directory: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(directory / "registry.db")) as database, database:
        return database.execute(sql).fetchall()


def old_register(directory: Path) -> None:
    """The register as the first version of the program left it."""
    alias, path = "old-register", str(directory / "registry.db")
    connections.databases[alias] = {**connections.databases["default"], "NAME": path}
    call_command("migrate", "registry", "0001", database=alias, verbosity=0)
    connections[alias].close()
    del connections[alias], connections.databases[alias]
    by_hand(directory, "INSERT INTO gateway_key VALUES ('GW2', 'cc', 2), ('GW1', 'aa', 1)")
    for version in (1, 2):
        series = "energy.E01.2026-06"
        by_hand(
            directory,
            f"INSERT INTO statement VALUES ('{series}.v{version}', '{series}', {version}, 'energy',"
            f" 'E01', '2026-06', 'ab', '{{\"v\":{version}}}', 7)",
        )


def test_register__of_the_first_version_opens_with_its_keys_and_statements(tmp_path: Path) -> None:
    old_register(tmp_path)

    with register(tmp_path) as registry:
        assert registry.gateway_keys() == {
            "GW1": (GatewayKey(1, b"\xaa", 1),),
            "GW2": (GatewayKey(1, b"\xcc", 2),),
        }
        assert registry.statement("energy.E01.2026-06").document == '{"v":2}'
        assert [(entry.number, entry.id) for entry in registry.roll()] == [
            (1, "energy.E01.2026-06.v1"),
            (2, "energy.E01.2026-06.v2"),
        ]


DIE_IN_MIGRATION = """
import os, sys
from pathlib import Path
from taihang import wiring
from taihang.adapters.registry.store import Registry
from django.db.backends.sqlite3.base import SQLiteCursorWrapper
left, run = int(sys.argv[2]), SQLiteCursorWrapper.execute
def execute(self, query, params=None):
    global left
    if not query.startswith(("SELECT", "PRAGMA")):
        left -= 1
        if left < 0:
            os._exit(9)
    return run(self, query, params)
SQLiteCursorWrapper.execute = execute
Registry(Path(sys.argv[1]) / "registry.db").close()
"""


@pytest.mark.parametrize("n_statements", [1, 4, 8, 13, 19])
def test_register__killed_in_a_migration_opens_as_if_nothing_had_been(
    tmp_path: Path, n_statements: int
) -> None:
    """F4: one transaction: the next start finds the old tables whole, and moves them."""
    old_register(tmp_path)

    command = [sys.executable, "-c", DIE_IN_MIGRATION, str(tmp_path), str(n_statements)]
    died = subprocess.run(command, check=False)

    assert died.returncode == 9
    assert by_hand(tmp_path, "SELECT count(*) FROM gateway_key") == [(2,)]
    with register(tmp_path) as registry:
        assert sorted(registry.gateway_keys()) == ["GW1", "GW2"]
        assert len(registry.roll()) == 2


def test_register__of_a_later_program_is_refused_in_words(place: Place) -> None:
    with place.register():
        pass
    place.by_hand(
        "INSERT INTO django_migrations (app, name, applied)"
        " VALUES ('registry', '9999_later', '2030-01-01')",
    )

    with pytest.raises(NewerRegisterError, match="9999_later"):
        Registry(place.location)
