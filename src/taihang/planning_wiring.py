"""Puts together what planning needs where there is no park: the solver alone.

It is apart from ``wiring`` so that a problem file is planned without a database, a journal or
anything else of a park being imported.
"""

from taihang.adapters import highs
from taihang.core.dispatch.model import Solve


def solver() -> Solve:
    """Return what solves linear models."""
    return highs.solve
