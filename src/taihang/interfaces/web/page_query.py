"""What an address says: how the page is shown, and the page's own words."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal
from urllib.parse import urlencode

from django.http import HttpRequest

from taihang.core.errors import InputError
from taihang.interfaces.catalogue import Lang

Theme = Literal["light", "dark"]
COOKIE: Final = "taihang-look"
"""Remembers language and theme, so that addresses need not carry them."""
_LANGS: Final[Mapping[str, Lang]] = {"zh": "zh", "en": "en"}
_THEMES: Final[Mapping[str, Theme]] = {"light": "light", "dark": "dark"}
_WALLS: Final[Mapping[str, bool]] = {"0": False, "1": True}
_LOOKS: Final[Mapping[str, Collection[str]]] = {
    "lang": tuple(_LANGS),
    "theme": tuple(_THEMES),
    "wall": tuple(_WALLS),
}
_REMEDY: Final = "correct the address"
LONGEST_WORD: Final = 200
"""Longest word of an address; a longer one is refused, since a part of it names another thing."""
_SHOWN: Final = 40
Words = Mapping[str, str]


def _no_words() -> Words:
    return MappingProxyType({})


class QueryError(InputError):
    """An address carries a setting that the page does not know, or one that is too long."""

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
    words: Words = field(default_factory=_no_words)
    """What else the address says: the page's own words."""
    is_chosen: bool = False
    """Whether this address chose language or theme, which is then remembered."""

    @property
    def other_lang(self) -> Lang:
        """The language that the page offers to switch to."""
        return "en" if self.lang == "zh" else "zh"

    @property
    def other_theme(self) -> Theme:
        """The theme that the page offers to switch to."""
        return "dark" if self.theme == "light" else "light"

    @property
    def cookie(self) -> str:
        """What is remembered of this look.

        Example:
            >>> PLAIN.cookie
            'zh.light'
        """
        return f"{self.lang}.{self.theme}"

    def address(self) -> str:
        """Return the address of the page shown this way.

        Example:
            >>> PageQuery(lang="en", theme="dark", wall=True).address()
            '/?lang=en&theme=dark&wall=1'
        """
        query = {**self.words, "lang": self.lang, "theme": self.theme}
        if self.wall:
            query["wall"] = "1"
        return f"{self.path}?{urlencode(query)}"

    def with_words(self, **words: str) -> str:
        """Return the address of the page with some of its own words changed.

        Example:
            >>> replace(PLAIN, path="/carbon/").with_words(month="2026-09")
            '/carbon/?month=2026-09'
        """
        query = {**self.words, **words, **({"wall": "1"} if self.wall else {})}
        return f"{self.path}?{urlencode(query)}" if query else self.path

    def switched(self) -> dict[str, str]:
        """Return the addresses that change one thing and keep the rest."""
        desk = replace(self, wall=not self.wall, theme="light" if self.wall else "dark")
        return {
            "lang": replace(self, lang=self.other_lang).address(),
            "theme": replace(self, theme=self.other_theme).address(),
            "wall": desk.address(),
        }

    def demand_words(self, known: Collection[str]) -> Words:
        """Return the page's own words.

        Args:
            known: The names that the page knows.

        Raises:
            QueryError: If the address carries another one, or one that is too long; nothing is
                ignored, and nothing is cut.
        """
        for name, word in self.words.items():
            if name not in known:
                expected = f"one of {', '.join((*known, *_LOOKS))}"
                raise QueryError(given=_shown(name), expected=expected, remedy=_REMEDY)
            if len(word) > LONGEST_WORD:
                raise QueryError(
                    given=f"{name} of {len(word)} characters",
                    expected=f"at most {LONGEST_WORD}",
                    remedy=_REMEDY,
                )
        return self.words


PLAIN: Final = PageQuery(lang="zh", theme="light", wall=False)
"""A bare address."""


def parse_look(request: HttpRequest) -> PageQuery:
    """Return how the page of a request is shown: as its address says, else as before.

    Raises:
        QueryError: If a value is unknown, or a name is given twice.
    """
    once = _once({name: tuple(map(str, given)) for name, given in request.GET.lists()})
    return parse_query(once, path=request.path, remembered=request.COOKIES.get(COOKIE, ""))


def parse_query(query: Words, *, path: str = "/", remembered: str = "") -> PageQuery:
    """Read the settings of an address.

    Args:
        query: The query part, each name once.
        path: Address of the page.
        remembered: Language and theme as the cookie keeps them; a cookie that nobody wrote this
            way counts as none.

    Returns:
        The settings.

    Raises:
        QueryError: If a value is unknown.

    Example:
        >>> parse_query({"lang": "en", "wall": "1"}).theme
        'dark'
        >>> parse_query({}, remembered="en.dark").lang
        'en'
    """
    for name in query.keys() & _LOOKS.keys():
        _demand_known(name, query[name])
    wall = _WALLS[query.get("wall", "0")]
    lang, _, theme = remembered.partition(".")
    plain_theme: Theme = "dark" if wall else _THEMES.get(theme, "light")
    return PageQuery(
        lang=_LANGS[query["lang"]] if "lang" in query else _LANGS.get(lang, "zh"),
        theme=_THEMES[query["theme"]] if "theme" in query else plain_theme,
        wall=wall,
        path=path,
        words={name: value for name, value in query.items() if name not in _LOOKS},
        is_chosen="lang" in query or ("theme" in query and not wall),
    )


def _once(given: Mapping[str, tuple[str, ...]]) -> Words:
    for name, values in given.items():
        if len(values) != 1:
            raise QueryError(
                given=f"{_shown(name)} {len(values)} times",
                expected=f"{_shown(name)} once",
                remedy=_REMEDY,
            )
    return {name: value for name, (value,) in given.items()}


def _shown(word: str) -> str:
    """Return a word as a refusal repeats it, saying what is left out."""
    if len(word) <= LONGEST_WORD:
        return word
    return f"{word[:_SHOWN]}… ({len(word)} characters)"


def _demand_known(name: str, value: str) -> None:
    if value not in _LOOKS[name]:
        raise QueryError(
            given=f"{name}={_shown(value)}",
            expected=" or ".join(f"{name}={allowed}" for allowed in _LOOKS[name]),
            remedy=_REMEDY,
        )
