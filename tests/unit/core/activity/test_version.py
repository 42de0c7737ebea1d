"""A retry adds nothing, a correction says so itself, and no amount is said twice."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity_kit import record
from taihang.core.activity.book import ActivityBook
from taihang.core.activity.record import ActivityRecord
from taihang.core.activity.version import judge_versions, says_the_same

A = record("a", period="2026-06")
B = record("b", period="2026-07")


def judged(*lines: ActivityRecord, held: tuple[ActivityRecord, ...] = ()) -> list[str]:
    found = judge_versions([(each, f"A{n}") for n, each in enumerate(lines, 2)], held=held)
    return [each.told for each in found.problems]


def test_judge_versions__takes_a_first_form_and_knows_it_when_it_comes_again() -> None:
    first = judge_versions([(A, "A2"), (B, "A3")], held=[])
    again = judge_versions([(replace(A, known_at_s=9), "A2"), (B, "A3")], held=first.new)

    assert (first.new, first.known, first.problems) == ((A, B), (), ())
    assert (again.new, len(again.known), again.problems) == ((), 2, ())


def test_judge_versions__takes_a_correction_as_the_next_version_only() -> None:
    other = record("a", amount="13", version=2, reason="read again")

    assert judge_versions([(other, "A2")], held=[A]).new == (other,)
    assert "said otherwise before: 12.8 10⁴Nm³" in judged(record("a", amount="13"), held=(A,))[0]
    assert "whose last one is 1" in judged(replace(other, version=3), held=(A,))[0]
    assert "which nobody has said" in judged(other)[0]


def test_judge_versions__does_not_let_an_old_form_undo_a_correction() -> None:
    held = (A, record("a", amount="13", version=2, reason="read again"))
    stale = record("a", amount="14", version=2, reason="from an old copy")

    assert judge_versions([(A, "A2")], held=held).known == (A,)
    assert "version 3 with its reason" in judged(stale, held=held)[0]


def test_judge_versions__finds_an_amount_that_is_said_twice() -> None:
    same_month, year = record("c", period="2026-06"), record("y", period="2026")

    assert "'c' speaks of 2026-06, 'a' of 2026-06" in judged(same_month, held=(A,))[0]
    assert "'y' speaks of 2026, 'a' of 2026-06" in judged(year, held=(A,))[0]
    assert "'a' speaks of 2026-06, 'y' of 2026" in judged(A, held=(year,))[0]
    assert len(judged(A, same_month)) == 2
    assert judged(A, B, record("n", period="2025")) == []
    assert judged(A, record("d", item="diesel", unit="t")) == []


def test_judge_versions__takes_a_line_that_moves_away_from_an_overlap() -> None:
    moved = record("c", period="2026-08", version=2, reason="wrong month")

    assert judged(moved, held=(record("c", period="2026-06"), A)) == []


def test_judge_versions__refuses_a_line_twice_on_one_form() -> None:
    assert "the line 'a' again, as in A2" in judged(A, A)[0]


@pytest.mark.parametrize(
    "other",
    [
        record("a", amount="12.80"),
        record("a", reason="another word"),
        replace(A, known_at_s=77),
    ],
)
def test_says_the_same__whenever_and_why_it_was_said(other: ActivityRecord) -> None:
    assert says_the_same(A, other)


@pytest.mark.parametrize(
    "other",
    [
        None,
        record("a", amount="12.81"),
        record("a", unit="m³"),
        record("a", subject="E02"),
        record("a", evidence=("ab" * 32,)),
        record("a", uncertainty_ratio="0.05"),
    ],
)
def test_says_the_same__is_not_said_of_other_content(other: ActivityRecord | None) -> None:
    assert not says_the_same(A, other)


LINES = st.builds(
    record,
    st.sampled_from("abc"),
    period=st.sampled_from(["2026", "2026-06", "2026-07"]),
    amount=st.sampled_from(["1", "2"]),
    version=st.integers(1, 3),
)


@given(st.lists(st.lists(LINES, max_size=4), max_size=5))
def test_judge_versions__never_lets_in_what_the_book_would_refuse(
    forms: list[list[ActivityRecord]],
) -> None:
    held: list[ActivityRecord] = []
    for form in forms:
        found = judge_versions([(each, "A1") for each in form], held=held)
        if not found.problems:
            held += found.new
            assert judge_versions([(each, "A1") for each in form], held=held).new == ()
    ids = [(each.id, each.version) for each in held]
    assert len(set(ids)) == len(ids)
    # Every version follows the one before it, and the book takes them all.
    assert all(version == 1 or (id_, version - 1) in ids for id_, version in ids)
    ActivityBook(held)


def test_judge_versions__an_old_form_brings_a_withdrawn_line_not_back() -> None:
    back = replace(A, version=2, reason="wrong site", withdrawn_by="Li Wei")
    again = replace(A, version=3, reason="right after all")
    other = record("other", period=A.period)

    assert "Li Wei withdrew: wrong site" in judged(A, held=(A, back))[0]
    assert judge_versions([(again, "A2")], held=[A, back]).new == (again,)
    assert judged(other, held=(A,)) != []
    assert judged(other, held=(A, back)) == []
