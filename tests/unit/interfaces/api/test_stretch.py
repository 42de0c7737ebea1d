from zoneinfo import ZoneInfo

import pytest

from taihang.interfaces.api.stretch import StretchError, moment_of, stretch_of

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("local", "start", "n_steps"),
    [
        ("2026", "2025-12-31T16:00:00+00:00", 365 * 96),
        ("2026-02", "2026-01-31T16:00:00+00:00", 28 * 96),
        ("2026-06-09", "2026-06-08T16:00:00+00:00", 96),
    ],
)
def test_stretch_of__a_local_period_begins_at_local_midnight(
    local: str, start: str, n_steps: int
) -> None:
    found = stretch_of((local, None, None), zone=ZONE)

    assert (found.start.isoformat(), found.n_steps) == (start, n_steps)


def test_stretch_of__two_moments_are_half_open() -> None:
    words = (None, "2026-06-09T00:00:00+08:00", "2026-06-09T00:15:00+08:00")

    assert stretch_of(words, zone=ZONE).n_steps == 1


@pytest.mark.parametrize(
    "words",
    [
        (None, None, None),
        ("2026", "2026-06-09T00:00:00Z", "2026-06-10T00:00:00Z"),
        (None, "2026-06-09T00:00:00Z", None),
        (None, None, "2026-06-09T00:00:00Z"),
        (None, "2026-06-09T00:00:00Z", "2026-06-09T00:00:00Z"),
        (None, "2026-06-10T00:00:00Z", "2026-06-09T00:00:00Z"),
        (None, "2026-06-09T00:01:00Z", "2026-06-09T01:00:00Z"),
        (None, "2026-02-30T00:00:00Z", "2026-06-09T01:00:00Z"),
        ("2026-02-30", None, None),
        ("0000", None, None),
        ("9999", None, None),
        (None, "0001-01-01T00:00:00+23:59", "2026-06-09T01:00:00Z"),
    ],
)
def test_stretch_of__refuses_what_is_no_period(
    words: tuple[str | None, str | None, str | None],
) -> None:
    with pytest.raises(StretchError):
        stretch_of(words, zone=ZONE)


def test_moment_of__is_in_utc_and_exists() -> None:
    assert moment_of("2026-06-09T08:00:00+08:00").isoformat() == "2026-06-09T00:00:00+00:00"
    with pytest.raises(StretchError):
        moment_of("2026-13-01T00:00:00Z")
