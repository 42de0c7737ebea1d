"""Sequence, last batch, clock and key of every gateway."""

from pathlib import Path

import small_park
from small_park import DAY, NOW
from taihang.services.gateway_states import GatewayState, gateway_states
from taihang.services.keys import revoke, rotate_gateway
from taihang.services.ports import Ports


def states(ports: Ports) -> dict[str, GatewayState]:
    return {state.id: state for state in gateway_states(ports=ports)}


def numbered(ports: Ports, *counters: int) -> None:
    block = small_park.registers("M-E02", DAY)
    small_park.ingested(
        ports, [small_park.sealed(ports, "GW2", counter, block) for counter in counters]
    )


def test_gateway_states__of_a_new_park_have_sent_nothing(root: Path) -> None:
    with small_park.opened(root) as ports:
        found = states(ports)

    assert set(found) == {"GW1", "GW2"}
    assert [state.n_batches for state in found.values()] == [0, 0]
    assert all(
        state.last_sent_s is None and state.last_received_s is None for state in found.values()
    )
    assert found["GW1"].n_meters == 2


def test_gateway_states__names_numbers_that_never_came(root: Path) -> None:
    with small_park.opened(root) as ports:
        numbered(ports, 3, 4, 9, 6)
        state = states(ports)["GW2"]

    assert (state.n_batches, state.last_counter) == (4, 9)
    assert state.skipped == ((1, 2), (5, 5), (7, 8))
    assert state.n_skipped == 5


def test_gateway_states__shows_a_few_stretches_and_counts_all(root: Path) -> None:
    with small_park.opened(root) as ports:
        numbered(ports, *range(2, 40, 2))
        state = states(ports)["GW2"]

    assert len(state.skipped) == 5
    assert state.n_skipped == 38 - 19


def test_gateway_states__says_when_the_newest_batch_was_sent_and_came(root: Path) -> None:
    with small_park.opened(root) as ports:
        block = small_park.registers("M-E02", DAY)
        late = small_park.sealed(ports, "GW2", 1, block, sent_at_s=DAY.end_s + 500)
        newest = small_park.sealed(ports, "GW2", 2, block, sent_at_s=DAY.end_s + 100)
        small_park.ingested(ports, [newest, late])
        state = states(ports)["GW2"]

    assert state.last_sent_s == DAY.end_s + 100, "the newest by number"
    assert state.last_received_s == int(NOW.timestamp())


def test_gateway_states__compares_clocks_where_the_park_gives_a_limit(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.ESTIMATING)
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        clock = states(ports)["GW1"].clock
        assert clock is not None
        assert not clock.is_wrong


def test_gateway_states__knows_the_key_in_force(root: Path) -> None:
    with small_park.opened(root) as ports:
        numbered(ports, 1)
        first = states(ports)["GW2"].key
        rotate_gateway("GW2", overlap_days=1, key=None, signature=None, ports=ports)
        second = states(ports)["GW2"]
        revoke("GW2", ordinal=2, reason="lost", ports=ports)
        after = states(ports)["GW2"]

    assert first is not None
    assert second.key is not None
    assert (first.ordinal, second.key.ordinal, second.n_keys) == (1, 2, 2)
    assert after.key is not None
    assert after.key.ordinal == 1
