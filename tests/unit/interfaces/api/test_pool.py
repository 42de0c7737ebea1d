"""Large questions in workers: bounded, and a bad one ends nobody else's."""

import time
from collections.abc import Generator
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

import canary_park
from canary_park import TENANTS
from taihang.core.access.scope import WHOLE_PARK, Scope
from taihang.core.seal.issued import UnknownStatementError
from taihang.interfaces.api import bounds, pool
from taihang.interfaces.api.bounds import BusyPoolError, TooCostlyError
from taihang.interfaces.api.figures.park import build_enterprises
from taihang.interfaces.api.figures.statements import build_statement
from taihang.interfaces.api.pool import Pool, WorkerFaultError
from taihang.services.ports import Ports


def spend_time(_ports: Ports, seconds: float) -> str:
    until_s = time.process_time() + seconds
    while time.process_time() < until_s:
        pass
    return "done"


def take_memory(_ports: Ports, megabytes: int) -> int:
    return int(np.ones(megabytes << 20, np.uint8).sum())


def sleep(_ports: Ports, seconds: float) -> str:
    time.sleep(seconds)
    return "woke"


def fail(_ports: Ports) -> None:
    raise ZeroDivisionError


def chatter(_ports: Ports) -> str:
    print("a library that prints", flush=True)
    return "said"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_park.made(tmp_path_factory.mktemp("pool") / "park")


@pytest.fixture
def workers(root: Path) -> Generator[Pool]:
    found = Pool(root, workers=1)
    yield found
    found.close()


def test_ask__answers_within_the_scope(workers: Pool) -> None:
    every = workers.ask(build_enterprises, scope=WHOLE_PARK)
    own = workers.ask(build_enterprises, scope=Scope(frozenset({TENANTS[0]})))

    assert len(every) == len(TENANTS)
    assert [each.id for each in own] == [TENANTS[0]]


def test_ask__a_failure_comes_back_as_what_it_is(workers: Pool) -> None:
    with pytest.raises(UnknownStatementError) as refused:
        workers.ask(build_statement, "bill.nobody", scope=WHOLE_PARK)

    assert "bill.nobody" in refused.value.given
    assert workers.ask(chatter, scope=WHOLE_PARK) == "said"


def test_ask__a_fault_of_the_program_ends_no_other_question(workers: Pool) -> None:
    with pytest.raises(WorkerFaultError, match="ZeroDivisionError"):
        workers.ask(fail, scope=WHOLE_PARK)

    assert workers.ask(chatter, scope=WHOLE_PARK) == "said"


def test_ask__more_memory_than_one_may_take_is_refused(workers: Pool) -> None:
    megabytes = bounds.MEMORY_BYTES >> 20

    assert workers.ask(take_memory, megabytes // 4, scope=WHOLE_PARK) == megabytes // 4 << 20
    with pytest.raises(TooCostlyError, match="256 MB"):
        workers.ask(take_memory, 2 * megabytes, scope=WHOLE_PARK)
    assert workers.ask(take_memory, 1, scope=WHOLE_PARK) == 1 << 20


def test_ask__more_time_than_one_may_take_is_refused(workers: Pool) -> None:
    began_s = time.monotonic()

    with pytest.raises(TooCostlyError, match="10 s"):
        workers.ask(spend_time, 60.0, scope=WHOLE_PARK)

    assert time.monotonic() - began_s < 2 * bounds.WALL_S
    assert workers.ask(spend_time, 0.01, scope=WHOLE_PARK) == "done"


def test_ask__a_worker_that_sleeps_is_ended(workers: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    workers.ask(chatter, scope=WHOLE_PARK)
    monkeypatch.setattr(pool, "WALL_S", 0.5)

    with pytest.raises(TooCostlyError, match="longer"):
        workers.ask(sleep, 60.0, scope=WHOLE_PARK)
    monkeypatch.setattr(pool, "WALL_S", 30.0)

    assert workers.ask(chatter, scope=WHOLE_PARK) == "said"


def test_ask__who_finds_enough_waiting_is_told_at_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "WAITING_MOST", 1)
    workers = Pool(root, workers=1)
    workers.ask(chatter, scope=WHOLE_PARK)
    threads = [
        Thread(target=workers.ask, args=(sleep, 1.5), kwargs={"scope": WHOLE_PARK})
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.3)

    with pytest.raises(BusyPoolError):
        workers.ask(chatter, scope=WHOLE_PARK)

    for thread in threads:
        thread.join()
    assert workers.ask(chatter, scope=WHOLE_PARK) == "said"
    workers.close()
