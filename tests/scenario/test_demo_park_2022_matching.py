"""The demo park's measured year under the second matching rule: every watt-hour in one state.

Origin of the expected total: the README beside the data (PV 18.25 GWh, wind 41.1 GWh).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import small_park
from shared_data import shared_path
from taihang import wiring
from taihang.config.templates import template_text
from taihang.core.balance.matching import RouteKind
from taihang.core.periods import year
from taihang.core.seal.batch import ClockState
from taihang.services.collect import CollectCount, collect, span_of, uploads_of_blocks
from taihang.services.ingest import ingest
from taihang.services.match_period import match_period
from taihang.services.matched import Matched, plant_states, shares_of
from taihang.services.ports import Ports
from taihang.services.settle import settle
from topology_park import rule

pytestmark = pytest.mark.shared

YEAR: Final = year("2022", ZoneInfo("Asia/Shanghai"))
PARK: Final = f"{template_text('changzhi')}\n{rule(since='2022-01-01')}"
"""The demo park; each plant has a contract with everybody, six feeders with their transformers."""
GWH: Final = 1e9
GENERATED_GWH: Final = 59.35


@dataclass(frozen=True)
class Run:
    """The year, settled under the second rule."""

    ports: Ports
    matched: Matched


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Import, ingest and settle the year once."""
    result = wiring.decoded(shared_path("data/demo-park"), map_name="demo-park")
    root = small_park.make(tmp_path_factory.mktemp("demo-matching") / "park", PARK)
    with small_park.opened(root) as ports:
        batches = collect(
            uploads_of_blocks(result.blocks, ports=ports),
            ports=ports,
            period=span_of(result.blocks),
            origin={"kind": "import", "map": "demo-park"},
            clock=ClockState.IMPORT,
            count=CollectCount(),
        )
        for _receipt in ingest(batches, ports=ports):
            pass
        settle(YEAR, ports=ports)
        yield Run(ports, shares_of(YEAR, ports=ports))


def test_every_watt_hour_generated_is_in_exactly_one_state(run: Run) -> None:
    states = plant_states(run.matched, ports=run.ports)

    generated_wh = np.maximum(run.matched.generated_wh, 0)
    everywhere_wh = np.sum([*states.values()], axis=0)
    assert generated_wh.shape[1] == YEAR.n_steps == 35_040
    assert np.array_equal(everywhere_wh, generated_wh), "in every interval, of every plant"
    assert all((wh >= 0).all() for wh in states.values())
    total_gwh = {name: int(wh.sum()) / GWH for name, wh in states.items()}
    print({name: round(gwh, 6) for name, gwh in total_gwh.items()})
    assert sum(total_gwh.values()) == pytest.approx(GENERATED_GWH, rel=1e-3)
    assert total_gwh["unassigned"] == 0, "every interval of the year is closed"
    # Nothing is exported or lost: import and export are not metered, and load is twenty times as
    # much. What a rule of validation holds back (sun at night) is in no claim, and nothing else.
    held = ~run.matched.energies.plants.claimable
    assert np.array_equal(states["unclaimed"] > 0, (generated_wh > 0) & held)
    assert total_gwh["matched"] + total_gwh["unclaimed"] == pytest.approx(sum(total_gwh.values()))


def test_the_park_uses_what_it_used_under_the_first_rule(run: Run) -> None:
    first = replace(run.ports.park, matching_rules={})

    found = match_period(run.matched.energies, park=first, opening={}).matching

    assert np.array_equal(found.generation_wh, run.matched.matching.generation_wh)


def test_no_user_gets_more_than_its_load(run: Run) -> None:
    assert (run.matched.matching.load_wh <= run.matched.load_wh).all()
    for share in run.matched.shares:
        if share.route.kind is not RouteKind.FEED_IN:
            assert np.array_equal(share.given_wh.sum(axis=0), share.received_wh.sum(axis=0))


def test_one_to_one_and_one_to_many_give_the_same_park_total(run: Run) -> None:
    park = run.ports.park
    one_each = {
        name: replace(supply, buyers=(f"E{4 + at:02}",))
        for at, (name, supply) in enumerate(park.green_supplies.items())
    }
    ones = replace(park, green_supplies=one_each)

    found = match_period(run.matched.energies, park=ones, opening={}).matching

    assert np.array_equal(found.load_wh.sum(axis=0), run.matched.matching.load_wh.sum(axis=0))
    contract_wh = [
        int(each.received_wh(RouteKind.CONTRACT).sum()) for each in (found, run.matched.matching)
    ]
    print({"one-to-one": contract_wh[0] / GWH, "one-to-many": contract_wh[1] / GWH})
    assert 0 < contract_wh[0] < contract_wh[1]
