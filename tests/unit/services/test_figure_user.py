"""Shares and peaks of users as figures."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

import money_park
from figure_kit import Walk, closed_park
from small_park import AUGUST
from taihang.core.figure.key import NoSuchFigureError
from taihang.services.figure_user import open_green_share, open_peak
from taihang.services.ports import Ports
from taihang.services.report import report


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with money_park.opened(closed_park(), writing=False) as found:
        yield found


def test_open_figures__are_those_of_the_report(ports: Ports) -> None:
    for each in report(AUGUST, label="2026-08", ports=ports).enterprises:
        share = open_green_share((each.id, "2026-08"), ports).value
        peak = open_peak((each.id, "2026-08"), ports).value

        assert share is not None
        assert float(share) == pytest.approx(each.green_wh / each.load_wh, abs=1e-6)
        assert peak == Decimal(each.peak_w) / 1000


@pytest.mark.parametrize("key", ["green-share/park", "green-share/E01", "peak/E01", "peak/CS1"])
def test_open_figures__add_up_at_every_level(ports: Ports, key: str) -> None:
    walk = Walk(ports)

    walk.down(f"{key}/2026-08")

    assert not walk.faults, walk.faults


def test_open_figures__refuse_who_is_no_user(ports: Ports) -> None:
    with pytest.raises(NoSuchFigureError):
        open_green_share(("PV01", "2026-08"), ports)
    with pytest.raises(NoSuchFigureError):
        open_peak(("E01", "2025-08"), ports)
