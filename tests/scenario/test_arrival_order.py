"""Twenty thousand events in thirty orders, many of them twice, in two processes: one state.

An event is a reading, a correction of one, or the exchange of a meter; what is put in another
order, repeated and late are the five hundred batches that carry them. Half of the orders run in
another process. What is compared is the state hash of the lake.
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest

import small_park
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.services.ingest import Ingester, Receipt
from taihang.services.ports import Ports

N_ORDERS: Final = 30
N_BATCHES: Final = 500
N_READINGS: Final = 40
_START_S: Final = small_park.DAY.start_s
_STEP_S: Final = 300
_GROUP: Final = 64


def batches(ports: Ports) -> Iterator[bytes]:
    """Forty readings a batch; every seventh corrects an earlier one, every 97th is an exchange."""
    for number in range(N_BATCHES):
        at = number - (number % 7 == 0) * (number % 50)
        start_s = _START_S + at * N_READINGS * _STEP_S
        counts = [(number * 97 + step) % 9_999_999 for step in range(N_READINGS)]
        block = small_park.block_of("M-E02", start_s, counts)
        swap = MeterEvent("M-E02", MeterEventKind.SWAP, start_s + 1, number, 0)
        yield small_park.sealed(
            ports,
            "GW2",
            number + 1,
            block,
            events=(swap,) if number % 97 == 0 else (),
            sent_at_s=_START_S + number * _STEP_S + (number % 13) * 86_400,
        )


def hash_after(root: Path, *, seed: int | None) -> str:
    """Take the events in, in an order of their own and with one batch in five twice."""
    with small_park.opened(small_park.make(root)) as ports:
        found = list(batches(ports))
        if seed is not None:
            dice = random.Random(seed)  # noqa: S311 - an order, no secret
            found += dice.sample(found, N_BATCHES // 5)
            dice.shuffle(found)
        ingester = Ingester(ports)
        n_new = 0
        for at in range(0, len(found), _GROUP):
            answers = ingester.commit(found[at : at + _GROUP])
            receipts = [answer for answer in answers if isinstance(answer, Receipt)]
            assert len(receipts) == len(answers)
            assert not any(receipt.held for receipt in receipts)
            n_new += sum(not receipt.known_before for receipt in receipts)
        ingester.flush()
        assert n_new == N_BATCHES == ports.journal.size
        assert ports.lake.count("readings") == N_BATCHES * N_READINGS == 20_000
        return ports.lake.state_hash()


def main(argv: Sequence[str]) -> None:
    """Print the state hash of some orders; what the other process runs."""
    root, *seeds = argv
    for seed in seeds:
        print(hash_after(Path(root) / seed, seed=int(seed)))


def test_any_order_with_duplicates_in_two_processes_gives_one_state(tmp_path: Path) -> None:
    in_order = hash_after(tmp_path / "in-order", seed=None)
    seeds = [str(seed) for seed in range(1, N_ORDERS, 2)]
    words = [sys.executable, __file__, str(tmp_path), *seeds]
    other = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=own_modules())

    here = [hash_after(tmp_path / str(seed), seed=seed) for seed in range(0, N_ORDERS, 2)]
    there = other.communicate()[0].split()

    assert other.returncode == 0
    assert len(here) + len(there) == N_ORDERS
    assert {*here, *there} == {in_order}


def own_modules() -> dict[str, str]:
    """What the other process needs to find the tests' modules and the code under test."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def test_the_state_tells_of_one_reading_that_is_another(tmp_path: Path) -> None:
    """A hash that never differs would pass every order: one count more must show."""
    real = small_park.block_of

    def other(point: str, start_s: int, counts: Sequence[int]) -> ReadingBlock:
        is_it = start_s == _START_S + 3 * N_READINGS * _STEP_S
        return real(point, start_s, [counts[0] + 1, *counts[1:]] if is_it else counts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(small_park, "block_of", other)
        altered = hash_after(tmp_path / "altered", seed=None)

    assert altered != hash_after(tmp_path / "as-it-is", seed=None)


if __name__ == "__main__":
    main(sys.argv[1:])
