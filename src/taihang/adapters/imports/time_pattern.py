"""How a time may be written, and what it then says: for guessing, never for reading."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Final

DAY_S: Final = 86_400
_UNIX_DAY: Final = date(1970, 1, 1).toordinal()
_NOON: Final = 12
_YEARS: Final = range(1980, 2100)
"""Years that a meter may have seen; anything else is no time."""
_DATES: Final = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y年%m月%d日",
    "%Y%m%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
)
_CLOCKS: Final = (
    "%H:%M:%S",
    "%H:%M",
    "%H:%M:%S.%f",
    "%H时%M分%S秒",
    "%H时%M分",
    "%H点%M分",
    "%H时",
    "%H%M%S",
    "%H%M",
    "%I:%M:%S %p",
    "%I:%M %p",
    "%H",
)
_BETWEEN: Final = (" ", "T", "")
_OFFSETS: Final = ("", "%z", " %z")
_DIGITS: Final = {
    "%Y": "4",
    "%m": "1,2",
    "%d": "1,2",
    "%H": "1,2",
    "%I": "1,2",
    "%M": "1,2",
    "%S": "1,2",
}
_DIGIT: Final = re.compile(r"[0-9]")
_FIELD: Final = re.compile(r"%[YmdHIMSfpz]")
_OTHER: Final = {"%f": r"\d{1,6}", "%p": "[AaPp][Mm]", "%z": r"[Zz]|[+-]\d\d:?\d\d"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to write a day, a time of day, or both."""

    strptime: str
    regex: re.Pattern[str]

    @property
    def has_day(self) -> bool:
        """Whether it tells a day."""
        return "%d" in self.strptime

    @property
    def has_clock(self) -> bool:
        """Whether it tells a time of day."""
        return "%H" in self.strptime or "%I" in self.strptime

    @property
    def has_offset(self) -> bool:
        """Whether every time carries its own offset."""
        return "%z" in self.strptime

    def second(self, text: str) -> int | None:
        """Return what a text says, as seconds since 1970 on the clock that wrote it, else None.

        Example:
            >>> ISO.second("2026-06-01 24:00:00") == ISO.second("2026-06-02 00:00:00")
            True
            >>> ISO.second("2026-02-30 00:00:00") is None
            True
        """
        found = self.regex.fullmatch(text.strip())
        if found is None:
            return None
        fields = {name: int(value) for name, value in found.groupdict().items() if value.isdigit()}
        day_s = _day_s(fields) if self.has_day else 0
        clock_s = _clock_s(fields, found.groupdict().get("p", ""))
        return None if day_s is None or clock_s is None else day_s + clock_s


def patterns_of(texts: Sequence[str]) -> list[Pattern]:
    """Return every pattern that reads all of some texts, the most usual one first.

    Args:
        texts: Cells of one column, none of them empty.

    Example:
        >>> [pattern.strptime for pattern in patterns_of(["3/4/2026 0:15", "13/4/2026 0:15"])]
        ['%d/%m/%Y %H:%M']
    """
    if not texts:
        return []
    return [
        pattern
        for pattern in _shaped(_DIGIT.sub("9", texts[0].strip()))
        if all(pattern.second(text) is not None for text in texts)
    ]


@lru_cache(maxsize=1_024)
def _shaped(shape: str) -> tuple[Pattern, ...]:
    """Return the patterns that read texts of a shape: which digits stand in it makes no odds."""
    return tuple(pattern for pattern in _all_patterns() if pattern.regex.fullmatch(shape))


@cache
def _all_patterns() -> tuple[Pattern, ...]:
    return tuple(Pattern(each, _regex(each)) for each in dict.fromkeys(_written()))


def _written() -> Iterator[str]:
    for day in _DATES:
        yield from (
            f"{day}{between}{clock}{offset}"
            for between in _BETWEEN
            for clock in _CLOCKS
            for offset in _OFFSETS
            if _is_told(day, between, clock)
        )
        yield day
    yield from _CLOCKS


def _is_told(day: str, between: str, clock: str) -> bool:
    """Say whether day and time of day can be told apart."""
    if between:
        return True
    return day.endswith("日") or (day == "%Y%m%d" and clock in {"%H%M", "%H%M%S"})


def _regex(strptime: str) -> re.Pattern[str]:
    # Without anything between the fields each has all its digits.
    is_packed = "%Y%m%d" in strptime or "%H%M" in strptime

    def field(match: re.Match[str]) -> str:
        name = match[0]
        if name in _OTHER:
            return f"(?P<{name[1]}>{_OTHER[name]})"
        digits = "2" if is_packed and name != "%Y" and name in "%m%d%H%M%S" else _DIGITS[name]
        return rf"(?P<{name[1]}>\d{{{digits}}})"

    parts = _FIELD.split(strptime)
    names = [field(match) for match in _FIELD.finditer(strptime)]
    whole = "".join(re.escape(part) + name for part, name in zip(parts, [*names, ""], strict=True))
    return re.compile(whole, re.ASCII)


def _day_s(fields: dict[str, int]) -> int | None:
    if fields["Y"] not in _YEARS:
        return None
    try:
        day = date(fields["Y"], fields["m"], fields["d"])
    except ValueError:
        return None
    return (day.toordinal() - _UNIX_DAY) * DAY_S


def _clock_s(fields: dict[str, int], half: str) -> int | None:
    hour, minute, second = fields.get("H", 0), fields.get("M", 0), fields.get("S", 0)
    if "I" in fields:
        hour = fields["I"] % _NOON + (_NOON if half.lower() == "pm" else 0)
    told_s = hour * 3_600 + minute * 60 + second
    if minute >= 60 or second >= 60 or told_s > DAY_S or fields.get("I", 1) not in range(1, 13):  # noqa: PLR2004 - a clock
        return None
    return told_s


ISO: Final = Pattern("%Y-%m-%d %H:%M:%S", _regex("%Y-%m-%d %H:%M:%S"))
"""How a workbook's days come out."""
