"""Power loss (F6, F7): any part of what was not forced is gone, and nothing acknowledged is (P1).

A state is what a disk in memory holds after the power went at some operation: sectors that were
not forced are there or zero, in any subset; lengths are torn; names that were not forced are gone.
Equal states have one verdict, which is worked out once. One state in eight loses power a second
time, while the start repairs it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypeAlias

from fault.crash_script import (
    FOREIGN,
    LOST,
    groups_of,
    offer,
    small_segments,
    violations,
    without_checksums,
    without_cutting,
)
from fault.simulated_disk import CHEAP_SEAL, FOLDER, KilledError, MemoryDisk, journal_on
from taihang.core.errors import TaihangError

N_STATES: Final = 200_000
N_EACH: Final = 40
"""States that are drawn from one interrupted run."""
N_SCRIPTS: Final = 16
_N_GROUPS: Final = 5

State: TypeAlias = frozenset[tuple[str, bytes]]


@dataclass
class Campaign:
    """Draws states and judges them; a failure says the seed that leads to it."""

    forgets: bool = False
    ack_first: bool = False
    n_states: int = 0
    found: list[str] = field(default_factory=list[str])
    verdicts: dict[tuple[int, int, State], list[str]] = field(
        default_factory=dict[tuple[int, int, State], list[str]]
    )

    def run(self, n_states: int) -> None:
        seed = 0
        with small_segments():
            while self.n_states < n_states:
                self._interrupt(seed)
                seed += 1

    def _interrupt(self, seed: int) -> None:
        random = Random(seed)  # noqa: S311  # the seed names the case
        script = seed % N_SCRIPTS
        groups = groups_of(script, n_groups=_N_GROUPS)
        disk = MemoryDisk(
            die_at=random.randrange(1, 7 * _N_GROUPS),
            share=random.choice([0.0, 0.3, 0.9, 1.0, 2.0]),
            forgets=self.forgets,
        )
        journal = journal_on(FOLDER, disk, seal=CHEAP_SEAL)
        acknowledged = offer(journal, groups, ack_first=self.ack_first)
        offered = [record for group in groups for record in group]
        for number in range(N_EACH):
            left = disk.after_power_loss(random)
            if number % 8 == 0:
                left = self._lost_again(left, random)
            self._judge(f"seed {seed}, state {number}", script, offered, len(acknowledged), left)

    def _lost_again(self, disk: MemoryDisk, random: Random) -> MemoryDisk:
        """Lose power a second time, during the start after the first."""
        disk.die_at = random.randrange(1, 9)
        disk.share = random.choice([0.0, 0.5, 2.0])
        disk.forgets = self.forgets
        try:
            journal_on(FOLDER, disk, seal=CHEAP_SEAL).recover()
        except KilledError:
            return disk.after_power_loss(random)
        except TaihangError:
            pass  # The verdict on what is there will say why.
        return MemoryDisk.holding(disk.files)

    def _judge(
        self, name: str, script: int, offered: Sequence[bytes], n: int, disk: MemoryDisk
    ) -> None:
        self.n_states += 1
        key = (script, n, frozenset(disk.files.items()))
        verdict = self.verdicts.get(key)
        if verdict is None:
            verdict = violations(FOLDER, disk, offered=offered, n_acknowledged=n)
            self.verdicts[key] = verdict
        self.found += [f"{name}: {what}" for what in verdict]


def whats(campaign: Campaign) -> set[str]:
    return {line.partition(": ")[2].partition(":")[0] for line in campaign.found}


def test_recover__after_200_000_power_losses() -> None:
    campaign = Campaign()

    campaign.run(N_STATES)

    assert campaign.found[:5] == []
    assert campaign.n_states >= N_STATES
    assert len(campaign.verdicts) >= 20_000, "most states are alike: draw them otherwise"


def test_campaign__tells_of_a_disk_that_says_forced_and_did_not() -> None:
    campaign = Campaign(forgets=True)

    campaign.run(2_000)

    assert LOST in whats(campaign)


def test_campaign__tells_of_an_acknowledgement_before_the_forced_write() -> None:
    campaign = Campaign(ack_first=True)

    campaign.run(2_000)

    assert LOST in whats(campaign)


def test_campaign__tells_of_a_journal_that_does_not_look_at_the_checksum() -> None:
    campaign = Campaign()

    with without_checksums():
        campaign.run(4_000)

    assert FOREIGN in whats(campaign)


def test_campaign__tells_of_a_torn_tail_that_is_not_cut() -> None:
    campaign = Campaign()

    with without_cutting():
        campaign.run(2_000)

    assert "no second start" in whats(campaign)


def test_after_power_loss__keeps_what_was_forced_and_loses_any_part_of_the_rest() -> None:
    disk, path = MemoryDisk(), FOLDER / "file"
    disk.append(path, b"forced" * 8)
    disk.fsync(path)
    disk.append(path, b" and not" * 8)
    random = Random(1)  # noqa: S311  # the seed names the case

    unnamed = [str(path) in disk.after_power_loss(random).files for _ in range(50)]
    disk.fsync(FOLDER)
    left = {disk.after_power_loss(random).files[str(path)] for _ in range(200)}

    assert set(unnamed) == {True, False}
    assert len(left) > 50
    assert all(content.startswith(b"forced" * 8) for content in left)
