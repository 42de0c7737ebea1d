"""What a holder is told: later versions, restated statements, settlements since."""

from pathlib import Path

import small_park
from report_desk import centre, order, settled, signing
from restated_park import corrected
from small_park import AUGUST
from taihang.core.seal.review import State, Step
from taihang.services.close_period import close_period
from taihang.services.report_centre import issue_report, sign_report
from taihang.services.report_since import since_issued
from taihang.services.restate import restate


def test_since_issued__of_a_fresh_report_nothing_came(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        desk = centre(ports)
        report = issue_report(order(), centre=desk).report
        sign_report(report.id, signing(Step.PREPARED), centre=desk)
        since = since_issued(report, ports=ports)

    assert since.is_current
    assert since.state is State.PREPARED


def test_since_issued__names_restated_statements_settlements_and_versions(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        desk = centre(ports)
        report = issue_report(order(), centre=desk).report
        day = issue_report(order("2026-08-02"), centre=desk).report
        corrected(ports, 3)
        restate(ports=ports)
        moved = since_issued(report, ports=ports)
        second = issue_report(order(), centre=desk).report
        after = since_issued(report, ports=ports)
        close_period(AUGUST, ports=ports)
        of_day = since_issued(day, ports=ports)

    assert ("energy.E02.2026-08.v1", "energy.E02.2026-08.v2") in moved.moved
    assert not moved.is_current
    assert moved.n_settled_again >= 1
    assert after.later == (second,)
    assert of_day.n_settled_again >= 1
