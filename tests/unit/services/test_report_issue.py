"""What is kept of an issued report is read back whole, or refused."""

from hashlib import sha256
from pathlib import Path

import pytest

import small_park
from report_desk import MONTH, centre, order, settled
from taihang.core.errors import TaihangError
from taihang.core.seal.issued import IssuedStatement
from taihang.services.report_centre import issue_report
from taihang.services.report_code import MistypedCodeError, codes_of
from taihang.services.report_issue import (
    AlteredFiguresError,
    UnknownReportError,
    drawings_of,
    figures_of,
    issued_reports,
    latest_report,
    open_report,
    read_copy,
    read_shelf,
    report_named,
)


def test_report_named__finds_by_code_and_id_and_nothing_else(tmp_path: Path) -> None:
    stranger = codes_of(sha256(b"another park").hexdigest())[0]
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        report = issue_report(order(), centre=centre(ports)).report

        for name in (report.code, report.id, f"report.park.{MONTH}"):
            assert report_named(name, ports=ports) == report
        for name in (stranger, "report.park.2026-07", "report.E99.2026-08.v1"):
            with pytest.raises(UnknownReportError):
                report_named(name, ports=ports)
        with pytest.raises(MistypedCodeError):
            report_named("energy.E01.2026-08.v1", ports=ports)


def test_latest_report__is_none_before_the_first(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        before = latest_report(order().asked, ports=ports)
        report = issue_report(order(), centre=centre(ports)).report
        of_e01 = latest_report(order(subject="E01").asked, ports=ports)

        assert (before, of_e01) == (None, None)
        assert latest_report(order().asked, ports=ports) == report
        assert issued_reports(ports=ports) == (report,)


def test_figures__altered_on_the_disk_are_refused(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        issued = issue_report(order(), centre=centre(ports))
        folder = tmp_path / "park" / "reports" / "issued"
        copy = issued.setting.copies[0]
        for name in (issued.report.figures_name(), issued.report.drawings_name(), copy.name):
            path = folder / name
            path.write_bytes(path.read_bytes().replace(b"1", b"2", 1) + b" ")

        with pytest.raises(AlteredFiguresError, match="figures"):
            figures_of(issued.report, ports=ports)
        with pytest.raises(AlteredFiguresError, match="drawings"):
            drawings_of(issued.report, ports=ports)
        with pytest.raises(AlteredFiguresError):
            read_copy(copy, ports=ports)


def test_open_report__refuses_another_statement() -> None:
    energy = IssuedStatement("energy.E01.2026-08", 1, "energy", "E01", "2026-08", "{}")

    with pytest.raises(TaihangError):
        open_report(energy)


def test_read_shelf__holds_every_version_and_copy(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        park = issue_report(order(), centre=centre(ports))
        e01 = issue_report(order(subject="E01"), centre=centre(ports))
        shelf = read_shelf(ports=ports)

    assert shelf.reports == (park.report, e01.report)
    assert shelf.copies_of(park.report) == park.setting.copies
    assert shelf.latest()["report.E01.2026-08"] == e01.report
    assert shelf.signed == frozenset()
