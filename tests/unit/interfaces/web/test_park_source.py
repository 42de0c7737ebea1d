"""The source of a park: asked once until the park changes; looking changes nothing."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import certified_park
import small_park
from asgi_client import ask
from command_line import (
    DemoPark,
    blank_park,
    done,
    energy_rows,
    imported,
    state_hash,
    write_import,
)
from taihang import wiring
from taihang.core.access.scope import WHOLE_PARK
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.pages.overview.build import build_overview
from taihang.interfaces.web.pages.overview.view import Overview
from taihang.interfaces.web.park_source import ParkSource, open_source
from taihang.services.act_log import log_acts
from taihang.services.ports import Ports

JUNE_1 = date(2026, 6, 1)


def filled(tmp_path: Path) -> Path:
    park = blank_park(tmp_path / "park")
    settle(park, tmp_path, JUNE_1, 2)
    return park


def settle(park: Path, tmp_path: Path, first: date, n_days: int) -> None:
    assert imported(park, *write_import(tmp_path / "in", energy_rows(first, n_days))).code == 0
    last = date.fromordinal(first.toordinal() + n_days)
    done("settle", park, "--from", str(first), "--to", str(last))


def counted(built: list[str | None]) -> Callable[[Ports], Overview]:
    def build(ports: Ports) -> Overview:
        found = build_overview(ports)
        built.append(found.month)
        return found

    return build


def test_park_source__builds_again_only_when_the_park_has_changed(tmp_path: Path) -> None:
    park = filled(tmp_path)
    built: list[str | None] = []
    build = counted(built)
    source = open_source(park)
    first = source.ask(build, scope=WHOLE_PARK)
    for _ in range(5):
        assert source.ask(build, scope=WHOLE_PARK) is first
    n_before = len(built)
    settle(park, tmp_path, date(2026, 6, 3), 1)

    with source.writing():
        pass
    second = source.ask(build, scope=WHOLE_PARK)

    assert n_before == 1
    assert len(built) == 2
    assert (second.as_of_s or 0) - (first.as_of_s or 0) == 86_400


def test_park_source__looking_changes_nothing(demo_park: DemoPark) -> None:
    before = state_hash(demo_park.root)
    mark = wiring.change_mark(demo_park.root)

    open_source(demo_park.root).ask(build_overview, scope=WHOLE_PARK)

    assert mark == wiring.change_mark(demo_park.root)
    assert before == state_hash(demo_park.root)


def test_park_source__is_ready_while_the_folder_takes_writes(tmp_path: Path) -> None:
    park = blank_park(tmp_path / "park")

    assert open_source(park).ready()


def test_certificate__is_looked_up_once_and_shows_no_energy_of_an_interval(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", certified_park.text())
    with small_park.opened(root) as ports:
        certified_park.settled(ports)
        log_acts(ports=ports)
        name = ports.registry.certificates.certificates("2026-08.pool.E02")[0].id
        rows = ports.lake.read("matching", small_park.AUGUST)
    source = ParkSource(root)
    shown = source.certificate(name)
    canaries = {wh for each in rows.values() for wh in each["total_wh"].tolist() if wh > 9_999}
    pages = [ask(create_application(source), f"/c/{name}{more}").text for more in ("", "?lang=en")]
    told = {
        int(number.replace(",", ""))
        for page in pages
        for number in re.findall(r"(?<![\w/+=#])\d[\d,]*(?![\w/+=])", page)
    }

    assert shown is not None
    assert source.certificate(name) is shown
    assert source.certificate("2026-08.pool.E02:0-1") is None
    assert len(canaries) > 400
    assert not told & canaries
    assert all(name in page for page in pages)
    assert ask(create_application(source), f"/c/{name}/file").body == shown.file
