from pathlib import Path

import pytest

import canary_park
import small_park
from canary_park import MONTH, TENANTS
from taihang.core.access.scope import Scope
from taihang.core.seal.issued import UnknownStatementError
from taihang.services.sight import see
from taihang.services.sight_rules import STATEMENT_KINDS

OWN, OTHER = TENANTS[:2]


def test_registry__has_the_statements_about_ones_own(tmp_path: Path) -> None:
    root = canary_park.made(tmp_path / "park")
    with small_park.opened(root, writing=False) as whole:
        seen = see(whole, Scope(frozenset({OWN}))).registry
        every = whole.registry.statements(entry.id for entry in whole.registry.roll())
        own = [each.id for each in every if each.subject == OWN and each.kind in STATEMENT_KINDS]

        assert [entry.id for entry in seen.roll()] == own
        assert {each.id for each in seen.latest_statements(MONTH)} == set(own)
        assert [each.id for each in seen.statements(own[:3])] == own[:3]
        assert seen.periods_of({"bill"}) == {MONTH}
        assert seen.periods_of({"ratios-650"}) == frozenset()
        with pytest.raises(UnknownStatementError):
            seen.statements([own[0], f"bill.{OTHER}.{MONTH}.v1"])


def test_registry__has_the_activity_data_of_ones_own(tmp_path: Path) -> None:
    root = canary_park.made(tmp_path / "park")
    with small_park.opened(root, writing=False) as whole:
        seen = see(whole, Scope(frozenset({OWN}))).registry

        assert {record.subject for record in seen.activity_records()} == {OWN}
        assert [entry.id for entry in seen.activity_roll()] == [
            line.id for line in seen.activity_lines()
        ]
        assert seen.settlements() == whole.registry.settlements()
        assert seen.log_keys() == whole.registry.log_keys()
