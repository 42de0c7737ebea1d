"""A sum over the members of a park that closes: rows, sectors, what lies between, the park.

::

    park = Σ members + public facilities − what is counted twice among them

The park is stated by itself, from its own meters and forms. What lies between the sum of the
members and the park is worked out item by item, each from its own amounts, and what is then left is
the difference: 0, or the table does not close and says by how much.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from taihang.core.quantities import EXACT


@dataclass(frozen=True, slots=True, kw_only=True)
class SumRow:
    """One member."""

    subject: str
    sector: str
    """Division of GB/T 4754; empty of a station and of public facilities."""
    columns: Mapping[str, Decimal]
    """Signed parts of its total, by name; what it passed on is below zero."""
    stated: Decimal | None
    """Its total as its own statement says it; None where it has none."""

    @property
    def total(self) -> Decimal:
        """The sum of its columns, exact."""
        return exact_sum(self.columns.values())

    @property
    def difference(self) -> Decimal | None:
        """What its own statement says more than its columns; None where it has none."""
        return None if self.stated is None else exact_sum((self.stated, -self.total))


@dataclass(frozen=True, slots=True, kw_only=True)
class SumTable:
    """Members, what lies between, and the park, all in one unit: tce, or tCO2.

    Example:
        >>> row = SumRow(subject="E1", sector="C31", columns={"a": Decimal(5)}, stated=Decimal(5))
        >>> table = SumTable(rows=(row,), between={"public": Decimal(1)}, park=Decimal(6))
        >>> table.difference, table.closes
        (Decimal('0'), True)
    """

    rows: tuple[SumRow, ...]
    between: Mapping[str, Decimal]
    """Signed amounts that lead from the sum of the members to the park, by name."""
    park: Decimal | None
    """As its own statement says it; None where it has no value."""

    @property
    def sectors(self) -> dict[str, dict[str, Decimal]]:
        """Sums of the columns by sector, in order of sector."""
        found: dict[str, list[SumRow]] = {}
        for row in self.rows:
            found.setdefault(row.sector, []).append(row)
        return {sector: columns_of(rows) for sector, rows in sorted(found.items())}

    @property
    def members(self) -> Decimal:
        """The sum of all members, exact."""
        return exact_sum(row.total for row in self.rows)

    @property
    def reached(self) -> Decimal:
        """The sum of the members and of all that lies between, exact."""
        return exact_sum((self.members, *self.between.values()))

    @property
    def difference(self) -> Decimal | None:
        """What the park says more than what is reached; None where it says nothing."""
        return None if self.park is None else exact_sum((self.park, -self.reached))

    @property
    def open_rows(self) -> tuple[SumRow, ...]:
        """Members whose statement says another total than their columns."""
        return tuple(row for row in self.rows if row.difference)

    @property
    def closes(self) -> bool:
        """Whether the park is stated, reached to the last digit, and so is every member."""
        return self.difference == 0 and not self.open_rows


def columns_of(rows: Iterable[SumRow]) -> dict[str, Decimal]:
    """Return the sums of the columns of some rows, exact, in order of first appearance."""
    found: dict[str, list[Decimal]] = {}
    for row in rows:
        for name, amount in row.columns.items():
            found.setdefault(name, []).append(amount)
    return {name: exact_sum(amounts) for name, amounts in found.items()}


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """Return a sum without rounding; of nothing it is 0."""
    with localcontext(EXACT):
        return sum(amounts, start=Decimal(0))
