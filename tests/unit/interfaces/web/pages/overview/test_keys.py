"""Numbers of the overview open to what they are."""

from decimal import Decimal
from pathlib import Path

import pytest

import money_park
from figure_kit import closed_park
from taihang.interfaces.web.pages.overview.build import build_overview
from taihang.interfaces.web.pages.overview.keys import card_keys, cell_keys, span_name
from taihang.interfaces.web.pages.overview.view import Overview
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def shown() -> tuple[Path, Overview]:
    with money_park.opened(closed_park(), writing=False) as ports:
        return closed_park(), build_overview(ports)


def opened(ports: Ports, key: str) -> Decimal:
    value = open_figure(key, ports=ports).value
    assert value is not None, key
    return value


def test_card_keys__open_to_the_numbers_on_the_cards(shown: tuple[Path, Overview]) -> None:
    root, overview = shown
    kpis, keys = overview.kpis, card_keys(overview)

    with money_park.opened(root, writing=False) as ports:
        assert float(opened(ports, keys["load"])) / 1e6 == pytest.approx(kpis.load_mwh)
        assert float(opened(ports, keys["green"])) == pytest.approx(kpis.green_ratio, abs=1e-6)
        assert float(opened(ports, keys["self_use"])) == pytest.approx(
            kpis.self_use_ratio, abs=1e-6
        )
        assert float(opened(ports, keys["export"])) == pytest.approx(kpis.export_ratio, abs=1e-6)
        assert float(opened(ports, keys["carbon"])) == pytest.approx(kpis.scope2_location_tco2)
        assert float(opened(ports, keys["coverage"])) == pytest.approx(kpis.coverage_ratio)


def test_cell_keys__open_to_the_numbers_of_each_enterprise(shown: tuple[Path, Overview]) -> None:
    root, overview = shown

    with money_park.opened(root, writing=False) as ports:
        for row in overview.enterprises:
            keys = cell_keys(overview, row.id)
            assert float(opened(ports, keys["load"])) / 1e6 == pytest.approx(row.load_mwh)
            assert float(opened(ports, keys["peak"])) == pytest.approx(row.peak_kw)
            assert float(opened(ports, keys["green"])) == pytest.approx(row.green_ratio, abs=1e-6)
            assert float(opened(ports, keys["coal"])) == pytest.approx(row.standard_coal_tce)
            assert float(opened(ports, keys["carbon"])) == pytest.approx(row.scope2_tco2)
            assert float(opened(ports, keys["coverage"])) == pytest.approx(row.coverage_ratio)


def test_span_name__is_the_month_that_is_shown(shown: tuple[Path, Overview]) -> None:
    assert span_name(shown[1]) == "2026-08"
