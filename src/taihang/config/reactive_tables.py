"""The table of reactive registers in a park file, key by key."""

from collections.abc import Callable, Mapping
from typing import Final

from taihang.config.table_reader import TableReader
from taihang.config.value_rules import COUNT, DIGITS, NumberRule
from taihang.core.park.reactive_meter import ReactiveMeter

_VARH: Final = NumberRule(
    words="a whole number of var-hours", unit="varh", example="10", at_least=1
)
_KVAR: Final = NumberRule(words="a number of kilovars", unit="kvar", example="800", above=0)


def read_reactive_meter(table: TableReader) -> ReactiveMeter:
    """Read one line of ``[reactive_meters]``."""
    return ReactiveMeter(
        id=table.id,
        node=table.reference("node", example="E01"),
        resolution_varh=table.count("resolution_varh", _VARH),
        multiplier=table.count("multiplier", COUNT),
        digits=table.count("digits", DIGITS),
        max_kvar=table.number("max_kvar", _KVAR),
        in_service=table.in_service(),
    )


REACTIVE_TABLES: Final[Mapping[str, Callable[[TableReader], object]]] = {
    "reactive_meters": read_reactive_meter,
}
"""Who reads which table."""
