"""Tables of certificates, wired: maps, files and the records that they hold."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from taihang.adapters.forms.exchange_file import read_table, write_table
from taihang.adapters.forms.exchange_map import load_exchange_map
from taihang.core.activity.sheet import Sheet
from taihang.core.certificates.exchange import ExchangeMap, export_table


def exchange_map(name: str) -> ExchangeMap:
    """Return a map of certificate tables.

    Args:
        name: Name of a bundled map, or path of a TOML file.
    """
    return load_exchange_map(name)


def read_certificate_table(path: Path) -> tuple[bytes, Sheet]:
    """Read a table of certificates from a file.

    Args:
        path: The file: ``.csv`` or ``.json``.

    Returns:
        Its bytes, and its cells.
    """
    data = path.read_bytes()
    return data, read_table(data, name=path.name)


def certificate_table(
    exchange: ExchangeMap, records: Iterable[Mapping[str, str]], *, kind: str
) -> bytes:
    """Return a table of certificates as bytes.

    Args:
        exchange: The map that names its columns.
        records: Named texts of each record.
        kind: ``csv`` or ``json``.
    """
    headings, rows = export_table(records, exchange=exchange)
    return write_table(headings, rows, kind=kind, exchange=exchange.name)
