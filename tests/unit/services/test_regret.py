"""The regret ledger: entries are kept once, stated again when readings come late, and sum up."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

import late_park
import regret_park
import small_park
from regret_park import PLANNED
from taihang.core.metering.readings import ReadingBlock
from taihang.core.seal.cause import CauseKind, causes_of
from taihang.services.audit import audit
from taihang.services.ports import Ports
from taihang.services.regret import (
    NoRegretError,
    day_document,
    drafts,
    joined,
    keep_day,
    keep_month,
    month_document,
    regret_of_month,
)
from taihang.services.restate import restate

DAY = "2026-08-29"
FEN = Decimal("0.01")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return late_park.copied(regret_park.rested(), tmp_path / "park")


def body(ports: Ports, name: str) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(ports.registry.statement(name).document))


def late_import() -> ReadingBlock:
    """One register of the connection within the planned day, said again with 30 kWh more."""
    steps, at = regret_park.rested_month()["M-IMP"], 28 * 96 + 20
    steps[at] += 300
    steps[at + 1] -= 300
    block = regret_park.block_of(steps, "M-IMP", 0, 31)
    return small_park.cut(block, at + 1, at + 2)


def test_keep_day__is_kept_once_with_its_bills_parts_and_plan(root: Path) -> None:
    with small_park.opened(root) as ports:
        found = keep_day(PLANNED, ports=ports)
        keep_day(PLANNED, ports=ports)
        kept = body(ports, f"regret.park.{DAY}")

    assert kept["version"] == 1, "the same records say nothing new"
    assert kept["inputs"]["statements"] == [f"day-plan.park.{DAY}.v1"]
    assert Decimal(kept["value"]) == found.parts.regret_cny
    assert sum(map(Decimal, kept["parts_cny"].values())) == Decimal(kept["value"])
    done, perfect = (Decimal(kept["bills_cny"][key]) for key in ("done", "perfect"))
    assert done - perfect == Decimal(kept["value"])
    assert kept["problem_sha256"] == found.measured.actual.digest()
    assert {**day_document(found)}.items() <= kept.items()


def test_keep_day__is_stated_again_when_readings_come_late(root: Path) -> None:
    with small_park.opened(root) as ports:
        keep_day(PLANNED, ports=ports)
        small_park.revise(ports, late_import(), sent_at_s=small_park.AUGUST.end_s + 900)
        restate(ports=ports)
        was, now = body(ports, f"regret.park.{DAY}.v1"), body(ports, f"regret.park.{DAY}")

        assert now["version"] == 2
        assert now["supersedes"] == was["id"]
        assert now["problem_sha256"] != was["problem_sha256"]
        assert any(each.kind is CauseKind.READINGS for each in causes_of(now["reason"]))
        assert not [one for one in audit(ports=ports, quick=True).findings if "regret" in str(one)]


def test_keep_day__of_records_that_are_as_they_were_is_what_the_audit_draws_up(root: Path) -> None:
    with small_park.opened(root) as ports:
        keep_day(PLANNED, ports=ports)
        (again,) = drafts(DAY, ports=ports)
        kept = body(ports, f"regret.park.{DAY}")

    assert {key: kept[key] for key in again.body} == again.body


def test_drafts__of_a_day_that_is_open_again_say_so_instead_of_what_was(root: Path) -> None:
    with small_park.opened(root) as ports:
        keep_day(PLANNED, ports=ports)
        block = regret_park.block_of(regret_park.rested_month()["M-IMP"], "M-IMP", 28, 29)
        gone = small_park.but(small_park.cut(block, 20, 30), range(10))
        small_park.revise(ports, gone, sent_at_s=small_park.AUGUST.end_s + 900)
        restate(ports=ports)
        now = body(ports, f"regret.park.{DAY}")

    assert now["version"] == 2
    assert now["value"] == ""
    assert "closed" in now["not_assessed"][0]


def test_keep_month__sums_its_days_and_says_what_only_the_month_could_have_earned(
    root: Path,
) -> None:
    with small_park.opened(root) as ports:
        found = keep_month("2026-08", ports=ports)
        kept = body(ports, "regret.park.2026-08")

    assert len(found.days) == 31
    assert not found.open_days
    days = sum((day.parts.regret_cny for day in found.days), Decimal(0))
    assert found.parts.regret_cny == days
    unplanned = [day.parts.regret_cny for day in found.days if day.plan is None]
    assert len(unplanned) > 0
    assert found.parts.unplanned_cny == sum(unplanned)
    assert Decimal(kept["parts_cny"]["unplanned"]) == found.parts.unplanned_cny
    assert found.across_days_cny is not None
    assert found.regret_cny == days + found.across_days_cny
    assert found.across_days_cny > -31 * FEN, "perfect days in a row are one way to run the month"
    assert sum(map(Decimal, kept["parts_cny"].values())) == Decimal(kept["value"])
    # The tariff of this park has no demand charge: the month costs what its days do.
    assert found.done_cny is not None
    assert abs(found.done_cny - sum(day.done_cny for day in found.days)) < 1
    assert {**month_document(found)}.items() <= kept.items()


def test_regret_of_month__of_which_nothing_is_settled_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports, pytest.raises(NoRegretError, match="2026-11"):
        regret_of_month("2026-11", ports=ports)


def test_joined__puts_days_in_a_row_and_the_store_where_it_began(root: Path) -> None:
    with small_park.opened(root) as ports:
        days = [day.measured for day in regret_of_month("2026-08", ports=ports).days]
    span = joined(days)

    assert span is not None
    assert span.horizon.n_steps == 31 * 96
    assert span.horizon.start_s == small_park.AUGUST.start_s
    span.assembled()
