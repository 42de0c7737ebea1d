"""Reads records strictly from plain values and writes them back: nothing unknown or left out.

The unit at the end of a field's name says what its value may be (rules §5): a ``_ratio`` lies
between 0 and 1 unless the field says otherwise, power and energy are finite and not negative,
prices are finite. A text with a percent sign is never a number. What does not apply is ``"none"``,
written out (§12).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Final, TypeAlias, TypeVar, cast, get_args, get_type_hints

import numpy as np

from taihang.core.dispatch.model import Reals
from taihang.core.errors import InputError

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
_Record = TypeVar("_Record")

NONE: Final = "none"
"""What a field says that does not apply."""
_ANY_SIGN: Final = ("cny", "cny_per_kwh", "cny_per_kw", "cny_per_t", "kg_per_kwh")


_EFFICIENCY: Final = (1e-6, 1.0)
_UNITS: Final = {"kw": "kW", "kwh": "kWh"}


class ParkProblemError(InputError):
    """A planning problem misses something, holds something unknown, or contradicts itself."""

    code = "input.park-problem"

    def __init__(self, given: str, expected: str, remedy: str = "correct the value") -> None:
        super().__init__(given=given, expected=expected, remedy=remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What stands already of something, and what may be added at what cost.

    A plain number is what stands, with nothing to be added.
    """

    existing: float
    """What stands, in the unit of the field [kW or kWh]."""
    add_max: float
    """What may be added at most; 0 for nothing [kW or kWh]."""
    cost_cny_per_unit: float
    """What one added unit costs in this horizon, usually its annuity [CNY/kW or CNY/kWh]."""

    @property
    def most(self) -> float:
        """The largest size it can have."""
        return self.existing + self.add_max


@dataclass(frozen=True, slots=True)
class Range:
    """In an annotation: the values that a field may have, where its unit does not say it all."""

    least: float
    most: float = math.inf


@dataclass(frozen=True, slots=True, init=False)
class Words:
    """In an annotation: the words that a field may say."""

    words: tuple[str, ...]

    def __init__(self, *words: str) -> None:
        object.__setattr__(self, "words", words)


@dataclass(frozen=True, slots=True)
class _Spec:
    """What a field is: its type, what else it says, and whether it may not apply."""

    kind: object
    extra: Range | Words | None
    is_optional: bool


def read_record(
    kind: type[_Record], given: Mapping[str, Json], *, where: str, n_steps: int
) -> _Record:
    """Read one record.

    Args:
        kind: A frozen dataclass whose fields are numbers, series, texts, capacities or records.
        given: Exactly its fields, by name.
        where: Whose record it is, for messages.
        n_steps: How many values a series has; a single number stands for all of them.

    Returns:
        The record.

    Raises:
        ParkProblemError: If a field is unknown, missing, of the wrong kind or out of range; the
            message names the field, its value, what is expected and what to do.
    """
    known = _specs(kind)
    # What a file says is not always what its type promises: ``market = 3`` is no table.
    check_keys(_mapping(given, where), list(known), where)
    read = {
        name: _value(spec, given[name], name=f"{where}.{name}", n_steps=n_steps)
        for name, spec in known.items()
    }
    return kind(**read)


def read_records(
    kind: type[_Record], given: Json, *, where: str, n_steps: int
) -> tuple[_Record, ...]:
    """Read a list of records, each as ``read_record`` does; its place is part of its name.

    Raises:
        ParkProblemError: If it is no list, or one of them is no record.
    """
    return tuple(
        read_record(kind, _mapping(one, f"{where}[{at}]"), where=f"{where}[{at}]", n_steps=n_steps)
        for at, one in enumerate(_list(given, where))
    )


def echo_record(record: object) -> dict[str, Json]:
    """Return a record as plain values, as ``read_record`` reads it.

    A series that never changes is written as one number.
    """
    return {name: _plain(getattr(record, name)) for name in _specs(type(record))}


def check_keys(given: Mapping[str, Json], known: Sequence[str], where: str) -> None:
    """Refuse keys that nobody reads, and keys that are not there.

    Args:
        given: What was given.
        known: All that must be there.
        where: Whose keys they are.

    Raises:
        ParkProblemError: If the keys are others.
    """
    unknown, missing = sorted(set(given) - set(known)), sorted(set(known) - set(given))
    if unknown or missing:
        raise ParkProblemError(
            f"unknown keys {unknown} and missing keys {missing} in {where}",
            f"exactly {list(known)}",
            f'correct the names; what does not apply is "{NONE}", never left out',
        )


@cache
def _specs(kind: type[object]) -> dict[str, _Spec]:
    hints = cast("dict[str, object]", get_type_hints(kind, include_extras=True))
    return {one.name: _spec(hints[one.name]) for one in fields(cast("Any", kind))}


def _spec(hint: object) -> _Spec:
    extra: Range | Words | None = None
    notes = getattr(hint, "__metadata__", ())
    # An array is an annotated type of its own: only what stands around it is taken off.
    if notes and isinstance(notes[0], Range | Words):
        extra, hint = notes[0], get_args(hint)[0]
    options = get_args(hint)
    if type(None) not in options:
        return _Spec(hint, extra, is_optional=False)
    inner = next(option for option in options if option is not type(None))
    return _Spec(inner, extra, is_optional=True)


def _value(spec: _Spec, given: Json, *, name: str, n_steps: int) -> object:
    if spec.is_optional and (given is None or given == NONE):
        return None
    if spec.kind == Reals:
        return series_of(given, name=name, extra=spec.extra, n_steps=n_steps)
    if spec.kind is Capacity:
        return _capacity(given, name=name)
    inside = get_args(spec.kind)
    if inside[1:] == (Ellipsis,):
        kind = cast("type[object]", inside[0])
        return read_records(kind, given, where=name, n_steps=n_steps)
    return _scalar(spec, given, name=name)


def _scalar(spec: _Spec, given: Json, *, name: str) -> object:
    if spec.kind is str:
        return _text(given, name, spec.extra)
    if spec.kind is bool:
        if isinstance(given, bool):
            return given
        raise ParkProblemError(f"{given!r} as {name}", "true or false")
    if spec.kind is int:
        return _whole(given, name, spec.extra)
    value = np.array([_number(given, name)])
    return float(check_range(value, name=name, extra=spec.extra)[0])


def _whole(given: Json, name: str, extra: Range | Words | None) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise ParkProblemError(f"{given!r} as {name}", "a whole number")
    if isinstance(extra, Range):
        check_range(np.array([_number(given, name)]), name=name, extra=extra)
    return given


def series_of(given: Json, *, name: str, extra: Range | Words | None, n_steps: int) -> Reals:
    """Read one value per interval; a single number stands for all of them.

    Args:
        given: A number or a list of numbers.
        name: The field, for messages; its unit says what the values may be.
        extra: What the field says beyond its unit.
        n_steps: How many intervals there are.

    Returns:
        The values, read-only, shape (n_steps,).

    Raises:
        ParkProblemError: If there is a gap, another number of values, or one out of range.
    """
    if isinstance(given, Sequence) and not isinstance(given, str):
        values = np.array([_number(one, name) for one in given], np.float64)
    else:
        values = np.full(n_steps, _number(given, name))
    if len(values) != n_steps:
        raise ParkProblemError(
            f"{len(values)} values of {name}",
            f"{n_steps}, one for each interval",
            "give a series on the same grid as the problem; 8784 hours are a leap year",
        )
    own = check_range(values, name=name, extra=extra)
    own.flags.writeable = False
    return own


def check_range(values: Reals, *, name: str, extra: Range | Words | None) -> Reals:
    """Refuse values that the unit of a name does not allow.

    Args:
        values: The numbers.
        name: The field; its last words are the unit.
        extra: What the field says beyond its unit.

    Returns:
        The same numbers.

    Raises:
        ParkProblemError: If a number is missing or out of range.
    """
    gaps = np.flatnonzero(~np.isfinite(values))
    if len(gaps):
        raise ParkProblemError(
            f"{len(gaps)} of {len(values)} values of {name} missing, "
            f"the first in interval {int(gaps[0])}",
            "one finite number for each interval",
            "fill the gap with a named method first: missing is never zero (§7)",
        )
    least, most = _usual_range(name)
    if isinstance(extra, Range):
        least, most = extra.least, extra.most
    off = np.flatnonzero((values < least) | (values > most))
    if len(off):
        where = f" in interval {int(off[0])}" if len(values) > 1 else ""
        raise ParkProblemError(
            f"{values[off[0]]:.10g} as {name}{where}",
            _range_words(name, least, most),
            "write 90 % as 0.9" if name.endswith("_ratio") else "check the sign and the unit",
        )
    return values


def _range_words(name: str, least: float, most: float) -> str:
    """Return what a value may be, in the unit at the end of its name where it is a quantity."""
    if (least, most) == _EFFICIENCY:
        return "above 0, 1 at most"
    words = f"{least:.10g} or more" if most == math.inf else f"{least:.10g} … {most:.10g}"
    unit = name.rsplit("_", 1)[-1]
    return f"{words} {_UNITS[unit]}" if unit in _UNITS else words


def _usual_range(name: str) -> tuple[float, float]:
    if name.endswith("_efficiency_ratio"):
        return _EFFICIENCY
    if name.endswith("_ratio"):
        return 0.0, 1.0
    is_money = any(name.endswith(f"_{unit}") for unit in _ANY_SIGN)
    return (-math.inf if is_money else 0.0), math.inf


def _capacity(given: Json, *, name: str) -> Capacity:
    if isinstance(given, Mapping):
        return read_record(Capacity, given, where=name, n_steps=1)
    size = float(check_range(np.array([_number(given, name)]), name=name, extra=None)[0])
    return Capacity(existing=size, add_max=0.0, cost_cny_per_unit=0.0)


def _number(given: Json, name: str) -> float:
    if isinstance(given, int | float) and not isinstance(given, bool):
        try:
            return float(given)
        except OverflowError as error:
            raise ParkProblemError(
                f"a number of more than 300 digits as {name}",
                "a number that a machine can hold",
                "check the digits and the unit",
            ) from error
    unit = name.rsplit(".", 1)[-1]
    if isinstance(given, str) and "%" in given:
        raise ParkProblemError(
            f"the percentage {given!r} as {name}",
            f"a number in the unit of {unit}",
            "a percentage has no unit: write the number itself, and a share as 0.5",
        )
    raise ParkProblemError(f"{given!r} as {name}", f"a number in the unit of {unit}")


def _text(given: Json, name: str, extra: Range | Words | None) -> str:
    words = extra.words if isinstance(extra, Words) else None
    if isinstance(given, str) and given and (words is None or given in words):
        return given
    raise ParkProblemError(f"{given!r} as {name}", f"one of {list(words)}" if words else "a text")


def _list(given: Json, name: str) -> Sequence[Json]:
    if isinstance(given, Sequence) and not isinstance(given, str):
        return given
    raise ParkProblemError(f"{given!r} as {name}", "a list")


def _mapping(given: Json, name: str) -> Mapping[str, Json]:
    if isinstance(given, Mapping):
        return given
    raise ParkProblemError(f"{given!r} as {name}", "keys and values")


def _plain(value: object) -> Json:
    if value is None:
        return NONE
    if isinstance(value, np.ndarray):
        numbers = cast("list[Json]", value.tolist())
        is_flat = bool((value == value[0]).all())
        return numbers[0] if is_flat else numbers
    if isinstance(value, Capacity) and not value.add_max:
        return value.existing
    if isinstance(value, tuple):
        return [_plain(one) for one in cast("tuple[object, ...]", value)]
    if isinstance(value, str | bool | int | float):
        return value
    return echo_record(value)
