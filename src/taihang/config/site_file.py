"""Reads a charging station: a TOML file, or one of the stations that come with the platform."""

from collections.abc import Mapping
from datetime import date, time
from importlib.resources import files
from pathlib import Path
from typing import Final, cast

from taihang.config.problem_file import MAX_FILE_BYTES, ProblemFileError, toml_of
from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.site.station import Site, site_of

SITE_NAMES: Final = ("incubator", "tablet")


def site_text(name: str) -> str:
    """Return the text of a station that comes with the platform.

    Example:
        >>> site_text("incubator").count("[battery]")
        1
    """
    return files("taihang.config").joinpath("sites", f"{name}.toml").read_text("utf-8")


def read_site(source: str) -> Site:
    """Read a station.

    Args:
        source: The path of a file, or one of ``SITE_NAMES``.

    Raises:
        ProblemFileError: If there is no such file, or it is no TOML.
        ParkProblemError: If what it says is no station.
    """
    text = site_text(source) if source in SITE_NAMES else plain_text(Path(source), SITE_NAMES)
    return site_of(toml_table(text, source))


def plain_text(path: Path, known: tuple[str, ...]) -> str:
    """Return the text of a file.

    Args:
        path: Where it is.
        known: What could have been named instead.

    Raises:
        ProblemFileError: If there is no such file, it is too large, or no text in UTF-8.
    """
    if not path.is_file() or path.stat().st_size > MAX_FILE_BYTES:
        raise ProblemFileError(
            given=f"the file {path}",
            expected=f"a TOML file, or one of {', '.join(known)}",
            remedy="correct the path, or start from one of those",
        )
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProblemFileError(
            given=f"{path.name}: {error}", expected="text in UTF-8", remedy="save it as UTF-8"
        ) from error


def toml_table(text: str, source: str) -> dict[str, Json]:
    """Return the tables of a TOML text; a day or a time without quotes is the same in text.

    Raises:
        ProblemFileError: If it is none.
    """
    return cast("dict[str, Json]", _plain(toml_of(text, source)))


def _plain(given: object) -> object:
    if isinstance(given, Mapping):
        table = cast("Mapping[str, object]", given)
        return {name: _plain(value) for name, value in table.items()}
    if isinstance(given, list):
        return [_plain(one) for one in cast("list[object]", given)]
    return given.isoformat() if isinstance(given, date | time) else given
