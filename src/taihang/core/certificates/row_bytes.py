"""Rows of whole watt-hours as bytes: each at the narrowest width that holds it, one spelling only.

A row is a byte that says the width (0, 1, 2, 4 or 8), then so many bytes a value, unsigned, least
byte first. A row of nothing but zeros has the width 0 and no further byte.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError

_WIDTHS: Final = (0, 1, 2, 4, 8)
_TYPES: Final = {width: np.dtype(f"<u{width}") for width in _WIDTHS[1:]}
_MOST: Final = np.iinfo(np.int64).max


class RowBytesError(InputError):
    """Bytes are not the rows that were announced, or not in their one spelling."""

    code = "input.row-bytes"


def pack_rows(rows_wh: NDArray[np.int64]) -> bytes:
    """Return rows as bytes.

    Args:
        rows_wh: Energies of 0 or more, shape (m, n). [Wh]

    Example:
        >>> pack_rows(np.array([[0, 0], [3, 300]])).hex()
        '000203002c01'
    """
    parts: list[bytes] = []
    for row in rows_wh:
        width = _width(int(row.max(initial=0)))
        parts.append(bytes((width,)))
        if width:
            parts.append(row.astype(_TYPES[width]).tobytes())
    return b"".join(parts)


class RowReader:
    """Takes rows of one length from bytes, one after the other."""

    def __init__(self, data: bytes, *, at: int, n: int) -> None:
        self._data = data
        self._at = at
        self.n = n
        """Values of each row."""

    def rows(self, m: int) -> NDArray[np.int64]:
        """Return the next rows, shape (m, n) [Wh].

        Raises:
            RowBytesError: If there are fewer bytes, or a row is wider than it need be.
        """
        # Every row has at least its width: no announced number makes memory of nothing.
        if m > len(self._data) - self._at:
            raise self._error(f"{m} rows", f"{len(self._data) - self._at} bytes at most")
        return np.array([self._row() for _ in range(m)], np.int64).reshape(m, self.n)

    def finish(self) -> None:
        """Refuse bytes after the last row.

        Raises:
            RowBytesError: If there are any.
        """
        if self._at != len(self._data):
            raise self._error(f"{len(self._data) - self._at} bytes", "the end")

    def _row(self) -> NDArray[np.int64]:
        width = self._take(1)[0]
        if width not in _WIDTHS:
            raise self._error(f"width {width}", "a width of 0, 1, 2, 4 or 8")
        if not width:
            return np.zeros(self.n, np.int64)
        row = np.frombuffer(self._take(width * self.n), _TYPES[width])
        most = int(row.max(initial=0))
        if most > _MOST or _width(most) != width:
            raise self._error(f"a row of width {width} up to {most}", "the narrowest width")
        return row.astype(np.int64)

    def _take(self, n_bytes: int) -> bytes:
        part = self._data[self._at : self._at + n_bytes]
        if len(part) != n_bytes:
            raise self._error("the end", f"{n_bytes} more bytes")
        self._at += n_bytes
        return part

    def _error(self, given: str, expected: str) -> RowBytesError:
        return RowBytesError(
            given=f"byte {self._at}: {given}",
            expected=expected,
            remedy="take the file again from its source",
        )


def _width(most: int) -> int:
    return next(width for width in _WIDTHS if most < 1 << 8 * width)
