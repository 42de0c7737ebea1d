"""The lists of reports: newest first, what waits by schedule, what a code may tell."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import small_park
from report_desk import MONTH, centre, order, schedule, settled, signing
from restated_park import corrected
from taihang.core.access.scope import Scope
from taihang.core.seal.review import State, Step
from taihang.interfaces.reports.press import ReportPress
from taihang.interfaces.web.pages.reports.build import (
    build_difference,
    build_public,
    build_report,
    build_reports,
    find_copy,
)
from taihang.services.report_centre import issue_report, sign_report
from taihang.services.report_period import Cadence
from taihang.services.report_ready import Want
from taihang.services.report_schedule import put_schedule
from taihang.services.restate import restate
from taihang.services.sight import see

NOW_S = int(datetime(2026, 9, 3, tzinfo=UTC).timestamp())


def test_build_reports__lists_the_newest_first_and_what_waits(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        desk = centre(ports)
        for name in (MONTH, "2026-08-30", "2026-W34"):
            issue_report(order(name), centre=desk)
        daily = schedule("daily", cadence=Cadence.DAY, since=date(2026, 8, 30))
        put_schedule(daily, who="Li", reason="x", ports=ports)
        view = build_reports(ports, "", 1, NOW_S)
        weeks = build_reports(ports, "week", 1, NOW_S)

    assert [row.period for row in view.rows] == [MONTH, "2026-08-30", "2026-W34"]
    assert [row.period for row in weeks.rows] == ["2026-W34"]
    (waiting,) = view.waiting
    assert (waiting.first, waiting.last, waiting.n) == ("2026-08-31", "2026-09-02", 3)
    assert waiting.lacks == ()
    assert dict(view.newest) == {
        Cadence.DAY: "2026-08-31",
        Cadence.WEEK: "2026-W35",
        Cadence.MONTH: MONTH,
    }


def test_build_reports__of_an_enterprise_has_its_own_alone(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        desk = centre(ports)
        for subject in ("park", "E01", "E02"):
            issue_report(order(subject=subject), centre=desk)
        put_schedule(schedule(subject="E01"), who="Li", reason="x", ports=ports)
        seen = see(ports, Scope(frozenset({"E01"})))
        view = build_reports(seen, "", 1, NOW_S)

        assert [row.subject.id for row in view.rows] == ["E01"]
        assert (view.waiting, view.schedules) == ((), ())
        assert [each.id for each in view.subjects] == ["E01"]
        assert build_report(seen, f"report.E02.{MONTH}.v1") is None
        assert build_report(seen, f"report.E01.{MONTH}.v1") is not None


def test_build_report__offers_the_next_step_and_none_of_an_old_version(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        desk = replace(centre(ports), press=ReportPress())
        first = issue_report(order(), centre=desk).report
        sign_report(first.id, signing(Step.PREPARED), centre=desk)
        signed = build_report(ports, first.id)
        same = build_difference(ports, first.id)
        corrected(ports, 3)
        restate(ports=ports)
        other = build_difference(ports, first.id)
        second = issue_report(replace(order(), reason="late"), centre=desk).report
        old, new = (build_report(ports, each.id) for each in (first, second))
        public = build_public(ports, first.code)

    assert signed is not None
    assert old is not None
    assert new is not None
    assert signed.next_steps == (Step.CHECKED, Step.RETURNED)
    assert (same, other) == (False, True)
    assert old.next_steps == ()
    assert [id_ for id_, _, _ in old.since.later] == [second.id]
    assert (new.next_steps, new.since.is_current) == ((Step.PREPARED,), True)
    assert public is not None
    assert (public.state, public.since.is_current) == (State.PREPARED, False)
    assert public.figures_sha256 == first.figures_sha256


def test_build_public__of_no_report_is_nothing(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        assert build_public(ports, "0000-0000-0000") is None
        assert build_public(ports, "nonsense") is None


def test_find_copy__gives_a_name_that_a_person_can_file(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        issued = issue_report(order(), centre=centre(ports))
        found = [find_copy(ports, copy.name) for copy in issued.setting.copies]
        seen = see(ports, Scope(frozenset({"E01"})))

        assert [each[1] for each in found if each] == [
            f"small.park.{MONTH}.v1.draft.zh.html",
            f"small.park.{MONTH}.v1.draft.en.csv",
        ]
        assert find_copy(ports, "nothing") is None
        assert find_copy(seen, issued.setting.copies[0].name) is None


def test_build_reports__tells_what_the_earliest_of_a_schedule_lacks(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        daily = schedule("daily", cadence=Cadence.DAY, since=date(2026, 9, 1))
        put_schedule(daily, who="Li", reason="x", ports=ports)
        (waiting,) = build_reports(ports, "", 1, NOW_S).waiting

    assert [lack.want for lack in waiting.lacks] == [Want.NOT_SETTLED]
