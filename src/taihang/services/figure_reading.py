"""One reading as a figure: its value, its batch in the log, when it came, and what else was read.

``reading/M-E17/register/2026-09-14T02:15Z/48213`` is the reading that counts of that instant, as
the journal was known at a size.
"""

from decimal import Decimal
from typing import Final, TypeAlias

from taihang.core.figure.key import NoSuchFigureError, key_of, taken
from taihang.core.figure.story import FigureInput, FigureStory, Ground, Label, ProofOf, ReadingOf
from taihang.core.periods import SETTLEMENT_STEP, Period
from taihang.core.series import Quality, Quantity
from taihang.services.figure_rule import rule_named
from taihang.services.figure_span import instant_name, span_of
from taihang.services.ports import Columns, Ports
from taihang.services.seal_day import last_seal

READING: Final = "reading"
Instant: TypeAlias = tuple[str, Quantity, int]
"""Point, quantity and time [s] of a reading."""
_NAMES: Final = ("point", "quantity", "instant", "size")


def reading_input(of: Instant, size: int, *, count: int | None) -> FigureInput:
    """Return a reading as an input of the energy above it.

    Args:
        of: Point, quantity, instant.
        size: The journal as it was known.
        count: What the dial showed; None where nothing usable was read.
    """
    point, quantity, time_s = of
    at = instant_name(time_s)
    return FigureInput(
        key=key_of(READING, point, quantity.value, at, str(size)),
        name=Label("reading", {"point": point, "at": at}),
        value=None if count is None else Decimal(count),
        unit="count" if quantity is Quantity.REGISTER else "Wh",
        flag="missing" if count is None else "",
    )


def open_reading(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open one reading.

    Args:
        parts: Point, quantity, instant, size of the journal.
        ports: The outside world.

    Returns:
        The reading that counts, and every other one of the same instant.

    Raises:
        NoSuchFigureError: If nothing was read there.
    """
    point, quantity, at, size = taken(READING, parts, names=_NAMES)
    if quantity not in set(Quantity) or not (size.isascii() and size.isdigit()):
        raise NoSuchFigureError(
            key_of(READING, *parts), expected="a quantity and a size of the journal"
        )
    instant = span_of(at, ports.park.zone).period
    rows = _rows((point, quantity), instant, ports)
    own = _told((point, quantity), rows, int(size), ports)
    counting = next((each for each in own if each.counts), None)
    meter = ports.park.register_meter(point)
    facts = {} if meter is None else {"scale": str(meter.scale), "scale_unit": meter.unit}
    usable = counting is not None and counting.quality in _USABLE
    return FigureStory(
        key=key_of(READING, *parts),
        name=Label("reading", {"point": point, "at": at}),
        value=Decimal(counting.count) if counting is not None and usable else None,
        unit="count" if quantity == Quantity.REGISTER else "Wh",
        ground=Ground.READING,
        term="register" if quantity == Quantity.REGISTER else "interval",
        rule=rule_named("two-clocks/v1"),
        readings=own,
        notes=() if own else (Label("nothing_read"),),
        facts=facts,
        code_version=ports.version,
        proof=_proof((point, quantity), instant, rows, ports),
    )


_USABLE: Final = frozenset(("measured", "estimated", "manual"))


def _rows(place: tuple[str, str], instant: Period, ports: Ports) -> Columns | None:
    rows = ports.lake.read("readings", instant, place[0]).get(place)
    if rows is None:
        return None
    there = rows["time_s"] == instant.start_s
    return {name: column[there] for name, column in rows.items()}


def _told(
    place: tuple[str, str], rows: Columns | None, size: int, ports: Ports
) -> tuple[ReadingOf, ...]:
    """Tell every reading of an instant, the one that counts first."""
    if rows is None or not len(rows["time_s"]):
        return ()
    batches = ports.lake.batches()
    withdrawn = set(batches.withdrawn(as_of=size).tolist())
    leaves: list[int] = rows["batch"].tolist()
    rank = batches.rank()
    known = [leaf for leaf in leaves if leaf < size and leaf not in withdrawn]
    last = max(known, key=lambda leaf: int(rank[leaf]), default=None)
    found = [
        ReadingOf(
            point=place[0],
            quantity=place[1],
            time_s=int(rows["time_s"][at]),
            count=int(rows["count"][at]),
            unit="count" if place[1] == Quantity.REGISTER else "Wh",
            quality=Quality(int(rows["quality"][at])).name.lower(),
            source=batches.name(leaf),
            leaf=leaf,
            sent_at_s=int(batches.sent_at_s[leaf]),
            received_at_s=ports.journal.received_at_s(leaf),
            counts=leaf == last,
        )
        for at, leaf in enumerate(leaves)
    ]
    return tuple(sorted(found, key=lambda each: (not each.counts, -each.leaf)))


def _proof(place: tuple[str, str], instant: Period, rows: Columns | None, ports: Ports) -> ProofOf:
    """Return what proves a reading: its hour where the day is sealed, else its interval."""
    point, quantity = place
    if last_seal(instant.start.date(), ports=ports) is not None:
        return ProofOf(f"{point}@{instant.start:%Y-%m-%dT%H}", Label("proof_of_hour"))
    is_register = point in ports.park.meters and quantity == Quantity.REGISTER
    if not is_register or rows is None or not len(rows["time_s"]):
        return ProofOf("", Label("proof_of_unsealed"))
    after = _rows(place, Period(instant.end, instant.end + SETTLEMENT_STEP), ports)
    is_start = after is not None and len(after["time_s"]) > 0
    start = instant.start if is_start else instant.start - SETTLEMENT_STEP
    return ProofOf(f"{point}@{start:%Y-%m-%dT%H:%MZ}", Label("proof_of_edge"))
