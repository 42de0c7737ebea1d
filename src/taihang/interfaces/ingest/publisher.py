"""Publishes the log while the door is open: what was received is cosigned within a minute (P5).

It looks at the park with eyes of its own and asks witnesses over the network, so it has a thread of
its own: a witness that does not answer holds up no receipt.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from typing import Final

from taihang.core.errors import TaihangError
from taihang.core.tlog.checkpoint import checkpoint_of
from taihang.services.ports import Ports
from taihang.services.publish import Published, publish

EVERY_S: Final = 30.0
_LOG: Final = logging.getLogger(__name__)


class Publisher:
    """Publishes again and again. Without witnesses in park.toml it does nothing.

    Args:
        open_ports: Opens the park for reading.
        every_s: How long it waits between two tries. [s]
    """

    def __init__(
        self, open_ports: Callable[[], AbstractContextManager[Ports]], *, every_s: float = EVERY_S
    ) -> None:
        self._open_ports = open_ports
        self._every_s = every_s
        self._held = ExitStack()
        self._ports: Ports | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="publisher")
        self._stop = asyncio.Event()
        self._published_at_s: int | None = None

    async def run(self) -> None:
        """Publish until told to stop."""
        loop = asyncio.get_running_loop()
        is_witnessed = True
        while is_witnessed and not self._stop.is_set():
            is_witnessed = await loop.run_in_executor(self._thread, self._once)
            try:
                await asyncio.wait_for(self._stop.wait(), self._every_s)
            except TimeoutError:
                continue

    async def stop(self) -> None:
        """Try no more; a try that waits for a witness is not waited for."""
        self._stop.set()
        self._thread.submit(self._held.close)
        self._thread.shutdown(wait=False)

    def age_s(self) -> int | None:
        """Return since when what is published is published; None if nothing is. [s]."""
        if self._ports is None or self._published_at_s is None:
            return None
        return int(self._ports.clock.now().timestamp()) - self._published_at_s

    def _once(self) -> bool:
        """Publish once; return whether there is anybody to publish with."""
        try:
            ports = self._opened()
            if ports.park.log is None:
                return False
            found = publish(ports=ports)
            if isinstance(found, Published):
                self._published_at_s = _published_at_s(ports)
            else:
                _LOG.warning("not published: %s, absent: %s", found.reason, dict(found.absent))
        except TaihangError as error:
            _LOG.warning("not published: %s", error)
        return True

    def _opened(self) -> Ports:
        if self._ports is None:
            self._ports = self._held.enter_context(self._open_ports())
        else:
            self._ports.journal.refresh()
        return self._ports


def _published_at_s(ports: Ports) -> int | None:
    """Return when the last published checkpoint was published."""
    latest = ports.published.latest()
    found = ports.published.first_above(checkpoint_of(latest).size - 1) if latest else None
    return found[1] if found else None
