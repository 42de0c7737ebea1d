"""The hub encodes once for everybody of a scope, and stands still while nobody looks."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import TypeVar

import pytest
from typing_extensions import override

from demo_overview import FixedSource, demo_overview
from taihang.core.access.scope import WHOLE_PARK, Scope
from taihang.core.errors import LinkError
from taihang.interfaces.web.live.hub import Hub

Made = TypeVar("Made")
OWN = Scope(frozenset(("E01",)))


class Steps:
    """Pauses that end when the test says so."""

    def __init__(self) -> None:
        self.paused = asyncio.Event()
        self._gate = asyncio.Event()

    async def __call__(self, _seconds: float) -> None:
        self.paused.set()
        await self._gate.wait()
        self._gate.clear()

    def step(self) -> None:
        self._gate.set()


def made(steps: Steps) -> Hub:
    return Hub(FixedSource(demo_overview()), now_s=lambda: 1_793_461_560.0, pause=steps)


async def opened(hub: Hub, scope: Scope) -> AsyncGenerator[bytes, None]:
    events = hub.events(scope)
    assert (await anext(events)).startswith(b"retry: ")
    return events


def test_hub__one_hundred_viewers_cost_one_frame_a_tick() -> None:
    async def run() -> tuple[int, set[bytes]]:
        steps = Steps()
        hub = made(steps)
        viewers = [await opened(hub, WHOLE_PARK) for _ in range(100)]
        first = await asyncio.gather(*(anext(each) for each in viewers))
        assert hub.n_viewers == 100
        steps.step()
        second = await asyncio.gather(*(anext(each) for each in viewers))
        return hub.n_encoded, {*first, *second}

    n_encoded, frames = asyncio.run(run())

    assert n_encoded == 2
    assert len(frames) == 1


def test_hub__each_scope_has_a_frame_of_its_own() -> None:
    async def run() -> int:
        hub = made(Steps())
        viewers = [await opened(hub, scope) for scope in (WHOLE_PARK, OWN, OWN)]
        await asyncio.gather(*(anext(each) for each in viewers))
        return hub.n_encoded

    assert asyncio.run(run()) in {2, 3}


def test_hub__stands_still_when_the_last_viewer_leaves_and_starts_again() -> None:
    async def run() -> list[int]:
        steps = Steps()
        hub = made(steps)
        seen: list[int] = []
        for _ in range(2):
            events = await opened(hub, WHOLE_PARK)
            await anext(events)
            seen.append(hub.n_viewers)
            await events.aclose()
            seen.append(hub.n_viewers)
        return seen

    assert asyncio.run(run()) == [1, 0, 1, 0]


class Broken(FixedSource):
    """A park that cannot be read."""

    @override
    def ask(self, build: Callable[..., Made], *words: object, scope: Scope) -> Made:
        raise LinkError(given="a", expected="b", remedy="c")


def test_hub__a_park_that_cannot_be_read_leaves_its_viewers_without_a_frame(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def run() -> int:
        steps = Steps()
        hub = Hub(Broken(demo_overview()), pause=steps)
        events = await opened(hub, WHOLE_PARK)
        waiting = asyncio.ensure_future(anext(events))
        await steps.paused.wait()
        waiting.cancel()
        return hub.n_encoded

    assert asyncio.run(run()) == 0
    assert "no frame for 1 of 1" in caplog.text
