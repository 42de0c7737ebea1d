"""An open door publishes what it has received; without witnesses it asks nobody."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from threading import Event

import small_park
from taihang.interfaces.ingest.publisher import Publisher
from taihang.services.ports import Ports
from watched_park import Watched


def _run(
    open_ports: Callable[[], AbstractContextManager[Ports]], until: Callable[[Publisher], bool]
) -> Publisher:
    """Let it publish again and again until something is so, or it ends by itself."""

    async def run() -> Publisher:
        publisher, ended = Publisher(open_ports, every_s=0.001), Event()
        running = asyncio.ensure_future(publisher.run())
        looking = asyncio.to_thread(_looked, partial(until, publisher), ended)
        done = asyncio.ensure_future(looking)
        await asyncio.wait((running, done), return_when=asyncio.FIRST_COMPLETED)
        ended.set()
        await publisher.stop()
        await asyncio.gather(running, done)
        return publisher

    return asyncio.run(asyncio.wait_for(run(), 60))


def _looked(until: Callable[[], bool], ended: Event) -> None:
    while not until() and not ended.wait(0.001):
        pass


def _has_published(publisher: Publisher) -> bool:
    return publisher.age_s() is not None


def test_publisher__publishes_what_came_and_goes_on_with_what_comes(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    sizes: list[int] = []
    for size in (2, 5):
        watched.grow(size)

        publisher = _run(partial(watched.opened, writing=False), _has_published)

        assert publisher.age_s() == 0
        sizes.append(watched.published().size)

    assert sizes == [2, 5]
    assert not watched.published().is_new


def test_publisher__asks_nobody_where_park_toml_names_nobody(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")

    publisher = _run(partial(small_park.opened, root, writing=False), lambda _: False)

    assert publisher.age_s() is None


def test_publisher__lives_on_without_its_witnesses(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.grow(1)
    asked = watched.witnesses.asked
    watched.witnesses.down = {*_names(watched)}

    publisher = _run(partial(watched.opened, writing=False), lambda _: len(asked) > 9)

    assert publisher.age_s() is None


def _names(watched: Watched) -> list[str]:
    with watched.opened(writing=False) as ports:
        return list(ports.park.witnesses)
