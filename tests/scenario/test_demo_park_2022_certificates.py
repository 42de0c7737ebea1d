"""The demo park's measured year in certificates: every watt-hour generated is in exactly one state.

Origin of the expected total: the README beside the data (PV 18.25 GWh, wind 41.1 GWh).
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

import pytest

import small_park
from shared_data import shared_path
from taihang import wiring
from taihang.config.templates import template_text
from taihang.core.certificates.certificate import demand_partition
from taihang.core.certificates.issue import lots_of_issue
from taihang.core.certificates.sheet import open_sheet
from taihang.core.periods import month_names, year
from taihang.core.seal.batch import ClockState
from taihang.services.certificate_balance import month_balances
from taihang.services.collect import CollectCount, collect, span_of, uploads_of_blocks
from taihang.services.ingest import ingest
from taihang.services.issue_certificates import issue_certificates
from taihang.services.ports import Ports
from taihang.services.settle import settle
from topology_park import rule

pytestmark = pytest.mark.shared

YEAR: Final = year("2022", ZoneInfo("Asia/Shanghai"))
_OTHERWISE: Final = (
    ('since    = "2025-10"', 'since    = "2022-01"'),
    ('self_use = "claim"', 'self_use = "hold"'),
    ('fed_in   = "owner"', 'fed_in   = "plant"'),
)


def _park() -> str:
    """The demo park, its certificates from the measured year on, held by who used the energy."""
    text = template_text("changzhi")
    for given, wanted in _OTHERWISE:
        assert text.count(given) == 1
        text = text.replace(given, wanted)
    return f"{text}\n{rule(since='2022-01-01')}"


GENERATED_GWH: Final = 59.35


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    """Import, ingest, settle and issue the year once."""
    result = wiring.decoded(shared_path("data/demo-park"), map_name="demo-park")
    root = small_park.make(tmp_path_factory.mktemp("demo-certificates") / "park", _park())
    with small_park.opened(root) as opened:
        batches = collect(
            uploads_of_blocks(result.blocks, ports=opened),
            ports=opened,
            period=span_of(result.blocks),
            origin={"kind": "import", "map": "demo-park"},
            clock=ClockState.IMPORT,
            count=CollectCount(),
        )
        for _receipt in ingest(batches, ports=opened):
            pass
        settle(YEAR, ports=opened)
        done = issue_certificates(YEAR, ports=opened)
        assert not done.refused, done.refused
        yield opened


def test_every_watt_hour_of_the_year_is_in_exactly_one_state(ports: Ports) -> None:
    balances = list(month_balances(month_names("2022"), ports=ports))

    by_state = Counter[str]()
    for each in balances:
        assert each.difference_wh == 0, each
        assert all(wh >= 0 for wh in each.by_state_wh.values())
        by_state.update(each.by_state_wh)
    generated_wh = sum(each.generated_wh for each in balances)
    print({state: wh / 1e9 for state, wh in by_state.items()}, generated_wh / 1e9)
    assert len(balances) == 12
    assert generated_wh / 1e9 == pytest.approx(GENERATED_GWH, rel=1e-3)
    assert sum(by_state.values()) == generated_wh
    assert set(by_state) <= {"held", "held-back", "lost", "unclaimed"}


def test_certificates_partition_every_issue_and_lots_follow_from_sheets(ports: Ports) -> None:
    tables = ports.registry.certificates
    issues = tables.issues()
    sheets = {made.sheet_sha256 for made in issues}
    opened = {name: open_sheet(tables.sheet(name)) for name in sheets}

    for made in issues[:: max(len(issues) // 40, 1)]:
        demand_partition(tables.certificates(made.id), issue=made.id, total_wh=made.total_wh)
        assert lots_of_issue(made, opened[made.sheet_sha256]).total_wh == made.total_wh
    assert len(sheets) == 12
    print(f"{len(issues)} issues")
