"""JSON that is the same text for the same value; views have no other form for machines."""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import cast

from taihang.core.errors import InputError, TaihangError


class ViewError(InputError):
    """A view holds what a page cannot show: a series of another length, a number that is none."""

    code = "input.view"


def canonical(value: object) -> str:
    """Return a value as JSON that is the same text for the same value.

    Raises:
        ViewError: If the value has no JSON form.

    Example:
        >>> canonical({"b": (1, None), "a": Decimal("2.50")})
        '{"a":"2.50","b":[1,null]}'
    """
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def failure_json(error: TaihangError) -> str:
    """Return a failure for machines, with its stable code.

    Example:
        >>> failure_json(ViewError(given="a", expected="b", remedy="c"))
        '{"code":"input.view","expected":"b","given":"a","remedy":"c"}'
    """
    return canonical(
        {
            "code": error.code,
            "given": error.given,
            "expected": error.expected,
            "remedy": error.remedy,
        }
    )


def plain(value: object) -> object:
    """Turn frozen values into what JSON knows.

    Args:
        value: A dataclass, mapping, tuple, number, text, Decimal or None.

    Returns:
        Dictionaries, lists, numbers, texts and None; a Decimal becomes text.

    Raises:
        ViewError: If a number is not finite, or the value has no JSON form.

    Example:
        >>> plain((Decimal("1.50"), None))
        ['1.50', None]
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        table = cast("Mapping[str, object]", value)
        return {name: plain(inner) for name, inner in table.items()}
    if isinstance(value, tuple):
        return [plain(inner) for inner in cast("tuple[object, ...]", value)]
    if isinstance(value, Decimal):
        return str(value)
    return _scalar(value)


def _scalar(value: object) -> str | int | float | None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ViewError(
            given=repr(value),
            expected="a finite number",
            remedy="give None for what is missing",
        )
    if value is None or isinstance(value, str | int | float):
        return value
    raise ViewError(
        given=type(value).__name__,
        expected="a dataclass, mapping, tuple, number, text, Decimal or None",
        remedy="convert the value before it enters the view",
    )
