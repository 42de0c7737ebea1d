"""What was told a moment ago is not told again."""

from taihang.interfaces.accounts.lately import KEPT, WITHIN_S, Lately


def test_is_new__once_a_minute_for_each_words() -> None:
    now_s = 0.0
    lately = Lately(now_s=lambda: now_s)
    assert lately.is_new("a")
    now_s = WITHIN_S - 1
    assert not lately.is_new("a")
    assert lately.is_new("b")
    now_s = WITHIN_S
    assert lately.is_new("a")
    assert not lately.is_new("a")


def test_is_new__forgets_the_oldest_when_there_are_too_many() -> None:
    lately = Lately(now_s=lambda: 0.0)
    for n in range(KEPT + 1):
        assert lately.is_new(f"words {n}")

    assert lately.is_new("words 0")
    assert not lately.is_new(f"words {KEPT}")
