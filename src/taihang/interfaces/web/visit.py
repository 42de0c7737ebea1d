"""One look at one page: who looks, how it is shown, and where its figures come from."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeVar, cast

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from taihang.core.access.scope import NOTHING, Scope
from taihang.core.errors import TaihangError
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.catalogue import raw_texts
from taihang.interfaces.web.menu import BEFORE_A_PARK, ENTRIES, menu_of
from taihang.interfaces.web.newest import find_newest, zone_of
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.source import Source
from taihang.interfaces.web.wording import local_instant

SOURCE_KEY: Final = "taihang.source"
"""Under this key of the ASGI scope each application hands its source to its views."""
VIEWER: Final = "taihang_viewer"
"""Attribute of a request: who looks, put there by the gate."""
LOOK: Final = "taihang_look"
"""Attribute of a request: how pages are shown, put there by the gate."""
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Visit:
    """What a view needs to answer."""

    request: HttpRequest
    viewer: Viewer | None
    look: PageQuery
    source: Source

    @property
    def scope(self) -> Scope:
        """Whose figures the viewer may see; a stranger nobody's."""
        return NOTHING if self.viewer is None else self.viewer.scope

    @property
    def has_park(self) -> bool:
        """Whether there is a park; a server may begin with an empty folder."""
        try:
            return bool(self.source.park_name(self.look.lang))
        except TaihangError:
            # It is there and does not open: whoever asks it something is told why.
            return True

    def ask(self, build: Callable[..., Made], *words: object) -> Made:
        """Return what a builder makes of the park, as far as the viewer may see it.

        Args:
            build: A function of a module: ports, then the words, to a frozen view.
            words: Hashable words of the question.
        """
        return self.source.ask(build, *words, scope=self.scope)

    def show(
        self, template: str, context: Mapping[str, object], *, status: int = 200
    ) -> HttpResponse:
        """Return a page.

        Args:
            template: Name of the template.
            context: What it prints, beside what the frame of every page needs.
            status: The HTTP status.
        """
        page = render(self.request, template, {**self.frame(), **context}, status=status)
        page["Cache-Control"] = "no-cache"
        return page

    def frame(self) -> dict[str, object]:
        """Return what the frame of every page needs."""
        entries = ENTRIES if self.has_park else BEFORE_A_PARK
        return {
            "lang": self.look.lang,
            "query": self.look,
            "links": self.look.switched(),
            "viewer": self.viewer,
            "menu": menu_of(self.viewer, here=self.request.path, entries=entries),
            "live": self._live(),
            # Filled while the page is written: a word says so, and its note stands at the end.
            "explained": {} if self.viewer is not None else None,
            "park_name": self.source.park_name(self.look.lang),
        }

    def _live(self) -> dict[str, object] | None:
        """Return what the head of a page says of freshness; None to a stranger, or without a park.

        Last known figures come with the page; what cannot be told now is told by the page itself.
        """
        if self.viewer is None:
            return None
        with suppress(TaihangError):
            newest, zone = self.ask(find_newest), self.ask(zone_of)
            instant = None
            if newest.reading_s is not None:
                instant = local_instant(newest.reading_s, zone=zone)
            return {
                "reading_s": newest.reading_s,
                "reading": instant,
                "zone": zone,
                "texts": raw_texts(prefixes=("live.",), lang=self.look.lang),
            }
        return None


def visit_of(request: HttpRequest) -> Visit:
    """Return the visit that a request is."""
    return Visit(
        request=request,
        viewer=cast("Viewer | None", getattr(request, VIEWER, None)),
        look=cast("PageQuery", getattr(request, LOOK)),
        source=source_of(request),
    )


def source_of(request: HttpRequest) -> Source:
    """Return the source that the application put into the scope of a request."""
    return cast("Source", cast("ASGIRequest", request).scope[SOURCE_KEY])
