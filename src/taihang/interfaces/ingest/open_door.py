"""Puts the parts of the door together, without the server that carries its bytes."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final, TypeVar

from taihang import wiring
from taihang.core.errors import TaihangError
from taihang.interfaces.ingest.app import DoorApplication, Service
from taihang.interfaces.ingest.committer import Committer
from taihang.interfaces.ingest.door import Door
from taihang.interfaces.ingest.identity import Identities, Tokens
from taihang.interfaces.ingest.limits import InFlight, Limits, Rates
from taihang.interfaces.ingest.metrics import Metrics
from taihang.interfaces.ingest.publisher import Publisher
from taihang.interfaces.ingest.watch import Watch
from taihang.services.batch_status import BatchStatus

QUIET_WITHIN_S: Final = 30.0
"""How long a closing door waits for the last answers to be sent."""
_Result = TypeVar("_Result")


class OpenDoor:
    """Everything of one door that lives as long as it is open.

    Args:
        root: The park folder.
        limits: The bounds.
        behind_tls: Whether every connection comes through the door's own TLS.
    """

    def __init__(self, root: Path, *, limits: Limits, behind_tls: bool) -> None:
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._parser = ThreadPoolExecutor(1, thread_name_prefix="parser")
        metrics, in_flight = Metrics(), InFlight(limit_bytes=limits.max_in_flight_bytes)
        lock = wiring.writer_lock(root)
        disk = wiring.timed_disk(metrics.forced)
        self._door = Door(
            root,
            lock=lock,
            open_ports=partial(wiring.open_park, root, writing=True, lock=lock, disk=disk),
            lock_wait_s=limits.lock_wait_s,
        )
        self._committer = Committer(
            self._door.commit,
            tidy=self._door.tidy,
            writer=self._writer,
            limits=limits,
            observe=metrics.committed,
        )
        self._publisher = Publisher(partial(wiring.open_park, root, writing=False))
        tokens = Tokens(
            mark=partial(wiring.register_mark, root), read=partial(self._written, self._door.tokens)
        )
        self.identities = Identities(
            tokens=tokens.present, now_s=self._now_s, behind_tls=behind_tls
        )
        self.application = DoorApplication(
            Service(
                limits=limits,
                committer=self._committer,
                identities=self.identities,
                rates=Rates(batches_per_min=limits.batches_per_min, monotonic_s=monotonic),
                in_flight=in_flight,
                metrics=metrics,
                watch=Watch(
                    root=root,
                    door=self._door,
                    committer=self._committer,
                    in_flight=in_flight,
                    limits=limits,
                    writer=self._writer,
                    published_age_s=self._publisher.age_s,
                ),
                parser=self._parser,
                look_up=self._look_up,
            )
        )

    async def open(self) -> None:
        """Open the park in the writer's thread, after whatever a crash has left."""
        await self._written(self._door.open)

    async def run(self) -> None:
        """Store what comes, and publish it, until the door takes nothing more."""
        publishing = asyncio.ensure_future(self._publisher.run())
        await self._committer.run()
        await self._publisher.stop()
        publishing.cancel()

    async def drain(self, storing: "asyncio.Task[None]") -> None:
        """Take nothing more in, store the last group, and answer it.

        Args:
            storing: The task of ``run``.
        """
        self._committer.close()
        await storing
        await self.application.quiet(within_s=QUIET_WITHIN_S)

    async def close(self) -> None:
        """Write to the lake what waits, and let the park go."""
        try:
            await self._written(self._door.close)
        finally:
            self._writer.shutdown()
            self._parser.shutdown()

    async def _written(self, job: Callable[[], _Result]) -> _Result:
        """Run something in the writer's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, job)

    async def _look_up(self, gateway: str, counter: int) -> BatchStatus | TaihangError:
        return await self._written(partial(self._door.status, gateway, counter))

    def _now_s(self) -> int:
        return int(self._door.now().timestamp())
