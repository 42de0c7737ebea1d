"""The flow section of a report: table and drawing say what the issued account says."""

from pathlib import Path

import pytest

import small_park
from carbon_kit import state_load
from taihang.core.energy import sankey
from taihang.interfaces.catalogue import LANGS, Lang, has_text
from taihang.interfaces.reports.energy_flow import energy_flow_section
from taihang.interfaces.reports.stated import Stated
from taihang.services.account import issue_statements
from taihang.services.energy_account import drafts
from taihang.services.energy_flows import PLANTS

MONTH = "2026-06"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = small_park.make(tmp_path / "park")
    with small_park.opened(folder) as ports:
        for subject in ("E01", "E02"):
            state_load(ports, subject=subject, months=[MONTH], load_wh=9_000_000, pool_wh=4_000_000)
        issue_statements(drafts(MONTH, ports=ports), period=MONTH, ports=ports)
    return folder


@pytest.mark.parametrize("lang", LANGS)
def test_energy_flow_section__prints_every_row_of_the_account(root: Path, lang: Lang) -> None:
    with small_park.opened(root, writing=False) as ports:
        stated = Stated([MONTH], ports=ports)
        found = energy_flow_section("park", MONTH, stated=stated, lang=lang)

    assert found is not None
    (table,) = found.tables
    printed = [(row[2].printed, row[2].statement) for row in table.rows]
    name = f"energy-account.park.{MONTH}.v1"
    # 18 MWh × 0.1229 tce, of which 8 MWh are green, each on its way in and out.
    assert sorted(printed) == [("1.0", name)] * 2 + [("1.2", name)] * 2
    assert found.drawing.startswith("<svg")
    assert found.drawing.count("<path") == 4


def test_energy_flow_section__without_an_issued_account_there_is_none(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        stated = Stated([MONTH, "2026"], ports=ports)
        assert energy_flow_section("park", "2026", stated=stated, lang="zh") is None
        assert energy_flow_section("E99", MONTH, stated=stated, lang="zh") is None


def test_energy_flow_section__has_a_word_for_every_node_that_is_no_medium() -> None:
    nodes = {
        value
        for name, value in vars(sankey).items()
        if name.isupper() and isinstance(value, str) and not name.startswith("_")
    }
    nodes = (nodes | {PLANTS, "purchased", "recovered", "feedstock", "supplied"}) - {"electricity"}
    assert len(nodes) == 13
    assert [node for node in sorted(nodes) if not has_text(f"report.flow.nodes.{node}")] == []
