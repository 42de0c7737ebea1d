"""What is wrong with a park, told so that a person can put it right."""

from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

_COMPARED_MAX: Final = 1_000
"""Among more names than this none is suggested: comparing them all would take minutes (§10)."""
KeyPath = tuple[str | int, ...]
"""The keys from the root of the park to a value: text for keys, numbers for places in a list."""


class Severity(StrEnum):
    """What a problem does to the park."""

    ERROR = "error"
    """The park is refused."""
    WARNING = "warning"
    """The park is taken; a person should look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkProblem:
    """One thing that is wrong, and where."""

    path: KeyPath
    given: str
    """What stands there."""
    expected: str
    """What would have been right."""
    remedy: str
    """What to do now."""
    severity: Severity = Severity.ERROR


def path_text(path: KeyPath) -> str:
    """Write a key path as a person would in TOML.

    Args:
        path: Keys from the root; may be empty.

    Returns:
        The path with dots; a key that itself holds a dot or a space stands in quotes.

    Example:
        >>> path_text(("feeders", "F1", "members", 0))
        'feeders.F1.members[0]'
        >>> path_text(("meters", "M.1", "node"))
        'meters."M.1".node'
    """
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
            continue
        bare = key.replace("_", "").replace("-", "")
        shown = key if bare.isascii() and bare.isalnum() else f'"{visible(key)}"'
        text += f".{shown}" if text else shown
    return text


def visible(text: str) -> str:
    r"""Escape what a terminal would not show or would obey, such as control characters.

    Example:
        >>> visible("园区\x1b[2J")
        '园区\\u001b[2J'
    """
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def nearest_name(name: str, *, known: tuple[str, ...]) -> str | None:
    """Return the known name that is nearest to an unknown one, where any is near.

    Example:
        >>> nearest_name("volatge_kv", known=("voltage_kv", "name_zh"))
        'voltage_kv'
    """
    near = get_close_matches(name, known, n=1) if len(known) <= _COMPARED_MAX else []
    return near[0] if near else None


def remedy_for_name(name: str, *, known: tuple[str, ...], otherwise: str) -> str:
    """Suggest the known name that is nearest to an unknown one.

    Args:
        name: What was written.
        known: What may be written.
        otherwise: The remedy where nothing is near.

    Returns:
        The remedy in words.

    Example:
        >>> remedy_for_name("E1", known=("E01", "PV01"), otherwise="name an enterprise")
        'write E01'
    """
    near = nearest_name(name, known=known)
    return otherwise if near is None else f"write {near}"
