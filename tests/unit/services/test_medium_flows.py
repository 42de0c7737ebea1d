"""Flows of other media: what was stated, in one unit, with both signs of what lacks."""

from collections.abc import Generator
from pathlib import Path

import pytest

import small_park
from carbon_kit import PARK_CHOICES, SOURCES, declared, state_load
from taihang.core.access.scope import Scope
from taihang.core.activity.record import Flow
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import Draft, issue_statements
from taihang.services.electric_flows import NoFlowSubjectError
from taihang.services.flow_table import EndKind, FlowTable, total_of
from taihang.services.medium_flows import ALL, medium_flows
from taihang.services.ports import Ports
from taihang.services.sight import see
from taihang.services.sight_rules import PartOfParkError
from year_kit import MONTHS, YEAR, hand_in, lines


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root: Path = small_park.make(tmp_path_factory.mktemp("media") / "p", small_park.GRID_METERED)
    declared(root, SOURCES, PARK_CHOICES)
    with small_park.opened(root) as opened:
        hand_in(opened, lines("diesel", Flow.CONSUMED, "50", periods=[YEAR]))
        hand_in(opened, lines("diesel", Flow.PURCHASED, "44", periods=[YEAR]))
        hand_in(opened, lines("raw-coal", Flow.CONSUMED, "10", periods=[YEAR]))
        hand_in(opened, lines("raw-coal", Flow.PURCHASED, "12", periods=[YEAR]))
        for subject in ("E01", "E02"):
            state_load(opened, subject=subject, load_wh=12_000_000_000)
        for name in MONTHS:
            body: dict[str, JsonValue] = {
                "format": "taihang-account/v1",
                "imported_wh": 10**9,
                "exported_wh": 0,
            }
            issue_statements([Draft("ratios-650", "park", name, body)], period=name, ports=opened)
        yield opened


def table(ports: Ports, medium: str, of: str = "park") -> FlowTable:
    found = medium_flows(YEAR, medium, of=of, ports=ports).table
    assert found is not None
    return found


def ends(of: FlowTable) -> dict[tuple[EndKind, str], float | None]:
    return {(each.kind, each.id): each.amount for each in (*of.sources, *of.sinks)}


def test_medium_flows__use_without_a_source_is_named_so(ports: Ports) -> None:
    diesel = table(ports, "diesel")

    assert diesel.unit == "t"
    assert ends(diesel) == {
        (EndKind.BOUGHT, ""): 44.0,
        (EndKind.NOT_STATED, ""): 6.0,
        (EndKind.ENTERPRISE, "E01"): 50.0,
    }


def test_medium_flows__what_was_bought_and_not_used_stands_on_the_other_side(ports: Ports) -> None:
    coal = ends(table(ports, "raw-coal"))

    assert coal[EndKind.LOSSES, ""] == 2.0
    assert (EndKind.NOT_STATED, "") not in coal


def test_medium_flows__all_media_close_in_standard_coal(ports: Ports) -> None:
    whole = table(ports, ALL)

    assert whole.unit == "tce"
    assert whole.total == pytest.approx(total_of(whole.sinks))
    media = [each.id for each in whole.sources if each.kind is EndKind.MEDIUM]
    assert {"diesel", "raw-coal", "electricity.grid"} <= set(media)
    amounts = [each.amount or 0.0 for each in whole.sources if each.kind is EndKind.MEDIUM]
    assert amounts == sorted(amounts, reverse=True)


def test_medium_flows__of_an_enterprise_are_its_own(ports: Ports) -> None:
    one = ends(table(ports, "diesel", of="E01"))
    nobody = medium_flows(YEAR, "diesel", of="E02", ports=ports)

    assert one[EndKind.USED, ""] == 50.0
    assert nobody.table is None
    assert nobody.media == ("diesel", "raw-coal")
    assert medium_flows(YEAR, ALL, of="park", ports=ports).n_gaps > 0


def test_medium_flows__refuse_strangers_and_parts(ports: Ports) -> None:
    with pytest.raises(NoFlowSubjectError):
        medium_flows(YEAR, ALL, of="nobody", ports=ports)
    with pytest.raises(PartOfParkError):
        medium_flows(YEAR, ALL, of="E01", ports=see(ports, Scope(frozenset({"E01"}))))
