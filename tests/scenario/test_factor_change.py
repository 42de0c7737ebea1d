"""A factor of another edition restates exactly the statements that used it, and says so (F28)."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

import small_park
from restated_park import settled
from small_park import AUGUST
from taihang.core.facts import Fact, FactBook
from taihang.core.seal.cause import CauseKind
from taihang.services.close_period import close_period
from taihang.services.ports import Ports
from taihang.services.restatements import restatements

MONTH: Final = "2026-08"
_DATA_YEAR: Final = 2023
_CHANGED: Final[dict[str, Callable[[Fact], bool]]] = {
    "one factor": lambda fact: fact.code == "grid.average" and fact.region == "Shanxi",
    "the whole edition": lambda fact: fact.code.startswith("grid."),
    "a coefficient": lambda fact: fact.code == "coal-equivalent.electricity",
    "nothing that was used": lambda fact: fact.code == "grid.average" and fact.region == "Yunnan",
}


def _edition(book: FactBook, changed: list[Fact]) -> FactBook:
    """The same book with other values for some facts."""
    moved = {id(fact) for fact in changed}
    return FactBook(
        replace(fact, value=fact.value + Decimal("0.01")) if id(fact) in moved else fact
        for fact in book.all()
    )


def _documents(ports: Ports) -> dict[str, str]:
    return {each.id: each.document for each in ports.registry.latest_statements(MONTH)}


@pytest.mark.parametrize("name", _CHANGED)
def test_another_edition_restates_exactly_what_used_it(name: str, tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        before = _documents(ports)
        changed = [
            fact
            for fact in ports.facts.all()
            if _CHANGED[name](fact) and fact.data_year in {None, _DATA_YEAR}
        ]
        assert changed
        keys = {fact.key for fact in changed}
        used = {sid for sid, text in before.items() if any(f'"{key}"' in text for key in keys)}
        assert bool(used) == (name != "nothing that was used")

        close_period(AUGUST, ports=replace(ports, facts=_edition(ports.facts, changed)))

        # 1. Exactly the statements that used it have a next version.
        steps = restatements([MONTH], ports=ports).restatements
        assert {step.was for step in steps} == used
        # 2. Every old version is there, to the byte.
        assert {sid: ports.registry.statement(sid).document for sid in before} == before
        # 3. Each new one names the fact with both values, and no other cause.
        for step in steps:
            assert {cause.kind for cause in step.causes} == {CauseKind.FACT}
            for cause in step.causes:
                assert Decimal(cause.now) == Decimal(cause.was) + Decimal("0.01")
        # 4. Closing once more with the new edition changes nothing.
        again = close_period(AUGUST, ports=replace(ports, facts=_edition(ports.facts, changed)))
        assert (again.accounted.n_new, again.accounted.n_restated) == (0, 0)
