"""kill -9 of a real process during ingest: what it acknowledged is there, the start is clean."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Final

import small_park
from fault import dying_gateway
from taihang.core.errors import TaihangError
from taihang.services.audit import audit, rebuild

N_ROUNDS: Final = 24
N_EACH: Final = 4
"""New batches in each round; the older ones are sent again before them."""
N_OPERATIONS: Final = 50
"""About as many disk operations as a round has that is not killed."""
_DRIVER: Final = Path(dying_gateway.__file__)


def gateway(
    root: Path, n_batches: int, *, die_at: int = 0, share: float = 0.0, speaks: str = "late"
) -> subprocess.Popen[str]:
    words = [str(root), str(n_batches), str(die_at), str(share), speaks]
    return subprocess.Popen(
        [sys.executable, str(_DRIVER), *words],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(_DRIVER.parents[1])},
    )


def told(process: subprocess.Popen[str], *, until: int | None = None) -> list[int]:
    """Read the acknowledged numbers; kill the process from outside after one of them."""
    acknowledged: list[int] = []
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.endswith("\n"):
                acknowledged.append(int(line))
            if until is not None and len(acknowledged) >= until:
                process.kill()
                until = None
    return acknowledged


def violations(root: Path, acknowledged: set[int]) -> list[str]:
    """Start the park again after a kill and say what a start may not find."""
    try:
        with small_park.opened(root) as ports:
            counters = [row[1] for row in ports.lake.batches()]
            found = [f"{finding.where} {finding.what}" for finding in audit(ports=ports).findings]
    except TaihangError as error:
        return [f"no clean start: {error}"]
    lost = sorted(acknowledged - set(counters))
    found += [f"acknowledged batch {counter} is gone" for counter in lost]
    if counters != list(range(1, len(counters) + 1)):
        found.append(f"batches out of order or doubled: {counters}")
    return found


def test_ingest__survives_kills_at_any_moment(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    random = Random(20260607)  # noqa: S311  # the seed names the campaign
    acknowledged: set[int] = set()
    n_killed = 0
    for number in range(N_ROUNDS):
        n_batches = N_EACH * (number + 1)
        if number % 3 == 2:
            n_known = len(acknowledged)
            process = gateway(root, n_batches)
            acknowledged |= {*told(process, until=n_known + random.randrange(N_EACH))}
        else:
            die_at = random.randrange(1, N_OPERATIONS)
            share = random.choice([0.0, 0.3, 0.99, 1.0])
            process = gateway(root, n_batches, die_at=die_at, share=share)
            acknowledged |= {*told(process)}
        n_killed += process.returncode == -9
        assert violations(root, acknowledged) == [], number

    last = gateway(root, N_EACH * N_ROUNDS)
    assert told(last) == list(range(1, N_EACH * N_ROUNDS + 1))
    assert last.returncode == 0
    assert n_killed >= 20
    with small_park.opened(small_park.make(tmp_path / "plain")) as ports:
        for counter in range(1, N_EACH * N_ROUNDS + 1):
            small_park.ingested(ports, [dying_gateway.batch(ports, counter)])
        expected = ports.lake.state_hash()
    with small_park.opened(root) as ports:
        assert ports.lake.state_hash() == expected
        assert rebuild(ports=ports) == expected


def test_violations__tells_of_a_gateway_that_speaks_before_it_stores(tmp_path: Path) -> None:
    found: list[str] = []
    for die_at in range(4, 8):
        root = small_park.make(tmp_path / str(die_at))
        process = gateway(root, N_EACH, die_at=die_at, speaks="early")
        found += violations(root, {*told(process)})

    assert any(text.startswith("acknowledged batch") for text in found)
