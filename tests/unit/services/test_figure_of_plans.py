"""Plans and decisions: a planned day, its regret, an admission, an issued report."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

import late_park
import regret_park
import report_desk
import small_park
import story_parks
from figure_kit import Walk, place, stated_only, walked
from regret_park import PLANNED
from taihang.core.figure.story import Ground
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import Draft, issue_statements
from taihang.services.figure_of_plans import BOOKS
from taihang.services.open_figure import figures_of
from taihang.services.ports import Ports
from taihang.services.regret import keep_day
from taihang.services.report_centre import issue_report


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    """A planned day, its entry in the ledger, and a month that knows of that day alone."""
    root = late_park.copied(regret_park.rested(), tmp_path_factory.mktemp("regret") / "park")
    with small_park.opened(root) as ports:
        parts = keep_day(PLANNED, ports=ports).parts
        across = Decimal("2.50")
        body: dict[str, JsonValue] = {
            "format": "taihang-account/v1",
            "value": str(parts.regret_cny + across),
            "unit": "CNY",
            "bills_cny": {"idle": "", "done": "", "perfect": ""},
            "parts_cny": {
                "control": str(parts.control_cny),
                "model": str(parts.model_cny),
                "forecast": str(parts.forecast_cny),
                "look_ahead": str(parts.look_ahead_cny),
                "unplanned": str(parts.unplanned_cny),
                "across_days": str(across),
            },
            "days_cny": {PLANNED.isoformat(): str(parts.regret_cny)},
            "inputs": {"statements": [f"day-plan.park.{PLANNED.isoformat()}.v1"]},
        }
        draft = Draft("regret", "park", "2026-08", body)
        issue_statements([draft], period="2026-08", ports=ports)
        yield ports


def test_regret__of_a_day_is_what_was_paid_beyond_what_had_to_be(planned: Ports) -> None:
    walk = walked(planned, "regret")

    for key in ("value", "saving_cny/earned", "saving_cny/promised"):
        assert walk.open(f"{_DAY}/{key}").adds_up, key
    assert walk.open(f"{_DAY}/bills_cny/perfect").ground is Ground.SOLVED
    assert not stated_only(walk, "regret") & {"regret/value", "regret/parts_cny"}


def test_regret__of_a_month_is_the_sum_of_its_days_and_what_lies_across(planned: Ports) -> None:
    walk = Walk(planned)
    base = "statement/regret.park.2026-08.v1"

    for key in ("value", "parts_cny/control", "parts_cny/across_days"):
        assert walk.open(f"{base}/{key}").adds_up, key
    of_day = walk.open(f"{base}/days_cny/{PLANNED.isoformat()}")
    assert [one.key for one in of_day.inputs] == [f"{_DAY}/value"]


def test_day_plan__says_what_was_solved(planned: Ports) -> None:
    walk = Walk(planned)
    base = f"statement/day-plan.park.{PLANNED.isoformat()}.v1"

    grounds = {name: walk.level(f"{base}/{name}").ground for name in _OF_PLAN}

    assert grounds == _OF_PLAN
    assert walk.open(f"{base}/charge_w/7").adds_up in {True, None}
    assert not walk.faults, walk.faults
    known = {place(key) for key in figures_of(f"day-plan.park.{PLANNED}", ports=planned)}
    assert len(known) > 12


def test_admission__stands_where_it_stood_with_the_project_in() -> None:
    with small_park.opened(story_parks.year_of_accounts(), writing=False) as ports:
        walk = walked(ports, "admission")

        lines = [walk.open(f"statement/admission.PJ1.2026.v1/lines/so2/{name}")
                 for name in ("after", "over", "replaced")]  # fmt: skip
    assert all(story.adds_up for story in lines)
    # K1 frees 5 t; at a ratio of 1.5 that replaces 3.333333 t of the 4 t.
    assert lines[2].value == Decimal("3.333333")


def test_report__counts_what_there_was_when_it_was_issued(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        report_desk.settled(ports)
        issue_report(report_desk.order(), centre=report_desk.centre(ports))

        walk = walked(ports, "report")

    assert not stated_only(walk, "report")
    assert len(walk.stories) >= 3


_DAY: Final = f"statement/regret.park.{PLANNED.isoformat()}.v1"
_OF_PLAN: Final = {
    "value": Ground.SOLVED,
    "import_w/40": Ground.SOLVED,
    "load_w/40": Ground.SOLVED,
    "marginal_cny_per_kwh/3": Ground.SOLVED,
    "price_cny_per_kwh/3": Ground.STATED,
    "stored_start_wh": Ground.STATED,
    "rated_wh": Ground.PARAMETER,
}


def test_books__are_of_four_kinds() -> None:
    assert BOOKS.keys() == {"day-plan", "regret", "admission", "report"}
