"""A statement is filed under its series and version, and no two share an id (§8, §13)."""

from hypothesis import given
from hypothesis import strategies as st

from taihang.core.seal.issued import IssuedStatement


def issued(series: str, version: int) -> IssuedStatement:
    return IssuedStatement(series, version, "energy", "E01", "2026-06", "{}")


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_id__is_another_for_every_version(one: int, other: int) -> None:
    same = issued("energy.E01.2026-06", one).id == issued("energy.E01.2026-06", other).id

    assert same == (one == other)


def test_id__ends_in_the_version() -> None:
    assert issued("scope2-location.E17.2026-06", 1).id == "scope2-location.E17.2026-06.v1"
