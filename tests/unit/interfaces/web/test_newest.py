"""The newest reading of a park."""

from pathlib import Path

import certified_park
import small_park
from taihang.interfaces.web.newest import Newest, find_newest, zone_of


def test_find_newest__is_the_last_instant_of_any_meter_and_none_of_an_empty_park(
    tmp_path: Path,
) -> None:
    root = small_park.make(tmp_path / "park", certified_park.text())
    with small_park.opened(root) as ports:
        assert find_newest(ports) == Newest(None)
        certified_park.settled(ports)

        assert find_newest(ports).reading_s == small_park.AUGUST.end_s
        assert zone_of(ports) == "Asia/Shanghai"
