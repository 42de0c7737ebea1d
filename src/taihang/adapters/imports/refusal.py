"""Why a foreign table cannot be read: said by every reader in the same way."""

from taihang.core.errors import InputError


class TableUnreadableError(InputError):
    """A file is cut off, damaged, or not what the map says it is."""

    code = "input.table-unreadable"


class ColumnMismatchError(InputError):
    """A table lacks a column that the map names, or the column holds something else."""

    code = "input.column-mismatch"
