"""While pages are served, the reports that are due are issued by themselves, each once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import small_park
from report_desk import SITE, schedule, settled
from taihang import wiring
from taihang.interfaces.web import asking
from taihang.interfaces.web.due_reports import DueReports
from taihang.interfaces.web.park_source import ParkSource
from taihang.services.report_issue import issued_reports
from taihang.services.report_schedule import Schedule, put_schedule


@pytest.fixture
def source(tmp_path: Path) -> Iterator[ParkSource]:
    """A served park of which August is settled."""
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        settled(ports)
    served = ParkSource(root)
    yield served
    served.accounts.close()


def put(source: ParkSource, wanted: Schedule) -> None:
    with small_park.opened(source.root) as ports:
        put_schedule(wanted, who="Zhang Min", reason="the committee asks for it", ports=ports)


def names(source: ParkSource) -> list[str]:
    with small_park.opened(source.root, writing=False) as ports:
        return [each.id for each in issued_reports(ports=ports)]


def test_once__issues_what_is_due_and_nothing_twice(source: ParkSource) -> None:
    put(source, replace(schedule(), formats=("html",), langs=("zh",)))
    due = DueReports(source, site=f"{SITE}/")

    assert due.once() == 1
    assert due.once() == 0

    assert names(source) == ["report.park.2026-08.v1"]


def test_once__a_look_at_which_nothing_is_due_takes_no_lock(source: ParkSource) -> None:
    due = DueReports(source, site=SITE)
    lock = wiring.writer_lock(source.root)
    lock.take()
    try:
        assert due.once() == 0
    finally:
        lock.release()

    assert names(source) == []


def test_once__leaves_a_park_alone_that_somebody_else_writes(
    source: ParkSource, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LOCK_WAIT_S", 0.1)
    put(source, replace(schedule(), formats=("html",), langs=("zh",)))
    due = DueReports(source, site=SITE)
    lock = wiring.writer_lock(source.root)
    lock.take()
    try:
        assert due.once() == 0
    finally:
        lock.release()

    assert "not issued yet" in caplog.text
    assert due.once() == 1, "at the next look"


def test_once__in_a_folder_without_a_park_nothing_is_due(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = ParkSource(tmp_path)

    assert DueReports(source, site=SITE).once() == 0

    assert caplog.text == ""
    source.accounts.close()
