"""The peak-pathway statement: it closes, tells truth from path, and gives the same bytes."""

from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

import small_park
from taihang import wiring
from taihang.config.templates import template_text
from taihang.core.activity.record import Flow
from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.services.pathway_account import NoPeakPlanError, demand_plan, drafts
from taihang.services.ports import Ports
from year_kit import hand_in, lines, state_year

Body = dict[str, JsonValue]
YEAR = "2025"


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """The demo park, without any reading."""
    wiring.make_park(tmp_path / "demo", text=template_text("changzhi"))
    return tmp_path / "demo"


def body_of(ports: Ports, year: str = YEAR) -> Body:
    (draft,) = drafts(year, ports=ports)
    assert draft.series == f"peak-pathway.park.{year}"
    return draft.body


def test_drafts__close_year_by_year(demo: Path) -> None:
    with wiring.open_park(demo, writing=False, clock=small_park.CLOCK) as ports:
        body = body_of(ports)

    rows = cast("list[Body]", body["lines"])
    assert len(rows) == 11
    for row in rows:
        wedges = cast("dict[str, str]", row["wedges_t"])
        assert len(wedges) == 7
        total_t = sum(map(Decimal, wedges.values()))
        assert total_t == Decimal(str(row["bau_t"])) - Decimal(str(row["path_t"]))


def test_drafts__give_the_same_bytes(demo: Path) -> None:
    bodies: list[bytes] = []
    for _ in range(2):
        with wiring.open_park(demo, writing=False, clock=small_park.CLOCK) as ports:
            bodies.append(canonical_bytes(body_of(ports)))

    assert bodies[0] == bodies[1]


def test_drafts__state_every_chance_with_its_doubt(demo: Path) -> None:
    with wiring.open_park(demo, writing=False, clock=small_park.CLOCK) as ports:
        body = body_of(ports)

    targets = cast("list[Body]", body["targets"])
    assert len(targets) == 6
    for target in targets:
        low, chance, high = (Decimal(str(target[k])) for k in ("low", "probability", "high"))
        assert 0 <= low < chance < high <= 1
        assert Decimal(str(target["standard_error"])) > 0
        assert target["settled"] is True
    assert cast("Body", body["doubts"])["seed"] == 7


def test_drafts__tell_truth_from_path(demo: Path) -> None:
    with wiring.open_park(demo, writing=True, clock=small_park.CLOCK) as ports:
        state_year(ports, carbon_t="1300000", year=YEAR)
        hand_in(
            ports,
            lines(
                "value-added.base-prices",
                Flow.OUTPUT,
                "1300000",
                unit="10⁴CNY",
                subject="park",
                periods=(YEAR,),
            ),
        )
        body = body_of(ports)

    assert body["actual_t"] == "1300000"
    path_t = Decimal(str(body["value"]))
    assert Decimal(str(body["gap_t"])) == 1_300_000 - path_t
    by_id = {str(t["id"]): t for t in cast("list[Body]", body["targets"])}
    assert by_id["T25C"]["actual"] == "1"
    assert by_id["T25C"]["met"] is False  # 1.0 against at most 0.99
    assert by_id["T25N"]["met"] is True  # 100 000 of 510 000
    assert by_id["T30C"]["met"] is None
    assert {str(one["what"]) for one in cast("list[Body]", body["not_assessed"])} == {
        f"{year} {name}"
        for year in range(2021, 2025)
        for name in ("carbon", "energy", "non_fossil", "value_added")
    }
    inputs = cast("dict[str, list[str]]", body["inputs"])
    assert inputs["statements"] == ["energy-account.park.2025.v1", "park-inventory.park.2025.v1"]
    assert len(inputs["activities"]) == 1


def test_drafts__value_added_in_another_unit_is_not_known(demo: Path) -> None:
    with wiring.open_park(demo, writing=True, clock=small_park.CLOCK) as ports:
        hand_in(
            ports, lines("value-added.base-prices", Flow.OUTPUT, "1", unit="USD", periods=(YEAR,))
        )
        body = body_of(ports)

    found = {str(o["what"]): o["reason"] for o in cast("list[Body]", body["not_assessed"])}
    assert found["2025 value_added"] == "units-differ"


def test_drafts__of_a_park_without_plan_or_of_another_year_are_none(root: Path, demo: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        assert drafts(YEAR, ports=ports) == []
        with pytest.raises(NoPeakPlanError, match="without a plan"):
            demand_plan(YEAR, ports=ports)
    with wiring.open_park(demo, writing=False, clock=small_park.CLOCK) as ports:
        assert drafts("2031", ports=ports) == []
        assert drafts(YEAR, ports=ports, subjects=["E01"]) == []
        assert demand_plan(YEAR, ports=ports) is ports.park.peak
        with pytest.raises(NoPeakPlanError, match="of 2020 to 2030"):
            demand_plan("2031", ports=ports)
