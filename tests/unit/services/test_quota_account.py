"""Quotas of a year as statements: exact what is used, the forecast apart, gaps named."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

import small_park
from activity_kit import put, record
from carbon_kit import declared, state_load
from quota_kit import RULES
from taihang.core.activity.record import Flow
from taihang.services.account import issue_statements
from taihang.services.audit_years import wrong_years
from taihang.services.ports import Ports
from taihang.services.quota_account import KIND, drafts
from year_kit import MONTHS, hand_in, lines

BOOK = f"""{RULES}[quotas]
Q1 = {{ subject = "E01", measure = "energy-equivalent", amount = "2278.566", unit = "tce", \
valid_from = 2026-01-01, valid_to = 2026-12-31, document = "test" }}
Q2 = {{ subject = "E01", measure = "electricity", amount = "20000", unit = "MWh", \
valid_from = 2026-01-01, valid_to = 2027-12-31, document = "test" }}
Q3 = {{ subject = "park", measure = "electricity", amount = "40000", unit = "MWh", \
valid_from = 2026-01-01, valid_to = 2026-12-31, document = "test" }}
"""
LOAD_WH = 18_540_000_000
"""Vector 1 of the handbook, section 16.1."""
LAST = tuple(f"2025-{number:02d}" for number in range(1, 13))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return declared(small_park.make(tmp_path / "park"), BOOK)


def found(ports: Ports, year: str = "2026") -> dict[str, Mapping[str, Any]]:
    """Every line by its quota."""
    bodies = {d.subject: cast("Mapping[str, Any]", d.body) for d in drafts(year, ports=ports)}
    return {line["quota"]: line for body in bodies.values() for line in body["lines"]}


def test_quota__of_a_whole_year_is_its_share_exactly(root: Path) -> None:
    with small_park.opened(root) as ports:
        state_load(ports, load_wh=LOAD_WH)
        energy, power, park = (found(ports)[name] for name in ("Q1", "Q2", "Q3"))
    assert (energy["used"], energy["used_ratio"]) == ("2278.566", "1")
    assert (power["used"], power["used_ratio"]) == ("18540", "0.927")
    assert energy["forecast"]["method"] == "nothing-left"
    assert (energy["alert"], power["alert"]) == ("within", "within")
    # The other enterprise is silent: nothing is known of the park, and nothing is zero.
    assert (park["used"], park["forecast"], park["alert"]) == (None, None, "unknown")
    assert set(park["months"].values()) == {None}


def test_quota__forecasts_by_last_year_and_says_so(root: Path) -> None:
    with small_park.opened(root) as ports:
        state_load(ports, load_wh=LOAD_WH, months=LAST)
        state_load(ports, load_wh=LOAD_WH // 12 * 4, months=MONTHS[:4])
        power = found(ports)["Q2"]
        (draft,) = drafts("2026", ports=ports, subjects=["E01"])
        body = cast("Mapping[str, Any]", draft.body)
    assert (power["used"], power["months_left"]) == ("6180", 8)
    assert power["forecast"]["method"] == "last-year-shape/v2"
    assert Decimal(power["forecast"]["expected"]) == 18_540
    assert body["inputs"]["statements"][0] == "scope2-market.E01.2025-01.v1"
    assert len(body["inputs"]["statements"]) == 16


def test_quota__names_a_hole_and_leaves_it_out_of_what_is_used(root: Path) -> None:
    with small_park.opened(root) as ports:
        state_load(ports, load_wh=LOAD_WH)
        hand_in(ports, lines("raw-coal", Flow.CONSUMED, "0", periods=MONTHS[:2] + MONTHS[3:]))
        energy = found(ports)["Q1"]
        (draft,) = drafts("2026", ports=ports, subjects=["E01"])
        body = cast("Mapping[str, Any]", draft.body)
    assert Decimal(energy["used"]) == Decimal("2278.566") / 12 * 11
    assert energy["months"]["03"] is None
    assert energy["forecast"]["method"] == "straight-line-by-day/v1"
    (gap,) = body["not_assessed"]
    assert "2026-03" in gap["zh"]
    assert "raw-coal" in gap["en"]


def test_quota__only_of_the_year_and_subject_asked_for(root: Path) -> None:
    with small_park.opened(root) as ports:
        assert set(found(ports)) == {"Q1", "Q2", "Q3"}
        assert set(found(ports, "2027")) == {"Q2"}
        assert found(ports, "2025") == {}
        assert [d.series for d in drafts("2026", ports=ports, subjects=["park"])] == [
            "quota.park.2026"
        ]


def test_quota__issued_is_audited_against_what_is_known_today(root: Path) -> None:
    with small_park.opened(root) as ports:
        state_load(ports, load_wh=LOAD_WH)
        issue_statements(drafts("2026", ports=ports), period="2026", ports=ports)
        assert [what for what in wrong_years(ports=ports) if KIND in what[0]] == []
        put(ports, record("E01-coal", period="2026-05", item="raw-coal", amount="1", unit="t"))
        (finding,) = (what for what in wrong_years(ports=ports) if KIND in what[0])
    assert finding[0] == "quota.E01.2026.v1"
    assert "is behind" in finding[1]
