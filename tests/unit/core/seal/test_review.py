"""The steps of a review: their order, who may take them, what sending back undoes."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.errors import InputError, StateError
from taihang.core.seal.canonical import DocumentError
from taihang.core.seal.review import (
    MAX_REMARK,
    MAX_WHO,
    ReviewOrderError,
    SamePersonError,
    Signature,
    State,
    Step,
    UnsignedReviewError,
    demand_may_sign,
    holding,
    open_review,
    person_of,
    standing_of,
)

HASH = "ab" * 32
IN_ORDER = (Step.PREPARED, Step.CHECKED, Step.VERIFIED, Step.LOCKED)


def signed(step: Step, who: str, *, at_s: int = 0) -> Signature:
    return Signature(
        statement="inventory.E01.2026.v1",
        sha256=HASH,
        step=step,
        who=who,
        role="energy manager",
        remark="looked at every line",
        at_s=at_s,
    )


def whole(*people: str) -> list[Signature]:
    return [signed(step, who) for step, who in zip(IN_ORDER, people, strict=False)]


def test_standing_of__walks_the_states_in_their_order() -> None:
    signatures = whole("A", "B", "C", "B")

    states = [standing_of(signatures[:n])[0] for n in range(5)]

    assert states == [State.DRAFT, State.PREPARED, State.CHECKED, State.VERIFIED, State.LOCKED]


@given(st.lists(st.tuples(st.sampled_from(Step), st.sampled_from("ABCD")), max_size=8))
def test_standing_of__never_reaches_a_lock_without_three_people(
    given_steps: list[tuple[Step, str]],
) -> None:
    counting: list[Signature] = []
    for step, who in given_steps:
        try:
            standing_of([*counting, signed(step, who)])
        except (InputError, StateError):
            continue  # Refused: it is not stored, and the next one is tried.
        counting.append(signed(step, who))

    state, signatures = standing_of(counting)

    assert [each.step for each in signatures] == list(IN_ORDER[: len(signatures)])
    people = {each.step: each.person for each in signatures}
    for one, other in ((Step.PREPARED, Step.CHECKED), (Step.PREPARED, Step.VERIFIED)):
        assert one not in people or people.get(other) != people[one]
    assert people.get(Step.CHECKED) is None or people.get(Step.VERIFIED) != people[Step.CHECKED]
    assert state is not State.LOCKED or people[Step.LOCKED] != people[Step.PREPARED]


def test_demand_may_sign__takes_only_the_next_step() -> None:
    n_taken = 0
    for n_before, step in product(range(5), Step):
        after = tuple(whole("A", "B", "C", "D")[:n_before])
        follows = n_before < 4 and step is IN_ORDER[n_before]
        if follows or (step is Step.RETURNED and 0 < n_before < 4):
            demand_may_sign(signed(step, "E"), after=after)
            n_taken += 1
            continue
        with pytest.raises(ReviewOrderError):
            demand_may_sign(signed(step, "E"), after=after)
    assert n_taken == 7


@pytest.mark.parametrize("same", ["Li Wei", "LI  WEI", "Ｌi Wei", " li wei "])
def test_demand_may_sign__knows_a_person_however_the_name_is_written(same: str) -> None:
    with pytest.raises(SamePersonError, match="four-eyes"):
        demand_may_sign(signed(Step.CHECKED, same), after=tuple(whole("Li Wei")))


@pytest.mark.parametrize(
    ("people", "step", "who"),
    [("A", Step.CHECKED, "A"), ("AB", Step.VERIFIED, "A"), ("AB", Step.VERIFIED, "B"),
     ("ABC", Step.LOCKED, "A")],
)  # fmt: skip
def test_demand_may_sign__refuses_the_same_person(people: str, step: Step, who: str) -> None:
    with pytest.raises(SamePersonError):
        demand_may_sign(signed(step, who), after=tuple(whole(*people)))


def test_standing_of__sent_back_frees_the_people_and_begins_again() -> None:
    back = [*whole("A", "B"), signed(Step.RETURNED, "C")]

    assert standing_of(back) == (State.DRAFT, ())
    assert standing_of([*back, signed(Step.PREPARED, "B")])[0] is State.PREPARED


def test_signature__reads_back_what_it_wrote() -> None:
    signature = signed(Step.CHECKED, "李伟", at_s=5)
    assert open_review(signature.body(), at_s=5) == signature


@pytest.mark.parametrize("field", ["who", "role", "remark"])
@pytest.mark.parametrize("words", ["", "  ", "two\nlines", "x" * (MAX_REMARK + 1)])
def test_signature__refuses_texts_that_nobody_could_answer_for(field: str, words: str) -> None:
    with pytest.raises(UnsignedReviewError, match=field):
        replace(signed(Step.PREPARED, "A"), **{field: words})


def test_signature__takes_a_name_up_to_its_limit() -> None:
    assert signed(Step.PREPARED, "n" * MAX_WHO).who
    with pytest.raises(UnsignedReviewError):
        signed(Step.PREPARED, "n" * (MAX_WHO + 1))


def test_open_review__refuses_an_unknown_step_or_field() -> None:
    body = signed(Step.PREPARED, "A").body()
    with pytest.raises(DocumentError, match="step"):
        open_review({**body, "step": "approved"}, at_s=0)
    with pytest.raises(DocumentError):
        open_review({**body, "more": "x"}, at_s=0)


@given(st.text(max_size=20))
def test_person_of__folds_once_for_all(name: str) -> None:
    assert person_of(person_of(name)) == person_of(name)


@given(
    st.lists(st.tuples(st.sampled_from(Step), st.sampled_from("ABCD"), st.booleans()), max_size=8)
)
def test_holding__counts_what_the_rules_allow_and_hides_nothing(
    steps: list[tuple[Step, str, bool]],
) -> None:
    every = [
        replace(signed(step, who), sha256=HASH if is_of_text else "cd" * 32)
        for step, who, is_of_text in steps
    ]

    state, counting, refused = holding(every, sha256=HASH)

    assert standing_of(counting) == (state, counting)
    assert all(one.sha256 == HASH for one in counting)
    sent_back = sum(one.step is Step.RETURNED for one in every)
    assert len(counting) + len(refused) <= len(every)
    assert sent_back or len(counting) + len(refused) == len(every)
