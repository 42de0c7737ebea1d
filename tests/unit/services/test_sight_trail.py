from pathlib import Path

import pytest

import small_park
from taihang.core.access.scope import Scope
from taihang.core.seal.trail import TrailEntry
from taihang.services.sight import see
from taihang.services.sight_rules import PartOfParkError

WHO = ("E01", "E02", None, "E01", "E02")


def test_trail__shows_what_accounts_of_ones_own_did(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as whole:
        for at, enterprise in enumerate(WHO):
            whole.trail.append(
                TrailEntry(
                    id=f"act-{at}",
                    at_s=at,
                    kind="export",
                    subject=f"thing-{at}",
                    actor=f"who-{at}",
                    enterprise=enterprise,
                )
            )
        seen = see(whole, Scope(frozenset({"E01"}))).trail

        assert [record.entry.id for record in seen.entries()] == ["act-0", "act-3"]
        assert [record.entry.id for record in seen.latest(1)] == ["act-3"]
        assert [record.entry.id for record in seen.latest(9, enterprise="E01")] == [
            "act-3",
            "act-0",
        ]
        assert [*seen.entries(enterprise="E02")] == seen.latest(9, enterprise="E02") == []
        assert [*seen.entries(subject="thing-1")] == []
        assert seen.find("act-1") is None
        assert seen.find("act-2") is None
        assert seen.find("act-0") == whole.trail.find("act-0")
        assert seen.head() == whole.trail.head()
        with pytest.raises(PartOfParkError):
            seen.append(TrailEntry(id="x", at_s=0, kind="export", subject=""))
