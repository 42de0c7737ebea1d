"""A small TOML file beside the park file, read as strictly: a project, a plan, an application."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import ClassVar, Final

from typing_extensions import override

from taihang.core.errors import InputError
from taihang.core.park.problem import ParkProblem, path_text

CHARS_MAX: Final = 1_000_000
"""Longest file that is read."""


class SheetFileError(InputError):
    """A file is refused before anything is computed; ``problems`` holds all that is wrong."""

    code = "input.sheet-file"
    wanted: ClassVar[str] = "a file without any"
    page: ClassVar[str] = "docs/index.md"
    """The page that describes its keys."""

    def __init__(self, *, source: str, problems: tuple[ParkProblem, ...]) -> None:
        super().__init__(
            given=f"{source} with {len(problems)} problem{'' if len(problems) == 1 else 's'}",
            expected=self.wanted,
            remedy=f"correct each key named below; {self.page} describes them",
        )
        self.source = source
        self.problems = problems

    @override
    def __str__(self) -> str:
        told = (
            f"{self.source}: {path_text(p.path)}: given {p.given}, expected {p.expected}, "
            f"{p.remedy}"
            for p in self.problems
        )
        return "\n".join([super().__str__(), *told])


def read_toml(text: str, *, source: str, refusal: type[SheetFileError]) -> Mapping[str, object]:
    """Return the tables of a file, every number with a point as a decimal.

    Args:
        text: The TOML text.
        source: What it is called in messages.
        refusal: What is raised where it is no TOML, or too long.

    Raises:
        SheetFileError: As ``refusal``, with the one problem.

    Example:
        >>> read_toml("a = 0.10", source="x.toml", refusal=SheetFileError)
        {'a': Decimal('0.10')}
    """
    if len(text) > CHARS_MAX:
        problem = _problem(f"{len(text)} characters", f"at most {CHARS_MAX}")
        raise refusal(source=source, problems=(problem,))
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except (ValueError, RecursionError) as error:
        problem = _problem(str(error), "valid TOML")
        raise refusal(source=source, problems=(problem,)) from error


def _problem(given: str, expected: str) -> ParkProblem:
    return ParkProblem(path=(), given=given, expected=expected, remedy="correct the text")


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")
