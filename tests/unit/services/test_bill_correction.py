"""A corrected reading gives a correction bill; the bills that were issued stay to the byte."""

import json
from decimal import Decimal
from pathlib import Path
from typing import cast

import restated_park
import small_park
from small_park import AUGUST
from taihang.services.audit import audit
from taihang.services.close_period import close_period
from taihang.services.ports import Ports


def document(ports: Ports, statement_id: str) -> dict[str, object]:
    return cast("dict[str, object]", json.loads(ports.registry.statement(statement_id).document))


def value(ports: Ports, statement_id: str) -> Decimal:
    return Decimal(str(document(ports, statement_id)["value"]))


def test_correction__is_the_difference_line_by_line(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        restated_park.settled(ports)
        first = ports.registry.statement("bill.E02.2026-08.v1").document
        restated_park.corrected(ports, 50)
        close_period(AUGUST, ports=ports)

        found = document(ports, "bill-correction.E02.2026-08.v1")
        was, now = (value(ports, f"bill.E02.2026-08.v{n}") for n in (1, 2))
        assert (found["corrects"], found["by"]) == ("bill.E02.2026-08.v1", "bill.E02.2026-08.v2")
        assert Decimal(str(found["value"])) == now - was
        lines = cast("list[dict[str, str]]", found["lines"])
        assert sum(Decimal(line["amount_cny"]) for line in lines) == now - was
        assert all(line["was"] != line["now"] for line in lines)
        assert ports.registry.statement("bill.E02.2026-08.v1").document == first
        assert audit(ports=ports).findings == []


def test_corrections__and_the_first_bill_are_the_latest_bill(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        restated_park.settled(ports)
        past: dict[str, str] = {}
        for by in (50, -80, 7):
            restated_park.corrected(ports, by)
            close_period(AUGUST, ports=ports)
            now = {
                each.id: ports.registry.statement(each.id).document
                for each in ports.registry.roll()
            }
            assert {name: now[name] for name in past} == past, "what was issued stays"
            past = now
        first = value(ports, "bill.E02.2026-08.v1")
        corrections = [value(ports, f"bill-correction.E02.2026-08.v{n}") for n in (1, 2, 3)]

        assert first + sum(corrections) == value(ports, "bill.E02.2026-08.v4")
        n_statements = len(past)
        close_period(AUGUST, ports=ports)
        assert len(list(ports.registry.roll())) == n_statements, "again says nothing new"


def test_correction__of_a_first_bill_is_none(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        restated_park.settled(ports)
        kinds = {issued.kind for issued in ports.registry.latest_statements("2026-08")}

    assert "bill" in kinds
    assert "bill-correction" not in kinds
