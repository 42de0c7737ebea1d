from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from taihang.core.park.assets import ALWAYS, InService

_DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2024, 2, 1))


@st.composite
def _services(draw: st.DrawFn) -> InService:
    since = draw(st.none() | _DAYS)
    until = draw(st.none() | _DAYS.filter(lambda day: since is None or since < day))
    return InService(since=since, until=until)


@given(one=_services(), other=_services())
def test_in_service_overlaps__means_a_day_that_both_cover(one: InService, other: InService) -> None:
    days = [date(2023, 12, 30) + timedelta(days=n) for n in range(40)]

    shared = any(one.covers(day) and other.covers(day) for day in days)

    assert shared == one.overlaps(other)
    assert shared == other.overlaps(one)


@given(service=_services())
def test_in_service_overlaps__everything_overlaps_always(service: InService) -> None:
    assert service.overlaps(ALWAYS)
