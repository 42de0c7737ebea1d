"""What the reports centre needs of whoever draws reports up and sets them, and what is stamped."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.review import Signature
from taihang.services.ports import Ports
from taihang.services.report_period import ReportPeriod
from taihang.services.report_ready import Lack


@dataclass(frozen=True, slots=True)
class Asked:
    """Which report."""

    period: ReportPeriod
    subject: str
    """``park``, or an enterprise."""

    @property
    def series(self) -> str:
        """The id of its statement without version."""
        return f"report.{self.subject}.{self.period.name}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A report in one language, before it is set in any form."""

    title: str
    figures: dict[str, JsonValue]
    """Its machine form: words and exact numbers, with the log that it stands on."""
    content: dict[str, JsonValue]
    """The same without what changes while the figures do not: log and version of the code."""
    drawings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What stands on every copy of an issued report beside its figures."""

    statement: str
    """Id with version."""
    code: str
    sha256: str
    """Over the canonical figures. [hex]"""
    address: str
    """Where the code can be looked up: a whole address, or a bare path."""
    issued_at_s: int
    issued_by: str
    is_approved: bool
    """False makes the copy a draft, which it says on every page."""
    signatures: tuple[Signature, ...]
    """Of an approved report."""
    lacks: tuple[Lack, ...]
    """What was not there; the report is provisional if anything."""
    zone: str
    """IANA name of the park's time zone."""


class Press(Protocol):
    """Draws reports up and sets them; the figures come from the services, the words from here."""

    def draw(self, asked: Asked, *, lang: str, ports: Ports) -> Drawn:
        """Draw a report up from what is settled and stated now."""
        ...

    def set_copy(
        self,
        form: str,
        figures: Mapping[str, JsonValue],
        drawings: tuple[str, ...],
        *,
        stamp: Stamp,
    ) -> bytes:
        """Set figures that were drawn up before in one form; the same input is the same bytes."""
        ...
