"""Puts the head of the audit trail into the log while the pages are served.

Whoever opens a park for writing seals the head; where people only read, nobody does. So the web's
worker looks now and then, takes the writer's lock for a moment if there is something to seal, and
lets it go again. A park that somebody else writes is left alone until the next look.
"""

import logging
from threading import Event, Thread
from typing import Final

from taihang.core.errors import TaihangError
from taihang.interfaces.web.source import Source

EVERY_S: Final = 600.0
"""So long, at most, entries stand in the trail that no head covers."""
_LOG: Final = logging.getLogger(__name__)


class Sealer:
    """Seals the trail of one park."""

    def __init__(self, source: Source, *, every_s: float = EVERY_S) -> None:
        """Begin nothing yet.

        Args:
            source: The park that is served.
            every_s: How often to look [s].
        """
        self._source = source
        self._every_s = every_s
        self._sealed = 0
        self._stop = Event()
        self._thread = Thread(target=self._run, name="sealer", daemon=True)

    def start(self) -> None:
        """Look now and then until the process ends."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    def once(self) -> bool:
        """Seal what is new; say whether there was something and it is sealed now."""
        try:
            size, _ = self._source.accounts.trail.head()
            if size == self._sealed:
                return False
            # Opening for writing is what seals.
            with self._source.writing():
                self._sealed = size
        except TaihangError as error:
            _LOG.warning("the head of the audit trail is not sealed yet: %s", error)
            return False
        return True

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            self.once()
