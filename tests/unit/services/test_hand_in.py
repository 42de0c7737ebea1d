"""Handing a form in: whole or not at all, and the same act when it is done again."""

from pathlib import Path

import pytest

import small_park
from taihang.adapters.forms.read_csv import read_csv
from taihang.adapters.stores.evidence import EvidenceFiles
from taihang.core.activity.form import FormRefusedError
from taihang.core.errors import TaihangError
from taihang.core.seal.activity_line import MAX_EVIDENCE
from taihang.core.seal.evidence_file import MAX_EVIDENCE_BYTES
from taihang.interfaces.form_words import form_words
from taihang.services.act_log import logged_events
from taihang.services.audit import audit
from taihang.services.hand_in import (
    EvidenceRefusedError,
    HandedFile,
    HandedIn,
    demand_fit,
    hand_in,
)
from taihang.services.ports import Ports

HEAD = "编号,主体,期间,项目,流向,数量,单位,版本,说明\n"
GAS = "a,E01,2026-06,天然气,消费,12.8,万标立方米,,\n"
WATER = "b,乙厂,2026-06,新水,购进,1200,吨,,\n"
PROOF = HandedFile("发票.pdf", b"invoice")


def given(*rows: str) -> HandedFile:
    return HandedFile("表.csv", (HEAD + "".join(rows)).encode())


def take(
    ports: Ports, *rows: str, evidence: tuple[HandedFile, ...] = (), store: bool = True
) -> HandedIn:
    file = given(*rows)
    sheet = read_csv(file.data, name=file.name)
    return hand_in(file, sheet, evidence=evidence, words=form_words(), ports=ports, store=store)


def n_events(ports: Ports) -> int:
    return sum(event.kind == "activity-handed-in" for _, event in logged_events(ports=ports))


def test_hand_in__keeps_lines_form_and_proof_and_logs_them(root: Path) -> None:
    with small_park.opened(root) as ports:
        done = take(ports, GAS, WATER, evidence=(PROOF, PROOF))

        lines = ports.registry.activity_lines()
        assert [line.id for line in lines] == ["a.v1", "b.v1"]
        assert [line.record.subject for line in lines] == ["E01", "E02"]
        assert {line.form for line in lines} == {done.form}
        assert {line.record.evidence for line in lines} == {(PROOF.sha256,)} == {done.evidence}
        assert ports.evidence.read(done.form) == given(GAS, WATER).data
        assert {f.name for f in ports.registry.evidence_files().values()} == {"表.csv", "发票.pdf"}
        assert n_events(ports) == 1
        assert audit(ports=ports).findings == []


def test_hand_in__again_is_the_same_act(root: Path) -> None:
    with small_park.opened(root) as ports:
        take(ports, GAS)
        size = ports.journal.size
        again = take(ports, GAS)
        # A longer form with the old line in it adds the new one only.
        more = take(ports, GAS, WATER)

        assert (again.new, len(again.known)) == ((), 1)
        assert [each.id for each in more.new] == ["b"]
        assert ports.journal.size == size + 1
        assert len(ports.registry.activity_records()) == 2


def test_hand_in__restates_a_line_under_its_next_version(root: Path) -> None:
    with small_park.opened(root) as ports:
        take(ports, GAS)
        with pytest.raises(FormRefusedError, match="version 2 with its reason"):
            take(ports, GAS.replace("12.8", "13.1"))
        take(ports, GAS.replace("12.8", "13.1").replace(",,\n", ",2,抄表错误\n"))

        assert [(r.version, str(r.amount)) for r in ports.registry.activity_records()] == [
            (1, "12.8"),
            (2, "13.1"),
        ]
        assert audit(ports=ports).findings == []


def test_hand_in__stores_nothing_of_a_form_with_one_fault(root: Path) -> None:
    with small_park.opened(root) as ports:
        size = ports.journal.size
        with pytest.raises(FormRefusedError) as refused:
            take(ports, GAS, WATER.replace("吨", "立方米"), WATER.replace("b,乙厂", "c,丙厂"))

        assert [each.where for each in refused.value.problems] == [
            "row 3, column 7",
            "row 4, column 2",
        ]
        assert ports.registry.activity_records() == []
        assert ports.evidence.hashes() == []
        assert ports.journal.size == size


def test_hand_in__looks_without_storing(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        assert len(take(ports, GAS, store=False).new) == 1
        assert ports.registry.activity_records() == []
        assert ports.evidence.hashes() == []


def die(*_args: object, **_named: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("target", "n_lines"),
    [
        ("taihang.adapters.registry.store.Registry.add_activity", 0),
        ("taihang.services.hand_in.log_acts", 2),
    ],
)
def test_hand_in__after_a_kill_at_any_step_is_handed_in_again(
    root: Path, monkeypatch: pytest.MonkeyPatch, target: str, n_lines: int
) -> None:
    with small_park.opened(root) as ports, monkeypatch.context() as patch:
        patch.setattr(target, die)
        with pytest.raises(KeyboardInterrupt):
            take(ports, GAS, WATER)
    with small_park.opened(root) as ports:
        assert len(ports.registry.activity_records()) == n_lines
        take(ports, GAS, WATER)

        assert len(ports.registry.activity_records()) == 2
        assert n_events(ports) == 1
        assert audit(ports=ports).findings == []


def test_hand_in__takes_no_line_whose_proof_the_disk_does_not_take(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: EvidenceFiles, _data: bytes) -> str:
        raise TaihangError(given="no room", expected="room", remedy="make room")

    with small_park.opened(root) as ports:
        monkeypatch.setattr(EvidenceFiles, "keep", full)
        with pytest.raises(TaihangError, match="no room"):
            take(ports, GAS, evidence=(PROOF,))

        assert ports.registry.activity_records() == []


@pytest.mark.parametrize(
    "evidence", [(HandedFile("a", b""),), tuple(HandedFile("a", b"x") for _ in range(65))]
)
def test_hand_in__refuses_empty_or_too_many_files(
    root: Path, evidence: tuple[HandedFile, ...]
) -> None:
    assert len(evidence) in {1, MAX_EVIDENCE + 1}
    with small_park.opened(root) as ports, pytest.raises(EvidenceRefusedError):
        take(ports, GAS, evidence=evidence)


def test_demand_fit__is_asked_before_a_file_is_read() -> None:
    demand_fit("a", MAX_EVIDENCE_BYTES)
    with pytest.raises(EvidenceRefusedError):
        demand_fit("a", MAX_EVIDENCE_BYTES + 1)
