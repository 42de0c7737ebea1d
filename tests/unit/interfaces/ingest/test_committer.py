"""Groups: what comes together is stored together; a batch breaks no answer but its own."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import cast

import pytest

from taihang.core.errors import TaihangError
from taihang.interfaces.ingest.committer import ClosingError, Committer
from taihang.interfaces.ingest.door import Answer, Offer
from taihang.interfaces.ingest.limits import Limits, QueueFullError
from taihang.services.ingest import Receipt

LIMITS = Limits(max_queue=5, max_group=3)


class Store:
    """Remembers its groups; waits at the first one until it is let go; breaks on one body."""

    def __init__(self) -> None:
        self.groups: list[int] = []
        self.begun = Event()
        self.go = Event()
        self.tidied = Event()
        self.n_stored_before_tidy = 0

    def tidy(self) -> None:
        """Break, as a full disk would; only the first time is remembered."""
        if not self.tidied.is_set():
            self.n_stored_before_tidy = sum(self.groups)
            self.tidied.set()
        raise ZeroDivisionError

    def commit(self, offers: Sequence[Offer]) -> list[Answer]:
        self.begun.set()
        self.go.wait(10)
        self.groups.append(len(offers))
        if any(offer.body == b"poison" for offer in offers):
            raise ZeroDivisionError
        return [cast("Receipt", offer.body) for offer in offers]


def _committer(
    store: Store,
    writer: ThreadPoolExecutor,
    *,
    observe: Callable[[float], None] = lambda _: None,
    quiet_s: float = 0,
) -> Committer:
    return Committer(
        store.commit,
        tidy=store.tidy,
        writer=writer,
        limits=LIMITS,
        observe=observe,
        quiet_s=quiet_s,
    )


async def _with(store: Store, bodies: list[bytes]) -> list[object]:
    """Send bodies: the first is taken at once, the others gather meanwhile."""
    with ThreadPoolExecutor(1) as writer:
        seconds: list[float] = []
        committer = _committer(store, writer, observe=seconds.append)
        running = asyncio.ensure_future(committer.run())
        sent = [asyncio.ensure_future(committer.submit(Offer(bodies[0])))]
        await asyncio.wait_for(asyncio.to_thread(store.begun.wait, 10), 10)
        sent += [asyncio.ensure_future(committer.submit(Offer(body))) for body in bodies[1:]]
        await asyncio.sleep(0)
        store.go.set()
        answers: list[object] = list(await asyncio.gather(*sent, return_exceptions=True))
        committer.close()
        await running
        assert len(seconds) >= 1
        with pytest.raises(ClosingError):
            await committer.submit(Offer(b"late"))
        return answers


def test_committer__gathers_while_it_stores_and_keeps_the_order() -> None:
    store = Store()
    bodies = [b"%d" % number for number in range(6)]

    answers = asyncio.run(_with(store, bodies))

    assert answers == bodies
    assert store.groups == [1, 3, 2]


def test_committer__refuses_what_would_wait_beyond_its_bound() -> None:
    store = Store()

    answers = asyncio.run(_with(store, [b"x"] * 9))

    assert [type(answer) for answer in answers[6:]] == [QueueFullError] * 3
    assert answers[:6] == [b"x"] * 6


def test_committer__one_batch_that_breaks_the_program_breaks_its_own_answer_only() -> None:
    store = Store()

    answers = asyncio.run(_with(store, [b"a", b"b", b"poison", b"c"]))

    assert [answers[0], answers[1], answers[3]] == [b"a", b"b", b"c"]
    assert cast("TaihangError", answers[2]).code == "integrity.door"
    assert store.groups == [1, 3, 1, 1, 1]


def test_committer__tidies_after_the_receipts_and_outlives_what_breaks_there() -> None:
    async def run() -> tuple[list[object], int]:
        store = Store()
        store.go.set()
        with ThreadPoolExecutor(1) as writer:
            committer = _committer(store, writer)
            running = asyncio.ensure_future(committer.run())
            answers: list[object] = [await committer.submit(Offer(b"a"))]
            assert not store.tidied.is_set(), "a receipt waits for nothing but its own group"
            await asyncio.wait_for(asyncio.to_thread(store.tidied.wait, 10), 10)
            answers.append(await committer.submit(Offer(b"b")))
            committer.close()
            await running
        return answers, store.n_stored_before_tidy

    answers, n_stored = asyncio.run(run())

    assert answers == [b"a", b"b"]
    assert n_stored == 1


def test_committer__does_not_tidy_while_more_is_coming() -> None:
    async def run() -> Store:
        store = Store()
        store.go.set()
        with ThreadPoolExecutor(1) as writer:
            committer = _committer(store, writer, quiet_s=60)
            running = asyncio.ensure_future(committer.run())
            for number in range(20):
                await committer.submit(Offer(b"%d" % number))
            committer.close()
            await running
        return store

    store = asyncio.run(run())

    assert sum(store.groups) == 20
    assert not store.tidied.is_set()
