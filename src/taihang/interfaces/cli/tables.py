"""The one look of tables on the terminal."""

from rich.box import SIMPLE_HEAD
from rich.table import Table


def plain_table(title: str | None) -> Table:
    """Return a table without columns: one line under its headings, and no frame.

    Args:
        title: What stands above it; None for nothing.

    Example:
        >>> plain_table("x").title
        'x'
    """
    return Table(
        box=SIMPLE_HEAD,
        collapse_padding=True,
        pad_edge=False,
        title=title,
        title_justify="left",
        title_style="bold",
    )
