"""What a stretch of a journal that holds no record says of itself."""

from taihang.core.tlog.record import ALTERED, Damage


def test_is_unreadable__tells_what_a_crash_may_leave_from_a_record_in_the_wrong_place() -> None:
    torn = Damage(3, "segment", 10, 20, b"torn")
    moved = Damage(3, "segment", 10, 20, b"whole", "record 3 stands here again")

    assert (torn.what, torn.is_unreadable, moved.is_unreadable) == (ALTERED, True, False)
