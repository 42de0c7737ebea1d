from taihang.adapters.facts import load_facts
from taihang.standards.shanxi_2021_479 import SCHEDULE


def test_schedule__is_backed_by_facts_of_the_same_text_and_days() -> None:
    facts = [fact for fact in load_facts().all() if fact.set == SCHEDULE.family]

    assert len(facts) == 4
    assert {(fact.document, fact.valid_from, fact.valid_to) for fact in facts} == {
        (SCHEDULE.document, SCHEDULE.valid_from, SCHEDULE.valid_to)
    }


def test_schedule__sharp_hours_are_taken_out_of_the_peak() -> None:
    with_sharp, without = SCHEDULE.seasons

    assert with_sharp.sharp == ((18, 20),)
    assert with_sharp.months == (1, 7, 8, 12)
    assert (
        with_sharp.by_quarter(sharp_applies=False).tolist()
        == without.by_quarter(sharp_applies=True).tolist()
    )
