"""Puts the head of the audit trail into the log while the pages are served.

Whoever opens a park for writing seals the head; where people only read, nobody does. So the web's
worker looks now and then, takes the writer's lock for a moment if there is something to seal, and
lets it go again. A park that somebody else writes is left alone until the next look.
"""

import logging
from typing import Final

from taihang.core.errors import TaihangError
from taihang.interfaces.web.source import Source

_LOG: Final = logging.getLogger(__name__)


class Sealer:
    """Seals the trail of one park."""

    def __init__(self, source: Source) -> None:
        """Seal nothing yet.

        Args:
            source: The park that is served.
        """
        self._source = source
        self._sealed = 0

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
