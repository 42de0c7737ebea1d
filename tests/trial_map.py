"""A small import map over text files, whose keys a test may change one by one."""

from collections.abc import Mapping
from typing import Final, Protocol

from taihang.adapters.imports.account import ImportResult

Changes = Mapping[str, str | None]
"""TOML values by key; None takes the key away."""

TABLE: Final = {
    "files": '"*.csv"',
    "csv": '{ delimiter = ",", encoding = "utf-8" }',
    "label": '"period-start"',
    "step_s": "900",
    "duplicates": '"refuse"',
}
TIME: Final = {"column": '"time"', "format": '"%Y-%m-%d %H:%M"', "zone": '"+08:00"'}
VALUE: Final = {
    "column": '"kwh"',
    "point": '"M-1"',
    "quantity": '"energy"',
    "unit": '"kWh"',
    "multiplier": '"1"',
    "missing": "[]",
}


class Decode(Protocol):
    """Decodes texts, each a file of its own, by the map with some keys changed."""

    def __call__(
        self,
        *texts: str | bytes,
        table: Changes | None = None,
        time: Changes | None = None,
        value: Changes | None = None,
    ) -> ImportResult: ...


def map_text(
    *,
    top: str = "",
    table: Changes | None = None,
    time: Changes | None = None,
    value: Changes | None = None,
) -> str:
    """Return the TOML of the map with some keys changed."""
    return "\n".join(
        [
            'name = "trial"\ntitle = "Trial"\nnotes = ["a note"]',
            top,
            f"[[table]]\n{_lines(TABLE, table)}",
            f"[table.time]\n{_lines(TIME, time)}",
            f"[[table.value]]\n{_lines(VALUE, value)}",
        ]
    )


def _lines(keys: Changes, changes: Changes | None) -> str:
    merged = {**keys, **(changes or {})}
    return "\n".join(f"{key} = {text}" for key, text in merged.items() if text is not None)
