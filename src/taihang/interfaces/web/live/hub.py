"""The hub: one task looks at the park each second, encodes once for each scope, and wakes all."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import Final

from taihang import pages_wiring, wiring
from taihang.core.access.scope import Scope
from taihang.core.errors import TaihangError
from taihang.interfaces.web.live.frame import RETRY_MS, Frame, short_mark
from taihang.interfaces.web.newest import find_newest
from taihang.interfaces.web.source import Source

TICK_S: Final = 1.0
"""A page hears from the server this often [s]."""
_JOURNAL: Final = 1
_LOG: Final = logging.getLogger(__name__)
Pause = Callable[[float], Awaitable[None]]


class Hub:
    """Sends frames to everybody who looks; for one event loop.

    Nothing runs while nobody looks. Whoever is slow misses frames and gets the newest one next.
    """

    def __init__(
        self,
        source: Source,
        *,
        now_s: Callable[[], float] = pages_wiring.now_s,
        pause: Pause = asyncio.sleep,
    ) -> None:
        """Make a hub that stands still.

        Args:
            source: The park.
            now_s: The clock that pages are told.
            pause: Waits between two frames.
        """
        self._source = source
        self._now_s = now_s
        self._pause = pause
        self._viewers = Counter[Scope]()
        self._frames: dict[Scope, bytes] = {}
        self._next = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.n_encoded = 0
        """How many frames were encoded since the start."""

    @property
    def n_viewers(self) -> int:
        """How many streams are open."""
        return self._viewers.total()

    async def events(self, scope: Scope) -> AsyncGenerator[bytes, None]:
        """Yield the events of a stream, without end.

        Args:
            scope: Whose figures the viewer sees.
        """
        yield f"retry: {RETRY_MS}\n\n".encode()
        self._viewers[scope] += 1
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._produce())
        try:
            while True:
                waiting_for = self._next
                if scope in self._frames:
                    yield self._frames[scope]
                await waiting_for.wait()
        finally:
            self._viewers[scope] -= 1
            self._leave()

    def _leave(self) -> None:
        self._viewers = +self._viewers
        if not self._viewers and self._task is not None:
            self._task.cancel()
            self._task = None
            self._frames.clear()

    async def _produce(self) -> None:
        while True:
            scopes = tuple(self._viewers)
            self._frames = await asyncio.to_thread(self._encode, scopes)
            woken, self._next = self._next, asyncio.Event()
            woken.set()
            await self._pause(TICK_S)

    def _encode(self, scopes: tuple[Scope, ...]) -> dict[Scope, bytes]:
        # Figures follow from everything but the journal, which grows with every batch.
        mark = short_mark(wiring.change_mark(self._source.root)[_JOURNAL:])
        frames: dict[Scope, bytes] = {}
        for scope in scopes:
            # A park that cannot be read just now leaves its viewers without a frame: they see it.
            with suppress(TaihangError):
                newest = self._source.ask(find_newest, scope=scope)
                frames[scope] = Frame(int(self._now_s()), newest.reading_s, mark).event()
                self.n_encoded += 1
        if len(frames) < len(scopes):
            _LOG.warning(
                "live: no frame for %d of %d scopes", len(scopes) - len(frames), len(scopes)
            )
        return frames
