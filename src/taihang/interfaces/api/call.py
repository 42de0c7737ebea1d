"""One request of a machine: who asks, in which language, and where the figures come from."""

import atexit
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Final, TypeVar

from django.http import HttpRequest

from taihang.core.access.scope import NOTHING, Scope
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.api.noted import Notes
from taihang.interfaces.api.pool import Pool
from taihang.interfaces.api.problem import SignInError
from taihang.interfaces.api.rates import Rates
from taihang.interfaces.api.who import counted_as
from taihang.interfaces.catalogue import Lang
from taihang.interfaces.web.source import Source

Made = TypeVar("Made")
_LANGS: Final[dict[str, Lang]] = {"zh": "zh", "en": "en"}
_Q: Final = ";q="


@dataclass(frozen=True, slots=True)
class Desk:
    """What the requests about one park share."""

    rates: Rates
    pool: Pool
    notes: Notes


class Desks:
    """The desk of every park that is served by this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_root: dict[Path, Desk] = {}

    def of(self, root: Path) -> Desk:
        """Return the desk of a park, made on first use."""
        with self._lock:
            desk = self._by_root.get(root)
            if desk is None:
                desk = self._by_root[root] = Desk(
                    rates=Rates(monotonic_s=monotonic),
                    pool=Pool(root),
                    notes=Notes(monotonic_s=monotonic),
                )
            return desk

    def close(self) -> None:
        """End every worker."""
        with self._lock:
            for desk in self._by_root.values():
                desk.pool.close()
            self._by_root.clear()


DESKS: Final = Desks()
"""Of this process."""
atexit.register(DESKS.close)


@dataclass(frozen=True, slots=True)
class Call:
    """What an operation needs to answer."""

    request: HttpRequest
    viewer: Viewer | None
    source: Source
    lang: Lang

    @property
    def scope(self) -> Scope:
        """Whose figures may be seen; a stranger nobody's."""
        return NOTHING if self.viewer is None else self.viewer.scope

    @property
    def member(self) -> Viewer:
        """Who asks, at an operation that is for members.

        Raises:
            SignInError: If it is not known.
        """
        if self.viewer is None:
            raise SignInError
        return self.viewer

    @property
    def desk(self) -> Desk:
        """What the requests about this park share."""
        return DESKS.of(self.source.root)

    def ask(self, build: Callable[..., Made], *words: object) -> Made:
        """Return what a builder makes of the park, kept until the park changes: for small answers.

        Args:
            build: A function of a module: ports, then the words.
            words: Hashable words of the question.
        """
        return self.source.ask(build, *words, scope=self.scope)

    def ask_large(self, build: Callable[..., Made], *words: object) -> Made:
        """Return what a builder makes of the park, in a worker with bounds; nothing is kept.

        Args:
            build: A function of a module: ports, then the words.
            words: What is asked.
        """
        desk = self.desk
        with desk.rates.large(counted_as(self.viewer)):
            return desk.pool.ask(build, *words, scope=self.scope)


def lang_of(accepted: str) -> Lang:
    """Return the language that a reader prefers; Chinese where none of ours is named.

    Args:
        accepted: The header ``Accept-Language``.

    Example:
        >>> lang_of("de, en;q=0.8, zh;q=0.5"), lang_of(""), lang_of("zh-CN,en")
        ('en', 'zh', 'zh')
    """
    best: tuple[float, Lang] = (0.0, "zh")
    for part in accepted.split(","):
        name, _, weight = part.strip().partition(_Q)
        lang = _LANGS.get(name.partition("-")[0].lower())
        if lang is not None and (quality := _quality(weight)) > best[0]:
            best = (quality, lang)
    return best[1]


def _quality(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0
