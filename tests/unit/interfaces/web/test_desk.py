"""The desk answers each question once, forgets when the ground moves, and has a bound."""

import pytest

from taihang.interfaces.web.desk import KEPT, RETRY_AFTER_S, WORKED_OUT, BusyError, Desk


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Work:
    """Counts what was worked out."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def __call__(self, question: str) -> str | None:
        self.done.append(question)
        return None if question == "nothing" else question.upper()


def test_answer__is_worked_out_once_also_where_there_is_none() -> None:
    desk, work = Desk[str | None](now_s=Clock()), Work()

    for _ in range(3):
        assert desk.answer("a", ground=1, work_out=work) == "A"
        assert desk.answer("nothing", ground=1, work_out=work) is None

    assert work.done == ["a", "nothing"]


def test_answer__is_forgotten_when_what_it_rests_on_is_another() -> None:
    desk, work = Desk[str | None](now_s=Clock()), Work()

    desk.answer("a", ground=1, work_out=work)
    desk.answer("a", ground=2, work_out=work)

    assert work.done == ["a", "a"]


def test_answer__of_more_than_so_many_a_minute_is_refused_and_old_ones_are_given() -> None:
    clock, work = Clock(), Work()
    desk = Desk[str | None](now_s=clock)
    for n in range(WORKED_OUT):
        desk.answer(f"q{n}", ground=1, work_out=work)

    with pytest.raises(BusyError, match="60 look-ups"):
        desk.answer("one more", ground=1, work_out=work)
    assert desk.answer("q0", ground=1, work_out=work) == "Q0"
    clock.now_s = RETRY_AFTER_S
    assert desk.answer("one more", ground=1, work_out=work) == "ONE MORE"
    assert len(work.done) == WORKED_OUT + 1


def test_answer__keeps_the_last_so_many() -> None:
    clock, work = Clock(), Work()
    desk = Desk[str | None](now_s=clock)
    for n in range(KEPT + 1):
        clock.now_s += RETRY_AFTER_S
        desk.answer(f"q{n}", ground=1, work_out=work)

    clock.now_s += RETRY_AFTER_S
    desk.answer("q1", ground=1, work_out=work)
    assert len(work.done) == KEPT + 1
    desk.answer("q0", ground=1, work_out=work)
    assert work.done[-1] == "q0"
