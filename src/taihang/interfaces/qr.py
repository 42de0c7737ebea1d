"""A QR code as rows of modules and as one path of SVG: the same words, the same picture."""

from typing import Final

import segno

QUIET: Final = 4
"""Light modules around a code (ISO/IEC 18004)."""


def qr_rows(content: str) -> tuple[str, ...]:
    """Return the modules of a QR code, ``1`` where dark; a scratch of 15 % is corrected.

    Args:
        content: What a reader of the code gets.

    Example:
        >>> rows = qr_rows("/c/a")
        >>> len(rows) == len(rows[0]), rows[0][:8]
        (True, '11111110')
    """
    code = segno.make(content, error="m", micro=False, boost_error=False)
    return tuple("".join("01"[module & 1] for module in row) for row in code.matrix)


def qr_path(rows: tuple[str, ...]) -> str:
    """Return the dark modules as the path of an SVG whose view box is the code with its quiet zone.

    Example:
        >>> qr_path(("110", "001"))
        'M4 4h2v1h-2zM6 5h1v1h-1z'
    """
    return "".join(_runs(row, y + QUIET) for y, row in enumerate(rows))


def _runs(row: str, y: int) -> str:
    found, x = "", 0
    while (start := row.find("1", x)) >= 0:
        end = row.find("0", start)
        x = len(row) if end < 0 else end
        n = x - start
        found += f"M{start + QUIET} {y}h{n}v1h-{n}z"
    return found
