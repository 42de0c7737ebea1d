"""What was told a moment ago and need not be told again: a reload is not another refusal."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final

WITHIN_S: Final = 60.0
KEPT: Final = 4_096


class Lately:
    """Remembers words for a minute; safe for several threads.

    Args:
        now_s: A clock that never goes back.

    Example:
        >>> lately = Lately(now_s=lambda: 0.0)
        >>> lately.is_new("anna /users/"), lately.is_new("anna /users/")
        (True, False)
    """

    def __init__(self, *, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._lock = Lock()
        self._told = OrderedDict[str, float]()

    def is_new(self, words: str) -> bool:
        """Say whether these words were not said within a minute, and remember them."""
        with self._lock:
            now_s = self._now_s()
            told_s = self._told.get(words)
            if told_s is not None and now_s - told_s < WITHIN_S:
                return False
            self._told[words] = now_s
            self._told.move_to_end(words)
            if len(self._told) > KEPT:
                self._told.popitem(last=False)
            return True
