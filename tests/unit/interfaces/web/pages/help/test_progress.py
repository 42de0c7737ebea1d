"""How far a park is comes from the park: each first step changes one answer."""

from datetime import date
from pathlib import Path

import certified_park
import small_park
from small_park import AUGUST, NOW, PARK
from taihang.core.seal.readings_form import read_form
from taihang.interfaces.web.pages.help.progress import build_progress, sample_body, whole_months


def test_build_progress__of_a_park_without_readings_knows_what_stands_in_its_file(
    tmp_path: Path,
) -> None:
    root = small_park.make(tmp_path / "park")

    with small_park.opened(root) as ports:
        found = build_progress(ports)

    assert (found.gateway, found.is_enrolled) == ("GW1", True)
    assert not (found.has_sent)
    assert not (found.has_imported)
    assert not (found.is_settled)
    assert not (found.has_rules)
    assert (found.newest_s, found.certificate) == (None, "")
    assert (found.first_day, found.stop_day) == (date(2026, 1, 1), date(2026, 10, 1))


def test_build_progress__of_a_settled_park_knows_its_month_and_a_certificate(
    tmp_path: Path,
) -> None:
    root = small_park.make(tmp_path / "park", text=certified_park.text())

    with small_park.opened(root) as ports:
        certified_park.settled(ports)
        found = build_progress(ports)
        held = {
            each.id
            for issue in ports.registry.certificates.issues()
            for each in ports.registry.certificates.certificates(issue.id)
        }

    assert found.has_sent
    assert found.is_settled
    assert found.has_rules
    assert found.newest_s is not None
    assert found.month == "2026-08"
    assert (found.first_day, found.stop_day) == (date(2026, 1, 1), date(2026, 9, 1))
    assert found.certificate in held


def test_build_progress__tells_a_file_that_came_in_from_a_gateway_that_sent(
    tmp_path: Path,
) -> None:
    root = small_park.make(tmp_path / "park")

    with small_park.opened(root) as ports:
        block = small_park.registers("M-E01", AUGUST)
        small_park.ingested(ports, [small_park.sealed(ports, "import", 1, block)])
        found = build_progress(ports)

    assert (found.has_imported, found.has_sent) == (True, False)


def test_build_progress__without_a_gateway_has_no_body(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", text=PARK)

    with small_park.opened(root) as ports:
        body = build_progress(ports).body
        meters = ports.park.gateways["GW1"].meters

    assert read_form(body.encode()).blocks[0].point in meters


def test_sample_body__is_read_by_the_door_and_says_what_the_park_file_says(
    tmp_path: Path,
) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root, writing=False) as ports:
        meter = ports.park.meters["M-E01"]

    read = read_form(sample_body("GW1", meter, now_s=int(NOW.timestamp())).encode())

    assert (read.gateway, read.counter) == ("GW1", 1)
    (block,) = read.blocks
    assert (block.point, block.scale, block.modulus) == ("M-E01", str(meter.scale), meter.modulus)


def test_whole_months__end_with_the_last_whole_month() -> None:
    assert whole_months(date(2026, 9, 30)) == (date(2026, 1, 1), date(2026, 9, 1))
    assert whole_months(date(2026, 1, 31)) == (date(2025, 1, 1), date(2026, 1, 1))
