"""What the words of the command line mean: days, counts, stretches of time, keys."""

import argparse
import re
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from taihang.core.errors import InputError
from taihang.core.periods import Period, days, month, year

DAYS_MAX: Final = 3_660
"""Longest stretch of one command: ten years and their leap days."""
FIRST_YEAR: Final = 1980
LAST_YEAR: Final = 2199
"""Years outside these are slips of the pen: no park has readings of them."""
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR: Final = re.compile(r"[0-9]{4}")
_KEY: Final = re.compile(r"[0-9a-f]{64}")


class WordsError(InputError):
    """A word of the command line cannot be read."""

    code = "input.words"


def day_of(given: str) -> date:
    """Return the day that a word names.

    Args:
        given: The word.

    Returns:
        The local day.

    Raises:
        WordsError: If it is not a day as YYYY-MM-DD, or lies outside the years of any park.

    Example:
        >>> day_of("2026-10-01")
        datetime.date(2026, 10, 1)
    """
    # ``fromisoformat`` alone would also read 20261001 and 2026-W40-4.
    day = _read_day(given) if _DAY.fullmatch(given) else None
    if day is None:
        raise WordsError(
            given=repr(given), expected="a day as YYYY-MM-DD", remedy="write for example 2026-10-01"
        )
    _check_year(day.year, given)
    return day


def count_of(given: str, *, least: int = 1, most: int = DAYS_MAX) -> int:
    """Return the whole number that a word names.

    Args:
        given: The word.
        least: The smallest number that is meant.
        most: The largest.

    Returns:
        The number.

    Raises:
        WordsError: If it is no whole number within the bounds.

    Example:
        >>> count_of("365")
        365
    """
    # ``isdigit`` alone takes ², which is no number to ``int``.
    is_number = given.isascii() and given.isdigit() and len(given) <= len(str(most))
    if not is_number or not least <= int(given) <= most:
        raise WordsError(
            given=repr(given),
            expected=f"a whole number, {least} … {most}",
            remedy=f"write for example {min(365, most)}",
        )
    return int(given)


def stretch_of(args: argparse.Namespace, zone: ZoneInfo) -> Period:
    """Return the days that ``--from`` and ``--to`` name.

    Args:
        args: The words; ``first`` and ``last`` are read.
        zone: The zone of the park.

    Returns:
        The days, without the last.

    Raises:
        WordsError: If a word is no day, the last is not after the first, or the stretch is longer
            than any command takes.
    """
    first, last = day_of(str(args.first)), day_of(str(args.last))
    n_days = (last - first).days
    if not 0 < n_days <= DAYS_MAX:
        raise WordsError(
            given=f"--from {first} --to {last}",
            expected=f"1 … {DAYS_MAX} days; the day of --to is not part of the period",
            remedy="a whole year is --from 2026-01-01 --to 2027-01-01",
        )
    return days(first, n_days, zone)


def month_of(given: str, zone: ZoneInfo) -> str:
    """Return the local month that a word names.

    Args:
        given: The word.
        zone: The zone of the park.

    Returns:
        The month as YYYY-MM.

    Raises:
        WordsError: If the year is outside the years of any park, or written in other digits.
        PeriodError: If it is no month as ``YYYY-MM``.

    Example:
        >>> month_of("2026-10", ZoneInfo("Asia/Shanghai"))
        '2026-10'
    """
    _check_digits(given)
    month(given, zone)
    return given


def month_or_year_of(args: argparse.Namespace, zone: ZoneInfo) -> tuple[str, Period]:
    """Return the name and the period of ``--month`` or ``--year``.

    Args:
        args: The words; one of ``month`` and ``year`` is given.
        zone: The zone of the park.

    Returns:
        The name as given, and the period.

    Raises:
        WordsError: If the year is outside the years of any park, or written in other digits.
        PeriodError: If the name is neither ``YYYY-MM`` nor ``YYYY``.
    """
    given = str(args.month or args.year)
    _check_digits(given)
    return given, (month if args.month else year)(given, zone)


def _check_digits(given: str) -> None:
    if not given.isascii():
        raise WordsError(
            given=repr(given), expected="plain digits", remedy="write for example 2026 or 2026-06"
        )
    if _YEAR.match(given):
        _check_year(int(given[:4]), given)


def key_of(given: str) -> str:
    """Return a public key as hexadecimal digits.

    Args:
        given: The word.

    Returns:
        The digits.

    Raises:
        WordsError: If they are not 64 hexadecimal digits.
    """
    if not _KEY.fullmatch(given):
        raise WordsError(
            given=f"--log-key {given}",
            expected="64 hexadecimal digits, small letters",
            remedy="take the key that the park publishes; `taihang doctor` shows it",
        )
    return given


def hex_of(given: str, option: str, *, n_bytes: int) -> bytes:
    """Return bytes that are given as hexadecimal digits.

    Args:
        given: The word.
        option: The option it was given for.
        n_bytes: How many bytes it must be.

    Returns:
        The bytes.

    Raises:
        WordsError: If it is anything else.
    """
    if not re.fullmatch(rf"[0-9a-f]{{{2 * n_bytes}}}", given):
        raise WordsError(
            given=f"{option} {given}",
            expected=f"{2 * n_bytes} hexadecimal digits, small letters",
            remedy="copy the digits whole, without spaces",
        )
    return bytes.fromhex(given)


def gateway_key_of(given: str, *, option: str = "--gateway-key") -> str:
    """Return a word that names a gateway or a witness and its public key.

    Args:
        given: The word.
        option: The option that it stands behind.

    Returns:
        The same word.

    Raises:
        WordsError: If it is not ``NAME=`` and 64 hexadecimal digits.
    """
    name, _, key = given.rpartition("=")
    if not name or not _KEY.fullmatch(key):
        raise WordsError(
            given=f"{option} {given}",
            expected="a name, =, and 64 hexadecimal digits, small letters",
            remedy="take gateway keys from the register, those of witnesses from themselves",
        )
    return given


def named_key_of(given: str) -> tuple[str, str]:
    """Return the name and the public key that a word holds.

    Args:
        given: The word.

    Returns:
        Name and 64 hexadecimal digits.

    Raises:
        WordsError: If it is not ``NAME=`` and 64 hexadecimal digits.

    Example:
        >>> named_key_of("e01-witness=" + 64 * "0")[0]
        'e01-witness'
    """
    name, _, key = given.rpartition("=")
    if not name or not _KEY.fullmatch(key):
        raise WordsError(
            given=f"--witness-key {given}",
            expected="a witness's name, =, and 64 hexadecimal digits, small letters",
            remedy="ask the witness itself; it prints both when it starts",
        )
    return name, key


def instant_of(at_s: int) -> str:
    """Write an instant for people, in UTC.

    Args:
        at_s: The instant [s since 1970-01-01T00:00Z].

    Example:
        >>> instant_of(1_780_272_000)
        '2026-06-01T00:00:00Z'
    """
    try:
        return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (OverflowError, ValueError, OSError):
        # A witness may sign any number of seconds; some are no date.
        return f"{at_s} s"


def _read_day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


def _check_year(number: int, given: str) -> None:
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise WordsError(
            given=repr(given),
            expected=f"a year from {FIRST_YEAR} to {LAST_YEAR}",
            remedy="correct the year",
        )
