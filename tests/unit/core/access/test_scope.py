from taihang.core.access.scope import NOTHING, WHOLE_PARK, Scope


def test_scope__of_the_whole_park_sees_everybody() -> None:
    assert WHOLE_PARK.is_whole
    assert WHOLE_PARK.sees("E01")


def test_scope__of_an_enterprise_sees_itself_alone() -> None:
    scope = Scope(frozenset({"E01"}))

    assert not scope.is_whole
    assert [scope.sees(each) for each in ("E01", "E02", "E0", "")] == [True, False, False, False]


def test_scope__of_nobody_sees_nothing() -> None:
    assert not NOTHING.is_whole
    assert not NOTHING.sees("E01")
