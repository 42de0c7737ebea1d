"""What the pages of assets are made of: the last whole month, or what is asked for."""

from collections.abc import Generator
from datetime import date
from pathlib import Path

import pytest

import roof_park
import small_park
from taihang.interfaces.web.pages.assets.build import build_assets
from taihang.interfaces.web.stretch import ShownDaysError
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root: Path = roof_park.make(tmp_path_factory.mktemp("roofs") / "p")
    with small_park.opened(root, writing=False) as opened:
        yield opened


def test_build_assets__shows_the_last_whole_month_by_itself(ports: Ports) -> None:
    view = build_assets(ports, "")

    assert view.stretch is not None
    assert view.stretch.word == "2026-07"
    assert (view.first_settled, view.last_settled) == (date(2026, 7, 1), date(2026, 8, 14))
    assert view.found is not None
    assert view.found.is_whole
    assert view.plant("PV02") is not None
    assert view.plant("PV99") is None


def test_build_assets__says_nothing_of_days_that_are_not_settled(ports: Ports) -> None:
    view = build_assets(ports, "2025-03")

    assert view.found is None
    assert view.plant("PV02") is None
    with pytest.raises(ShownDaysError):
        build_assets(ports, "tomorrow")


def test_build_assets__of_an_empty_park_has_no_stretch(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "p", roof_park.text())

    with small_park.opened(root, writing=False) as empty:
        view = build_assets(empty, "")

    assert (view.stretch, view.found, view.last_settled) == (None, None, None)
