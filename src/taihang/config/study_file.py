"""Reads a sizing study: a TOML file, or one of the studies that come with the platform."""

from importlib.resources import files
from pathlib import Path
from typing import Final, cast

from taihang.config.problem_file import toml_of
from taihang.config.site_file import plain_text
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
    text = study_text(source) if source in STUDY_NAMES else plain_text(Path(source), STUDY_NAMES)
    return study_of(cast("dict[str, Json]", toml_of(text, source)))
