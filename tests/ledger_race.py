"""Many processes claim the same certificates at the same time, and are killed while they do.

Every process wants every piece, under ids of its own; one of them may have it. A process that was
killed begins again at the round that it had not finished, with the same act under the same id.
"""

import os
import random
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from tests.ledger_books import NOW_S, PARTIES, PLANTS, fed_in, issuance

from registers import Place
from taihang.core.certificates.act import Act, Claim
from taihang.core.certificates.certificate import Piece
from taihang.core.certificates.holdings import Service
from taihang.core.certificates.issue import Issue

N_CERTIFICATES: Final = 50
QUARTERS: Final = 4
QUARTER_WH: Final = 250
WHO: Final = frozenset(PARTIES)
SERVICES: Final[dict[str, Service]] = dict.fromkeys(PLANTS, Service(None, None))
_FORK: Final = get_context("fork")
_RETRY_RATIO: Final = 0.2
_STEP_S: Final = 0.02
"""A process is killed after at most so long [s]."""


@dataclass(frozen=True, slots=True)
class Race:
    """What came of a race."""

    n_kills: int
    acknowledged: dict[str, tuple[Piece, ...]]
    """What each process was told that it has, by act."""


def issues() -> list[Issue]:
    """Return the issues that are raced for, each one certificate of 1,000 Wh."""
    base = fed_in((600, 400))
    return [replace(base, id=f"race.{number:02d}") for number in range(N_CERTIFICATES)]


def prepare(place: Place) -> None:
    """Make the certificates."""
    acts: Sequence[Act] = [issuance(made) for made in issues()]
    with place.register() as registry:
        told = registry.certificates.apply(acts, parties=WHO, services=SERVICES)
    assert all(each.refusal is None for each in told)


def race(
    place: Place, folder: Path, *, n_processes: int, n_rounds: int, n_kills: int, seed: int
) -> Race:
    """Let processes race, kill some of them, and let those begin again.

    Args:
        place: The register, with its certificates.
        folder: For what each process was told.
        n_processes: How many at a time.
        n_rounds: How many pieces each of them wants.
        n_kills: How many times one of them is killed at most.
        seed: Of which one is killed when.
    """
    dice = random.Random(seed)  # noqa: S311 # the same race again
    running = {n: _started(place, folder, n, n_rounds) for n in range(n_processes)}
    killed = 0
    while running:
        time.sleep(dice.uniform(0, _STEP_S))
        for number, process in list(running.items()):
            if not process.is_alive():
                assert process.exitcode == 0, f"process {number} ended with {process.exitcode}"
                del running[number]
        if running and killed < n_kills:
            number = dice.choice(sorted(running))
            killed += _kill(running[number])
            running[number] = _started(place, folder, number, n_rounds)
    return Race(killed, _acknowledged(folder))


def _started(place: Place, folder: Path, number: int, n_rounds: int) -> BaseProcess:
    process = _FORK.Process(target=_run, args=(place, folder, number, n_rounds))
    process.start()
    return process


def _kill(process: BaseProcess) -> int:
    if process.pid is None or not process.is_alive():
        return 0
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    return int(process.exitcode == -signal.SIGKILL)


def _run(place: Place, folder: Path, number: int, n_rounds: int) -> None:
    dice = random.Random(number)  # noqa: S311 # the same retries again
    log = folder / f"process-{number}"
    told = log.read_text().splitlines() if log.exists() else []
    # A line that was torn by a kill is a round that was not finished.
    first = sum(line.endswith(".") for line in told)
    with place.register() as registry, log.open("a") as out:
        out.write("\n")
        for round_ in range(first, n_rounds):
            act = _wanted(number, round_)
            (done,) = registry.certificates.apply([act], parties=WHO, services=SERVICES)
            if dice.random() < _RETRY_RATIO:
                (again,) = registry.certificates.apply([act], parties=WHO, services=SERVICES)
                assert (again.moved, again.refusal is None) == (done.moved, done.refusal is None)
            out.write(f"{act.id} {done.wh}.\n")
            out.flush()


def _wanted(number: int, round_: int) -> Claim:
    quarter, certificate = divmod(round_, N_CERTIFICATES)
    first_wh = quarter % QUARTERS * QUARTER_WH
    return Claim(
        id=f"claim.{number}.{round_}",
        actor="owner",
        at_s=NOW_S,
        purpose="race",
        beneficiary=f"process {number}",
        period="2026",
        wh=None,
        pieces=(Piece(f"race.{certificate:02d}", first_wh, first_wh + QUARTER_WH),),
    )


def _acknowledged(folder: Path) -> dict[str, tuple[Piece, ...]]:
    found: dict[str, tuple[Piece, ...]] = {}
    for log in sorted(folder.glob("process-*")):
        for line in log.read_text().splitlines():
            if line.endswith("."):
                name, wh = line.rstrip(".").split(" ")
                _, number, round_ = name.split(".")
                wanted = _wanted(int(number), int(round_)).pieces
                found[name] = wanted if int(wh) else ()
    return found
