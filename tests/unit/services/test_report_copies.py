"""Copies are set from the figures that were kept, under an address that holds."""

from pathlib import Path

import small_park
from report_desk import SITE, SmallPress, centre, order, settled
from restated_park import corrected
from taihang.core.seal.canonical import load_canonical
from taihang.services.report_centre import issue_report
from taihang.services.report_copies import address_of, set_copies, stage_of, standing_of_report
from taihang.services.report_issue import DRAFT, figures_of, read_copy
from taihang.services.restate import restate


def test_set_copies__uses_the_kept_figures_after_a_restatement(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        report = issue_report(order(), centre=centre(ports)).report
        corrected(ports, 3)
        restate(ports=ports)
        press = SmallPress()
        setting = set_copies(report, [("zh", "xlsx")], centre=centre(ports, press))
        said = load_canonical(read_copy(setting.copies[0], ports=ports))
        figures = figures_of(report, ports=ports)

    assert press.drawn == []
    assert isinstance(said, dict)
    assert said["figures"] == figures["zh"]
    assert said["code"] == report.code


def test_set_copies__sets_nothing_twice_and_tells_what_it_cannot(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        press = SmallPress()
        desk = centre(ports, press)
        report = issue_report(order(), centre=desk).report
        size = ports.journal.size
        again = set_copies(report, [*order().forms, ("en", "pdf")], centre=desk)

        assert again.copies == ()
        assert again.unset == {"pdf": "a PDF; a typesetter; install one"}
        assert ports.journal.size == size
        assert press.is_set == ["html", "csv"]
        assert stage_of(standing_of_report(report, ports=ports)) == DRAFT


def test_address_of__is_whole_with_a_site_and_a_path_without() -> None:
    assert address_of("A", site=SITE + "/") == f"{SITE}/r/A"
    assert address_of("A", site="") == "/r/A"
