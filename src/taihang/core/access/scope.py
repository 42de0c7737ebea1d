"""How much of a park somebody sees: all of it, or the enterprises that are one's own."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Scope:
    """The enterprises whose data one sees.

    Example:
        >>> Scope(frozenset({"E01"})).sees("E02"), Scope(None).sees("E02")
        (False, True)
    """

    enterprises: frozenset[str] | None
    """Ids of enterprises; None for the whole park. None of a park is no enterprise: nothing."""

    @property
    def is_whole(self) -> bool:
        """Whether the whole park is seen."""
        return self.enterprises is None

    def sees(self, enterprise: str) -> bool:
        """Say whether the data of an enterprise are seen."""
        return self.enterprises is None or enterprise in self.enterprises


WHOLE_PARK: Final = Scope(None)
"""Everything of a park."""
NOTHING: Final = Scope(frozenset())
"""Nothing of anybody: of a person whom no enterprise is given."""
