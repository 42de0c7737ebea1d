"""What is taken back of a restated month: from the latest supplement first, each lot once."""

from collections.abc import Generator
from pathlib import Path

import pytest

import certified_park
import small_park
from taihang.core.certificates.act import OPERATOR, Correct, Withdraw
from taihang.core.certificates.act_document import open_act
from taihang.core.certificates.certificate import Piece
from taihang.services.ledger import act_once
from taihang.services.ports import Ports

AT = 1_300


@pytest.fixture
def ports(tmp_path: Path) -> Generator[Ports]:
    root = small_park.make(tmp_path / "park", text=certified_park.text())
    with small_park.opened(root) as opened:
        certified_park.settled(opened)
        yield opened


def _corrections(ports: Ports) -> list[Correct]:
    acts = [
        open_act(record.document.encode())
        for record in ports.registry.certificates.acts_named("correct:")
    ]
    return [act for act in acts if isinstance(act, Correct)]


def test_corrections__name_lot_and_reason(ports: Ports) -> None:
    certified_park.corrected(ports, {AT: 5})

    acts = _corrections(ports)

    assert [act.issue for act in acts] == ["2026-08.pool.E01", "2026-08.pool.E02"]
    assert sum(lot.less_wh for act in acts for lot in act.lots) == 500
    assert {act.reason for act in acts} == {"restated: journal 2 to 3"}
    assert {lot.plant for act in acts for lot in act.lots} == {"PV01"}


def test_corrections__of_what_a_supplement_gave__take_it_from_the_supplement(ports: Ports) -> None:
    for by in (5, 0, 5):
        certified_park.corrected(ports, {AT: by})

    acts = _corrections(ports)

    assert [act.issue for act in acts] == [
        "2026-08.pool.E01",
        "2026-08.pool.E02",
        "2026-08.pool.E01.v2",
        "2026-08.pool.E02.v2",
    ]


def test_corrections__of_what_an_operator_took_back__do_not_take_it_twice(ports: Ports) -> None:
    tables = ports.registry.certificates
    made = tables.issues()[2]
    act_once(
        Withdraw(
            id="by-hand",
            actor=OPERATOR,
            at_s=int(small_park.NOW.timestamp()),
            reason="a mistake",
            pieces=(Piece(made.id, 0, made.total_wh),),
        ),
        ports=ports,
    )

    certified_park.corrected(ports, {AT: 5})

    assert [act.issue for act in _corrections(ports)] == ["2026-08.pool.E01"]
    assert tables.owed_wh() == {}
