"""What is taken in: each batch once for ever, from whom it may come, all of a group or none."""

import errno
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import small_park
from small_park import DAY
from taihang.adapters import system
from taihang.adapters.stores.journal import StorageFullError
from taihang.adapters.stores.lake import LakeWriteError
from taihang.core.errors import TaihangError
from taihang.core.metering.energy import OffGridEnergyError, RegisterOffDialError
from taihang.core.metering.held import Held
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.periods import Period
from taihang.core.seal.batch import BatchSignatureError, open_batch
from taihang.core.seal.batch_v2 import open_front
from taihang.core.seal.block import BatchFormatError
from taihang.core.series import Quality
from taihang.core.tlog.checkpoint import open_checkpoint
from taihang.core.tlog.merkle import leaf_hash, verify_inclusion
from taihang.core.tlog.tlog_proof import parse_tlog_proof
from taihang.services.admission import ForeignMeterError, UnknownGatewayError
from taihang.services.audit import audit
from taihang.services.ingest import Ingester, Receipt, ingest
from taihang.services.ports import Ports
from taihang.services.prove import LOG_KEY
from taihang.services.quarantine import CounterForkError
from taihang.services.replay import catch_up
from taihang.services.settle import known_at

N_BATCHES = 6


def six_batches(ports: Ports) -> list[bytes]:
    """Three thirds of a day of each gateway, and one revision among them."""
    found: list[bytes] = []
    for number in range(3):
        third = Period.of_s(DAY.start_s + 28_800 * number, DAY.start_s + 28_800 * (number + 1))
        parts = {p: small_park.registers(p, third) for p in ("M-E01", "M-PV01", "M-E02")}
        found += [
            small_park.sealed(
                ports, "GW1", number + 1, parts["M-E01"], parts["M-PV01"], sent_at_s=third.end_s
            ),
            small_park.sealed(ports, "GW2", number + 1, parts["M-E02"], sent_at_s=third.end_s),
        ]
    return found


def take_in(ports: Ports, batches: list[bytes]) -> list[Receipt]:
    return list(ingest(batches, ports=ports))


# -- receipts ------------------------------------------------------------------------------------


def test_ingest__gives_a_receipt_that_proves_the_batch(root: Path) -> None:
    with small_park.opened(root) as ports:
        batches = six_batches(ports)
        receipts = take_in(ports, batches)

        for batch, receipt in zip(batches, receipts, strict=True):
            entry = open_batch(batch).leaf_entry
            path = ports.journal.tree.inclusion_proof(receipt.leaf_index, size=N_BATCHES)
            assert receipt.leaf_hash == leaf_hash(entry)
            verify_inclusion(
                receipt.leaf_hash,
                index=receipt.leaf_index,
                size=N_BATCHES,
                path=path,
                root=ports.journal.tree.root(),
            )
            assert receipt.received_at_s == int(small_park.NOW.timestamp())
    assert [receipt.leaf_index for receipt in receipts] == [0, 1, 2, 3, 4, 5]
    assert not any(receipt.known_before for receipt in receipts)


def test_ingester__gives_receipts_that_hold_against_the_key_of_the_log_alone(root: Path) -> None:
    with small_park.opened(root) as ports:
        batches = six_batches(ports)
        receipts = [a for a in Ingester(ports).commit(batches) if isinstance(a, Receipt)]
        key, verify = ports.keys.signing_key(LOG_KEY).public, ports.verify

    for batch, receipt in zip(batches, receipts, strict=True):
        said = parse_tlog_proof(receipt.proof)
        checkpoint = open_checkpoint(
            said.checkpoint_note, origin="taihang/small", public_key=key, verify=verify
        )
        verify_inclusion(
            leaf_hash(open_batch(batch).leaf_entry),
            index=said.index,
            size=checkpoint.size,
            path=said.path,
            root=checkpoint.root,
        )
    assert len(receipts) == N_BATCHES


def test_ingester__a_refused_disk_stores_nothing_and_the_same_ingester_goes_on(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_self: system.PosixDisk, _path: Path, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with small_park.opened(root) as ports:
        batches, ingester = six_batches(ports), Ingester(ports)
        with monkeypatch.context() as patch:
            patch.setattr(system.PosixDisk, "append", no_room)
            with pytest.raises(StorageFullError):
                ingester.commit(batches)
        answers = ingester.commit(batches)
        ingester.flush()

        indexes = [a.leaf_index for a in answers if isinstance(a, Receipt)]
        assert indexes == list(range(N_BATCHES))
        assert audit(ports=ports).is_clean


def test_ingester__takes_note_of_what_another_writer_stored(root: Path) -> None:
    with small_park.opened(root) as ports:
        batches, ingester = six_batches(ports), Ingester(ports)
        take_in(ports, batches[:3])

        answers = [a for a in ingester.commit(batches[1:4]) if isinstance(a, Receipt)]

        assert [a.known_before for a in answers] == [True, True, False]


def test_ingest__has_stored_a_batch_before_it_answers(root: Path) -> None:
    with small_park.opened(root) as ports:
        answers = ingest(six_batches(ports)[:1], ports=ports)
        receipt = next(answers)
        with small_park.opened(root, writing=False) as reader:
            assert reader.journal.tree.leaf(receipt.leaf_index) == receipt.leaf_hash
        assert list(answers) == []


# -- once for ever -------------------------------------------------------------------------------


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    deliveries=st.lists(st.integers(0, N_BATCHES - 1), min_size=0, max_size=14),
    order=st.permutations(range(N_BATCHES)),
    cut=st.integers(0, 20),
)
def test_ingest__any_order_and_any_number_of_deliveries_give_one_state(
    tmp_path_factory: pytest.TempPathFactory, deliveries: list[int], order: list[int], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("park")
    with small_park.opened(small_park.make(folder / "plain")) as ports:
        take_in(ports, six_batches(ports))
        expected = ports.lake.state_hash()

    with small_park.opened(small_park.make(folder / "mixed")) as ports:
        batches = six_batches(ports)
        sent = [batches[number] for number in [*deliveries, *order]]
        receipts = [*take_in(ports, sent[:cut]), *take_in(ports, sent[cut:])]

        assert ports.lake.state_hash() == expected
        assert ports.journal.size == N_BATCHES
        assert sum(not receipt.known_before for receipt in receipts) == N_BATCHES
        assert audit(ports=ports).is_clean


def test_ingest__the_same_batch_again_gets_the_same_receipt(root: Path) -> None:
    with small_park.opened(root) as ports:
        batch = six_batches(ports)[0]
        first, second = take_in(ports, [batch, batch])
        (third,) = take_in(ports, [batch])

        assert (first.known_before, second.known_before, third.known_before) == (False, True, True)
        assert second == third == replace(first, known_before=True)
        assert ports.journal.size == 1


@pytest.mark.parametrize("together", [True, False], ids=["in one group", "later"])
def test_ingest__refuses_two_batches_under_one_number_with_both_hashes(
    root: Path, *, together: bool
) -> None:
    with small_park.opened(root) as ports:
        block = small_park.registers("M-E02", DAY)
        one = small_park.sealed(ports, "GW2", 1, block)
        other = small_park.sealed(
            ports, "GW2", 1, small_park.but(block, [7], count=int(block.counts[7]) + 1)
        )
        if not together:
            take_in(ports, [one])

        with pytest.raises(CounterForkError, match="two hands") as fork:
            take_in(ports, [one, other] if together else [other])

        hashes = [leaf_hash(open_batch(data).leaf_entry).hex() for data in (one, other)]
        assert hashes[0] in fork.value.expected
        assert hashes[1] in fork.value.given
        assert ports.journal.size == 2, "the first one, and the event that tells of it"


def test_ingester__batches_of_both_versions_count_under_one_row_of_numbers(root: Path) -> None:
    with small_park.opened(root) as ports:
        block = small_park.registers("M-E02", DAY)
        old = small_park.sealed_v1(ports, "GW2", 1, small_park.cut(block, 0, 40))
        new = small_park.sealed(ports, "GW2", 2, small_park.cut(block, 40, 97))

        answers = Ingester(ports).commit([new, old, old, new])

        assert [a.known_before for a in answers if isinstance(a, Receipt)] == [False] * 2 + [
            True
        ] * 2
        ports.lake.flush()
        assert ports.lake.count("readings") == 97
        assert audit(ports=ports).is_clean


def test_ingester__another_signature_of_the_same_header_is_no_fork(root: Path) -> None:
    """Ed25519 allows signers that roll dice; a gateway's firmware may have one."""
    with small_park.opened(root) as ports:
        batch = small_park.sealed(ports, "GW2", 1, small_park.registers("M-E02", DAY))
        at = open_front(batch).body_at - 64
        again = batch[:at] + bytes(64) + batch[at + 64 :]
        # Stands for a signer with other signatures of one message: any signature holds.
        answers = Ingester(replace(ports, verify=any_signature)).commit([batch, again])

        assert [a.known_before for a in answers if isinstance(a, Receipt)] == [False, True]


def any_signature(key: bytes, signature: bytes, message: bytes) -> bool:
    return bool(key and signature and message)


# -- who may say what ----------------------------------------------------------------------------


def wrong_scale(block: ReadingBlock) -> ReadingBlock:
    return replace(block, scale="10")


def wrong_dial(block: ReadingBlock) -> ReadingBlock:
    return replace(block, modulus=100_000_000)


def off_dial(block: ReadingBlock) -> ReadingBlock:
    return small_park.but(block, [3], count=small_park.MODULUS)


def below_zero(block: ReadingBlock) -> ReadingBlock:
    return small_park.but(block, [3], count=-1)


def off_grid(block: ReadingBlock) -> ReadingBlock:
    energy = small_park.energy_block_of(block.point, DAY.start_s, [5, 6])
    return replace(energy, times_s=energy.times_s + 60)


def scaled_energy(block: ReadingBlock) -> ReadingBlock:
    return replace(small_park.energy_block_of(block.point, DAY.start_s, [5, 6]), scale="1000")


def neighbours(block: ReadingBlock) -> ReadingBlock:
    return replace(block, point="M-E01")


def unknown(block: ReadingBlock) -> ReadingBlock:
    return replace(block, point="M-E99")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (wrong_scale, ForeignMeterError),
        (wrong_dial, ForeignMeterError),
        (scaled_energy, ForeignMeterError),
        (neighbours, ForeignMeterError),
        (unknown, ForeignMeterError),
        (off_dial, RegisterOffDialError),
        (below_zero, RegisterOffDialError),
        (off_grid, OffGridEnergyError),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_ingester__refuses_what_a_gateway_may_not_say_and_stores_the_others_of_the_group(
    root: Path, change: Callable[[ReadingBlock], ReadingBlock], refusal: type[TaihangError]
) -> None:
    with small_park.opened(root) as ports:
        good = six_batches(ports)[0]
        bad = small_park.sealed(ports, "GW2", 1, change(small_park.registers("M-E02", DAY)))

        answers = Ingester(ports).commit([bad, good, bad])

        assert [type(answer) for answer in answers] == [refusal, Receipt, refusal]
        assert ports.journal.size == 1
        with pytest.raises(refusal):
            take_in(ports, [good, bad])
        assert len(ports.lake.batches()) == 1


@pytest.mark.parametrize(
    "event",
    [
        MeterEvent("M-E01", MeterEventKind.SWAP, DAY.start_s + 60, 5, 0),
        MeterEvent("M-E99", MeterEventKind.SWAP, DAY.start_s + 60, 5, 0),
        MeterEvent("M-E02", MeterEventKind.RESET, DAY.start_s + 60, small_park.MODULUS, 0),
        MeterEvent("M-E02", MeterEventKind.RESET, DAY.start_s + 60, 0, small_park.MODULUS),
    ],
    ids=["a neighbour's", "nobody's", "stop off the dial", "start off the dial"],
)
def test_ingest__refuses_an_event_that_a_gateway_may_not_tell(
    root: Path, event: MeterEvent
) -> None:
    with small_park.opened(root) as ports:
        batch = small_park.sealed(ports, "GW2", 1, events=(event,))

        with pytest.raises(ForeignMeterError, match="counts on its dial"):
            take_in(ports, [batch])

        assert ports.journal.size == 0


def test_ingest__takes_a_register_off_the_dial_that_the_gateway_rejected(root: Path) -> None:
    block = small_park.but(small_park.registers("M-E02", DAY), [3], count=small_park.MODULUS + 5)
    quality = block.quality.copy()
    quality[3] = Quality.REJECTED
    with small_park.opened(root) as ports:
        batch = small_park.sealed(ports, "GW2", 1, replace(block, quality=quality))

        assert len(take_in(ports, [batch])) == 1


@pytest.mark.parametrize(
    ("gateway", "key_name", "refusal"),
    [
        ("GW9", None, UnknownGatewayError),
        ("GW2", "gateway-GW1", BatchSignatureError),
        ("GW2", "somebody", BatchSignatureError),
    ],
)
def test_ingest__refuses_a_gateway_that_is_not_enrolled_with_this_key(
    root: Path, gateway: str, key_name: str | None, refusal: type[TaihangError]
) -> None:
    with small_park.opened(root) as ports:
        block = small_park.registers("M-E02", DAY)
        batch = small_park.sealed(ports, gateway, 1, block, key_name=key_name)
        old = small_park.sealed_v1(ports, gateway, 1, block, key_name=key_name)

        with pytest.raises(refusal):
            take_in(ports, [batch])
        with pytest.raises(UnknownGatewayError, match="enrol"):
            take_in(ports, [old])

        assert ports.journal.size == 0


def test_ingest__refuses_a_gateway_that_park_toml_has_no_more(root: Path) -> None:
    swap = MeterEvent("M-E02", MeterEventKind.SWAP, DAY.start_s + 60, 5, 0)
    with small_park.opened(root) as ports:
        batches = [six_batches(ports)[1], small_park.sealed(ports, "GW2", 1, events=(swap,))]
        (root / "park.toml").write_text(
            small_park.park_text(gateway_1=small_park.E01 + small_park.PV01 + small_park.E02),
            encoding="utf-8",
        )
    with small_park.opened(root) as ports:
        for batch in batches:
            with pytest.raises(ForeignMeterError):
                take_in(ports, [batch])


def test_ingest__refuses_any_altered_byte_or_takes_it_for_the_same_batch(root: Path) -> None:
    """How a body is packed is nobody's statement; what it says and who signed it is."""
    refusals: set[type[TaihangError]] = set()
    with small_park.opened(root) as ports:
        small = small_park.cut(small_park.registers("M-E02", DAY), 0, 3)
        batch = small_park.sealed(ports, "GW2", 1, small)
        altered: list[bytes] = []
        for at in range(len(batch)):
            changed = bytearray(batch)
            changed[at] ^= 1 << at % 8
            altered.append(bytes(changed))
        answers = Ingester(ports).commit([batch, *altered, batch[:-1]])

        taken = [a for a in answers if isinstance(a, Receipt)]
        refusals = {type(a) for a in answers if isinstance(a, TaihangError)}
        assert {a.leaf_index for a in taken} == {0}
        assert len(taken) < 5
        assert ports.journal.size == 1
        assert {BatchFormatError, BatchSignatureError, UnknownGatewayError} <= refusals


# -- times that cannot be right (F23, F24) -------------------------------------------------------

NOW_S = int(small_park.NOW.timestamp())


def qualities(ports: Ports) -> dict[int, int]:
    """Quality of every reading of M-E02, by time."""
    rows = ports.lake.read("readings")["M-E02", "register"]
    return dict(zip(rows["time_s"].tolist(), rows["quality"].tolist(), strict=True))


def test_ingester__holds_a_batch_of_a_clock_that_is_seven_minutes_ahead(root: Path) -> None:
    with small_park.opened(root) as ports:
        start_s = NOW_S - 3_600
        block = small_park.block_of("M-E02", start_s, [1, 2, 3], step_s=600)
        swap = MeterEvent("M-E02", MeterEventKind.SWAP, start_s + 60, 5, 0)
        batch = small_park.sealed(ports, "GW2", 1, block, events=(swap,), sent_at_s=NOW_S + 7 * 60)

        (receipt,) = take_in(ports, [batch])

        assert receipt.held is Held.CLOCK_AHEAD, "stored, acknowledged, and held"
        times_s = [start_s, start_s + 600, start_s + 1_200]
        assert qualities(ports) == dict.fromkeys(times_s, Quality.REJECTED), "never re-timed"
        assert ports.lake.read("events") == {}
        assert audit(ports=ports).is_clean
    with small_park.opened(root) as ports:
        ports.lake.clear()
        catch_up(ports)
        assert set(qualities(ports).values()) == {Quality.REJECTED}, "a replay says the same"


def test_ingester__holds_readings_of_the_future_and_no_others(root: Path) -> None:
    with small_park.opened(root) as ports:
        block = small_park.block_of("M-E02", NOW_S - 600, [1, 2, 3, 4], step_s=600)
        (receipt,) = take_in(ports, [small_park.sealed(ports, "GW2", 1, block, sent_at_s=NOW_S)])

        assert receipt.held is Held.IN_FUTURE
        assert [*qualities(ports).values()] == [0, 0, Quality.REJECTED, Quality.REJECTED]


def test_ingester__takes_a_clock_that_is_a_minute_ahead(root: Path) -> None:
    with small_park.opened(root) as ports:
        block = small_park.block_of("M-E02", NOW_S - 600, [1, 2], step_s=900)
        (receipt,) = take_in(
            ports, [small_park.sealed(ports, "GW2", 1, block, sent_at_s=NOW_S + 60)]
        )

        assert receipt.held is None
        assert [*qualities(ports).values()] == [0, 0]


# -- one time twice, late, with gaps (F36, F37, F38, F52, F56) -----------------------------------


def test_ingester__one_reading_in_two_batches_counts_once(root: Path) -> None:
    """F36: no alarm, no second kilowatt-hour."""
    with small_park.opened(root) as ports:
        block = small_park.registers("M-E02", DAY)
        small_park.ingested(ports, [small_park.sealed(ports, "GW2", 1, block)])
        once = known_at(1, period=DAY, ports=ports).current["M-E02", "register"]
        small_park.ingested(ports, [small_park.sealed(ports, "GW2", 2, block)])
        twice = known_at(2, period=DAY, ports=ports).current["M-E02", "register"]

        assert once["count"].tolist() == twice["count"].tolist()
        assert ports.lake.count("readings") == 2 * 97, "both stay"


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_ingester__of_two_values_of_one_time_the_last_one_sent_counts_in_any_order(
    root: Path, order: list[int]
) -> None:
    """F37, F38: both are kept; which one counts does not depend on arrival."""
    with small_park.opened(root) as ports:
        block = small_park.registers("M-E02", DAY)
        other = small_park.but(block, [5], count=77)
        sent = [
            small_park.sealed(ports, "GW2", 1, block, sent_at_s=DAY.end_s),
            small_park.sealed(ports, "GW2", 2, other, sent_at_s=DAY.end_s + 3 * 86_400),
        ]
        take_in(ports, [sent[place] for place in order])

        current = known_at(2, period=DAY, ports=ports).current["M-E02", "register"]
        assert int(current["count"][5]) == 77
        assert ports.lake.count("readings") == 2 * 97


def test_ingester__a_lost_answer_is_given_again(root: Path) -> None:
    """F56: the sender never saw the receipt, and gets the same one."""
    with small_park.opened(root) as ports:
        batch = six_batches(ports)[0]
        (lost,) = take_in(ports, [batch])
    with small_park.opened(root) as ports:
        (again,) = take_in(ports, [batch])

    assert again == replace(lost, known_before=True)


def test_audit__lists_the_numbers_that_never_came(root: Path) -> None:
    """F52, F60: a gap is proven by the counter, whatever the gateway lost."""
    with small_park.opened(root) as ports:
        block = small_park.registers("M-E02", DAY)
        take_in(ports, [small_park.sealed(ports, "GW2", number, block) for number in (2, 5)])

        assert audit(ports=ports).gaps == ["GW2/1", "GW2/3 … 4"]


# -- journal and lake apart ----------------------------------------------------------------------


def test_ingest__after_the_lake_could_not_be_written_counts_every_batch_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_self: system.PosixDisk, _source: Path, _target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with small_park.opened(root) as ports:
        batches = six_batches(ports)
        take_in(ports, batches[:2])
        with monkeypatch.context() as patch:
            patch.setattr(system.PosixDisk, "rename", no_room)
            answers: list[Receipt] = []
            with pytest.raises(LakeWriteError):
                answers.extend(ingest(batches[2:4], ports=ports))

        again = take_in(ports, batches)

        assert [receipt.leaf_index for receipt in again] == list(range(N_BATCHES))
        assert [r.known_before for r in again] == [True] * 4 + [False] * 2
        assert ports.journal.size == len(ports.lake.batches()) == N_BATCHES
        assert audit(ports=ports).is_clean


def test_ingester__while_no_file_takes_the_rows_acknowledges_and_answers_from_memory(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F10: the derived store's disk is full; the journal's is not."""

    def no_room(_self: system.PosixDisk, _source: Path, _target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("taihang.services.ingest._FLUSH_READINGS", 1)
    with small_park.opened(root) as ports:
        ingester, batches = Ingester(ports), six_batches(ports)
        with monkeypatch.context() as patch:
            patch.setattr(system.PosixDisk, "rename", no_room)
            answers = [*ingester.commit(batches[:2]), *ingester.commit(batches[2:4])]
            n_hot = ports.lake.n_hot
            patch.setattr("taihang.services.ingest._HOT_READINGS_MAX", n_hot)
            with pytest.raises(LakeWriteError):
                ingester.commit(batches[4:])

            assert all(isinstance(answer, Receipt) for answer in answers)
            assert ports.journal.size == 4, "what was refused is in no journal"
            assert n_hot == ports.lake.count("readings") > 0
        ingester.commit(batches[4:])

        assert ports.lake.n_hot == 0
        assert audit(ports=ports).is_clean


def test_ingest__on_a_full_disk_refuses_stays_readable_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_park.opened(small_park.make(tmp_path / "plain")) as ports:
        take_in(ports, six_batches(ports))
        expected = ports.lake.state_hash()
    write = system.PosixDisk.append
    room = [1_500]

    def append(self: system.PosixDisk, path: Path, data: bytes) -> None:
        if path.parent.name != "journal":
            write(self, path, data)
            return
        write(self, path, data[: room[0]])
        room[0] -= len(data)
        if room[0] < 0:
            room[0] = 0
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    n_refused = 0
    with small_park.opened(small_park.make(tmp_path / "full")) as ports:
        monkeypatch.setattr(system.PosixDisk, "append", append)
        for batch in six_batches(ports):
            for _attempt in retries():
                try:
                    take_in(ports, [batch])
                except StorageFullError:
                    n_refused += 1
                    assert len(list(ports.journal.records())) == ports.journal.size
                    assert audit(ports=ports).is_clean
                    room[0] = 1_500
                else:
                    break
        assert ports.lake.state_hash() == expected
        assert audit(ports=ports).is_clean

    assert n_refused >= 2


def retries() -> Iterator[int]:
    yield from range(3)


def test_ingest__writes_a_manifest_that_names_every_batch(root: Path) -> None:
    with small_park.opened(root) as ports:
        take_in(ports, six_batches(ports))

    manifest = json.loads((root / "lake" / "manifest.json").read_text())
    with small_park.opened(root, writing=False) as ports:
        found = [row[:2] for row in ports.lake.batches()]

    assert manifest["batches"] == N_BATCHES
    assert found == [(gateway, counter) for counter in (1, 2, 3) for gateway in ("GW1", "GW2")]


def test_six_batches__are_six_days_of_numbers(root: Path) -> None:
    """The material of this file is not empty by accident."""
    with small_park.opened(root) as ports:
        n_readings = sum(
            len(sealed.block.times_s)
            for data in six_batches(ports)
            for sealed in open_batch(data).blocks
        )

    assert n_readings == 3 * 3 * 33
    assert np.all(small_park.step_counts("M-E01", DAY) > 0)
