from hashlib import sha256
from pathlib import Path

import pytest

import canary_park
import small_park
from canary_park import TENANTS
from taihang.core.access.scope import Scope
from taihang.services.sight import see
from taihang.services.sight_rules import PartOfParkError

OWN, OTHER = TENANTS[:2]


def test_views__show_the_log_and_no_record(tmp_path: Path) -> None:
    root = canary_park.made(tmp_path / "park")
    with small_park.opened(root, writing=False) as whole:
        seen = see(whole, Scope(frozenset({OWN})))

        assert seen.journal.size == whole.journal.size
        assert seen.journal.tree.root() == whole.journal.tree.root()
        assert seen.journal.checkpoint_note == whole.journal.checkpoint_note
        assert seen.published.latest() == whole.published.latest()
        with pytest.raises(PartOfParkError):
            seen.journal.record(0)
        with pytest.raises(PartOfParkError):
            seen.keys.signing_key("log")
        with pytest.raises(PartOfParkError):
            seen.quarantine.names()


def test_evidence__is_what_proves_ones_own_and_nobody_elses(tmp_path: Path) -> None:
    root = canary_park.made(tmp_path / "park")
    with small_park.opened(root, writing=False) as whole:
        seen = see(whole, Scope(frozenset({OWN})))
        mine = sha256(f"invoice of {OWN}".encode()).hexdigest()
        theirs = sha256(f"invoice of {OTHER}".encode()).hexdigest()
        (shared,) = (
            name for name in whole.evidence.hashes() if b"both" in whole.evidence.read(name)
        )

        assert seen.evidence.read(mine) == whole.evidence.read(mine)
        assert set(seen.evidence.hashes()) == set(seen.registry.evidence_files())
        assert {mine, theirs, shared} & set(seen.evidence.hashes()) == {mine}
        for other in (theirs, shared, "00" * 32):
            with pytest.raises(PartOfParkError) as refused:
                seen.evidence.read(other)
            assert other not in str(refused.value)
