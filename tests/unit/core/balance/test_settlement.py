"""What a settlement was made from is kept, so that it can be made again (§13)."""

from dataclasses import FrozenInstanceError

import pytest

from taihang.core.balance.settlement import Settlement

MADE = Settlement(start_s=0, end_s=900, journal_size=7, park_sha256="ab")


def test_settlement__is_the_same_act_when_made_from_the_same() -> None:
    again = Settlement(start_s=0, end_s=900, journal_size=7, park_sha256="ab")

    assert again == MADE
    assert len({MADE, again}) == 1


def test_settlement__of_later_knowledge_is_another() -> None:
    later = Settlement(start_s=0, end_s=900, journal_size=8, park_sha256="ab")

    assert later != MADE


def test_settlement__cannot_be_changed_afterwards() -> None:
    with pytest.raises(FrozenInstanceError):
        MADE.journal_size = 8  # type: ignore[misc]
