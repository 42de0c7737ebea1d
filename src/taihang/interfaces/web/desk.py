"""A desk that answers public questions: each once, and never more than so many a minute."""

from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock
from typing import Final, Generic, TypeVar

from taihang.core.errors import LinkError

KEPT: Final = 256
"""Answers that are kept, those that say that there is nothing included."""
WORKED_OUT: Final = 60
"""Answers that are worked out in a minute, whoever asks."""
RETRY_AFTER_S: Final = 60
Answer = TypeVar("Answer")


class BusyError(LinkError):
    """Too many public questions were asked lately."""

    code = "link.busy-desk"


class Desk(Generic[Answer]):
    """Keeps answers as long as what they rest on is the same; safe for several threads."""

    def __init__(self, *, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._lock = Lock()
        self._ground: object = None
        self._kept = OrderedDict[str, Answer]()
        self._times_s = deque[float](maxlen=WORKED_OUT)

    def answer(self, question: str, *, ground: object, work_out: Callable[[str], Answer]) -> Answer:
        """Return the answer to a question.

        Args:
            question: What is asked.
            ground: What answers rest on; when it is another, none that is kept holds.
            work_out: Gives the answer; called for one question at a time.

        Raises:
            BusyError: If too many were worked out lately.
        """
        with self._lock:
            if ground != self._ground:
                self._ground = ground
                self._kept.clear()
            if question in self._kept:
                self._kept.move_to_end(question)
                return self._kept[question]
            self._demand_time()
            found = work_out(question)
            self._kept[question] = found
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return found

    def _demand_time(self) -> None:
        now_s = self._now_s()
        if len(self._times_s) == WORKED_OUT and now_s - self._times_s[0] < RETRY_AFTER_S:
            raise BusyError(
                given=f"more than {WORKED_OUT} look-ups in {RETRY_AFTER_S} s",
                expected="fewer",
                remedy="try again in a minute",
            )
        self._times_s.append(now_s)
