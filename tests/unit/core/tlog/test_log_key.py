"""Which key signs the checkpoint of which size, and for how long two of them do."""

import pytest

from taihang.core.tlog.log_key import LogKey, NoLogKeyError, key_at, signers

KEYS = [
    LogKey(1, b"a" * 32, 0),
    LogKey(2, b"b" * 32, 10, beside_until_s=500),
    LogKey(3, b"c" * 32, 30),
]


@pytest.mark.parametrize(("size", "ordinal"), [(0, 1), (9, 1), (10, 2), (29, 2), (30, 3), (99, 3)])
def test_key_at__is_the_latest_that_has_begun(size: int, ordinal: int) -> None:
    assert key_at(KEYS, size=size).ordinal == ordinal


def test_key_at__without_a_key_for_the_size_is_refused() -> None:
    with pytest.raises(NoLogKeyError, match="5 leaves"):
        key_at(KEYS[1:], size=5)


@pytest.mark.parametrize(
    ("size", "now_s", "ordinals"),
    [(9, 0, [1]), (10, 499, [2, 1]), (10, 500, [2]), (30, 0, [3])],
)
def test_signers__are_two_while_the_next_key_is_made_known(
    size: int, now_s: int, ordinals: list[int]
) -> None:
    assert [key.ordinal for key in signers(KEYS, size=size, now_s=now_s)] == ordinals
