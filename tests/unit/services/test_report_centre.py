"""The reports centre: issued once, restated beside it, signed by three, due and waiting."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import small_park
from report_desk import (
    DAY,
    FORMS,
    MONTH,
    PEOPLE,
    SmallPress,
    centre,
    order,
    schedule,
    settled,
    signing,
)
from restated_park import corrected
from small_park import AUGUST
from taihang.core.seal.canonical import load_canonical
from taihang.core.seal.review import SamePersonError, State, Step
from taihang.services.act_log import log_acts
from taihang.services.audit import audit
from taihang.services.report_centre import (
    MAX_ISSUED,
    Became,
    Order,
    ReportNotReadyError,
    due_reports,
    issue_report,
    run_due_reports,
    set_signed,
    sign_report,
    would_differ,
)
from taihang.services.report_code import codes_of
from taihang.services.report_issue import figures_of, read_copy, read_shelf, report_named
from taihang.services.report_period import Cadence
from taihang.services.report_ready import Want
from taihang.services.report_schedule import IfIncomplete, ScheduleError, put_schedule
from taihang.services.restate import restate
from taihang.services.review import ReviewRestatedError, review

NOW = datetime(2026, 10, 1, tzinfo=UTC)


def test_issue_report__keeps_figures_statement_and_copies_and_the_audit_agrees(
    tmp_path: Path,
) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        size = ports.journal.size
        issued = issue_report(order(), centre=centre(ports))
        report = issued.report

        assert issued.is_new
        assert report.id == f"report.park.{MONTH}.v1"
        assert report.code == codes_of(report.figures_sha256)[0]
        assert report.journal_size >= size
        assert {(each.lang, each.form) for each in issued.setting.copies} == {*FORMS}
        assert {each.stage for each in issued.setting.copies} == {"draft"}
        assert set(figures_of(report, ports=ports)) == {"zh", "en"}
        assert report_named(report.code.lower().replace("-", " "), ports=ports) == report
        assert report_named(f"report.park.{MONTH}", ports=ports) == report
        assert audit(ports=ports).findings == []


def test_issue_report__again_is_the_same_act_and_sets_what_is_new(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        first = issue_report(order(), centre=centre(ports))
        size = ports.journal.size
        second = issue_report(order(), centre=centre(ports))
        third = issue_report(order(forms=(("zh", "xlsx"),)), centre=centre(ports))

        assert (second.is_new, third.is_new) == (False, False)
        assert second.report == first.report == third.report
        assert second.setting.copies == ()
        assert ports.journal.size == size + 1
        assert [each.form for each in third.setting.copies] == ["xlsx"]


def test_issue_report__of_other_figures_is_the_next_version(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        first = issue_report(order(), centre=centre(ports)).report
        assert not would_differ(first, centre=centre(ports))
        corrected(ports, 3)
        restate(ports=ports)
        assert would_differ(first, centre=centre(ports))
        again = replace(order(), reason="a register came late")
        second = issue_report(again, centre=centre(ports)).report

        assert second.id == f"report.park.{MONTH}.v2"
        assert second.reason == "a register came late"
        assert second.code != first.code
        assert report_named(first.code, ports=ports) == first
        assert figures_of(first, ports=ports) != figures_of(second, ports=ports)
        with pytest.raises(ReviewRestatedError):
            sign_report(first.code, signing(Step.PREPARED), centre=centre(ports))


def test_issue_report__waits_for_the_end_for_settlement_and_for_readings(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        for name, want in (
            ("2026-10", Want.NOT_ENDED),
            ("2026-09-01", Want.NOT_SETTLED),
            ("2026-09", Want.NOT_STATED),
        ):
            with pytest.raises(ReportNotReadyError) as caught:
                issue_report(order(name), centre=centre(ports))
            assert want in {lack.want for lack in caught.value.lacks}

        assert read_shelf(ports=ports).reports == ()


def test_issue_report__may_be_provisional_and_is_final_when_all_is_there(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        hasty = order(DAY, floor_percent=100, if_incomplete=IfIncomplete.PROVISIONAL)
        # A week that reaches into September is settled in part.
        week = replace(hasty, asked=order("2026-W36").asked)
        report = issue_report(week, centre=centre(ports)).report

        assert report.is_provisional
        assert [lack.want for lack in report.lacks] == [Want.NOT_SETTLED]
        assert (report.lacks[0].n, report.lacks[0].of) == (96, 7 * 96)
        assert not issue_report(hasty, centre=centre(ports)).report.is_provisional


def test_sign_report__three_people_make_it_approved_and_its_copies_say_who(
    tmp_path: Path,
) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        desk = centre(ports)
        report = issue_report(order(), centre=desk).report
        *_, before, last = [sign_report(report.code, signing(s), centre=desk) for s in PEOPLE]
        states = [each.standing.state for each, _ in (before, last)]
        setting = last[1]

        said = [load_canonical(read_copy(each, ports=ports)) for each in setting.copies]
        assert states == [State.CHECKED, State.VERIFIED]
        assert before[1].copies == ()
        assert {(each.lang, each.form) for each in setting.copies} == {*FORMS}
        assert {each.stage for each in setting.copies} == {"signed-1"}
        assert [of["who"] for of in said if isinstance(of, dict)] == [[*PEOPLE.values()]] * 2
        assert set_signed(report, centre=desk).copies == ()
        assert audit(ports=ports).findings == []


def test_sign_report__one_person_cannot_sign_for_two(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        desk = centre(ports)
        report = issue_report(order(), centre=desk).report
        sign_report(report.id, signing(Step.PREPARED), centre=desk)

        with pytest.raises(SamePersonError):
            sign_report(report.id, signing(Step.CHECKED, "ZHANG  MIN"), centre=desk)


def test_sign_report__sent_back_and_approved_again_sets_other_copies(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        desk = centre(ports)
        report = issue_report(order(), centre=desk).report
        for step in PEOPLE:
            sign_report(report.id, signing(step), centre=desk)
        sign_report(report.id, signing(Step.RETURNED, "Wang Fang"), centre=desk)
        again = [
            sign_report(report.id, signing(step, f"{who} B"), centre=desk)
            for step, who in PEOPLE.items()
        ]
        setting = again[-1][1]

        assert {each.stage for each in setting.copies} == {"signed-2"}


def test_run_due_reports__issues_each_once_and_says_what_the_rest_wait_for(
    tmp_path: Path,
) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        press = SmallPress()
        desk = centre(ports, press)
        put_schedule(schedule(), who="Li", reason="x", ports=ports)
        put_schedule(
            schedule("e02-daily", cadence=Cadence.DAY, subject="E02", since=date(2026, 8, 31)),
            who="Li",
            reason="x",
            ports=ports,
        )
        first = run_due_reports(datetime(2026, 9, 2, 2, tzinfo=UTC), centre=desk)
        size, n_drawn = ports.journal.size, len(press.drawn)
        second = run_due_reports(datetime(2026, 9, 2, 2, tzinfo=UTC), centre=desk)

        became = {each.due.asked.series: each.became for each in first.outcomes}
        assert became == {
            f"report.park.{MONTH}": Became.ISSUED,
            "report.E02.2026-08-31": Became.ISSUED,
            "report.E02.2026-09-01": Became.WAITS,
        }
        assert [each.became for each in second.outcomes] == [Became.WAITS]
        assert [lack.want for lack in second.outcomes[0].lacks] == [Want.NOT_SETTLED]
        assert (ports.journal.size, len(press.drawn)) == (size, n_drawn)
        assert read_shelf(ports=ports).latest()[f"report.park.{MONTH}"].schedule == "park-monthly"


def test_run_due_reports__issues_provisional_once_and_final_when_complete(
    tmp_path: Path,
) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        desk = centre(ports)
        weekly = schedule(
            cadence=Cadence.WEEK,
            since=date(2026, 8, 31),
            if_incomplete=IfIncomplete.PROVISIONAL,
        )
        put_schedule(weekly, who="Li", reason="x", ports=ports)
        now = datetime(2026, 9, 7, 2, tzinfo=UTC)
        first = run_due_reports(now, centre=desk)
        second = run_due_reports(now, centre=desk)

        assert [each.became for each in first.outcomes] == [Became.PROVISIONAL]
        assert [each.became for each in second.outcomes] == [Became.WAITS]
        small_park.fill(ports, small_park.days(date(2026, 9, 1), 6, small_park.ZONE))
        small_park.settle(small_park.days(date(2026, 9, 1), 6, small_park.ZONE), ports=ports)
        third = run_due_reports(now, centre=desk)
        reports = read_shelf(ports=ports).reports

        assert [each.became for each in third.outcomes] == [Became.ISSUED]
        assert [each.is_provisional for each in reports] == [True, False]
        assert reports[-1].issued.version == 2


def test_run_due_reports__goes_on_after_one_that_fails(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        put_schedule(schedule(formats=("pdf", "html")), who="Li", reason="x", ports=ports)
        ran = run_due_reports(NOW, centre=centre(ports))
        (outcome,) = [each for each in ran.outcomes if each.due.period.name == MONTH]

        assert outcome.became is Became.ISSUED
        assert outcome.unset == ("pdf",)
        assert {
            each.form for each in read_shelf(ports=ports).copies[f"report.park.{MONTH}.v1"]
        } == {"html"}
        again = run_due_reports(NOW, centre=centre(ports))
        (outcome,) = [each for each in again.outcomes if each.due.period.name == MONTH]
        assert (outcome.became, outcome.unset) == (Became.THERE, ("pdf",))


def test_run_due_reports__issues_at_most_so_many_and_leaves_the_rest(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        for subject in ("park", "E01"):
            daily = schedule(f"{subject.lower()}-daily", cadence=Cadence.DAY, subject=subject)
            put_schedule(daily, who="Li", reason="x", ports=ports)
        now = datetime(2026, 9, 1, 2, tzinfo=UTC)
        first = run_due_reports(now, centre=centre(ports))
        second = run_due_reports(now, centre=centre(ports))
        third = run_due_reports(now, centre=centre(ports))

    assert (len(first.outcomes), first.n_left) == (MAX_ISSUED, 31)
    assert (len(second.outcomes), second.n_left) == (31, 0)
    assert third.outcomes == ()


def test_run_due_reports__sets_copies_of_what_was_signed_elsewhere(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        desk = centre(ports)
        report = issue_report(order(), centre=desk).report
        for step in PEOPLE:
            review(report.id, signing(step), ports=ports)
        run_due_reports(NOW, centre=desk)

        assert [each.stage for each in read_shelf(ports=ports).copies_of(report)] == [
            "draft",
            "draft",
            "signed-1",
            "signed-1",
        ]


def test_due_reports__leaves_out_a_schedule_that_was_stopped(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        put_schedule(schedule(), who="Li", reason="x", ports=ports)
        before = [*due_reports(NOW, ports=ports)]
        put_schedule(replace(schedule(), is_active=False), who="Li", reason="x", ports=ports)

        assert [each.period.name for each in before] == [MONTH, "2026-09"]
        assert [*due_reports(NOW, ports=ports)] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("forms", ()), ("forms", (("zh", "exe"),)), ("who", ""), ("reason", "x" * 201)],
)
def test_order__refuses_what_cannot_be_ordered(field: str, value: object) -> None:
    with pytest.raises(ScheduleError):
        replace(order(), **{field: value})


def test_issue_report__killed_before_its_copies_sets_them_next_time(tmp_path: Path) -> None:
    """The statement is there and no copy is: what a kill between the two leaves."""
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        desk = centre(ports)
        only_pdf: Order = order(forms=(("zh", "pdf"),))
        first = issue_report(only_pdf, centre=desk)
        assert first.setting.copies == ()
        second = issue_report(order(), centre=desk)

        assert not second.is_new
        assert len(second.setting.copies) == len(FORMS)
        assert log_acts(ports=ports) == 0
        assert AUGUST.n_steps == 31 * 96
