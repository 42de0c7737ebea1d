from taihang.adapters.facts import load_facts
from taihang.standards.shanxi_2026_15 import HOLIDAYS, SCHEDULE


def test_schedule__is_backed_by_facts_of_the_same_text_and_days() -> None:
    facts = [fact for fact in load_facts().all() if fact.set == SCHEDULE.family]

    assert len(facts) == 5
    assert {fact.document for fact in facts} == {SCHEDULE.document}
    assert {(fact.valid_from, fact.valid_to) for fact in facts} == {
        (SCHEDULE.valid_from, SCHEDULE.valid_to)
    }


def test_schedule__hours_of_each_season() -> None:
    hours = {
        season.name: [
            sum(last - first for first, last in spans)
            for spans in (season.sharp, season.peak, season.flat, season.valley)
        ]
        for season in SCHEDULE.seasons
    }

    assert hours == {
        "spring": [0, 9, 6, 9],
        "summer": [3, 5, 8, 8],
        "autumn": [0, 9, 8, 7],
        "winter": [3, 6, 7, 8],
    }
    assert len(HOLIDAYS) == 3
