"""Collects what arrives together into groups: one forced write answers all of a group.

While one group is being stored the next one gathers, so the slower the disk is, the larger the
groups get, up to a bound; what would go beyond the bounds is told to come again.

Work that no receipt needs is done when nothing waits and nothing has come for a moment.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from time import monotonic
from typing import Final

from taihang.core.errors import StateError
from taihang.interfaces.ingest.door import Answer, Offer
from taihang.interfaces.ingest.limits import Limits, QueueFullError
from taihang.interfaces.ingest.problem import InternalError

QUIET_S: Final = 0.05
"""When nothing has come for so long, nobody is kept waiting by other work."""
_LOG = logging.getLogger(__name__)


class ClosingError(StateError):
    """The door is being closed."""

    code = "state.closing"


class Committer:
    """Stores offers in groups, one group at a time.

    Args:
        commit: Stores one group; called in the writer's thread.
        tidy: Does what can wait; called in the writer's thread in a quiet moment after a group.
        writer: The writer's thread.
        limits: The bounds of the door.
        observe: Told how long each group took. [s]
        quiet_s: How long nothing has to come before a moment is quiet. [s]
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Offer]], list[Answer]],
        *,
        tidy: Callable[[], None],
        writer: Executor,
        limits: Limits,
        observe: Callable[[float], None],
        quiet_s: float = QUIET_S,
    ) -> None:
        self._commit = commit
        self._tidy = tidy
        self._quiet_s = quiet_s
        self._writer = writer
        self._limits = limits
        self._observe = observe
        self._waiting: deque[tuple[Offer, asyncio.Future[Answer]]] = deque()
        self._some = asyncio.Event()
        self._is_closing = False

    @property
    def n_waiting(self) -> int:
        """Offers that wait for their group."""
        return len(self._waiting)

    async def submit(self, offer: Offer) -> Answer:
        """Store one offer with whatever else arrives.

        Args:
            offer: What is to be stored.

        Returns:
            Its receipt, or why it is not stored.

        Raises:
            QueueFullError: If too many wait already.
            ClosingError: If the door is being closed.
        """
        if self._is_closing:
            raise ClosingError(
                given="a batch for a door that is being closed",
                expected="an open door",
                remedy="keep the batch and send it again when the door is open",
            )
        if len(self._waiting) >= self._limits.max_queue:
            raise QueueFullError(
                given=f"{len(self._waiting)} batches that wait to be stored",
                expected="room for one more",
                remedy="keep the batch and send it again in a second",
            )
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((offer, answer))
        self._some.set()
        return await answer

    async def run(self) -> None:
        """Store groups until the door is closed and nothing waits."""
        while self._waiting or not self._is_closing:
            await self._some.wait()
            self._some.clear()
            while self._waiting:
                await self._store(self._next_group())
            if await self._is_quiet():
                await asyncio.get_running_loop().run_in_executor(self._writer, self._tidied)

    def close(self) -> None:
        """Take nothing more in; ``run`` ends when what waits is stored."""
        self._is_closing = True
        self._some.set()

    def _next_group(self) -> list[tuple[Offer, "asyncio.Future[Answer]"]]:
        n = min(len(self._waiting), self._limits.max_group)
        return [self._waiting.popleft() for _ in range(n)]

    async def _store(self, group: list[tuple[Offer, "asyncio.Future[Answer]"]]) -> None:
        started_s = monotonic()
        answers = await asyncio.get_running_loop().run_in_executor(
            self._writer, self._answered, [offer for offer, _ in group]
        )
        self._observe(monotonic() - started_s)
        for (_, future), answer in zip(group, answers, strict=True):
            if not future.done():
                future.set_result(answer)

    async def _is_quiet(self) -> bool:
        """Wait a moment for more; say whether nothing came."""
        try:
            async with asyncio.timeout(self._quiet_s):
                await self._some.wait()
        except TimeoutError:
            return not self._some.is_set()
        return False

    def _tidied(self) -> None:
        """Do what can wait; where it fails, receipts are as valid as before."""
        try:
            self._tidy()
        except Exception:  # noqa: BLE001 - the door stays open whatever happens beside it
            _LOG.exception("what could wait was not done; it is tried again")

    def _answered(self, offers: list[Offer]) -> list[Answer]:
        """Store a group; one that breaks the program breaks its own answer and no other."""
        try:
            return self._commit(offers)
        except Exception:  # noqa: BLE001 - the sender gets an answer whatever a batch does to us
            _LOG.exception("a group of %d could not be stored", len(offers))
        if len(offers) == 1:
            return [InternalError.met("batch")]
        # What was stored already gives its receipt again: every batch counts once.
        return [answer for offer in offers for answer in self._answered([offer])]
