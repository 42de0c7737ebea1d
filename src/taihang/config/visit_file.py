"""Reads the sessions of a charging station's day from a CSV file: who came, when, and for how much.

Columns: ``id,charger,booked,arrival,told_departure,departure,energy_kwh``; instants with their
zone, ``booked`` is yes or no, ``told_departure`` what the driver said.
"""

from pathlib import Path
from typing import Final, NamedTuple

from taihang.config.problem_file import ProblemFileError, csv_of, instant_s
from taihang.core.dispatch.site.station import Site, minute_wh
from taihang.core.dispatch.site.visits import MINUTES, Visit

COLUMNS: Final = (
    "id",
    "charger",
    "booked",
    "arrival",
    "told_departure",
    "departure",
    "energy_kwh",
)
_MINUTE_S: Final = 60
_BOOKED: Final = {"yes": True, "no": False}


class _Row(NamedTuple):
    """One line of the file, as text."""

    id: str
    charger: str
    booked: str
    arrival: str
    told_departure: str
    departure: str
    energy_kwh: str


def read_visits(path: Path, site: Site, *, start_s: int) -> tuple[Visit, ...]:
    """Read the sessions of a day.

    Args:
        path: The CSV file.
        site: The station; every charging point named must be one of its own.
        start_s: Midnight of the day. [s since 1970-01-01T00:00Z]

    Returns:
        The vehicles in order of arrival. Arrivals are rounded up to whole minutes, departures
        down; what is left at midnight is the next day's.

    Raises:
        ProblemFileError: If a row is none, lies outside the day, or two are at one point at once.
    """
    # Editors leave empty lines at the end; they are no rows.
    rows = [row for row in csv_of(path, remedy="give the sessions of one day") if row]
    header, rows = (rows[0], rows[1:]) if rows else ([], rows)
    if tuple(header) != COLUMNS:
        raise ProblemFileError(
            given=f"the columns {header} of {path.name}",
            expected=f"{list(COLUMNS)}",
            remedy="name the columns of the sessions so",
        )
    powers = {one.id: minute_wh(one.power_kw) for one in site.chargers}
    found = list[Visit]()
    for number, cells in enumerate(rows, 2):
        where = f"{path.name}, row {number}"
        is_row = len(cells) == len(COLUMNS) and bool(cells[0])
        if not is_row or cells[1] not in powers or cells[2] not in _BOOKED:
            raise ProblemFileError(
                given=f"{cells} in {where}",
                expected=f"{len(COLUMNS)} cells: an id, a point of {sorted(powers)}, yes or no",
                remedy="correct the row",
            )
        row = _Row(*cells)
        found.append(_visit(row, powers[row.charger], start_s=start_s, where=where))
    visits = tuple(sorted(found, key=lambda one: (one.arrival_min, one.id)))
    _check_apart(visits, path.name)
    return visits


def _visit(row: _Row, most_wh: int, *, start_s: int, where: str) -> Visit:
    arrival_s, told_s, departure_s = (
        instant_s(each, where) - start_s
        for each in (row.arrival, row.told_departure, row.departure)
    )
    arrival_min = -(-arrival_s // _MINUTE_S)
    departure_min = min(departure_s // _MINUTE_S, MINUTES)
    told_min = min(told_s // _MINUTE_S, MINUTES)
    wanted_wh = _wanted_wh(row.energy_kwh, where)
    if not 0 <= arrival_min < min(departure_min, told_min):
        raise ProblemFileError(
            given=f"{row.arrival} to {row.told_departure} and {row.departure} in {where}",
            expected="a stay of a minute or more that begins on the day",
            remedy="correct the times, or leave the session out",
        )
    return Visit(
        id=row.id,
        charger=row.charger,
        is_booked=_BOOKED[row.booked],
        arrival_min=arrival_min,
        told_min=told_min,
        departure_min=departure_min,
        wanted_wh=wanted_wh,
        minute_wh=most_wh,
    )


def _wanted_wh(words: str, where: str) -> int:
    try:
        wanted_wh = round(float(words) * 1000.0)
    except (ValueError, OverflowError):
        wanted_wh = 0
    if wanted_wh <= 0:
        raise ProblemFileError(
            given=f"{words!r} kWh in {where}",
            expected="an energy above 0",
            remedy="correct it, or leave the session out: missing is never zero (§7)",
        )
    return wanted_wh


def _check_apart(visits: tuple[Visit, ...], name: str) -> None:
    """Refuse the same vehicle twice, and two vehicles at one point."""
    ids = [one.id for one in visits]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise ProblemFileError(
            given=f"the ids {twice} of {name} more than once",
            expected="every session once",
            remedy="give each session an id of its own",
        )
    leaves = dict[str, Visit]()
    for one in visits:
        before = leaves.get(one.charger)
        if before is not None and before.departure_min > one.arrival_min:
            raise ProblemFileError(
                given=f"{before.id} and {one.id} of {name} at {one.charger} at the same time",
                expected="one vehicle at a charging point",
                remedy="correct the times or the charging point",
            )
        leaves[one.charger] = one
