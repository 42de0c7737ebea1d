"""The built scripts, styles and pictures, served from the package under hashed names."""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from taihang.core.errors import InputError

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
PREFIX: Final = "/static/"
_HASHED: Final = re.compile(r".+-[0-9A-Z]{8}\.[a-z]+")
_YEAR_S: Final = 31_536_000
FOREVER: Final = f"public, max-age={_YEAR_S}, immutable"
"""For names that change with their content."""
ASK_AGAIN: Final = "no-cache"


class AssetError(InputError):
    """No such file was built."""

    code = "input.asset"


@dataclass(frozen=True, slots=True)
class Asset:
    """A built file."""

    content: bytes
    content_type: str
    cache_control: str


def asset_address(name: str) -> str:
    """Return the address of a built file by its plain name.

    Args:
        name: The name without its hash, for example ``page.css``.

    Returns:
        The address with the hash.

    Raises:
        AssetError: If the build wrote no such file.
    """
    hashed = _manifest().get(name)
    if hashed is None:
        raise AssetError(
            given=name,
            expected=f"one of {', '.join(sorted(_manifest()))}",
            remedy="build the assets as web/README.md says",
        )
    return f"{PREFIX}{hashed}"


def find_asset(name: str) -> Asset | None:
    """Return a built file, or None.

    The name is looked up among the files that exist and never joined to a path, so that no name
    leads out of the folder.
    """
    return _assets().get(name)


@cache
def _assets() -> dict[str, Asset]:
    return {
        file.name: Asset(
            content=file.read_bytes(),
            content_type=_TYPES[file.name[file.name.rindex(".") :]],
            cache_control=FOREVER if _HASHED.fullmatch(file.name) else ASK_AGAIN,
        )
        for file in _folder().iterdir()
    }


@cache
def _manifest() -> dict[str, str]:
    return json.loads(_folder().joinpath("manifest.json").read_bytes())


def _folder() -> Traversable:
    return files("taihang.interfaces.web").joinpath("static", "taihang")
