"""A yearly statement is drawn up again: what was altered, and what is behind, is told."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

import small_park
from carbon_kit import SOURCES, declared
from product_kit import JUNE, TABLES, fill_june, written
from taihang import wiring
from taihang.config.templates import template_text
from taihang.core.activity.record import Flow
from taihang.services import (
    carbon_account,
    cbam_account,
    energy_account,
    indicator_account,
    park_carbon,
    pathway_account,
    product_account,
    sum_table,
)
from taihang.services.account import Draft, issue_statements
from taihang.services.act_log import log_acts
from taihang.services.audit import audit
from taihang.services.audit_years import wrong_years
from taihang.services.ports import Ports
from year_kit import YEAR, hand_in, lines, state_year


def issue(ports: Ports) -> None:
    found = [*carbon_account.drafts(YEAR, ports=ports), *park_carbon.drafts(YEAR, ports=ports)]
    issue_statements(found, period=YEAR, ports=ports)


def test_wrong_years__finds_nothing_in_what_was_just_issued(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        issue(ports)

        assert list(wrong_years(ports=ports)) == []


def test_wrong_years__tells_what_is_behind(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        issue(ports)
        hand_in(ports, lines("diesel", Flow.CONSUMED, "1", periods=[YEAR]))

        found = dict(wrong_years(ports=ports))

    assert sorted(found) == [f"inventory.E01.{YEAR}.v1", f"park-inventory.park.{YEAR}.v1"]
    assert all("is behind" in what for what in found.values())


def test_wrong_years__tells_a_planted_value(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        (draft, _) = carbon_account.drafts(YEAR, ports=ports)
        planted = Draft(draft.kind, draft.subject, YEAR, {**draft.body, "scope1_t": "1"})
        issue_statements([planted], period=YEAR, ports=ports)

        ((name, what),) = wrong_years(ports=ports)

    assert name == f"inventory.E01.{YEAR}.v1"
    assert "altered" in what


def test_wrong_years__tells_a_planted_energy_account(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        hand_in(ports, lines("diesel", Flow.CONSUMED, "1", periods=[YEAR]))
        clean = energy_account.drafts(YEAR, ports=ports)
        (draft,) = (one for one in clean if one.subject == "E01")
        planted = Draft(draft.kind, "E01", YEAR, {**draft.body, "value": "1"})
        issue_statements(
            [planted, *(one for one in clean if one is not draft)], period=YEAR, ports=ports
        )

        ((name, what),) = wrong_years(ports=ports)

    assert name == f"energy-account.E01.{YEAR}.v1"
    assert "altered" in what


def test_wrong_years__tells_a_sheet_that_is_behind_or_altered(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)
        for jobs in (product_account, cbam_account):
            issue_statements(jobs.drafts(JUNE, ports=ports), period=JUNE, ports=ports)
        clean = list(wrong_years(ports=ports))
        (draft,) = cbam_account.drafts(JUNE, ports=ports)
        planted = Draft(draft.kind, draft.subject, JUNE, {**draft.body, "value": "0.1"})
        issue_statements([planted], period=JUNE, ports=ports)
        hand_in(ports, lines("gas.ch4", Flow.OUTPUT, "1", unit="kg", periods=[JUNE]))

        found = dict(wrong_years(ports=ports))

    assert clean == []
    assert "altered" in found[f"cbam.AL1.{JUNE}.v2"]
    # Methane is no item of the process: the footprints stand.
    assert [*found] == [f"cbam.AL1.{JUNE}.v2"]


def test_audit__draws_yearly_statements_up_again(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        small_park.settle_june(ports)
        issue(ports)
        hand_in(ports, lines("diesel", Flow.CONSUMED, "1", periods=[YEAR]))

        found = {finding.where for finding in audit(ports=ports).findings}

    assert f"statement inventory.E01.{YEAR}.v1" in found


# -- indicators and the way to the peak -----------------------------------------------------------


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """The demo park, which has a plan to reach the peak, and what its indicators are made of."""
    wiring.make_park(tmp_path / "demo", text=template_text("changzhi"))
    with small_park.opened(tmp_path / "demo") as ports:
        state_year(ports)
        for jobs in (indicator_account, pathway_account):
            issue_statements(jobs.drafts(YEAR, ports=ports), period=YEAR, ports=ports)
        log_acts(ports=ports)
    return tmp_path / "demo"


YEARLY = (f"zero-carbon.park.{YEAR}.v1", f"peak-pathway.park.{YEAR}.v1")


def alter(root: Path, name: str, change: Callable[[str], str]) -> None:
    """Make a text in the register another, and its hash with it."""
    with closing(sqlite3.connect(root / "registry.db")) as rows, rows:
        ((text,),) = rows.execute("SELECT document FROM statement WHERE id = ?", [name])
        other = change(text)
        assert other != text
        rows.execute(
            "UPDATE statement SET document = ?, sha256 = ? WHERE id = ?",
            [other, sha256(other.encode()).hexdigest(), name],
        )


def found_in(root: Path) -> dict[str, str]:
    with small_park.opened(root, writing=False) as ports:
        return {finding.where: finding.what for finding in audit(ports=ports).findings}


def test_wrong_years__finds_nothing_in_indicators_and_pathway_as_issued(demo: Path) -> None:
    with small_park.opened(demo, writing=False) as ports:
        issued = {one.id for one in ports.registry.latest_statements(YEAR)}
        found = dict(wrong_years(ports=ports))

    # What they rest on is the test's own, and does not follow from anything.
    assert set(YEARLY) <= issued
    assert [*found] == [f"{kind}.park.{YEAR}.v1" for kind in ("energy-account", "park-inventory")]


@pytest.mark.parametrize("name", YEARLY)
def test_audit__names_a_yearly_statement_that_was_altered_with_its_hash(
    name: str, demo: Path
) -> None:
    """Planted: the value, and the hash beside it, as whoever owns the disk could write them."""
    value = '"value":"'
    alter(demo, name, lambda text: text.replace(value, f"{value}9", 1))

    found = found_in(demo)

    assert "does not follow from its own inputs" in found[f"statement {name}"]
    (other,) = (each for each in YEARLY if each != name)
    assert f"statement {other}" not in found


@pytest.mark.parametrize("kind", ["zero-carbon", "peak-pathway"])
def test_audit__names_a_yearly_statement_that_was_planted_through_the_log(
    kind: str, demo: Path
) -> None:
    """Planted: issued and logged as the platform does it, with another value."""
    with small_park.opened(demo) as ports:
        job = indicator_account if kind == "zero-carbon" else pathway_account
        (draft,) = job.drafts(YEAR, ports=ports)
        planted = Draft(kind, "park", YEAR, {**draft.body, "value": "0.01"})
        issue_statements([planted], period=YEAR, ports=ports)
        log_acts(ports=ports)

    found = found_in(demo)

    assert "does not follow from its own inputs" in found[f"statement {kind}.park.{YEAR}.v2"]


def test_wrong_years__names_what_rests_on_a_text_that_is_no_number(demo: Path) -> None:
    with small_park.opened(demo) as ports:
        issue_statements(sum_table.drafts(YEAR, ports=ports), period=YEAR, ports=ports)
    name = f"park-inventory.park.{YEAR}.v1"
    alter(demo, name, lambda text: text.replace("110000", "eleven"))

    with small_park.opened(demo, writing=False) as ports:
        found = dict(wrong_years(ports=ports))

    assert "cannot be drawn up again" in found[f"carbon-sums.park.{YEAR}.v1"]
    assert f"zero-carbon.park.{YEAR}.v1" in found
