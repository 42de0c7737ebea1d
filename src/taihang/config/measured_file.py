"""Reads what was measured at the start of a control cycle from a TOML file, strictly."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, cast

from taihang.core.dispatch.fields import NONE
from taihang.core.dispatch.outlook import Measured
from taihang.core.errors import InputError

_KEYS: Final = ("at", "alarms", "level_ratio", "so_far_kw")


class MeasuredFileError(InputError):
    """A file of what was measured says something else than instants, numbers and names."""

    code = "input.measured-file"

    def __init__(self, given: str, expected: str) -> None:
        super().__init__(given=given, expected=expected, remedy="correct the file")


def read_measured(path: Path) -> Measured:
    """Read what was measured.

    Args:
        path: The file: ``at``, ``alarms``, and the tables ``level_ratio`` and ``so_far_kw``.

    Returns:
        What was measured; ``"none"`` is a value that was not.

    Raises:
        MeasuredFileError: If a key is unknown or missing, or a value is of another kind.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MeasuredFileError(f"{path.name}: {error}", "a TOML file") from error
    if set(given) != set(_KEYS):
        raise MeasuredFileError(
            f"the keys {sorted(given)} of {path.name}", f"exactly {list(_KEYS)}"
        )
    at, alarms = given["at"], given["alarms"]
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise MeasuredFileError(
            f"at {at!r}", "an instant with its zone, such as 2026-06-01T08:15:00+08:00"
        )
    if not isinstance(alarms, list) or not all(
        isinstance(one, str) for one in cast("list[object]", alarms)
    ):
        raise MeasuredFileError(f"alarms {alarms!r}", "a list of names of assets")
    return Measured(
        at_s=int(at.timestamp()),
        level_ratio=_numbers(given["level_ratio"], "level_ratio"),
        so_far_kw=_numbers(given["so_far_kw"], "so_far_kw"),
        alarms=tuple(cast("list[str]", alarms)),
    )


def _numbers(given: object, name: str) -> Mapping[str, float | None]:
    if not isinstance(given, Mapping):
        raise MeasuredFileError(f"{name} {given!r}", "a table of names and numbers")
    found = dict[str, float | None]()
    for key, value in cast("Mapping[str, object]", given).items():
        if value == NONE:
            found[key] = None
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[key] = float(value)
        else:
            raise MeasuredFileError(
                f"{name}.{key} {value!r}", 'a number, or "none" where nothing was measured'
            )
    return found
