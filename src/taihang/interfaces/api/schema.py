"""How every schema of the interface is: strict, closed, and explained at each field."""

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item", bound=BaseModel)


class Schema(BaseModel):
    """A value that goes in or out; an unknown field is an error."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True
    )


class Words(BaseModel):
    """The words of an address; numbers come as text there, so they are read as such."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Problem(Schema):
    """Why a request is refused (RFC 9457)."""

    type: str
    """``urn:taihang:error:`` and the code."""
    title: str
    """What it is, in the language of the reader."""
    status: int
    code: str
    """Stable; explained in the list of errors."""
    given: str
    """What was given."""
    expected: str
    """What would have been right."""
    remedy: str
    """What to do now."""


class Page(Schema, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    next: str | None
    """Cursor of the part that follows; null at the end."""


Id = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/]+$")]
"""What a thing is called."""
FigureKey = Annotated[str, Field(min_length=1, max_length=400, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""Names a figure: words with slashes between them, which may stand in the address as they are."""
_YEAR = r"(19[7-9][0-9]|2[01][0-9][0-9])"
_MONTH = r"(0[1-9]|1[0-2])"
_DAY = r"(0[1-9]|[12][0-9]|3[01])"
Year = Annotated[str, Field(pattern=f"^{_YEAR}$")]
"""A calendar year, 1970 … 2199."""
Day = Annotated[str, Field(pattern=f"^{_YEAR}-{_MONTH}-{_DAY}$")]
"""A local day, ``2026-09-01``."""
Month = Annotated[str, Field(pattern=f"^{_YEAR}-{_MONTH}$")]
"""A local month, ``2026-09``."""
LocalPeriod = Annotated[str, Field(pattern=f"^{_YEAR}(-{_MONTH}(-{_DAY})?)?$")]
"""A local year, month or day: ``2026``, ``2026-09``, ``2026-09-01``."""
Instant = Annotated[
    str,
    Field(
        pattern=f"^{_YEAR}-{_MONTH}-{_DAY}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$",
        examples=["2026-09-01T00:00:00+08:00"],
    ),
]
"""A moment with its zone, to the second."""
Whole = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
"""A whole number of 64 bits."""
