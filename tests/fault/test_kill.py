"""kill -9 of the real server during ingest: what it acknowledged is there, the start is clean.

A client sends over several connections, loses answers, and sends again. After each kill the disk is
looked at before anything is repaired: every acknowledged batch is there whole, and nothing else is
there but what was sent. At the end the park is that of a run without kills, to the hash.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from threading import Timer
from typing import Final

import pytest

import small_park
from fault.door_process import Client, Plan, Server, started
from taihang.core.periods import Period
from taihang.core.tlog.record import Damage
from taihang.services.audit import audit, rebuild

N_ROUNDS: Final = 200
N_EACH: Final = 4
"""New batches in each round; what is not acknowledged is sent again before them."""
N_OPERATIONS: Final = 36
"""About as many disk operations as a round has that is not killed."""
KILL_WITHIN_S: Final = 0.06
START_WITHIN_S: Final = 10.0
"""CPU time of a start (F1)."""
LINES: Final = 3
POINTS: Final = (("GW1", "M-E01"), ("GW2", "M-E02"))
_HOUR_S: Final = 3_600
_RATE: Final = ("--batches-per-minute", "1000000")


def sealed_batches(root: Path, n: int) -> list[bytes]:
    """Batches of two gateways in turn, six hours of one meter each."""
    found: list[bytes] = []
    with small_park.opened(root) as ports:
        for number in range(n):
            gateway, point = POINTS[number % len(POINTS)]
            counter = number // len(POINTS) + 1
            start_s = small_park.JUNE.start_s + 6 * _HOUR_S * (counter - 1)
            part = Period.of_s(start_s, start_s + 6 * _HOUR_S)
            block = small_park.registers(point, part, first=1_000 * (counter % 9_000))
            found.append(small_park.sealed(ports, gateway, counter, block, sent_at_s=part.end_s))
    return found


class Sender:
    """Sends batches over several connections and remembers which were acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: dict[bytes, str] = {}
        """Batch, and the leaf hash of its receipt."""

    def send(self, server: Server, batches: Sequence[bytes]) -> None:
        """Send batches; a connection stops at the first that gets no answer."""
        with ThreadPoolExecutor(LINES) as lines:
            shares = [batches[at::LINES] for at in range(LINES)]
            tuple(lines.map(partial(self._send, server), shares))

    def _send(self, server: Server, batches: Sequence[bytes]) -> None:
        client = Client(server.port)
        for batch in batches:
            reply = client.send(batch)
            if reply is None:
                break
            assert reply.status in {200, 201}, reply
            leaf = str(reply.facts["leaf_hash"])
            assert self.acknowledged.setdefault(batch, leaf) == leaf
        client.close()


def violations(root: Path, acknowledged: dict[bytes, str], offered: set[bytes]) -> list[str]:
    """Look at the disk after a kill and say what may not be there, or be gone."""
    with small_park.opened(root, writing=False, load_journal=False) as ports:
        kept = [item.data for item in ports.journal.scan() if not isinstance(item, Damage)]
    there = {*kept}
    lost = [leaf for batch, leaf in acknowledged.items() if batch not in there]
    found = [f"acknowledged batch {leaf} is gone" for leaf in lost]
    found += ["a batch that nobody sent"] * (not there <= offered)
    found += ["a batch twice"] * (len(there) != len(kept))
    return found


def _plan(random: Random, number: int) -> Plan:
    """Two of three rounds die at a disk operation, the third is killed from outside."""
    if number % 3 == 2:
        return Plan()
    return Plan(
        die_at=random.randrange(1, N_OPERATIONS), share=random.choice([0.0, 0.3, 0.99, 1.0])
    )


def test_ingest__survives_two_hundred_kills_of_the_real_server(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    batches = sealed_batches(root, N_ROUNDS * N_EACH)
    random = Random(20260607)  # noqa: S311  # the seed names the campaign
    sender = Sender()
    n_killed, slowest_s = 0, 0.0
    for number in range(N_ROUNDS):
        plan = _plan(random, number)
        server = started(root, *_RATE, plan=plan)
        if server.port:
            slowest_s = max(slowest_s, server.start_cpu_s)
            if plan == Plan():
                Timer(random.random() * KILL_WITHIN_S, server.process.kill).start()
            due = [b for b in batches[: (number + 1) * N_EACH] if b not in sender.acknowledged]
            known = random.sample(sorted(sender.acknowledged), min(2, len(sender.acknowledged)))
            sender.send(server, [*known, *due])
        if server.process.exitcode is None:
            server.process.kill()
        n_killed += server.ended() == -9
        assert violations(root, sender.acknowledged, {*batches}) == [], number

    last = started(root, *_RATE)
    sender.send(last, batches)
    assert last.terminated() == 0
    assert n_killed == N_ROUNDS
    assert slowest_s <= START_WITHIN_S
    assert len(sender.acknowledged) == len(batches)
    expected = _clean(tmp_path / "plain", root, batches)
    with small_park.opened(root) as ports:
        assert len(ports.lake.batches()) == len(batches)
        assert ports.lake.state_hash() == expected
        assert audit(ports=ports).is_clean
        assert rebuild(ports=ports) == expected


def _clean(plain: Path, root: Path, batches: Sequence[bytes]) -> str:
    """Return the state hash of a park with the same keys that was never killed."""
    small_park.make(plain)
    for key in (root / "keys").iterdir():
        (plain / "keys" / key.name).write_bytes(key.read_bytes())
        (plain / "keys" / key.name).chmod(0o600)
    with small_park.opened(plain) as ports:
        small_park.ingested(ports, batches)
        return ports.lake.state_hash()


@pytest.mark.parametrize("holds_back", [False, True])
def test_violations__tells_of_a_server_that_speaks_before_it_stores(
    *, holds_back: bool, tmp_path: Path
) -> None:
    root = small_park.make(tmp_path / "park")
    batches = sealed_batches(root, 6)
    sender = Sender()
    server = started(root, *_RATE, plan=Plan(holds_back=holds_back))

    sender.send(server, batches)
    server.kill()

    found = violations(root, sender.acknowledged, {*batches})
    assert len(sender.acknowledged) == 6
    assert any(text.startswith("acknowledged batch") for text in found) == holds_back
