"""Simulated forms: the same in every run, taken at the door, with one gap and one correction."""

import csv
import io
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from taihang import wiring
from taihang.adapters.facts import load_facts
from taihang.adapters.forms.read_csv import read_csv
from taihang.adapters.system import FixedClock
from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.activity.form import Stated, read_form
from taihang.core.activity.item import ItemTable
from taihang.core.activity.question import unit_questions
from taihang.core.activity.record import ActivityRecord
from taihang.core.activity.version import judge_versions
from taihang.core.periods import instant_of_s, year
from taihang.interfaces.cli.form import hand_in_simulated
from taihang.interfaces.form_words import form_words
from taihang.services.hand_in import park_vocabulary
from taihang.simulator.forms import ABOVE_SCALE_MWH, forms_of, proven_parts, without

PARK = replace(read_park(template_text("changzhi"), source="changzhi"), media_meters={})
"""The park without its gas, heat and water meters: all is handed in."""
YEAR = [f"2026-{month:02d}" for month in range(1, 13)]


def rows(form: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(form.decode(), newline="")))[1:]


def records(form: bytes) -> list[ActivityRecord]:
    read = read_form(
        read_csv(form, name="f"),
        vocabulary=park_vocabulary(PARK, words=form_words(), items=ItemTable(load_facts())),
        stated=Stated(today=date(2027, 1, 1), known_at_s=0, evidence=()),
    )
    assert read.problems == []
    return [record for record, _ in read.lines]


@pytest.mark.parametrize("seed", [1, 7, 23])
def test_forms_of__a_year_has_one_gap_and_one_correction(seed: int) -> None:
    first, again = forms_of(PARK, months=YEAR, seed=seed)

    lines = records(first)
    n_series = len({line.series for line in lines})
    assert len(lines) == n_series * 12 - 1
    (corrected,) = records(again)
    (before,) = (line for line in lines if line.id == corrected.id)
    assert (corrected.version, corrected.amount < before.amount) == (2, True)
    assert judge_versions([(corrected, "A2")], held=lines).problems == ()


def test_forms_of__the_form_of_a_month_is_the_same_in_every_run_that_holds_it() -> None:
    year_form, month_form = (forms_of(PARK, months=of, seed=7)[0] for of in (YEAR, YEAR[4:5]))

    assert rows(month_form) == [row for row in rows(year_form) if row[2] == "2026-05"]
    assert forms_of(PARK, months=YEAR, seed=8)[0] != year_form


def test_forms_of__are_of_enterprises_above_scale_and_raise_no_question_of_units() -> None:
    lines = records(forms_of(PARK, months=YEAR, seed=7)[0])

    above = {
        each.id
        for each in PARK.enterprises.values()
        if (each.planned_mwh_per_year or 0) >= ABOVE_SCALE_MWH
    }
    assert {line.subject for line in lines} == above
    assert len(above) == 21
    assert list(unit_questions(lines)) == []


def test_forms_of__pass_on_as_much_heat_as_is_bought() -> None:
    lines = records(forms_of(PARK, months=YEAR, seed=7)[0])

    for month in YEAR:
        by_flow: dict[str, int] = {}
        for line in lines:
            if line.period == month and line.item in {"heat", "waste-heat"}:
                key = f"{line.item} {line.flow.value}"
                by_flow[key] = by_flow.get(key, 0) + int(line.amount)
        bought = by_flow["heat purchased"]
        assert bought > 0
        assert by_flow["heat supplied"] == by_flow["heat recovered"] == bought
        assert by_flow["heat consumed"] == by_flow["waste-heat recovered"] == bought
        assert by_flow["waste-heat recoverable"] > bought


def test_without__leaves_out_what_is_known() -> None:
    form, _ = forms_of(PARK, months=YEAR[:1], seed=7)
    ids = [row[0] for row in rows(form)]

    assert [row[0] for row in rows(without(form, ids=ids[1:]))] == ids[:1]
    assert rows(without(form, ids=ids)) == []


def test_hand_in_simulated__takes_ended_months_once_through_the_door(tmp_path: Path) -> None:
    wiring.make_park(tmp_path / "park", text=template_text("changzhi"))
    whole = year("2026", PARK.zone)
    clock = FixedClock(instant_of_s(whole.end_s - 40 * 86_400))
    with wiring.open_park(tmp_path / "park", writing=True, clock=clock) as ports:
        done = hand_in_simulated(ports, whole, seed=7)
        size = ports.journal.size
        again = hand_in_simulated(ports, whole, seed=7)
        counting = ports.registry.activity_records()
        other_world = hand_in_simulated(ports, whole, seed=8)

        assert {line.period for line in counting} == set(YEAR[:10])
        assert sum(len(each.new) for each in done) == len(counting) > 900
        assert again == []
        # What is held stays; another world fills the gap of the first and nothing else.
        assert sum(len(each.new) for each in other_world) <= 2
        assert ports.journal.size - size <= len(other_world)


def test_proven_parts__give_the_output_of_declared_products_their_files() -> None:
    form, _ = forms_of(PARK, months=["2026-09"], seed=7)

    parts = list(proven_parts(form, PARK))

    rows = [part.decode().splitlines()[1:] for part, _ in parts]
    assert sorted(row for part in rows for row in part) == sorted(form.decode().splitlines()[1:])
    files = [name for _, of_part in parts for name, _ in of_part]
    assert files == ["demo-ledger-and-line-E01.txt", "demo-ledger-and-agreement-E08.txt"]
    assert [row.split(",")[3] for part in rows[1:] for row in part] == [
        "product.lfp-cathode",
        "product.aluminium-profile",
    ]
    named = {
        sha
        for each in PARK.carbon.installations.values()
        for sha in (*each.link_evidence, *each.contract_evidence)
    }
    assert {sha256(data).hexdigest() for _, of_part in parts for _, data in of_part} == named
