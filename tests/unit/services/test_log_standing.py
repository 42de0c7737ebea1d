"""How far the log is, and how far what others have witnessed lags behind."""

from datetime import date
from pathlib import Path

import small_park
from taihang.core.periods import days
from taihang.core.tlog.checkpoint import checkpoint_of
from taihang.services.log_standing import NOTES, log_standing, spread
from watched_park import Watched
from witness_kit import WITNESSES


def test_log_standing__of_a_park_without_witnesses_has_its_own_checkpoints(root: Path) -> None:
    with small_park.opened(root) as ports:
        for day in range(1, 15):
            small_park.fill(ports, days(date(2026, 6, day), 1, small_park.ZONE))
        found = log_standing(ports=ports)
        sizes = [checkpoint_of(note).size for note in found.notes]
        assert found.root == ports.journal.tree.root().hex()

    assert (found.quorum, found.published_size, found.lag, found.witnesses) == (
        None,
        None,
        None,
        (),
    )
    assert len(sizes) == NOTES
    assert sizes == sorted(sizes)
    assert sizes[-1] == found.size


def test_log_standing__of_an_empty_park_has_no_entry(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        found = log_standing(ports=ports)

    assert (found.size, found.last_at_s, found.notes) == (0, None, ())


def test_log_standing__tells_who_cosigned_and_the_lag(tmp_path: Path) -> None:
    watched = Watched(tmp_path, quorum=2)
    watched.grow(5)
    watched.witnesses.down.add(WITNESSES[2].name)
    watched.publish()
    watched.grow(8)
    with watched.opened(writing=False) as ports:
        found = log_standing(ports=ports)

    assert (found.quorum, found.published_size, found.size) == (2, 5, 8)
    assert found.lag == 3
    assert found.published_at_s is not None
    cosigned = [each.name for each in found.witnesses if each.cosigned_at_s is not None]
    assert cosigned == [each.name for each in WITNESSES[:2]]
    assert [each.role for each in found.witnesses] == ["enterprise", "grid", "regulator"]
    assert [checkpoint_of(note).size for note in found.notes] == [5]


def test_spread__keeps_the_first_and_the_last() -> None:
    assert spread([]) == ()
    assert spread(["a"]) == ("a",)
    assert spread([str(n) for n in range(100)], 3) == ("0", "49", "99")
    assert spread(["a", "b", "c"], 3) == ("a", "b", "c")
