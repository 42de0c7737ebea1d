"""What is made of a view is made once, and never of another one."""

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from taihang.interfaces.web.once_per_view import KEPT, once_per_view


@dataclass(frozen=True)
class View:
    """Equal views are still two: their figures are not compared."""

    number: int


def _told(view: View, word: str) -> tuple[int, str]:
    return view.number, word


def test_once_per_view__a_view_that_equals_another_is_written_anew() -> None:
    made: list[View] = []

    @once_per_view
    def written(view: View, word: str) -> tuple[int, str]:
        made.append(view)
        return _told(view, word)

    first = View(1)
    assert written(first, "zh") == written(first, "zh") == written(replace(first), "zh")

    assert len(made) == 2


def test_once_per_view__only_the_latest_are_kept() -> None:
    made: list[int] = []

    @once_per_view
    def written(view: View, word: str) -> tuple[int, str]:
        made.append(view.number)
        return _told(view, word)

    views = [View(number) for number in range(KEPT + 1)]

    for view in (*views, views[-1], views[0]):
        written(view, "zh")

    assert made == [*range(KEPT + 1), 0]


@given(st.lists(st.tuples(st.integers(0, 2 * KEPT), st.sampled_from(("zh", "en"))), max_size=300))
def test_once_per_view__is_the_function_itself_whatever_came_before(
    asked: list[tuple[int, str]],
) -> None:
    written = once_per_view(_told)

    # Views that end at once: their numbers in memory are given to others.
    assert [written(View(number), word) for number, word in asked] == asked
