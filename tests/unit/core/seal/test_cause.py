from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.cause import (
    SHOWN,
    Cause,
    CauseKind,
    causes_between,
    causes_of,
    differences,
    reason_of,
)

_WORD: Final = st.text(alphabet="abcXYZ019._/-=", min_size=1, max_size=12)
_VALUE: Final = st.text(alphabet="abc019.v", min_size=1, max_size=8)
_CAUSE: Final = st.builds(Cause, st.sampled_from(CauseKind), _WORD) | st.builds(
    Cause, st.sampled_from(CauseKind), _WORD, _VALUE, st.just("") | _VALUE
)


@given(st.lists(_CAUSE, min_size=1, max_size=SHOWN, unique=True))
def test_causes_of__reads_back_what_a_reason_says(causes: list[Cause]) -> None:
    assert causes_of(reason_of(causes)) == tuple(sorted(causes))


@given(st.text(max_size=60))
def test_causes_of__any_other_words_are_no_failure(words: str) -> None:
    assert all(isinstance(cause, Cause) for cause in causes_of(words))


def test_reason_of__many_causes_are_counted_and_not_dropped() -> None:
    reason = reason_of(Cause(CauseKind.READINGS, f"M-E{i:02d}") for i in range(SHOWN + 3))
    assert reason.endswith("… 3 more")
    assert len(causes_of(reason)) == SHOWN


def test_reason_of__stays_within_what_a_statement_takes() -> None:
    reason = reason_of(Cause(CauseKind.FACT, 400 * "f", str(i), "x") for i in range(20))
    assert len(reason) < 4_096
    assert reason.endswith("… 12 more")
    assert len(causes_of(reason)) == 8


_OTHER: Final[JsonValue] = {"key": "set/x/CN/d=1"}
_OLD: Final[dict[str, JsonValue]] = {
    "rule": "a/v1",
    "factors": [{"key": "set/grid.average/Shanxi/2025-12-31=0.6634"}, _OTHER],
    "lines": [{"facts": ["tariff/T/price=0.3"]}],
    "inputs": {"activities": ["E01-coal.v1"], "statements": ["energy.E01.2026-06.v1"]},
    "value": "1",
}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {"factors": [{"key": "set/grid.average/Shanxi/2025-12-31=0.65"}, _OTHER]},
            "fact set/grid.average/Shanxi/2025-12-31: 0.6634 → 0.65",
        ),
        (
            {"factors": [{"key": "set/x/CN/d=1"}]},
            "fact set/grid.average/Shanxi/2025-12-31: 0.6634 → –",
        ),
        ({"lines": [{"facts": ["tariff/T/price=0.4"]}]}, "fact tariff/T/price: 0.3 → 0.4"),
        (
            {"inputs": {"activities": ["E01-coal.v2"], "statements": ["energy.E01.2026-06.v1"]}},
            "activity E01-coal: v1 → v2",
        ),
        (
            {"inputs": {"activities": ["E01-coal.v1"], "statements": ["energy.E01.2026-06.v3"]}},
            "statement energy.E01.2026-06: v1 → v3",
        ),
        ({"rule": "a/v2"}, "rule of the statement: a/v1 → a/v2"),
        ({"value": "2"}, ""),
    ],
)
def test_differences__names_what_changed_and_nothing_else(
    changed: dict[str, JsonValue], expected: str
) -> None:
    assert reason_of(differences(_OLD, {**_OLD, **changed})) == expected


LATE: Final = Cause(CauseKind.READINGS, "M-E01 2026-06-03T0000, 1 interval, by GW1/7")
PARK: Final = Cause(CauseKind.PARK, "sha256", "ab", "cd")
_BODY: Final[dict[str, JsonValue]] = {"energy_wh": 5, "factors": [_OTHER], "code_version": "1"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"energy_wh": 6}, [LATE]),
        ({"missing": 1}, [LATE]),
        ({"lines": [{"code": "energy.grid", "quantity": "2"}]}, [LATE]),
        ({"value": "7"}, [LATE]),
        ({"factors": []}, differences(_BODY, {**_BODY, "factors": []})),
        ({"factors": [], "energy_wh": 6}, [*differences(_BODY, {**_BODY, "factors": []}), LATE]),
    ],
)
def test_causes_between__readings_count_where_an_amount_differs(
    changed: dict[str, JsonValue], expected: list[Cause]
) -> None:
    assert causes_between(_BODY, {**_BODY, **changed}, [PARK, LATE]) == expected


def test_causes_between__the_park_file_where_nothing_else_is_left_then_the_code() -> None:
    assert causes_between(_BODY, {**_BODY, "value": "7"}, [PARK]) == [PARK]
    newer: dict[str, JsonValue] = {**_BODY, "value": "7", "code_version": "2"}
    assert causes_between(_BODY, newer, []) == [Cause(CauseKind.CODE, "taihang", "1", "2")]
