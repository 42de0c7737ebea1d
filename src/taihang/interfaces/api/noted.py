"""What the interface writes into the audit trail beside acts, refusals and exports: uses of keys.

A key is written down once an hour: whoever asks a thousand times leaves a trace and not a thousand.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final

from taihang.interfaces.accounts.deeds import Deed, write_down
from taihang.interfaces.accounts.viewer import Viewer
from taihang.services.trail import KEY_USE

KEY_EVERY_S: Final = 3_600
_REMEMBERED: Final = 10_000


class Notes:
    """Writes down each thing once in a while; safe for several threads.

    Args:
        monotonic_s: A clock that never steps back. [s]
    """

    def __init__(self, *, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._lock = Lock()
        self._noted = OrderedDict[str, float]()

    def key_used(self, viewer: Viewer) -> None:
        """Write down that a key of a machine is used."""
        if viewer.key_id and self._is_due(viewer.key_id):
            write_down(Deed(kind=KEY_USE, subject=viewer.key_id), by=viewer)

    def _is_due(self, what: str) -> bool:
        now_s = self._monotonic_s()
        with self._lock:
            last_s = self._noted.get(what)
            if last_s is not None and now_s - last_s < KEY_EVERY_S:
                return False
            self._noted[what] = now_s
            self._noted.move_to_end(what)
            if len(self._noted) > _REMEMBERED:
                self._noted.popitem(last=False)
            return True
