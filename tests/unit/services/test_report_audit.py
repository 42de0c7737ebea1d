"""An audit finds a file of a report that is gone or altered, and says which report."""

from pathlib import Path

import small_park
from report_desk import centre, order, settled
from taihang.services.audit import audit
from taihang.services.report_audit import report_findings
from taihang.services.report_centre import issue_report


def test_report_findings__names_every_file_that_is_not_as_issued(tmp_path: Path) -> None:
    folder = tmp_path / "park" / "reports" / "issued"
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        issued = issue_report(order(), centre=centre(ports))
        assert [*report_findings(ports=ports)] == []
        (folder / issued.report.drawings_name()).unlink()
        (folder / issued.setting.copies[1].name).write_bytes(b"something else")
        found = [*report_findings(ports=ports)]
        whole = audit(ports=ports).findings

    assert [where for where, _ in found] == [f"report {issued.report.id}"] * 2
    assert "drawings" in found[0][1]
    assert issued.setting.copies[1].name in found[1][1]
    assert len(whole) == 2
