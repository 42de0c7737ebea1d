"""One park as its door sees it: held open, written in short acts, by one thread.

The writer's lock is taken for each act and given back, so that settling, accounting and the like
can run beside an open door. What another process wrote meanwhile is taken in by opening the park
anew: that is the path of every start, and so the one that is tested most.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from taihang import wiring
from taihang.core.errors import InputError, StateError, TaihangError
from taihang.core.seal.door_token import DoorToken, token_sha256
from taihang.core.seal.readings_form import Readings
from taihang.services.batch_status import BatchStatus, batch_status, stored_origin
from taihang.services.ingest import Ingester, Receipt
from taihang.services.ports import Ports
from taihang.services.seal_at_door import check_same_body, seal_at_door

Answer: TypeAlias = Receipt | TaihangError
FLUSH_READINGS: Final = 1_000_000
"""Readings that wait in memory before a quiet moment is used to move them to sealed files."""
MAX_HOT_READINGS: Final = 5 * FLUSH_READINGS
"""Beyond it the lake lags too far behind to be called ready."""
_SUSPICIOUS: Final = frozenset(("link", "state.suspect-journal"))
"""Codes of a journal that does not know any more what its disk holds."""


class WrongSenderError(InputError):
    """A sender speaks for another gateway than the one that it proved to be."""

    code = "input.wrong-sender"


class SuspectDoorError(StateError):
    """A forced write failed since the door was opened; a new start reads what is stored."""

    code = "state.suspect-door"


class Lock(Protocol):
    """The writer's lock of a park."""

    def take(self, *, wait_s: float = 0) -> None:
        """Take it, or raise."""
        ...

    def release(self) -> None:
        """Give it back."""
        ...


@dataclass(frozen=True, slots=True)
class Offer:
    """A body that asks to be stored."""

    body: bytes
    readings: Readings | None = None
    """What the body says, if it is the JSON form; None for a sealed batch."""


@dataclass(frozen=True, slots=True)
class Stock:
    """What a park holds, for readiness and metrics."""

    n_records: int
    n_hot: int
    """Readings in the journal and not yet in the sealed part of the lake."""
    is_suspect: bool


class Door:
    """A park that is held open. Use it from one thread: the register's connection belongs to it.

    Args:
        root: The park folder.
        lock: The writer's lock of the park.
        open_ports: Opens the park for writing, under a lock that is held already.
        lock_wait_s: How long an act waits for another process to end its writing. [s]
    """

    def __init__(
        self,
        root: Path,
        *,
        lock: Lock,
        open_ports: Callable[[], AbstractContextManager[Ports]],
        lock_wait_s: float,
    ) -> None:
        self._root = root
        self._lock = lock
        self._open_ports = open_ports
        self._lock_wait_s = lock_wait_s
        self._held = ExitStack()
        self._open: tuple[Ports, Ingester] | None = None
        self._mark: tuple[int, ...] = ()
        self._is_suspect = False
        self.n_readings = 0
        """Readings stored since the door was opened."""

    def open(self) -> None:
        """Open the park: recover what a crash may have left, and take stock."""
        with self._act():
            pass

    def commit(self, offers: Sequence[Offer]) -> list[Answer]:
        """Store a group with one forced write.

        Args:
            offers: Bodies that came together.

        Returns:
            For each its receipt, or why it is not stored. A bad one fails alone.
        """
        try:
            with self._act() as (ports, ingester):
                return self._committed(offers, ports, ingester)
        except TaihangError as error:
            self._is_suspect |= error.code in _SUSPICIOUS
            return [error] * len(offers)

    def status(self, gateway: str, counter: int) -> BatchStatus | TaihangError:
        """Say how far a batch has come.

        Args:
            gateway: Who sent it.
            counter: Its number.

        Returns:
            Its status, or why there is none.
        """
        try:
            if self._is_behind():
                with self._act() as (ports, _):
                    return batch_status(gateway, counter, ports=ports)
            ports, _ = self._looked_at()
            return batch_status(gateway, counter, ports=ports)
        except TaihangError as error:
            return error

    def tokens(self) -> dict[str, DoorToken]:
        """Return every token by its hash."""
        ports, _ = self._looked_at()
        return {token.sha256: token for token in ports.registry.door_tokens()}

    def probe(self) -> TaihangError | None:
        """Take the writer's lock and give it back; return why that is not possible."""
        try:
            with self._act():
                return None
        except TaihangError as error:
            return error

    def now(self) -> datetime:
        """Return the present instant, by the clock of the park."""
        ports, _ = self._looked_at()
        return ports.clock.now()

    def stock(self) -> Stock:
        """Say what the park holds; takes no lock."""
        if self._open is None:
            return Stock(0, 0, self._is_suspect)
        ports, _ = self._open
        return Stock(ports.journal.size, ports.lake.n_hot, self._is_suspect)

    def flush(self) -> None:
        """Move what waits in memory to the sealed part of the lake."""
        with self._act() as (_, ingester):
            ingester.flush()

    def tidy(self) -> None:
        """Move what waits in memory to the sealed part of the lake, if it is many.

        To be called when nobody waits for a receipt: it takes a fifth of a second. Where no such
        moment comes, ``Ingester.commit`` moves the rows itself, later.

        Raises:
            TaihangError: If no file takes the rows; they stay hot, and receipts stay valid.
        """
        if self._open is not None and self._open[0].lake.n_hot >= FLUSH_READINGS:
            self.flush()

    def close(self) -> None:
        """Flush, and let the park go; a journal that is suspect is left as it is."""
        try:
            if self._open is not None and not self._is_suspect:
                self.flush()
        finally:
            self._open = None
            self._held.close()

    @contextmanager
    def _act(self) -> Generator[tuple[Ports, Ingester]]:
        """Hold the writer's lock for one act, on a park that is as the disk has it."""
        if self._is_suspect:
            # Opening it anew would read what the kernel remembers, not what the disk holds.
            raise SuspectDoorError(
                given="a disk that failed a forced write",
                expected="a disk that stores what it is given",
                remedy="look at the disk, then start the door again; the sender keeps its batches",
            )
        self._lock.take(wait_s=self._lock_wait_s)
        try:
            yield self._fresh()
            self._mark = wiring.change_mark(self._root)
        finally:
            self._lock.release()

    def _looked_at(self) -> tuple[Ports, Ingester]:
        """Return the park for looking at, which takes no lock while it is open."""
        if self._open is None:
            with self._act() as opened:
                return opened
        return self._open

    def _is_behind(self) -> bool:
        return self._mark != wiring.change_mark(self._root)

    def _fresh(self) -> tuple[Ports, Ingester]:
        """Return the park, opened anew if somebody else wrote it."""
        if self._open is None or self._is_behind():
            self._open = None
            self._held.close()
            ports = self._held.enter_context(self._open_ports())
            self._open = ports, Ingester(ports)
        return self._open

    def _committed(self, offers: Sequence[Offer], ports: Ports, ingester: Ingester) -> list[Answer]:
        # 1. Seal what came unsealed; a number that is known says what it said before.
        prepared = [_prepared(offer, ports) for offer in offers]
        # 2. Store what is sealed, all with one forced write.
        sealed = [item for item in prepared if isinstance(item, bytes)]
        before = ports.lake.n_hot
        stored = iter(ingester.commit(sealed) if sealed else ())
        self.n_readings += max(0, ports.lake.n_hot - before)
        return [next(stored) if isinstance(item, bytes) else item for item in prepared]


def _prepared(offer: Offer, ports: Ports) -> bytes | Answer:
    """Return the bytes to store, or the answer where there is nothing to store."""
    readings = offer.readings
    if readings is None:
        return offer.body
    known = ports.lake.batches().find(readings.gateway, readings.counter)
    try:
        if known is None:
            return seal_at_door(readings, ports=ports)
        check_same_body(readings, origin=stored_origin(known, ports=ports))
        return batch_status(readings.gateway, readings.counter, ports=ports).receipt
    except TaihangError as error:
        return error


def holder_of(token: str, *, tokens: dict[str, DoorToken], now_s: int) -> str | None:
    """Return the gateway that a token speaks for.

    Args:
        token: What came with the request.
        tokens: Every token, by its hash.
        now_s: The present instant [s since 1970-01-01T00:00Z].

    Returns:
        The gateway; None if the token is unknown or has expired.
    """
    found = tokens.get(token_sha256(token))
    return found.gateway if found is not None and now_s < found.expires_at_s else None
