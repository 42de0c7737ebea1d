"""witness.toml: which logs a witness follows, read as strictly as park.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from typing_extensions import override

from taihang.config.line_map import LineMap, map_lines
from taihang.config.table_reader import TableReader, table_of
from taihang.config.value_rules import NumberRule, shown
from taihang.core.errors import InputError
from taihang.core.park.problem import ParkProblem, path_text
from taihang.core.tlog.note import VerifierKey

CHARS_MAX: Final = 100_000
"""Longest file that is read."""
LOGS_MAX: Final = 64
"""A witness follows so many logs at most."""
_FORMAT: Final = NumberRule(words="the format", unit="1", example="1", at_least=1, at_most=1)


class WitnessFileError(InputError):
    """A witness file is refused; ``problems`` holds everything that is wrong with it."""

    code = "input.witness-file"

    def __init__(self, *, source: str, problems: tuple[str, ...]) -> None:
        super().__init__(
            given=f"{source} with {len(problems)} problems",
            expected="a witness file without any",
            remedy="correct each line named below; docs/how-to/run-a-witness.md shows a file",
        )
        self.problems = problems

    @override
    def __str__(self) -> str:
        return "\n".join([super().__str__(), *self.problems])


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessSettings:
    """What a witness file says."""

    name: str
    """Name of the witness's key."""
    logs: Mapping[str, tuple[VerifierKey, ...]]
    """The logs that it follows, by origin: their keys, any of which is enough."""


def read_witness_file(text: str, *, source: str) -> WitnessSettings:
    """Read a witness file, or refuse it with everything that is wrong.

    Args:
        text: The text of witness.toml.
        source: Name of the file, for the messages.

    Returns:
        What it says.

    Raises:
        WitnessFileError: If anything is wrong.
    """
    if len(text) > CHARS_MAX:
        raise WitnessFileError(source=source, problems=(f"{source}: more than {CHARS_MAX} signs",))
    try:
        document = tomllib.loads(text)
        lines = map_lines(text)
    except (ValueError, RecursionError) as fault:
        raise WitnessFileError(source=source, problems=(f"{source}: no TOML: {fault}",)) from fault
    problems: list[ParkProblem] = []
    root = TableReader(document, path=(), problems=problems)
    root.count("format", _FORMAT)
    name = root.reference("name", example="e01-witness")
    logs = _logs(root.table("logs", required=False) or {}, problems)
    root.close()
    if problems:
        told = tuple(_told(problem, lines, source) for problem in problems)
        raise WitnessFileError(source=source, problems=told)
    return WitnessSettings(name=name, logs=logs)


def new_witness_file(name: str) -> str:
    """Return the text of a new witness file that follows no log yet.

    Args:
        name: Name of the witness's key.

    Returns:
        The text, comments and all.
    """
    text = files("taihang.config").joinpath("templates", "witness.toml").read_text("utf-8")
    return text.replace("@NAME@", name)


def _logs(
    tables: Mapping[str, object], problems: list[ParkProblem]
) -> dict[str, tuple[VerifierKey, ...]]:
    logs: dict[str, tuple[VerifierKey, ...]] = {}
    for name, row in tables.items():
        content = table_of(row)
        if content is None or len(logs) >= LOGS_MAX:
            problems.append(
                ParkProblem(
                    path=("logs", name),
                    given=shown(row),
                    expected=f"a table of its keys, for at most {LOGS_MAX} logs",
                    remedy="write origin and keys",
                )
            )
            continue
        table = TableReader(content, path=("logs", name), problems=problems)
        origin = table.text("origin", example="taihang/mypark")
        keys = table.public_keys("keys")
        table.close()
        if origin in logs:
            problems.append(
                ParkProblem(
                    path=("logs", name, "origin"),
                    given=shown(origin),
                    expected="an origin of its own for each log",
                    remedy="write all keys of one log into one table",
                )
            )
        logs[origin] = tuple(VerifierKey(origin, key) for key in keys)
    return logs


def _told(problem: ParkProblem, lines: LineMap, source: str) -> str:
    where = f"{source}:{lines.line_of(problem.path)}: {path_text(problem.path)}"
    return f"{where}: given {problem.given}, expected {problem.expected}, {problem.remedy}"
