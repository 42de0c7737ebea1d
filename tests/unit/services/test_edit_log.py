"""What was changed after the fact: was, is, why and who, each with its place in the log."""

from pathlib import Path

import restated_park
import small_park
from activity_kit import record
from small_park import DAY
from taihang.core.seal.act import PARK_FILE
from taihang.core.seal.activity_line import ActivityLine
from taihang.core.seal.review import Step
from taihang.services.act_log import log_acts
from taihang.services.correct import correct
from taihang.services.edit_log import Edit, EditGroup, edit_log
from taihang.services.keys import revoke, rotate_gateway
from taihang.services.ports import Ports


def of(ports: Ports, kind: str) -> list[Edit]:
    return [edit for edit in edit_log(ports=ports) if edit.kind == kind]


def test_edit_log__of_a_new_park_holds_its_file_and_its_keys(root: Path) -> None:
    with small_park.opened(root) as ports:
        log_acts(ports=ports)
        found = edit_log(ports=ports)

    assert {edit.kind for edit in found} == {"park-file", "key-enrolled"}
    assert [edit.lines for edit in found if edit.kind == PARK_FILE] == [()]


def test_edit_log__a_restatement_says_was_is_why_and_its_leaf(root: Path) -> None:
    with small_park.opened(root) as ports:
        restated_park.locked_and_restated(ports, {Step.PREPARED: "Zhang Min"})
        log_acts(ports=ports)
        (edit,) = [e for e in of(ports, "restated") if e.subject == f"{restated_park.NAME}.v2"]
        reviewed = of(ports, "statement-reviewed")
        before = ports.registry.statement(f"{restated_park.NAME}.v1")
        leaf = edit.leaf

    assert edit.group is EditGroup.STATEMENTS
    assert edit.was != edit.now
    assert edit.was.endswith(" kWh")
    assert edit.was.split()[0] in before.document
    assert "M-E02" in edit.why
    assert leaf is not None
    assert [(each.who, each.now) for each in reviewed] == [("Zhang Min", "prepared")]


def test_edit_log__a_settlement_is_named_by_its_local_days(root: Path) -> None:
    with small_park.opened(root) as ports:
        restated_park.locked_and_restated(ports, {})
        log_acts(ports=ports)
        again = of(ports, "period-settled")

    assert [edit.subject for edit in again] == ["2026-08-01 … 2026-08-31"]


def test_edit_log__a_correction_says_who_and_why(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        block = small_park.cut(small_park.registers("M-E01", DAY), 40, 41)
        lost = small_park.but(block, [0])
        small_park.revise(ports, lost, sent_at_s=DAY.end_s + 3_600)
        (receipt,) = correct(block, reason="read on site", who="Li Wei", ports=ports)
        (edit,) = of(ports, "corrected")

    assert (edit.group, edit.who, edit.why) == (EditGroup.READINGS, "Li Wei", "read on site")
    assert edit.leaf == receipt.leaf_index
    assert edit.subject == "import/1"


def test_edit_log__a_park_file_shows_the_lines_that_changed(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        log_acts(ports=ports)
    path = root / "park.toml"
    path.write_text(path.read_text().replace("transformer_kva = 2000", "transformer_kva = 2500"))
    with small_park.opened(root) as ports:
        log_acts(ports=ports)
        newest, first = of(ports, PARK_FILE)

    assert newest.lines == ("-transformer_kva = 2000", "+transformer_kva = 2500")
    assert (first.lines, newest.was) == ((), first.now)


def test_edit_log__keys_that_changed_or_were_revoked(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        log_acts(ports=ports)
        rotate_gateway("GW2", overlap_days=1, key=None, signature=None, ports=ports)
        revoke("GW2", ordinal=1, reason="stolen", ports=ports)
        log_acts(ports=ports)
        (rotated,), (revoked,) = of(ports, "key-rotated"), of(ports, "key-revoked")

    assert rotated.subject == "gateway:GW2"
    assert rotated.was != rotated.now
    assert (revoked.subject, revoked.why) == ("gateway:GW2#1", "stolen")


def test_edit_log__a_line_of_activity_data_that_was_given_again(root: Path) -> None:
    with small_park.opened(root) as ports:
        for version, amount in ((1, "10"), (2, "12")):
            line = record("L", amount=amount, version=version, reason="meter misread")
            ports.registry.add_activity([ActivityLine(line, None)])
        (edit,) = of(ports, "activity-version")

    assert edit.was.startswith("10 ")
    assert edit.now.startswith("12 ")
    assert edit.why == "meter misread"


def test_edit_log__the_newest_first_and_no_more_than_asked_for(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        log_acts(ports=ports)
        every = edit_log(ports=ports)
        two = edit_log(ports=ports, most=2)

    assert len(every) > 2
    assert two == every[:2]
    assert [e.at_s for e in every] == sorted((e.at_s for e in every), reverse=True)
