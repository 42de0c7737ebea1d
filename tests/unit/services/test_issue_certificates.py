"""Certificates of settled months: whole, once, and right again after every restatement."""

from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

import pytest

import certified_park
import small_park
import topology_park
from small_park import AUGUST, JUNE
from taihang.core.balance.matching import RouteKind
from taihang.core.certificates.act import Claim
from taihang.core.certificates.certificate import demand_partition
from taihang.core.certificates.double_issue import Doubled, DoubleIssueGuardError
from taihang.core.certificates.issue import lots_of_issue
from taihang.core.certificates.refusal import UnknownHolderError
from taihang.core.certificates.sheet import open_sheet
from taihang.core.park.assets import Plant
from taihang.core.park.park import Park
from taihang.services import issue_certificates as issuing
from taihang.services import month_sheet
from taihang.services.certificate_balance import month_balances
from taihang.services.certificate_parties import parties_of, services_of
from taihang.services.close_period import close_period
from taihang.services.issue_certificates import issue_certificates
from taihang.services.matched import shares_of
from taihang.services.month_sheet import sheet_of_month, whole_sheet
from taihang.services.ports import Ports
from taihang.services.settle import settle

AT = 1_300
"""An interval before which more load than generation is left."""


@pytest.fixture
def held(tmp_path: Path) -> Generator[Ports]:
    yield from _opened(tmp_path, "hold")


@pytest.fixture
def claimed(tmp_path: Path) -> Generator[Ports]:
    yield from _opened(tmp_path, "claim")


def _opened(folder: Path, self_use: str) -> Generator[Ports]:
    root = small_park.make(folder / "park", text=certified_park.text(self_use=self_use))
    with small_park.opened(root) as ports:
        certified_park.settled(ports)
        yield ports


def _by_state(ports: Ports) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for (_, state, _), wh in ports.registry.certificates.totals().items():
        found[state] = found.get(state, 0) + wh
    return found


def _matched_wh(ports: Ports) -> int:
    return sum(int(share.given_wh.sum()) for share in shares_of(AUGUST, ports=ports).shares)


def _demand_closed(ports: Ports) -> None:
    """What is certified, less what is owed, is what the month is made of as it is settled now."""
    tables = ports.registry.certificates
    for made in tables.issues():
        demand_partition(tables.certificates(made.id), issue=made.id, total_wh=made.total_wh)
        lots_of_issue(made, open_sheet(tables.sheet(made.sheet_sha256)))
    states = _by_state(ports)
    standing_wh = sum(states.values()) - states.get("withdrawn", 0)
    owed_wh = sum(tables.owed_wh().values())
    covered_wh = sum(
        sum(piece.wh for piece in record.moved) for record in tables.acts_named("cover:")
    )
    lost_wh = sum(
        lot_wh
        for record in tables.acts_named("correct:")
        for lot_wh in [int(item[4]) for item in _lots(record.document)]
    )
    issued_wh = sum(made.total_wh for made in tables.issues())
    assert issued_wh - lost_wh == _matched_wh(ports)
    assert standing_wh == _matched_wh(ports) + owed_wh
    assert covered_wh >= 0


def _lots(document: str) -> list[list[int]]:
    inside = document.split('"lots":[')[1].split("]],", maxsplit=1)[0].strip("[]")
    return [
        [0, *(int(part) for part in text.split(",")[1:])] for text in inside.split("],[") if text
    ]


def test_close_period__issues_what_was_matched_once(held: Ports) -> None:
    tables = held.registry.certificates

    again = issue_certificates(AUGUST, ports=held)

    assert [made.id for made in tables.issues()] == [
        "2026-08.line.DL1.E01",
        "2026-08.pool.E01",
        "2026-08.pool.E02",
    ]
    assert (again.issues, again.corrected, again.refused) == ([], [], [])
    assert _by_state(held) == {"held": _matched_wh(held)}
    assert {made.journal_size for made in tables.issues()} == {held.journal.size}
    _demand_closed(held)


def test_close_period__where_park_toml_says_so__claims_for_who_used_it(claimed: Ports) -> None:
    assert _by_state(claimed) == {"claimed": _matched_wh(claimed)}
    assert {h for _, _, h in claimed.registry.certificates.totals()} == {"E01", "E02"}


def test_restatement__of_what_is_held__is_withdrawn_to_the_watt_hour(held: Ports) -> None:
    before_wh = _matched_wh(held)

    certified_park.corrected(held, {AT: 5})

    lost_wh = before_wh - _matched_wh(held)
    assert lost_wh == 500
    assert _by_state(held) == {"held": before_wh - 500, "withdrawn": 500}
    assert held.registry.certificates.owed_wh() == {}
    _demand_closed(held)


def test_restatement__of_what_is_claimed__is_owed_and_then_covered(claimed: Ports) -> None:
    before_wh = _matched_wh(claimed)
    tables = claimed.registry.certificates

    certified_park.corrected(claimed, {AT: 5})
    owed_wh = tables.owed_wh()
    certified_park.corrected(claimed, {AT: 0})

    assert owed_wh == {"PV01": 500}
    # What was gained back is later production of the plant: it covers, and nothing is given out.
    assert tables.owed_wh() == {}
    assert _by_state(claimed) == {"claimed": before_wh, "withdrawn": 500}
    assert [made.id for made in tables.issues()][-1].endswith(".v2")
    _demand_closed(claimed)


def test_restatement__gained_again__is_a_supplement(held: Ports) -> None:
    before_wh = _matched_wh(held)

    certified_park.corrected(held, {AT: 5})
    certified_park.corrected(held, {AT: 0})
    certified_park.corrected(held, {AT: 5})

    tables = held.registry.certificates
    assert [made.id for made in tables.issues()][3:] == [
        "2026-08.pool.E01.v2",
        "2026-08.pool.E02.v2",
    ]
    # The supplement gives first: of it nothing is left.
    assert _by_state(held) == {"held": before_wh - 500, "withdrawn": 1_000}
    _demand_closed(held)


def test_restatement__after_a_sale__leaves_the_documents_of_old_issues_as_they_were(
    held: Ports,
) -> None:
    tables = held.registry.certificates
    made = tables.issues()[2]
    sheet = tables.sheet(made.sheet_sha256)

    certified_park.corrected(held, {AT: 5})

    assert tables.issues()[2] == made
    assert tables.sheet(made.sheet_sha256) == sheet
    assert lots_of_issue(made, open_sheet(sheet)).total_wh == made.total_wh
    now = whole_sheet("2026-08", ports=held)
    assert now is not None
    assert now.sha256 == sheet_of_month("2026-08", ports=held).sha256


def test_issue_certificates__of_a_month_that_is_not_whole__waits(tmp_path: Path) -> None:
    text = certified_park.text().replace('since = "2026-08"', 'since = "2026-06"')
    root = small_park.make(tmp_path / "park", text=text)
    with small_park.opened(root) as ports:
        small_park.fill(ports, small_park.DAY)
        settle(small_park.DAY, ports=ports)

        done = issue_certificates(JUNE, ports=ports)

        assert (done.issues, done.refused) == ([], [])
        assert ports.registry.certificates.issues() == []


@pytest.mark.parametrize(
    "text", [small_park.PARK, certified_park.text().replace('"2026-08"', '"2026-09"')]
)
def test_issue_certificates__without_a_table_or_before_it_begins__issues_none(
    tmp_path: Path, text: str
) -> None:
    root = small_park.make(tmp_path / "park", text=text)
    with small_park.opened(root) as ports:
        certified_park.settled(ports)

        assert ports.registry.certificates.issues() == []
        assert ports.registry.certificates.act_roll() == []


def test_issue_certificates__what_a_guard_finds__is_said_and_nothing_is_issued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = (Doubled("PV01 and PV02 have one project code", ("PV01", "PV02")),)

    def doubled(plants: Sequence[Plant]) -> tuple[Doubled, ...]:
        assert plants
        return found

    monkeypatch.setattr(month_sheet, "one_plant_twice", doubled)
    root = small_park.make(tmp_path / "park", text=certified_park.text())
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        settle(AUGUST, ports=ports)

        done = issue_certificates(AUGUST, ports=ports)

        assert done.issues == []
        assert ports.registry.certificates.sheets("2026-08") == []
        assert [(name, type(error)) for name, error in done.refused] == [
            ("2026-08", DoubleIssueGuardError)
        ]


def test_issues__of_energy_used_in_the_park__are_not_tradable(held: Ports) -> None:
    for made in held.registry.certificates.issues():
        assert made.route.kind in {RouteKind.LINE, RouteKind.POOL}
        assert made.kind.value == "non-tradable"
        assert made.expires_s == small_park.month("2028-08", small_park.ZONE).start_s


def test_acts__of_others__are_judged_by_the_park(held: Ports) -> None:
    now_s = int(small_park.NOW.timestamp())
    claim = Claim(
        id="mine",
        actor="E01",
        at_s=now_s,
        purpose="p",
        beneficiary="E01",
        period="2026-08",
        wh=1_000,
        pieces=(),
    )
    told = held.registry.certificates.apply(
        [claim], parties=parties_of(held.park), services=services_of(held.park)
    )

    assert told[0].wh == 1_000


def test_issue_certificates__of_storage__claims_what_was_charged_first(tmp_path: Path) -> None:
    text = certified_park.text(base=topology_park.text()).replace('"2026-08"', '"2026-06"')
    root = small_park.make(tmp_path / "park", text=text)
    with small_park.opened(root) as ports:
        topology_park.fill(ports, JUNE)
        settle(JUNE, ports=ports)

        done = issue_certificates(JUNE, ports=ports)

        tables = ports.registry.certificates
        totals = tables.totals()
        order = [record.id for record in tables.acts()]
        (balance,) = month_balances(["2026-06"], ports=ports)
        released = tables.issues()[-1]

    charge, storage = "2026-06.charge.park.B1", "2026-06.storage.B1.E02"
    assert (done.issues[-1], done.refused) == (storage, [])
    assert order.index(f"rule:{charge}:0") < order.index(f"issue:{storage}")
    assert (released.cancels, released.kind.value) == ((charge,), "no-gec")
    assert totals[charge, "claimed", "B1"] > totals[storage, "held", "E02"] > 0
    assert totals["2026-06.feed-in.G1.PV01", "held", "PV01"] > 0
    assert balance.difference_wh == 0
    assert dict(balance.released_wh) == {"held": totals[storage, "held", "E02"]}


def test_issue_certificates__that_the_ledger_refuses__says_why_and_settling_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(park: Park) -> frozenset[str]:
        assert park.users
        return frozenset()

    monkeypatch.setattr(issuing, "parties_of", nobody)
    root = small_park.make(tmp_path / "park", text=certified_park.text())
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)

        closed = close_period(AUGUST, ports=ports)

        assert [type(error) for _, error in closed.issued.refused] == [UnknownHolderError]
        assert ports.registry.certificates.sheets("2026-08") == []
        assert closed.accounted.n_new > 0
