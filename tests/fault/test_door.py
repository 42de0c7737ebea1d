"""The real server under bad disks, bad networks and beside other jobs; nothing here waits by clock.

What is counted: batches acknowledged, requests refused with which code, sockets dropped.
"""

import os
import socket
import struct
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest

import small_park
from fault.door_process import BATCH_TYPE, PATIENCE_S, Client, Plan, Server, serving, started
from fault.test_kill import sealed_batches
from taihang.core.seal.batch import MAGIC
from taihang.services.audit import audit

RATE: Final = ("--batches-per-minute", "1000000")
MEMORY_BYTES: Final = 256 * 1024 * 1024
"""What a server may grow by while its disk hangs (F16)."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_park.make(tmp_path / "park")


def _codes(server: Server, batches: list[bytes]) -> list[str]:
    """Send batches one after the other; return the code of each refusal, else the status."""
    client = Client(server.port)
    found: list[str] = []
    for batch in batches:
        reply = client.send(batch)
        assert reply is not None
        found.append(str(reply.facts.get("code", reply.status)))
    client.close()
    return found


def _page(server: Server, path: str) -> tuple[int, str]:
    client = Client(server.port)
    reply = client.ask("GET", path)
    client.close()
    assert reply is not None
    return reply.status, str(reply.facts.get("text", reply.facts))


def _is_whole(root: Path, n: int) -> bool:
    with small_park.opened(root) as ports:
        return len(ports.lake.batches()) == ports.journal.size == n and audit(ports=ports).is_clean


# -- disk ----------------------------------------------------------------------------------------


def test_door__acknowledges_nothing_after_a_failed_forced_write_until_it_is_restarted(
    root: Path,
) -> None:
    batches = sealed_batches(root, 8)
    with serving(root, *RATE, plan=Plan(fail_fsync_at=12)) as server:
        codes = _codes(server, batches)
        again = _codes(server, batches[:1])
        ready, health = _page(server, "/readyz"), _page(server, "/healthz")
        _, metrics = _page(server, "/metrics")
        assert server.terminated() == 0
    n_stored = codes.count("201")

    assert 0 < n_stored < 7
    assert codes[n_stored:] == ["link", *["state.suspect-door"] * (7 - n_stored)]
    assert again == ["state.suspect-door"]
    assert (ready[0], health[0]) == (503, 200)
    assert ready[1].startswith("state.suspect-door")
    assert "taihang_journal_suspect 1" in metrics
    with serving(root, *RATE) as server:
        assert set(_codes(server, batches)) <= {"200", "201"}
        assert server.terminated() == 0
    assert _is_whole(root, 8)


def test_door__a_full_disk_is_507_and_the_door_goes_on_by_itself(root: Path) -> None:
    batches = sealed_batches(root, 6)
    full = root.parent / "full"
    with serving(root, *RATE, plan=Plan(full_while=str(full))) as server:
        before = _codes(server, batches[:2])
        full.touch()
        while_full = _codes(server, batches[2:4])
        known = _codes(server, batches[:1])
        full.unlink()
        after = _codes(server, batches)
        assert server.terminated() == 0

    assert (before, while_full) == (["201"] * 2, ["link.storage-full"] * 2)
    assert known == ["200"], "what is stored gives its receipt also while the disk is full"
    assert after == ["200", "200", "201", "201", "201", "201"]
    assert _is_whole(root, 6)


def _resident_bytes(server: Server) -> int:
    fields = Path(f"/proc/{server.pid}/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


def test_door__a_disk_that_hangs_is_back_pressure_and_no_memory(root: Path) -> None:
    (batch,) = sealed_batches(root, 1)
    header = batch[: len(MAGIC) + 4 + int.from_bytes(batch[len(MAGIC) : len(MAGIC) + 4], "little")]
    # One mebibyte that looks like a batch until it is opened.
    padded = header.ljust(1024 * 1024, b"\0")
    gate = root.parent / "gate"
    with serving(root, *RATE, plan=Plan(gate=str(gate))) as server:
        before = _resident_bytes(server)
        os.mkfifo(gate)
        with ThreadPoolExecutor(300) as senders:
            first = senders.submit(_codes, server, [batch])
            others = [senders.submit(_codes, server, [padded]) for _ in range(280)]
            refused = _until(others, n=200)
            grown = _resident_bytes(server) - before
            ready = _page(server, "/readyz")
            _open_gate(gate)
            codes = Counter(code for other in others for code in other.result())
            assert first.result() == ["201"]
        assert server.terminated() == 0

    assert {*refused} == {"state.queue-full"}
    n_full = codes.pop("state.queue-full")
    assert n_full >= 280 - 64, codes
    assert all(code.startswith("input.") for code in codes), codes
    assert grown <= MEMORY_BYTES
    assert ready == (503, "writer: busy for more than 2 s\n")
    assert _is_whole(root, 1)


def _until(sending: list["Future[list[str]]"], *, n: int) -> list[str]:
    """Return the first answers: only so many can come while the disk hangs."""
    found: list[str] = []
    for other in sending:
        if len(found) < n and other.done():
            found += other.result()
    while len(found) < n:
        done = [other for other in sending if other.done()]
        found = [code for other in done for code in other.result()]
    return found


def _open_gate(gate: Path) -> None:
    """Let every forced write that waits, and every later one, through."""
    aside = gate.with_name("open")
    gate.rename(aside)
    # Whoever waits has the pipe open for reading already; it ends when a writer has come and gone.
    os.close(os.open(aside, os.O_WRONLY))


# -- one door ------------------------------------------------------------------------------------


def test_door__a_second_one_is_refused_in_one_line(root: Path) -> None:
    with serving(root, *RATE) as server:
        second = started(root, *RATE)

        assert second.ended() == 1
        assert second.facts["code"] == "state.door-open"
        assert _page(server, "/readyz")[0] == 200


def test_door__other_jobs_may_write_beside_it(root: Path) -> None:
    batches = sealed_batches(root, 6)
    with serving(root, *RATE) as server:
        first = _codes(server, batches[:2])
        with small_park.opened(root) as ports:
            small_park.ingested(ports, batches[2:4])
        second = _codes(server, batches)
        assert server.terminated() == 0

    assert first == ["201"] * 2
    assert second == ["200"] * 4 + ["201"] * 2
    assert _is_whole(root, 6)


def test_door__ends_in_order_when_it_is_told_to(root: Path) -> None:
    batches = sealed_batches(root, 4)
    with serving(root, *RATE) as server:
        assert _codes(server, batches) == ["201"] * 4
        assert server.terminated() == 0
    with small_park.opened(root, writing=False) as ports:
        # No job has caught up since: the door itself wrote what waited to the lake.
        assert len(ports.lake.batches()) == 4


# -- network -------------------------------------------------------------------------------------


def _line(server: Server) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S)
    line.settimeout(PATIENCE_S)
    return line


def _head(length: int) -> bytes:
    return (
        f"POST /api/v1/batches HTTP/1.1\r\nHost: localhost\r\nContent-Type: {BATCH_TYPE}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


def test_door__a_lost_answer_is_given_again(root: Path) -> None:
    (batch,) = sealed_batches(root, 1)
    with serving(root, *RATE) as server:
        with _line(server) as line:
            line.sendall(_head(len(batch)) + batch)
            # The connection is reset before the answer is read.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client = Client(server.port)
        replies = [client.send(batch) for _ in range(3)]
        client.close()
        assert server.terminated() == 0

    receipts = [reply.facts for reply in replies if reply is not None]
    assert len({(r["leaf_hash"], r["leaf_index"], r["received_at_s"]) for r in receipts}) == 1
    assert [r["known_before"] for r in receipts[1:]] == [True, True]
    assert _is_whole(root, 1)


def test_door__stores_on_while_hundreds_of_sockets_are_slow_and_bodies_too_large(
    root: Path,
) -> None:
    batches = sealed_batches(root, 100)
    with serving(root, *RATE) as server, ExitStack() as held:
        slow = [held.enter_context(_line(server)) for _ in range(300)]
        for number, line in enumerate(slow):
            begun = _head(500_000) if number % 2 else b"POST /api/v1/batches HTTP/1.1\r\nHo"
            line.sendall(begun + b"taihang" * (number % 2))
        too_large = [_refused_for_size(server) for _ in range(50)]
        codes = _codes(server, batches)
        assert server.terminated() == 0

    assert codes == ["201"] * 100
    assert too_large == [413] * 50
    assert _is_whole(root, 100)


def _refused_for_size(server: Server) -> int:
    with _line(server) as line:
        line.sendall(_head(10**9))
        return int(line.recv(1_000).split()[1])


def test_door__drops_connections_that_say_nothing(root: Path) -> None:
    with serving(root, *RATE, plan=Plan(header_timeout_s=1)) as server:
        silent, half = _line(server), _line(server)
        half.sendall(b"POST /api/v1/batches HTTP/1.1\r\nHo")
        ends = [_end_of(line) for line in (silent, half)]
        assert _page(server, "/healthz") == (200, "alive\n")

    assert ends == [b"", b""]


def _end_of(line: socket.socket) -> bytes:
    """Read until the other side closes."""
    with line:
        try:
            return line.recv(1_000)
        except ConnectionResetError:
            return b""


@pytest.mark.parametrize("words", [("--bind", "0.0.0.0"), ("--bind", "::")])  # noqa: S104 - what is refused
def test_door__an_open_address_without_tls_is_refused(words: tuple[str, ...], root: Path) -> None:
    server = started(root, *words)

    assert server.ended() == 1
    assert server.facts["code"] == "input.bind"
