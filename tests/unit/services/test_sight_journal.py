from hashlib import sha256
from pathlib import Path

import pytest

import canary_park
import small_park
from canary_park import TENANTS
from report_desk import centre, order, signing
from taihang.core.access.scope import Scope
from taihang.core.seal.review import State, Step
from taihang.services.report_centre import issue_report, sign_report
from taihang.services.report_copies import standing_of_report
from taihang.services.report_issue import (
    UnknownReportError,
    read_copy,
    read_shelf,
    report_named,
)
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


def test_reports__of_ones_own_are_seen_with_who_signed_and_no_other(tmp_path: Path) -> None:
    root = canary_park.made(tmp_path / "park")
    with small_park.opened(root) as whole:
        desk = centre(whole)
        mine, theirs, parks = (
            issue_report(order(subject=subject), centre=desk) for subject in (OWN, OTHER, "park")
        )
        for issued in (mine, theirs):
            sign_report(issued.report.id, signing(Step.PREPARED), centre=desk)
        seen = see(whole, Scope(frozenset({OWN})))
        shelf = read_shelf(ports=seen)

        assert shelf.reports == (mine.report,)
        assert shelf.copies_of(mine.report) == mine.setting.copies
        assert standing_of_report(mine.report, ports=seen).state is State.PREPARED
        for copy in mine.setting.copies:
            assert read_copy(copy, ports=seen) == read_copy(copy, ports=whole)
        assert {name.partition(".")[0] for name in seen.reports.names()} == {mine.report.code}
        for issued in (theirs, parks):
            with pytest.raises(UnknownReportError):
                report_named(issued.report.code, ports=seen)
            with pytest.raises(PartOfParkError) as refused:
                read_copy(issued.setting.copies[0], ports=seen)
            assert issued.report.code not in str(refused.value)
        others = {act.leaf for act in whole.registry.logged()} - {
            act.leaf for act in seen.registry.logged()
        }
        assert len(others) > 5
        for leaf in others:
            with pytest.raises(PartOfParkError):
                seen.journal.record(leaf)
        with pytest.raises(PartOfParkError):
            seen.reports.keep("a", b"")
