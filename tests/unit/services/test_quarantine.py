"""Two batches under one number: set apart, told in the log, handed out, and never counted again."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

import small_park
from small_park import DAY
from taihang.core.errors import TaihangError
from taihang.core.seal.batch import open_batch
from taihang.core.seal.event import is_event, open_event
from taihang.core.seal.fork import FORK_EVENT, open_fork
from taihang.core.seal.gateway_key import GatewayKey
from taihang.core.tlog.merkle import leaf_hash
from taihang.services.audit import audit, rebuild
from taihang.services.ingest import Ingester, Receipt
from taihang.services.ports import Ports
from taihang.services.quarantine import CounterForkError, QuarantinedGatewayError
from taihang.services.settle import known_at, settle

PERIOD = DAY


@dataclass(frozen=True)
class Forked:
    """A batch, and another one under its number."""

    first: bytes
    second: bytes


def forked(ports: Ports, *, v1: bool = False) -> Forked:
    seal = small_park.sealed_v1 if v1 else small_park.sealed
    block = small_park.registers("M-E02", PERIOD)
    higher = small_park.but(block, [7], count=int(block.counts[7]) + 1)
    return Forked(
        seal(ports, "GW2", 1, block),
        small_park.sealed(ports, "GW2", 1, higher, sent_at_s=PERIOD.end_s + 60),
    )


def commit(ports: Ports, *batches: bytes) -> list[Receipt | TaihangError]:
    return Ingester(ports).commit(batches)


def events_of(ports: Ports) -> list[str]:
    return [open_event(r.data).kind for r in ports.journal.records() if is_event(r.data)]


@pytest.mark.parametrize("together", [True, False], ids=["in one group", "later"])
@pytest.mark.parametrize("v1", [True, False], ids=["v1", "v2"])
def test_commit__of_a_fork_keeps_both_tells_the_log_and_writes_the_bundle(
    root: Path, *, together: bool, v1: bool
) -> None:
    with small_park.opened(root) as ports:
        fork = forked(ports, v1=v1)
        if together:
            answers = commit(ports, fork.first, fork.second)
        else:
            answers = [*commit(ports, fork.first), *commit(ports, fork.second)]

        assert [type(answer) for answer in answers] == [Receipt, CounterForkError]
        assert events_of(ports) == [FORK_EVENT]
        name = leaf_hash(open_batch(fork.second).leaf_entry).hex()
        assert ports.quarantine.names() == [f"{name}.batch", f"{name}.fork.json"]
        assert ports.quarantine.read(f"{name}.batch") == fork.second, "whole"
        found = open_fork(ports.quarantine.read(f"{name}.fork.json"), verify=ports.verify)
        assert (found.gateway, found.counter, found.leaf_index) == ("GW2", 1, 0)
        assert found.first.leaf_entry == open_batch(fork.first).leaf_entry
        assert found.second.leaf_entry == open_batch(fork.second).leaf_entry
        assert found.first.key == ports.keys.signing_key("gateway-GW2").public
        assert audit(ports=ports).is_clean


def test_commit__the_same_fork_again_adds_nothing(root: Path) -> None:
    with small_park.opened(root) as ports:
        fork = forked(ports)
        commit(ports, fork.first, fork.second)
        size, names = ports.journal.size, ports.quarantine.names()

        again = commit(ports, fork.second, fork.first, fork.second)

        assert [type(answer) for answer in again] == [CounterForkError, Receipt, CounterForkError]
        assert (ports.journal.size, ports.quarantine.names()) == (size, names)


def test_commit__after_a_crash_before_the_bundle_writes_it_and_tells_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_park.opened(root) as ports:
        fork = forked(ports)
        commit(ports, fork.first)

        def dying(*_args: object, **_named: object) -> bytes:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("taihang.services.quarantine.build_fork", dying)
            with pytest.raises(KeyboardInterrupt):
                commit(ports, fork.second)
    with small_park.opened(root) as ports:
        (answer,) = commit(ports, fork.second)

        assert isinstance(answer, CounterForkError)
        assert events_of(ports) == [FORK_EVENT]
        assert len(ports.quarantine.names()) == 2


def test_commit__a_third_batch_under_the_number_is_a_pair_of_its_own(root: Path) -> None:
    with small_park.opened(root) as ports:
        fork = forked(ports)
        block = small_park.registers("M-E02", PERIOD)
        third = small_park.sealed(ports, "GW2", 1, small_park.but(block, [9], count=1))

        answers = commit(ports, fork.first, fork.second, third)

        assert [type(a) for a in answers] == [Receipt, CounterForkError, CounterForkError]
        assert events_of(ports) == [FORK_EVENT] * 2
        assert len(ports.quarantine.names()) == 4


def test_known_at__leaves_the_batch_out_from_the_event_on_and_not_before(root: Path) -> None:
    with small_park.opened(root) as ports:
        fork = forked(ports)
        commit(ports, fork.first)
        settle(PERIOD, ports=ports)
        before = ports.lake.state_hash()
        commit(ports, fork.second)
        ports.lake.flush()

        assert len(known_at(1, period=PERIOD, ports=ports).current["M-E02", "register"]["count"])
        then = known_at(ports.journal.size, period=PERIOD, ports=ports).current
        assert not len(then["M-E02", "register"]["count"])
        # The settlement that looked at one record is reproducible; a new one closes nothing.
        assert rebuild(ports=ports) == ports.lake.state_hash() == before
        settle(PERIOD, ports=ports)
        assert ports.lake.state_hash() != before
        assert audit(ports=ports).is_clean


def test_commit__a_gateway_whose_key_is_in_two_hands_is_heard_again_with_a_new_key(
    root: Path,
) -> None:
    block = small_park.registers("M-E02", PERIOD)
    with small_park.opened(root) as ports:
        fork = forked(ports)
        commit(ports, fork.first, fork.second)
    with small_park.opened(root) as ports:
        late = small_park.sealed(ports, "GW2", 2, block)
        other = small_park.sealed(ports, "GW1", 1, small_park.registers("M-E01", PERIOD))

        answers = commit(ports, late, fork.first, other)

        assert [type(a) for a in answers] == [QuarantinedGatewayError, Receipt, Receipt]
        assert isinstance(answers[1], Receipt)
        assert answers[1].known_before, "what is stored gets its receipt again"

        new = ports.keys.signing_key("gateway-GW2.new")
        ports.registry.put_gateway_keys("GW2", [GatewayKey(2, new.public, from_s=0)])
        renewed = small_park.sealed(
            ports, "GW2", 2, block, key_name="gateway-GW2.new", key_ordinal=2
        )
        answers = commit(ports, late, renewed)

        assert [type(answer) for answer in answers] == [QuarantinedGatewayError, Receipt]


def test_open_fork__needs_nothing_but_the_file(root: Path) -> None:
    with small_park.opened(root) as ports:
        fork = forked(ports)
        commit(ports, fork.first, fork.second)
        bundle = ports.quarantine.read(ports.quarantine.names()[1])

    said = json.loads(bundle)

    assert sorted(said) == ["counter", "first", "format", "gateway", "log", "proof", "second"]
    assert str(root) not in bundle.decode()
