"""Tampering with the stored bytes (F13, F14): all of it is named with its place, and nothing else.

An audit's own check of the journal reads a week of batches after each of 10 000 altered bytes and
500 further changes by somebody who holds the disk and can make checksums fit (P3). Signatures and
batches that were seen before are not verified again, for the same bytes have the same verdict; what
is read, and how it is held together, is read anew each time.
"""

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

import pytest

from fault.crash_script import without_checksums
from fault.tampering import CHANGES, Tampered, flipped, harmless
from fault.week_journal import LAW, Week, checked, records_of_week, started, week_of
from taihang.adapters.stores.journal import Journal
from taihang.adapters.stores.journal.start_index import StartIndex
from taihang.core.errors import TaihangError
from taihang.core.tlog.check import JournalCheck, JournalLaw
from taihang.core.tlog.checkpoint import Checkpoint, parse_checkpoint
from taihang.core.tlog.record import Record

SEED: Final = 20260607
N_BYTES: Final = 10_000
N_CHANGES: Final = 504
N_HARMLESS: Final = 300
N_FORGED_INDEXES: Final = 100


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Week:
    return week_of(records_of_week(tmp_path_factory.mktemp("week") / "park"))


def missed(week: Week, tampered: Tampered, *, law: JournalLaw = LAW) -> str | None:
    """Check a journal that was tampered with; say what the check did not tell, or made up."""
    found = checked(tampered.files, at_least=len(week.records), law=law)
    named = {(finding.is_checkpoint, finding.index) for finding in found.findings}
    if not tampered.named:
        return f"{tampered.what}: false alarm at {named}" if named else None
    if not named & tampered.named:
        return f"{tampered.what}: named {named or 'nothing'} for {set(tampered.named)}"
    if tampered.place is not None and not _is_placed(found, tampered.place):
        return f"{tampered.what}: named without its place"
    return None


def _is_placed(found: JournalCheck, place: tuple[str, int, int]) -> bool:
    """Say whether the one finding is in the frame of the altered byte, and the only one."""
    path, start, stop = place
    (finding, *others) = found.findings
    return not others and path.endswith(f"/{finding.file}") and start <= finding.offset < stop


def campaign_of_bytes(week: Week, n: int, *, law: JournalLaw = LAW) -> list[str]:
    random = Random(SEED)  # noqa: S311  # the seed names the campaign
    found = (missed(week, flipped(week, random), law=law) for _ in range(n))
    return [line for line in found if line is not None]


def campaign_of_changes(week: Week, n: int, *, law: JournalLaw = LAW) -> list[str]:
    random = Random(SEED)  # noqa: S311  # the seed names the campaign
    found: list[str] = []
    for number in range(n):
        change = CHANGES[number % len(CHANGES)]
        line = missed(week, change(week, random), law=law)
        if line is not None:
            found.append(f"{change.__name__}, {line}")
    return found


def test_check_journal__of_the_week_finds_nothing(week: Week) -> None:
    found = checked(week.files, at_least=len(week.records))

    assert found.findings == []
    assert (len(week.records), len(week.segments)) == (119, len(week.indexes) + 1)
    assert len(week.segments) >= 4
    assert found.n_checkpoints == len(week.checkpoints) == 40


def test_check_journal__names_every_one_of_10_000_altered_bytes(week: Week) -> None:
    assert campaign_of_bytes(week, N_BYTES) == []


def test_check_journal__names_every_one_of_500_further_changes(week: Week) -> None:
    assert campaign_of_changes(week, N_CHANGES) == []
    assert N_CHANGES >= 500 > len(CHANGES) >= 15


def test_check_journal__has_no_false_alarm(week: Week) -> None:
    random = Random(SEED)  # noqa: S311  # the seed names the campaign
    cases = [harmless(week, random) for _ in range(N_HARMLESS)]

    assert [line for case in cases if (line := missed(week, case)) is not None] == []
    assert len({case.what for case in cases}) >= 6
    for case in cases[::10]:
        assert started(case.files, at_least=len(week.records)).size == len(week.records)


def test_records_of_week__are_the_same_each_time(week: Week, tmp_path: Path) -> None:
    again = week_of(records_of_week(tmp_path / "park"))

    assert again.files == week.files


# -- the start-up index --------------------------------------------------------------------------


def forged_index(week: Week, random: Random) -> dict[str, bytes]:
    """An index whose checksum fits and which gives some record another leaf."""
    path = random.choice(week.indexes)
    index = StartIndex.decode(week.files[path])
    assert index is not None
    leaves = bytearray(index.leaves)
    leaves[random.randrange(len(leaves))] ^= random.randrange(1, 256)
    return {**week.files, path: replace(index, leaves=bytes(leaves)).encode()}


def believed(week: Week, n: int) -> list[int]:
    """Start with forged indexes; return which were believed."""
    random = Random(SEED)  # noqa: S311  # the seed names the campaign
    root = started(week.files, at_least=0).tree.root()
    found: list[int] = []
    for number in range(n):
        journal = started(forged_index(week, random), at_least=len(week.records))
        if journal.tree.root() != root:
            found.append(number)
    return found


def test_load__believes_no_forged_index(week: Week) -> None:
    assert believed(week, N_FORGED_INDEXES) == []


def test_believed__tells_of_a_journal_that_does_not_look_at_the_signed_root(
    week: Week, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trusting(_journal: Journal, _checkpoint: Checkpoint | None) -> bool:
        return True

    monkeypatch.setattr(Journal, "_has_root", trusting)

    assert len(believed(week, 5)) == 5


# -- planted faults ------------------------------------------------------------------------------


def test_campaign__tells_of_a_check_that_does_not_look_at_the_checksum(week: Week) -> None:
    with without_checksums():
        assert campaign_of_bytes(week, 200)


def test_campaign__tells_of_a_check_that_does_not_look_at_the_signature(week: Week) -> None:
    def unverified(note: str) -> Checkpoint:
        return parse_checkpoint(note.partition("\n\n")[0] + "\n")

    found = campaign_of_changes(week, N_CHANGES, law=replace(LAW, open_checkpoint=unverified))

    assert any(line.startswith("checkpoint_forged") for line in found)


def test_campaign__tells_of_a_check_that_does_not_open_the_batches(week: Week) -> None:
    def unopened(_record: Record) -> None:
        """Look at nothing."""

    found = campaign_of_changes(week, N_CHANGES, law=replace(LAW, see=unopened))

    assert any(line.startswith("reframed") for line in found)


def test_campaign__tells_of_a_check_to_whom_nobody_says_how_much_there_was(week: Week) -> None:
    older = next(change for change in CHANGES if change.__name__ == "yesterday")
    tampered = older(week, Random(SEED))  # noqa: S311  # the seed names the campaign

    assert checked(tampered.files).findings == []
    assert missed(week, tampered) is None


def test_started__refuses_an_older_copy(week: Week) -> None:
    with pytest.raises(TaihangError, match="119 records"):
        started(week.earlier[week.groups[5]], at_least=len(week.records))
