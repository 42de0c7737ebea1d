"""Who usually speaks every quarter is silent after three; who speaks daily, after three days."""

import numpy as np

from taihang.core.alarm.silence import RECENT, Rhythm, is_common, rhythm_of, silences

QUARTERS = np.arange(0, 20 * 900, 900)


def test_rhythm__is_the_middle_of_the_last_spaces() -> None:
    days = np.arange(0, 10 * 86_400, 86_400)

    rhythm = rhythm_of(days, silent_ratio=3.0, least_s=1_800)

    assert rhythm == Rhythm(86_400, 3 * 86_400)


def test_rhythm__is_never_more_impatient_than_the_least() -> None:
    assert rhythm_of(np.arange(0, 600, 60), silent_ratio=3.0, least_s=1_800) == Rhythm(60, 1_800)


def test_rhythm__follows_a_gateway_to_another_pace() -> None:
    slow = np.arange(0, 100 * 900, 900)
    fast = slow[-1] + 60 * np.arange(1, RECENT + 1)

    assert rhythm_of(np.concatenate([slow, fast]), silent_ratio=3.0, least_s=60) == Rhythm(60, 180)


def test_rhythm__of_a_few_batches_is_unknown() -> None:
    assert rhythm_of(np.array([0, 900, 1_800]), silent_ratio=3.0, least_s=1_800) is None
    assert rhythm_of(np.empty(0, np.int64), silent_ratio=3.0, least_s=1_800) is None


def test_silences__end_when_somebody_speaks_and_the_last_may_last() -> None:
    times = np.concatenate([QUARTERS, QUARTERS[-1] + 36_000 + QUARTERS])
    rhythm = Rhythm(900, 2_700)

    ended = (int(QUARTERS[-1]), int(QUARTERS[-1]) + 36_000)
    now_s = int(times[-1]) + 2_700
    assert silences(times, rhythm=rhythm, from_s=0, now_s=now_s) == [ended]
    assert silences(times, rhythm=rhythm, from_s=0, now_s=now_s + 1) == [
        ended,
        (int(times[-1]), None),
    ]


def test_silences__of_long_ago_are_left_out_and_the_future_is_not_seen() -> None:
    times = np.array([0, 10_000, 20_000])
    rhythm = Rhythm(900, 2_700)

    assert silences(times, rhythm=rhythm, from_s=10_001, now_s=20_000) == [(10_000, 20_000)]
    assert silences(times, rhythm=rhythm, from_s=0, now_s=9_999) == [(0, None)]
    assert silences(times, rhythm=rhythm, from_s=0, now_s=-1) == []


def test_is_common__takes_two_and_nobody_who_speaks() -> None:
    assert is_common([1, 2, 3])
    assert not is_common([1])
    assert not is_common([1, None])
    assert not is_common([])
