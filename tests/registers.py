"""Where a register of a test lies: a file, or a database of PostgreSQL; one suite for both."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from taihang.adapters.registry.store import Registry


@dataclass(frozen=True, slots=True)
class Place:
    """One register, and a way to its tables by hand."""

    location: Path | str

    @contextmanager
    def register(self) -> Generator[Registry]:
        """Open the register, and close it."""
        registry = Registry(self.location)
        try:
            yield registry
        finally:
            registry.close()

    def by_hand(self, sql: str) -> list[tuple[object, ...]]:
        """Say one statement to the database, past the program; return its rows."""
        if isinstance(self.location, Path):
            with closing(sqlite3.connect(self.location)) as database, database:
                return database.execute(sql).fetchall()
        with psycopg.connect(self.location) as connection:
            cursor = connection.execute(sql.encode())
            return [] if cursor.description is None else cursor.fetchall()
