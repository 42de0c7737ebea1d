"""What the interface writes into the audit trail beside acts: exports, refusals, uses of keys.

A refusal of one person at one operation is written once a minute, a key once an hour: whoever asks
a thousand times leaves a trace and not a thousand.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final

from taihang.core.seal.trail import Outcome
from taihang.interfaces.accounts.deeds import Deed, write_down
from taihang.interfaces.accounts.viewer import Viewer
from taihang.services.trail import ACCESS, EXPORT, KEY_USE

REFUSAL_EVERY_S: Final = 60
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
        self._noted = OrderedDict[tuple[str, str], float]()

    def key_used(self, viewer: Viewer) -> None:
        """Write down that a key of a machine is used."""
        if viewer.key_id and self._is_due((KEY_USE, viewer.key_id), KEY_EVERY_S):
            write_down(Deed(kind=KEY_USE, subject=viewer.key_id), by=viewer)

    def refused(self, viewer: Viewer, operation: str) -> None:
        """Write down that an operation was refused to somebody."""
        who = f"{viewer.name} {viewer.key_id} {operation}"
        if self._is_due((ACCESS, who), REFUSAL_EVERY_S):
            write_down(Deed(kind=ACCESS, subject=operation, outcome=Outcome.REFUSED), by=viewer)

    @staticmethod
    def exported(viewer: Viewer, operation: str, *, n_bytes: int, sha256: str) -> None:
        """Write down that somebody took a file along."""
        said = {"bytes": n_bytes, "sha256": sha256}
        write_down(Deed(kind=EXPORT, subject=operation, said=said), by=viewer)

    def _is_due(self, what: tuple[str, str], every_s: float) -> bool:
        now_s = self._monotonic_s()
        with self._lock:
            last_s = self._noted.get(what)
            if last_s is not None and now_s - last_s < every_s:
                return False
            self._noted[what] = now_s
            self._noted.move_to_end(what)
            if len(self._noted) > _REMEMBERED:
                self._noted.popitem(last=False)
            return True
