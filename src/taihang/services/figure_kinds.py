"""Every kind of statement, and the rule book that says how its numbers come about.

A kind that is not here has no opener; a test fails as soon as a job issues one.
"""

from collections.abc import Mapping
from typing import Final

from taihang.services import (
    figure_of_accounts,
    figure_of_bills,
    figure_of_carbon,
    figure_of_energy,
    figure_of_money,
    figure_of_plans,
    figure_of_products,
    figure_of_quotas,
    figure_of_sums,
    figure_of_years,
)
from taihang.services.bill_document import WHAT_IF
from taihang.services.figure_stated import RuleBook

_BOOKS: Final[tuple[Mapping[str, RuleBook], ...]] = (
    figure_of_energy.BOOKS,
    figure_of_bills.BOOKS,
    figure_of_money.BOOKS,
    figure_of_carbon.BOOKS,
    figure_of_products.BOOKS,
    figure_of_accounts.BOOKS,
    figure_of_quotas.BOOKS,
    figure_of_sums.BOOKS,
    figure_of_years.BOOKS,
    figure_of_plans.BOOKS,
)


def book_of(kind: str) -> RuleBook | None:
    """Return the rule book of a kind; of a what-if that of what it stands in for.

    Args:
        kind: The kind of a statement.

    Returns:
        None where nobody wrote one.

    Example:
        >>> book_of("bill-what-if") is book_of("bill")
        True
    """
    plain = kind.removesuffix(WHAT_IF)
    return next((books[plain] for books in _BOOKS if plain in books), None)


def known_kinds() -> frozenset[str]:
    """Return every kind that can be opened."""
    return frozenset(kind for books in _BOOKS for kind in books)
