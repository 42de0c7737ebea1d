"""What a rule does by itself: cover by later production, give out what waited, claim self-use."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

import certified_park
import small_park
from taihang.core.certificates.act import OPERATOR, Issuance
from taihang.core.certificates.issue import Issue
from taihang.services.certificate_parties import parties_of, services_of
from taihang.services.ports import Ports
from taihang.services.tend_certificates import tend_certificates

NOW_S = int(small_park.NOW.timestamp())


@pytest.fixture
def ports(tmp_path: Path) -> Generator[Ports]:
    root = small_park.make(tmp_path / "park", text=certified_park.text(self_use="claim"))
    with small_park.opened(root) as opened:
        certified_park.settled(opened)
        certified_park.corrected(opened, {1_300: 5})
        yield opened


def _next_month(ports: Ports) -> list[Issue]:
    """Issue the same lots once more, as if they were of another month."""
    tables = ports.registry.certificates
    made = [
        replace(one, id=one.id.replace("08", "09", 1), month="2026-09") for one in tables.issues()
    ]
    acts = [Issuance(id=f"issue:{one.id}", actor=OPERATOR, at_s=NOW_S, issue=one) for one in made]
    tables.apply(acts, parties=parties_of(ports.park), services=services_of(ports.park), sheets=())
    return made


def test_tend_certificates__covers_of_who_was_given_too_much_first(ports: Ports) -> None:
    tables = ports.registry.certificates
    assert tables.owed_wh() == {"PV01": 500}
    made = _next_month(ports)
    assert {state for issue, state, _ in tables.totals() if issue.startswith("2026-09")} == {
        "issued"
    }

    n_acts = tend_certificates(ports=ports)

    # One cover, three releases, three claims.
    assert n_acts == 7
    assert tables.owed_wh() == {}
    (cover,) = tables.acts_named("cover:")
    assert {piece.issue for piece in cover.moved} == {"2026-09.line.DL1.E01"}
    assert sum(piece.wh for piece in cover.moved) == 500
    totals = tables.totals()
    assert totals["2026-09.line.DL1.E01", "claimed", "E01"] == made[0].total_wh - 500
    assert totals["2026-09.pool.E02", "claimed", "E02"] == made[2].total_wh


def test_tend_certificates__with_nothing_due__does_nothing(ports: Ports) -> None:
    assert tend_certificates(ports=ports) == 0
