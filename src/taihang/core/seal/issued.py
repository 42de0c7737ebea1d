"""A statement as it was issued: its bytes and what they are filed under."""

from dataclasses import dataclass

from taihang.core.errors import StateError


class UnknownStatementError(StateError):
    """No statement has this id."""

    code = "state.unknown-statement"


@dataclass(frozen=True, slots=True)
class IssuedStatement:
    """One version of one statement; the text is canonical JSON and never changes."""

    series: str
    """The id without its version, for example ``scope2-location.E17.2026-06``."""
    version: int
    kind: str
    subject: str
    period: str
    """Local month or year, for example ``2026-06``."""
    document: str

    @property
    def id(self) -> str:
        """The series with the version.

        Example:
            >>> IssuedStatement("energy.E01.2026-06", 2, "energy", "E01", "2026-06", "{}").id
            'energy.E01.2026-06.v2'
        """
        return f"{self.series}.v{self.version}"
