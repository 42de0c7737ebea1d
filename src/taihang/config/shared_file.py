"""Reads a store that several rent: a TOML file, or one that comes with the platform."""

from importlib.resources import files
from pathlib import Path
from typing import Final

from taihang.config.site_file import plain_text, toml_table
from taihang.core.dispatch.site.shared import SharedStorage, shared_of

STORE_NAMES: Final = ("jinhai",)


def store_text(name: str) -> str:
    """Return the text of a store that comes with the platform.

    Example:
        >>> store_text("jinhai").count("[[renter]]")
        3
    """
    return files("taihang.config").joinpath("stores", f"{name}.toml").read_text("utf-8")


def read_shared(source: str) -> SharedStorage:
    """Read a store.

    Args:
        source: The path of a file, or one of ``STORE_NAMES``.

    Raises:
        ProblemFileError: If there is no such file, or it is no TOML.
        ParkProblemError: If what it says is no store that several can rent.
    """
    text = store_text(source) if source in STORE_NAMES else plain_text(Path(source), STORE_NAMES)
    return shared_of(toml_table(text, source))
