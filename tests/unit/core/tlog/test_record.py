"""What a journal holds."""

from taihang.core.tlog.record import Damage, Record


def test_record__is_known_by_its_place_and_content() -> None:
    assert Record(3, b"a") == Record(3, b"a")
    assert Record(3, b"a") != Record(4, b"a")


def test_damage__says_where_it_is() -> None:
    damage = Damage(index=2, file="segment-000001.log", offset=40, data=b"\x00")

    assert (damage.index, damage.file, damage.offset) == (2, "segment-000001.log", 40)
