"""The words about where statements stand."""

from dataclasses import replace

import pytest

from taihang.core.seal.issued import IssuedStatement
from taihang.core.seal.review import Signature, State, Step
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.standing import counts_of, standing_facts, state_in, warnings_of
from taihang.services.restatements import Restatement
from taihang.services.review import Standing

ISSUED = IssuedStatement(
    "inventory.E01.2026", 2, "inventory", "E01", "2026", '{"reason":"fact x: 1 → 2"}'
)
NEXT = Restatement("inventory.E01.2026.v2", "inventory.E01.2026.v3", None, "7", "tCO2", "rule x")


def standing(state: State, *, later: bool = False, locked: bool = False) -> Standing:
    """A statement in a state."""
    before = ("inventory.E01.2026.v1",) if locked else ()
    return Standing(ISSUED, state, (), (), (NEXT,) if later else (), before)


@pytest.mark.parametrize("lang", LANGS)
def test_warnings_of__tells_what_is_not_in_force_and_nothing_else(lang: Lang) -> None:
    assert warnings_of([standing(State.LOCKED)], lang) == ()
    (later,) = warnings_of([standing(State.LOCKED, later=True)], lang)
    assert "v3" in later
    assert "– → 7 tCO2" in later
    assert "rule x" in later
    (before,) = warnings_of([standing(State.DRAFT, locked=True)], lang)
    assert "v1" in before
    assert "1 → 2" in before
    assert len(warnings_of([standing(State.DRAFT, later=True, locked=True)], lang)) == 1


@pytest.mark.parametrize("lang", LANGS)
def test_warnings_of__names_who_signed_what_does_not_hold(lang: Lang) -> None:
    bad = Signature(
        statement=ISSUED.id, sha256="0", step=Step.LOCKED, who="Li", role="x", remark="x", at_s=0
    )
    (told,) = warnings_of([replace(standing(State.DRAFT), refused=(bad, bad))], lang)

    assert told.count("Li") == 1
    assert "taihang audit" in told


def test_counts_of__names_only_states_that_are_there() -> None:
    found = [standing(State.LOCKED), standing(State.DRAFT), standing(State.DRAFT)]
    assert counts_of(found, "en") == "2 draft, 1 locked"
    assert counts_of([], "zh") == ""


@pytest.mark.parametrize("lang", LANGS)
def test_state_in__has_a_word_for_every_state(lang: Lang) -> None:
    assert len({state_in(state, lang) for state in State}) == len(State)


def test_standing_facts__names_the_text_by_its_hash() -> None:
    facts = standing_facts(standing(State.DRAFT, later=True))
    assert facts["later"] == [
        {
            "statement": NEXT.now,
            "was_value": None,
            "now_value": "7",
            "unit": "tCO2",
            "reason": "rule x",
        }
    ]
    assert len(str(facts["sha256"])) == 64
