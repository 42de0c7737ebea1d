"""What an address may say about how the page is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal
from urllib.parse import urlencode

from taihang.core.errors import InputError
from taihang.interfaces.catalogue import Lang

Theme = Literal["light", "dark"]
_LANGS: Final[Mapping[str, Lang]] = {"zh": "zh", "en": "en"}
_THEMES: Final[Mapping[str, Theme]] = {"light": "light", "dark": "dark"}
_WALLS: Final[Mapping[str, bool]] = {"0": False, "1": True}
_ALLOWED: Final[Mapping[str, Sequence[str]]] = {
    "lang": tuple(_LANGS),
    "theme": tuple(_THEMES),
    "wall": tuple(_WALLS),
}
_REMEDY: Final = "correct the address"


class QueryError(InputError):
    """An address carries a setting that the page does not know."""

    code = "input.query"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuery:
    """How to show the page.

    A bare address means Chinese, because the product speaks it first, on a light desk; a wall is
    dark unless the address says otherwise.
    """

    lang: Lang
    theme: Theme
    wall: bool
    path: str = "/"
    """Address of the page without its settings."""

    @property
    def other_lang(self) -> Lang:
        """The language that the page offers to switch to."""
        return "en" if self.lang == "zh" else "zh"

    @property
    def other_theme(self) -> Theme:
        """The theme that the page offers to switch to."""
        return "dark" if self.theme == "light" else "light"

    def address(self) -> str:
        """Return the address of the page shown this way.

        Example:
            >>> PageQuery(lang="en", theme="dark", wall=True).address()
            '/?lang=en&theme=dark&wall=1'
        """
        query = {"lang": self.lang, "theme": self.theme}
        if self.wall:
            query["wall"] = "1"
        return f"{self.path}?{urlencode(query)}"

    def switched(self) -> dict[str, str]:
        """Return the addresses that change one thing and keep the rest."""
        desk = replace(self, wall=not self.wall, theme="light" if self.wall else "dark")
        return {
            "lang": replace(self, lang=self.other_lang).address(),
            "theme": replace(self, theme=self.other_theme).address(),
            "wall": desk.address(),
        }


PLAIN: Final = PageQuery(lang="zh", theme="light", wall=False)
"""A bare address."""


def parse_query(query: Mapping[str, str], *, path: str = "/") -> PageQuery:
    """Read the settings of an address.

    Args:
        query: The query part; a name that is given twice has its values joined by a comma.
        path: Address of the page.

    Returns:
        The settings.

    Raises:
        QueryError: If a name or a value is unknown; nothing is ignored.

    Example:
        >>> parse_query({"lang": "en", "wall": "1"}).theme
        'dark'
    """
    for name, value in query.items():
        if name not in _ALLOWED:
            raise QueryError(given=name, expected=f"one of {', '.join(_ALLOWED)}", remedy=_REMEDY)
        if value not in _ALLOWED[name]:
            raise QueryError(
                given=f"{name}={value}",
                expected=" or ".join(f"{name}={allowed}" for allowed in _ALLOWED[name]),
                remedy=_REMEDY,
            )
    wall = _WALLS[query.get("wall", "0")]
    return PageQuery(
        lang=_LANGS[query.get("lang", "zh")],
        theme=_THEMES[query.get("theme", "dark" if wall else "light")],
        wall=wall,
        path=path,
    )
