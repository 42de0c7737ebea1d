"""What an audit finds: any altered bit, moved record, foreign row or statement, and where it is."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from itertools import accumulate
from pathlib import Path
from random import Random

import numpy as np
import pytest

import small_park
from small_park import DAY, JUNE
from taihang.core.metering.readings import ReadingRows
from taihang.core.periods import Period
from taihang.core.seal.batch import SealedBatch, open_batch
from taihang.core.tlog import frame as frame_module
from taihang.core.tlog.frame import decode_frame, encode_frame
from taihang.services.account import account
from taihang.services.act_log import log_acts
from taihang.services.admission import Admission
from taihang.services.audit import Audit, audit, rebuild
from taihang.services.bill import bill_enterprises
from taihang.services.certify import certify
from taihang.services.ports import Ports
from taihang.services.seal_day import seal_day
from taihang.services.settle import settle

HEAD_BYTES = 28
N_SAMPLED = 400


def settled(ports: Ports, period: Period = JUNE) -> None:
    """Everything that the command `settle` does."""
    settle(period, ports=ports)
    certify(period, ports=ports)
    account(period, ports=ports)
    bill_enterprises(period, ports=ports)


def audited(root: Path) -> Audit:
    with small_park.opened(root, writing=False, load_journal=False) as ports:
        return audit(ports=ports)


def places(found: Audit) -> list[str]:
    return [finding.where for finding in found.findings]


@pytest.fixture
def tiny(root: Path) -> Path:
    """Three batches of a few readings, one checkpoint each."""
    with small_park.opened(root) as ports:
        hour = Period.of_s(DAY.start_s, DAY.start_s + 3_600)
        for gateway, counter, point in (
            ("GW1", 1, "M-E01"),
            ("GW2", 1, "M-E02"),
            ("GW1", 2, "M-PV01"),
        ):
            block = small_park.registers(point, hour)
            batch = small_park.sealed(ports, gateway, counter, block)
            assert len(small_park.ingested(ports, [batch])) == 1
    return root


NAMES = ["GW1/1", "GW2/1", "GW1/2"]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A settled June of two batches a day."""
    root = small_park.make(tmp_path_factory.mktemp("month") / "park")
    with small_park.opened(root) as ports:
        for gateway in ports.park.gateways.values():
            blocks = [small_park.registers(point, JUNE) for point in gateway.meters]
            small_park.store(ports, small_park.daily(blocks, gateway.id))
        settled(ports)
    return root


def segment(root: Path) -> Path:
    (path,) = (root / "journal").glob("segment-*.log")
    return path


def frames(path: Path) -> list[bytes]:
    content, found = path.read_bytes(), list[bytes]()
    while content:
        length = HEAD_BYTES + int.from_bytes(content[4:8], "little")
        found.append(content[:length])
        content = content[length:]
    return found


# -- clean ---------------------------------------------------------------------------------------


def test_audit__of_a_whole_park_finds_nothing_and_says_what_it_saw(month: Path) -> None:
    found = audited(month)

    assert found.findings == []
    assert found.is_clean
    assert found.n_batches == 2 * 31
    assert found.n_readings == 3 * (JUNE.n_steps + 1)
    assert found.n_checkpoints == 2
    assert (found.gaps, found.n_statements_damaged) == ([], 0)
    with small_park.opened(month, writing=False) as ports:
        assert found.root == ports.journal.tree.root()


def test_audit__without_the_salts_says_that_it_compared_less(month: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(month, tmp_path / "copy"))
    with small_park.opened(root) as ports:
        log_acts(ports=ports)
    assert audited(root).has_salts

    (root / "keys" / "salt.key").unlink()

    found = audited(root)
    assert (found.is_clean, found.has_salts) == (True, False)


def test_audit__of_an_empty_park_finds_nothing(root: Path) -> None:
    with small_park.opened(root):
        pass

    assert audited(root).is_clean


def test_audit__tells_of_counters_that_never_came(root: Path) -> None:
    with small_park.opened(root) as ports:
        batches = [
            small_park.sealed(ports, "GW2", counter, small_park.registers("M-E02", DAY))
            for counter in (2, 5)
        ]
        small_park.ingested(ports, batches)

    found = audited(root)

    assert found.is_clean, "a gap is the sender's matter, not a fault of the store"
    assert found.gaps == ["GW2/1", "GW2/3 … 4"]


# -- bits ----------------------------------------------------------------------------------------


def flips(path: Path, bits: list[int]) -> Iterator[int]:
    """Flip one bit after the other, and put each back."""
    content = path.read_bytes()
    for bit in bits:
        altered = bytearray(content)
        altered[bit // 8] ^= 1 << bit % 8
        path.write_bytes(altered)
        yield bit
    path.write_bytes(content)


def missed_in_segment(root: Path, names: list[str], bits: list[int]) -> list[str]:
    """Return the flips in records that an audit does not find, or does not name."""
    path = segment(root)
    ends = [0]
    for frame in frames(path):
        ends.append(ends[-1] + 8 * len(frame))
    missed: list[str] = []
    with small_park.opened(root, writing=False, load_journal=False) as ports:
        for bit in flips(path, bits):
            index = next(i for i, end in enumerate(ends[1:]) if bit < end)
            if f"batch {names[index]} (record {index}" not in " ".join(places(audit(ports=ports))):
                missed.append(f"bit {bit} of {names[index]}")
    return missed


def missed_in_checkpoints(root: Path, bits: list[int]) -> list[str]:
    with small_park.opened(root, writing=False, load_journal=False) as ports:
        return [
            f"bit {bit} of the checkpoints"
            for bit in flips(root / "journal" / "checkpoints", bits)
            if not any("checkpoint" in where for where in places(audit(ports=ports)))
        ]


def one_bit_a_byte(path: Path) -> list[int]:
    return [8 * at + at % 8 for at in range(path.stat().st_size)]


def test_audit__finds_a_flipped_bit_in_every_byte_and_names_the_batch(tiny: Path) -> None:
    bits = one_bit_a_byte(segment(tiny))

    assert missed_in_segment(tiny, NAMES, bits) == []
    assert len(bits) > 800
    assert audited(tiny).is_clean


def test_audit__finds_a_flipped_bit_in_every_byte_of_the_checkpoints(tiny: Path) -> None:
    bits = one_bit_a_byte(tiny / "journal" / "checkpoints")

    assert missed_in_checkpoints(tiny, bits) == []
    assert len(bits) > 500


def test_audit__finds_any_flipped_bit_of_a_week(root: Path) -> None:
    random = Random(20260601)  # noqa: S311  # the seed names the sample
    week = Period.of_s(DAY.start_s, DAY.start_s + 7 * 86_400)
    with small_park.opened(root) as ports:
        for gateway in ports.park.gateways.values():
            blocks = [small_park.registers(point, week) for point in gateway.meters]
            small_park.store(ports, small_park.daily(blocks, gateway.id))
    names = [f"GW{gateway}/{counter}" for gateway in (1, 2) for counter in range(1, 9)]
    bits = sorted(random.sample(range(8 * segment(root).stat().st_size), N_SAMPLED))
    checkpoint_bits = 8 * (root / "journal" / "checkpoints").stat().st_size

    assert missed_in_segment(root, names, bits) == []
    assert missed_in_checkpoints(root, random.sample(range(checkpoint_bits), 40)) == []


def test_audit__of_a_number_beyond_all_bounds_names_the_gap_and_keeps_its_memory(
    tmp_path: Path,
) -> None:
    root = small_park.make(tmp_path)
    with small_park.opened(root) as ports:
        part = Period.of_s(small_park.JUNE.start_s, small_park.JUNE.start_s + 86_400)
        block = small_park.registers("M-E02", part, first=1)
        far = small_park.sealed(ports, "GW2", 1 << 62, block, sent_at_s=part.end_s)
        small_park.ingested(ports, [far])

        assert audit(ports=ports).gaps == [f"GW2/1 … {(1 << 62) - 1}"]


def test_missed__tells_of_an_audit_that_does_not_look_at_the_bytes(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault needs two parts, for the checksum alone does not guard the bytes."""
    parts = frames(segment(tiny))
    originals = [open_batch(part[HEAD_BYTES:]) for part in parts]

    class NoChecksum:
        @staticmethod
        def crc32(_data: bytes, _before: int = 0) -> int:
            return 0

    def trusting(data: bytes, **_: object) -> SealedBatch:
        return max(originals, key=lambda batch: data.count(batch.header.block_root))

    for path in (segment(tiny), tiny / "journal" / "checkpoints"):
        path.write_bytes(b"".join(f[:24] + bytes(4) + f[HEAD_BYTES:] for f in frames(path)))
    monkeypatch.setattr(frame_module, "zlib", NoChecksum)
    times = {at + n for at in starts(segment(tiny)) for n in range(8, 16)}
    bits = [bit for bit in one_bit_a_byte(segment(tiny))[::9] if bit // 8 not in times]
    assert missed_in_segment(tiny, NAMES, bits) == [], "the checksum is not the only guard"

    for module in ("audit", "replay"):
        monkeypatch.setattr(f"taihang.services.{module}.open_batch", trusting)

    assert missed_in_segment(tiny, NAMES, bits)


def starts(path: Path) -> list[int]:
    """Where the frames of a file begin."""
    lengths = map(len, frames(path))
    return [0, *accumulate(lengths)][:-1]


# -- records -------------------------------------------------------------------------------------


def reframed(frame: bytes, body: bytes) -> bytes:
    """A frame with another body and the right checksum, as somebody with the disk can write it."""
    old = decode_frame(frame)
    assert old is not None
    return encode_frame(body, index=old.index or 0, received_at_s=old.received_at_s)


def swapped(parts: list[bytes]) -> list[bytes]:
    return [parts[1], parts[0], parts[2]]


def deleted(parts: list[bytes]) -> list[bytes]:
    return [parts[0], parts[2]]


def doubled(parts: list[bytes]) -> list[bytes]:
    return [parts[0], parts[0], *parts[1:]]


def repeated_at_the_end(parts: list[bytes]) -> list[bytes]:
    return [*parts, parts[1]]


def last_gone(parts: list[bytes]) -> list[bytes]:
    return parts[:-1]


def all_gone(parts: list[bytes]) -> list[bytes]:
    return parts[:0]


def altered_with_checksum(parts: list[bytes]) -> list[bytes]:
    body = bytearray(parts[1][HEAD_BYTES:])
    body[-20] ^= 1
    return [parts[0], reframed(parts[1], bytes(body)), parts[2]]


def unsigned(parts: list[bytes]) -> list[bytes]:
    body = parts[1][HEAD_BYTES:]
    start = 17 + 4 + int.from_bytes(body[17:21], "little")
    forged = body[:start] + bytes(64) + body[start + 64 :]
    return [parts[0], reframed(parts[1], forged), parts[2]]


def no_batch(parts: list[bytes]) -> list[bytes]:
    return [parts[0], reframed(parts[1], b"anything"), parts[2]]


CHANGES: list[Callable[[list[bytes]], list[bytes]]] = [
    swapped,
    deleted,
    doubled,
    repeated_at_the_end,
    last_gone,
    all_gone,
    altered_with_checksum,
    unsigned,
    no_batch,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_audit__finds_records_that_are_moved_forged_or_gone(
    tiny: Path, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    path = segment(tiny)
    path.write_bytes(b"".join(change(frames(path))))

    assert not audited(tiny).is_clean


@pytest.mark.parametrize(
    "change", [altered_with_checksum, unsigned, no_batch], ids=lambda change: change.__name__
)
def test_audit__names_the_batch_that_was_forged(
    tiny: Path, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    path = segment(tiny)
    path.write_bytes(b"".join(change(frames(path))))

    assert any(where.startswith("batch GW2/1 (record 1, ") for where in places(audited(tiny)))


def test_audit__finds_checkpoints_that_are_moved_or_gone(tiny: Path) -> None:
    path = tiny / "journal" / "checkpoints"
    first, second, third = frames(path)

    for parts in ([third, second, first], [first, second], [], [first, third, second]):
        path.write_bytes(b"".join(parts))
        assert not audited(tiny).is_clean, len(parts)
    path.write_bytes(first + second + third)

    assert audited(tiny).is_clean


def test_audit__without_a_lake_names_a_batch_by_what_can_still_be_read(tiny: Path) -> None:
    (tiny / "lake" / "manifest.json").unlink()
    path = segment(tiny)
    parts = frames(path)
    broken = parts[1][:-1] + bytes([parts[1][-1] ^ 1])
    path.write_bytes(parts[0] + broken + parts[2])

    (where,) = [where for where in places(audited(tiny)) if where.startswith("batch")]

    assert where.startswith("batch GW2/1 (record 1")


# -- lake, register, park file -------------------------------------------------------------------


def test_audit__finds_a_lake_that_differs_from_the_journal(tiny: Path) -> None:
    with small_park.opened(tiny) as ports:
        rows = ports.lake.read("readings")["M-E02", "register"]
        extra = ReadingRows(
            points=(("M-E02", "register"),),
            code=np.zeros(1, np.int32),
            time_s=rows["time_s"][:1],
            count=rows["count"][:1] + 1,
            quality=rows["quality"][:1].astype(np.uint8),
            batch=rows["batch"][:1],
        )
        ports.lake.seal(extra, [])

    assert places(audited(tiny)) == ["lake readings of M-E02/register"]

    with small_park.opened(tiny) as ports:
        rebuild(ports=ports)
    assert audited(tiny).is_clean


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.json", b"{}"),
        ("manifest.json", b'{"batches":[],"format":1}'),
        ("batches.bin", b""),
        ("points.parquet", b"PAR1"),
        ("readings/2026-05.*.parquet", b"PAR1"),
    ],
)
def test_audit__finds_a_broken_lake_and_rebuild_mends_it(
    tiny: Path, name: str, content: bytes
) -> None:
    with small_park.opened(tiny) as ports:
        before = ports.lake.state_hash()
    (path,) = (tiny / "lake").glob(name)
    path.write_bytes(content)

    found = audited(tiny)
    with small_park.opened(tiny) as ports:
        after = rebuild(ports=ports)

    assert [where[:4] for where in places(found)] == ["lake"]
    assert after == before
    assert audited(tiny).is_clean


def test_audit__names_the_file_of_a_flipped_bit_of_the_lake_also_behind_a_day_seal(
    tiny: Path,
) -> None:
    with small_park.opened(tiny) as ports:
        seal_day(date(2026, 5, 31), ports=ports)
    (path,) = (tiny / "lake" / "readings").glob("2026-05.*.parquet")
    whole = path.read_bytes()
    assert audited(tiny).is_clean
    for at in range(0, len(whole), len(whole) // 12):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        assert places(audited(tiny)) == [f"lake file {path.stem}"]


def test_audit__finds_a_statement_that_was_altered_by_hand(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        settled(ports)
    with closing(sqlite3.connect(root / "registry.db")) as database, database:
        database.execute(
            "UPDATE statement SET document = replace(document, 'kWh', 'MWh')"
            " WHERE id = 'energy.E01.2026-06.v1'"
        )

    found = audited(root)

    assert "statement energy.E01.2026-06.v1" in places(found)
    assert found.n_statements_damaged == 1


def test_audit__after_park_toml_changed_takes_old_batches_as_they_were_right_then(
    root: Path,
) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
    moved = small_park.park_text(
        gateway_1=small_park.E01 + small_park.E02, gateway_2=small_park.PV01
    ).replace("GW1", "GW9")
    (root / "park.toml").write_text(moved, encoding="utf-8")
    with small_park.opened(root):
        pass

    assert audited(root).is_clean


def believe(_admission: Admission, batch: SealedBatch) -> None:
    """Take whatever a batch says."""
    assert batch.header.gateway == "GW2"


def test_audit__finds_a_batch_that_was_right_under_no_park_file(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_park.opened(root) as ports:
        foreign = small_park.sealed(ports, "GW2", 1, small_park.registers("M-E01", DAY))
        with monkeypatch.context() as patch:
            patch.setattr(Admission, "check", believe)
            small_park.ingested(ports, [foreign])

    assert places(audited(root)) == ["batch GW2/1 (record 0, segment-000001.log at byte 0)"]


# -- rebuild -------------------------------------------------------------------------------------


def remove_lake(root: Path) -> None:
    for path in sorted((root / "lake").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (root / "lake").rmdir()


def revise_noon(ports: Ports, point: str, *, more: int, sent_at_s: int) -> None:
    block = small_park.registers(point, JUNE)
    at = 48
    late = small_park.but(block, [at], count=int(block.counts[at]) + more)
    small_park.revise(ports, small_park.cut(late, at, at + 1), sent_at_s=sent_at_s)


def test_rebuild__gives_the_same_state_after_the_lake_was_deleted(month: Path) -> None:
    with small_park.opened(month) as ports:
        before = ports.lake.state_hash()
    remove_lake(month)

    with small_park.opened(month) as ports:
        after = rebuild(ports=ports)

    assert after == before
    assert audited(month).is_clean


def test_rebuild__knows_what_each_settlement_knew(root: Path) -> None:
    """Readings came, were settled, were revised, settled in part, and revised once more."""
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        settled(ports)
        revise_noon(ports, "M-PV01", more=-5, sent_at_s=JUNE.end_s + 100_000)
        settled(ports, DAY)
        revise_noon(ports, "M-PV01", more=-9, sent_at_s=JUNE.end_s + 200_000)
        revise_noon(ports, "M-E01", more=3, sent_at_s=JUNE.end_s + 200_000)
        before = ports.lake.state_hash()
        noon_wh = int(ports.lake.read("intervals", DAY)["M-PV01",]["wh"][47])
        lots_wh = int(ports.lake.read("lots", DAY)["PV01",]["wh"].sum())
    remove_lake(root)

    with small_park.opened(root) as ports:
        after = rebuild(ports=ports)
        assert int(ports.lake.read("intervals", DAY)["M-PV01",]["wh"][47]) == noon_wh
        assert int(ports.lake.read("lots", DAY)["PV01",]["wh"].sum()) == lots_wh

    truth = small_park.step_wh("M-PV01", DAY)
    assert after == before
    assert noon_wh == int(truth[47]) - 5 * small_park.SCALE_WH
    assert lots_wh == int(truth.sum()), "a lot once issued is not changed"


def test_rebuild__settles_with_the_park_file_of_each_settlement(root: Path) -> None:
    """One file, another, and the first one put back; then a third that settles nothing."""
    text = (root / "park.toml").read_text(encoding="utf-8")
    hashes: list[str] = []
    for limit_kva in (500, 100, 500):
        changed = text.replace("capacity_kva = 500", f"capacity_kva = {limit_kva}")
        (root / "park.toml").write_text(changed, encoding="utf-8")
        with small_park.opened(root) as ports:
            small_park.fill(ports, DAY)
            settled(ports, DAY)
            hashes.append(ports.lake.state_hash())
            assert rebuild(ports=ports) == hashes[-1]
    changed = text.replace("capacity_kva = 500", "capacity_kva = 50")
    (root / "park.toml").write_text(changed, encoding="utf-8")

    with small_park.opened(root) as ports:
        assert rebuild(ports=ports) == hashes[2] == hashes[0] != hashes[1]
