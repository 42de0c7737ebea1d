"""What the numbers of a column are: how they are written, their unit, and what they count."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from taihang.adapters.imports.import_map import KILOWATTS, WATT_HOURS, Kind, Numbers
from taihang.core.metering.import_draft import Confidence, Guess, KnownPoint

_MISSING: Final = frozenset(
    ("-", "--", "---", "—", "/", "null", "none", "n/a", "na", "#n/a", "无", "缺失", "无数据", "\\n")
)
_SHARE: Final = 0.8
_PATTERNS: Final = {
    Numbers.PLAIN: re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"),
    Numbers.COMMA_GROUPS: re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?"),
    Numbers.DECIMAL_COMMA: re.compile(r"[+-]?[0-9]*,[0-9]+"),
    Numbers.POINT_GROUPS: re.compile(r"[+-]?[0-9]{1,3}((\.[0-9]{3})+,[0-9]*|(\.[0-9]{3}){2,})"),
}
"""What shows that numbers are written so; the last three hold a sign that the first never has."""
_SIGNS: Final = {
    Numbers.PLAIN: ("", "."),
    Numbers.COMMA_GROUPS: (",", "."),
    Numbers.DECIMAL_COMMA: ("", ","),
    Numbers.POINT_GROUPS: (".", ","),
}
"""What stands between groups, and the decimal sign."""
_CHECKED: Final = 400
"""So many cells, from all over a column, say how its numbers are written."""
_UNITS: Final = (
    ("万千瓦时|万kWh|万度", Kind.ENERGY, "MWh", "10"),
    ("GWh", Kind.ENERGY, "GWh", "1"),
    ("兆瓦时|MWh", Kind.ENERGY, "MWh", "1"),
    ("千瓦时|kWh|(?<![温湿角经纬速])度", Kind.ENERGY, "kWh", "1"),
    ("(?<![A-Za-z])Wh", Kind.ENERGY, "Wh", "1"),
    ("kvarh|千乏时", Kind.REACTIVE_ENERGY, "kvarh", "1"),
    ("Mvarh", Kind.REACTIVE_ENERGY, "Mvarh", "1"),
    ("kvar|千乏", Kind.MEAN_REACTIVE_POWER, "kvar", "1"),
    ("Mvar", Kind.MEAN_REACTIVE_POWER, "Mvar", "1"),
    ("万千瓦", Kind.MEAN_POWER, "MW", "10"),
    ("兆瓦|MW", Kind.MEAN_POWER, "MW", "1"),
    ("千瓦|kW", Kind.MEAN_POWER, "kW", "1"),
    (r"(?<![A-Za-z/])W(?![A-Za-z/])|ac_power", Kind.MEAN_POWER, "W", "1"),
)
"""What a heading may say, with quantity, unit and multiplier; the longer words first."""
_REGISTER: Final = re.compile(
    r"示数|表底|底数|读数|止码|起码|示值|正向有功总|反向有功总|register|reading|index",
    re.IGNORECASE,
)
_REACTIVE: Final = re.compile(r"无功|reactive|lagging|leading", re.IGNORECASE)
_NO_ENERGY: Final = re.compile(
    r"功率因数|power.?factor|电压|电流|voltage|current|频率|温度|湿度|风速|辐照|序号|编号"
    r"|temp|humid|wind.?speed|irradi|co2|tco2|price|电价|价格|金额|费用|week|status|type|类型",
    re.IGNORECASE,
)
_ENERGY: Final = re.compile(
    r"电量|电能|energy|usage|consumption|generation\b|发电量|用电量", re.IGNORECASE
)
_POWER: Final = re.compile(r"功率|负荷|出力|power|load|demand", re.IGNORECASE)
_LEAST_RISES: Final = 20
_OTHER_POINTS: Final = frozenset(("medium", "reactive", "series"))
_STEPS: Final = {
    "L": (("m³", "m³|m3|立方|方"), ("L", "升|\\bL\\b")),
    "g": (("t", "吨|\\bt\\b"), ("kg", "公斤|千克|kg")),
    "kJ": (("GJ", "GJ|吉焦"), ("MJ", "MJ|兆焦"), ("kJ", "kJ|千焦")),
    "varh": (("kvarh", "kvarh|千乏时"), ("Mvarh", "Mvarh")),
}
"""Units of a register by the step of its meter, the usual one first."""
_HIGHEST: Final = 1.05
"""A peak a little beyond the rating is still honest."""
_LOWEST: Final = 0.02
_ROW_NUMBER: Final = re.compile(r"(序号|行号|no\.?|id|#|row|index)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class UnitGuess:
    """What the numbers of a column are."""

    kind: Kind
    unit: str
    multiplier: str
    why: Guess


def guess_numbers(texts: Sequence[str]) -> Numbers | None:
    """Say how the numbers of a column are written, or None where they are none.

    Args:
        texts: Its cells that hold anything.

    Example:
        >>> guess_numbers(["1,234.5", "17"]), guess_numbers(["A1", "A2"])
        (<Numbers.COMMA_GROUPS: '1,234.5'>, None)
    """
    cells = [text for text in texts[:: max(len(texts) // _CHECKED, 1)] if not is_missing(text)]
    found = {
        style: sum(bool(pattern.fullmatch(text)) for text in cells)
        for style, pattern in _PATTERNS.items()
    }
    told = [style for style in list(_PATTERNS)[1:] if found[style]]
    n_other = max((found[style] for style in told), default=0)
    style = next((style for style in told if found[style] == n_other), Numbers.PLAIN)
    n_plain = 0 if style is Numbers.PLAIN else found[Numbers.PLAIN]
    return style if cells and found[style] + n_plain >= _SHARE * len(cells) else None


def number_of(text: str, style: Numbers) -> float | None:
    """Return the number that a text tells, None where it tells none."""
    if _PATTERNS[Numbers.PLAIN].fullmatch(text):
        return float(text)
    if style is Numbers.PLAIN or not _PATTERNS[style].fullmatch(text):
        return None
    between, decimal = _SIGNS[style]
    plain = text.replace(between, "") if between else text
    return float(plain.replace(decimal, "."))


def is_missing(text: str) -> bool:
    """Say whether a text is one that programs write where they have no number."""
    return text.strip().lower() in _MISSING or text.strip().lower() == "nan"


def missing_words(columns: Sequence[Sequence[str]], *, has_empty: bool) -> tuple[str, ...]:
    """Return what means missing in some columns, as an import map says it.

    Args:
        columns: The cells of each that hold anything.
        has_empty: Whether some hold nothing.
    """
    texts = {text for texts in columns for text in texts if is_missing(text)}
    words = ["empty"] if has_empty else []
    words += ["nan"] if any(text.lower() == "nan" for text in texts) else []
    return (*words, *sorted(f"text:{text}" for text in texts if text.lower() != "nan"))


def is_row_number(name: str, numbers: Sequence[float]) -> bool:
    """Say whether a column only counts the rows."""
    if not _ROW_NUMBER.fullmatch(name.strip()) or len(numbers) < _LEAST_RISES:
        return False
    return all(b - a == 1 for a, b in pairwise(numbers[:_LEAST_RISES]))


def is_no_energy(heading: str) -> bool:
    """Say whether a heading names something else than energy or power."""
    return bool(_NO_ENERGY.search(heading))


def guess_unit(
    heading: str,
    numbers: Sequence[float],
    point: KnownPoint | None,
    *,
    peak: float,
    step_s: int,
) -> UnitGuess:
    """Say what the numbers of a column are.

    Args:
        heading: All that stands above the column.
        numbers: Numbers of one point, in the order of the file.
        point: The point that they seem to belong to.
        peak: The largest of all numbers of the point, without its sign.
        step_s: Length of an interval [s].

    Returns:
        Quantity, unit and multiplier, and why.
    """
    if point is not None and point.kind in _OTHER_POINTS:
        return _of_point(heading, point)
    told = _told(heading)
    if _is_register(heading, numbers, told):
        return _register(heading, told, point)
    if told is not None:
        kind, unit, multiplier, word = told
        return UnitGuess(kind, unit, multiplier, _why(Confidence.SURE, "unit.heading", word=word))
    return _by_rating(heading, point, peak=peak, step_s=step_s)


def _of_point(heading: str, point: KnownPoint) -> UnitGuess:
    """Say what a register of another medium, or a declared series, is given in."""
    if point.kind == "series":
        why = _why(Confidence.LIKELY, "unit.series", point=point.id, unit=point.unit)
        return UnitGuess(Kind.SAMPLE, point.unit, "1", why)
    units = _STEPS[point.unit]
    told = next((unit for unit, words in units if re.search(words, heading, re.IGNORECASE)), None)
    if told is not None:
        return UnitGuess(Kind.REGISTER, told, "1", _why(Confidence.SURE, "unit.heading", word=told))
    return UnitGuess(Kind.REGISTER, units[0][0], "1", _why(Confidence.UNSURE, "unit.unknown"))


def _told(heading: str) -> tuple[Kind, str, str, str] | None:
    for words, kind, unit, multiplier in _UNITS:
        found = re.search(words, heading, re.IGNORECASE if len(words) > 3 else 0)  # noqa: PLR2004 - a symbol of 2 letters is told by its case
        if found:
            return kind, unit, multiplier, found[0]
    return None


def _is_register(
    heading: str, numbers: Sequence[float], told: tuple[Kind, str, str, str] | None
) -> bool:
    if told is not None and told[0] is not Kind.ENERGY:
        return False
    if _REGISTER.search(heading) and not _falls(numbers):
        return True
    rises = sum(b > a for a, b in pairwise(numbers))
    span = max(numbers, default=0.0) - min(numbers, default=0.0)
    # A register only rises, and stands far above what one step adds.
    return rises >= _LEAST_RISES and not _falls(numbers) and span > 10 * _median_rise(numbers)


def _falls(numbers: Sequence[float]) -> bool:
    """Say whether numbers fall more often than a dial that starts again."""
    return sum(b < a for a, b in pairwise(numbers)) > len(numbers) // 1_000 + 1


def _median_rise(numbers: Sequence[float]) -> float:
    rises = sorted(b - a for a, b in pairwise(numbers) if b > a)
    return rises[len(rises) // 2] if rises else 0.0


def _register(
    heading: str, told: tuple[Kind, str, str, str] | None, point: KnownPoint | None
) -> UnitGuess:
    unit = told[1] if told else "kWh"
    sure = Confidence.SURE if told and _REGISTER.search(heading) else Confidence.LIKELY
    if point is None or point.multiplier == 1:
        return UnitGuess(Kind.REGISTER, unit, "1", _why(sure, "unit.register"))
    # A dial behind transformers shows what flowed divided by their ratio; the paper must say so.
    ratio = str(point.multiplier)
    why = _why(Confidence.UNSURE, "unit.register-ratio", ratio=ratio, point=point.id)
    return UnitGuess(Kind.REGISTER, unit, ratio, why)


def _by_rating(heading: str, point: KnownPoint | None, *, peak: float, step_s: int) -> UnitGuess:
    kind = Kind.ENERGY if _ENERGY.search(heading) else Kind.MEAN_POWER
    is_told = bool(_ENERGY.search(heading) or _POWER.search(heading))
    if _REACTIVE.search(heading):
        unit = "kvarh" if kind is Kind.ENERGY else "kvar"
        reactive = Kind.REACTIVE_ENERGY if kind is Kind.ENERGY else Kind.MEAN_REACTIVE_POWER
        return UnitGuess(reactive, unit, "1", _why(Confidence.UNSURE, "unit.unknown"))
    usual = "kWh" if kind is Kind.ENERGY else "kW"
    if point is None or point.max_kw is None or not peak or not step_s:
        return UnitGuess(kind, usual, "1", _why(Confidence.UNSURE, "unit.unknown"))
    fits = list(_fitting(peak, point.max_kw, kinds=(kind,) if is_told else (), step_s=step_s))
    if not fits:
        return UnitGuess(kind, usual, "1", _why(Confidence.UNSURE, "unit.unknown"))
    kind, unit, share = next((fit for fit in fits if fit[1] == usual), fits[0])
    sure = Confidence.LIKELY if len(fits) == 1 else Confidence.UNSURE
    said = {"share": f"{share:.0%}", "max_kw": f"{point.max_kw:g}", "point": point.id}
    return UnitGuess(kind, unit, "1", _why(sure, "unit.rating", **said))


def _fitting(
    peak: float, max_kw: float, *, kinds: tuple[Kind, ...], step_s: int
) -> Iterator[tuple[Kind, str, float]]:
    """Yield every unit in which a peak fits the rating of its meter."""
    of_energy = [(Kind.ENERGY, unit, worth / 1_000) for unit, worth in WATT_HOURS.items()]
    of_power = [(Kind.MEAN_POWER, unit, worth) for unit, worth in KILOWATTS.items()]
    for kind, unit, worth in (*of_energy, *of_power):
        if kinds and kind not in kinds:
            continue
        hours = Decimal(step_s) / 3_600 if kind is Kind.ENERGY else Decimal(1)
        share = float(Decimal(peak) * worth / hours) / max_kw
        if _LOWEST <= share <= _HIGHEST:
            yield kind, unit, share


def _why(confidence: Confidence, reason: str, **said: str) -> Guess:
    return Guess(confidence=confidence, reason=reason, said=said)
