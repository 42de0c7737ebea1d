"""What waits to be settled: from the first reading, or where settling ended, a month at most."""

from datetime import date
from pathlib import Path

import small_park
from small_park import ZONE
from taihang.core.periods import days
from taihang.services.settle import settle
from taihang.services.to_settle import ToSettle, to_settle

FIRST = date(2026, 6, 28)


def test_to_settle__of_a_park_without_readings_is_no_day(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        assert to_settle(ports=ports) == ToSettle(None, None, None)


def test_to_settle__goes_month_by_month_until_the_readings_end(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        small_park.fill(ports, days(FIRST, 5, ZONE))
        june = to_settle(ports=ports)
        settle(days(FIRST, 3, ZONE), ports=ports)
        july = to_settle(ports=ports)
        settle(days(date(2026, 7, 1), 2, ZONE), ports=ports)
        after = to_settle(ports=ports)

    assert (june.settled, june.first, june.last) == (None, FIRST, date(2026, 6, 30))
    assert (july.first, july.last) == (date(2026, 7, 1), date(2026, 7, 2))
    assert july.settled == days(FIRST, 3, ZONE)
    assert (after.settled, after.first, after.last) == (days(FIRST, 5, ZONE), None, None)
