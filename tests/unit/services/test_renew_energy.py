"""An energy account that was issued follows what is settled after it, and audits look at it."""

import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

import small_park
from activity_kit import put, record
from restated_park import corrected
from small_park import AUGUST
from taihang.core.activity.record import Flow
from taihang.core.seal.canonical import canonical_bytes
from taihang.core.seal.issued import IssuedStatement
from taihang.services.account import issue_statements
from taihang.services.audit import audit
from taihang.services.close_period import close_period
from taihang.services.energy_account import drafts
from taihang.services.ports import Ports
from taihang.services.renew_energy import energy_findings, renew_energy

NAMES = ("2026-08", "2026")


@pytest.fixture
def stated(tmp_path: Path) -> Path:
    """August, settled; its energy accounts and those of the year are issued."""
    folder = small_park.make(tmp_path / "park")
    with small_park.opened(folder) as ports:
        small_park.fill(ports, AUGUST)
        close_period(AUGUST, ports=ports)
        for name in NAMES:
            new, _, _ = issue_statements(drafts(name, ports=ports), period=name, ports=ports)
            assert new == 3
    return folder


def versions(ports: Ports) -> dict[str, int]:
    return {
        one.series: one.version
        for name in NAMES
        for one in ports.registry.latest_statements(name)
        if one.kind == "energy-account"
    }


class _Register:
    """The register, with one statement that says something else."""

    def __init__(self, ports: Ports, altered: str) -> None:
        self._ports = ports
        self._altered = altered

    def latest_statements(
        self, period: str, kinds: Collection[str] | None = None
    ) -> list[IssuedStatement]:
        return [
            replace(one, document=_slipped(one.document)) if one.series == self._altered else one
            for one in self._ports.registry.latest_statements(period, kinds)
        ]

    def __getattr__(self, name: str) -> object:
        return getattr(self._ports.registry, name)


def _slipped(document: str) -> str:
    return canonical_bytes({**json.loads(document), "value": "1"}).decode()


def test_renew__nothing_is_issued_that_nobody_asked_for(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        small_park.fill(ports, AUGUST)
        close_period(AUGUST, ports=ports)
        assert renew_energy(AUGUST, ports=ports) == 0
        assert versions(ports) == {}


def test_close_period__restates_month_and_year_of_what_changed_only(stated: Path) -> None:
    with small_park.opened(stated) as ports:
        before = versions(ports)
        close_period(AUGUST, ports=ports)
        assert versions(ports) == before

        corrected(ports, 3)
        close_period(AUGUST, ports=ports)

        # What E02 takes of the green pool is no longer there for E01: both are told anew.
        moved = {
            one.subject
            for one in ports.registry.latest_statements("2026-08")
            if one.kind == "scope2-market" and one.version > 1
        }
        changed = {series for series, version in versions(ports).items() if version > 1}
        assert "E02" in moved
        assert changed == {
            f"energy-account.{subject}.{name}" for subject in (*moved, "park") for name in NAMES
        }
        assert [*energy_findings(ports=ports)] == []
        reason = json.loads(ports.registry.statement("energy-account.E02.2026-08").document)
        assert reason["reason"] == "statement scope2-market.E02.2026-08: v1 → v2"


def test_energy_findings__see_a_planted_value(stated: Path) -> None:
    with small_park.opened(stated, writing=False) as ports:
        assert [*energy_findings(ports=ports)] == []
        altered = replace(
            ports, registry=cast("Any", _Register(ports, "energy-account.E01.2026-08"))
        )
        ((where, what),) = energy_findings(ports=altered)
    assert where == "statement energy-account.E01.2026-08.v1"
    assert "altered" in what


def test_audit__names_an_account_that_a_later_form_made_old(stated: Path) -> None:
    with small_park.opened(stated) as ports:
        assert audit(ports=ports).is_clean
        put(
            ports,
            record(
                "late",
                subject="E01",
                period="2026-08",
                item="raw-coal",
                flow=Flow.CONSUMED,
                amount="5",
                unit="t",
            ),
        )
        found = {finding.where for finding in audit(ports=ports).findings}
        assert {
            f"statement energy-account.{subject}.{name}.v1"
            for subject in ("E01", "park")
            for name in NAMES
        } <= found
