"""What the web's worker looks after by itself, again and again, while the pages are served."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Final

EVERY_S: Final = 600.0
"""So long, at most, waits what nobody asks for."""


class Rounds:
    """Calls something now and then, from a thread of its own.

    Args:
        look: Called at each round; what it cannot do now it leaves for the next one.
        name: What the thread is called.
        every_s: How often to look [s].
    """

    def __init__(self, look: Callable[[], object], *, name: str, every_s: float = EVERY_S) -> None:
        self._look = look
        self._every_s = every_s
        self._stop = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Look now and then until the process ends."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            self._look()
