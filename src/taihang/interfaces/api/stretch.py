"""The period that a question is about: a local one by its name, or two moments."""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import Field

from taihang.core.errors import InputError
from taihang.core.periods import STEP_S, Period, PeriodError, days, month
from taihang.interfaces.api.schema import Instant, LocalPeriod, Words

_YEARS: Final = (1970, 2199)
_MONTHS_SIGNS: Final = 7
_YEAR_SIGNS: Final = 4


class StretchError(InputError):
    """No period, or none that is one, is named."""

    code = "input.stretch"

    def __init__(self, given: str) -> None:
        super().__init__(
            given=given,
            expected="period=2026, 2026-09 or 2026-09-01 (local), or from and to with their zones",
            remedy="name one period that begins before it ends, on full quarters of an hour",
        )


class Stretch(Words):
    """A period, half-open: ``[from, to)``."""

    period: LocalPeriod | None = None
    """A local year, month or day."""
    from_: Instant | None = Field(default=None, alias="from")
    """The first moment, with its zone; stands with ``to``."""
    to: Instant | None = None
    """The first moment no more."""

    @property
    def words(self) -> tuple[str | None, str | None, str | None]:
        """What a builder is asked with."""
        return self.period, self.from_, self.to


def stretch_of(words: tuple[str | None, str | None, str | None], *, zone: ZoneInfo) -> Period:
    """Return the period that words name.

    Args:
        words: A local period, and two moments; either the one or the others.
        zone: Zone of the park.

    Raises:
        StretchError: If they name none.

    Example:
        >>> stretch_of(("2026-06-09", None, None), zone=ZoneInfo("UTC")).n_steps
        96
    """
    local, first, last = words
    told = ", ".join(
        f"{name}={word}" for name, word in zip(("period", "from", "to"), words, strict=True) if word
    )
    if (local is None) == (first is None and last is None) or (first is None) != (last is None):
        raise StretchError(told or "no period")
    try:
        found = (
            Period(_moment(first), _moment(last))
            if first is not None and last is not None
            else _local(local or "", zone)
        )
    except (ValueError, OverflowError, PeriodError) as error:
        raise StretchError(told) from error
    if found.start_s % STEP_S or found.end_s % STEP_S:
        raise StretchError(told)
    return found


def moment_of(text: str) -> datetime:
    """Return a moment.

    Raises:
        StretchError: If it does not exist.
    """
    try:
        return _moment(text)
    except (ValueError, OverflowError) as error:
        raise StretchError(text) from error


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text).astimezone(UTC)
    if not _YEARS[0] <= found.year <= _YEARS[1]:
        raise ValueError(text)
    return found


def _local(text: str, zone: ZoneInfo) -> Period:
    if not _YEARS[0] < int(text[:_YEAR_SIGNS]) <= _YEARS[1]:
        raise ValueError(text)
    if len(text) == _YEAR_SIGNS:
        return Period(month(f"{text}-01", zone).start, month(f"{text}-12", zone).end)
    if len(text) == _MONTHS_SIGNS:
        return month(text, zone)
    return days(date.fromisoformat(text), 1, zone)
