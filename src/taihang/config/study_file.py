"""Reads a sizing study: a TOML file, or one of the studies that come with the platform."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Final, cast

from taihang.config.problem_file import MAX_FILE_BYTES, ProblemFileError
from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.study import Study, study_of

STUDY_NAMES: Final = ("changzhi", "xingxian", "xingxian-1200", "xingxian-smelter")


def study_text(name: str) -> str:
    """Return the text of a study that comes with the platform.

    Example:
        >>> study_text("xingxian").count("[study]")
        1
    """
    return files("taihang.config").joinpath("studies", f"{name}.toml").read_text("utf-8")


def read_study(source: str) -> Study:
    """Read a study.

    Args:
        source: The path of a file, or one of ``STUDY_NAMES``.

    Raises:
        ProblemFileError: If there is no such file, or it is no TOML.
        ParkProblemError: If what it says is no study.
    """
    text = study_text(source) if source in STUDY_NAMES else _text(Path(source))
    try:
        return study_of(cast("dict[str, Json]", tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        raise ProblemFileError(
            given=f"{source}: {error}", expected="a TOML file", remedy="correct that line"
        ) from error


def _text(path: Path) -> str:
    if not path.is_file() or path.stat().st_size > MAX_FILE_BYTES:
        raise ProblemFileError(
            given=f"the study {path}",
            expected=f"a TOML file, or one of {', '.join(STUDY_NAMES)}",
            remedy="correct the path, or start from one of those",
        )
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProblemFileError(
            given=f"{path.name}: {error}", expected="text in UTF-8", remedy="save it as UTF-8"
        ) from error
