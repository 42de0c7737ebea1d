"""What of a park somebody may see."""

from pathlib import Path

import pytest

import certified_park
import small_park
from taihang.core.access.scope import WHOLE_PARK, Scope
from taihang.services.sight import ForeignFiguresError, see


def test_see__the_whole_park_is_the_park_and_a_part_is_refused(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", certified_park.text())
    with small_park.opened(root) as ports:
        assert see(ports, WHOLE_PARK) is ports
        with pytest.raises(ForeignFiguresError):
            see(ports, Scope(frozenset(("E01",))))
