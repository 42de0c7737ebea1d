"""One way of showing where something came from and went: sources, one bus, sinks, and no rest.

What is not known is None, never zero; what does not close stands on the side on which it lacks,
so both signs of a difference are seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from taihang.core.park.park import Park


class EndKind(StrEnum):
    """What stands at one end of a flow."""

    PV = "pv"
    WIND = "wind"
    DISCHARGE = "discharge"
    IMPORT = "import"
    LINE = "line"
    """Green electricity over a dedicated line."""
    POOL = "pool"
    """Green electricity of the park's other plants, by the matching."""
    GRID = "grid"
    """Electricity that no plant of the park stands for."""
    REST_IN = "rest-in"
    """What came from the rest of the park: no meter, it follows from the others."""
    SURPLUS = "surplus"
    """More went out than came in."""
    FEEDER = "feeder"
    """The enterprises behind one transformer."""
    ENTERPRISE = "enterprise"
    STATION = "station"
    OTHERS = "others"
    """Several that are not shown one by one."""
    CHARGE = "charge"
    EXPORT = "export"
    REST_OUT = "rest-out"
    LOSSES = "losses"
    """More came in than any meter saw go out: losses, and use without a meter."""
    METER = "meter"
    MEDIUM = "medium"
    """One energy or medium of several."""
    BOUGHT = "bought"
    MADE = "made"
    RECOVERED = "recovered"
    NOT_STATED = "not-stated"
    """It was used, and nobody said from where it came."""
    USED = "used"
    CONVERTED = "converted"
    PASSED_ON = "passed-on"
    STOCK = "stock"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class FlowEnd:
    """One end of the flows."""

    kind: EndKind
    id: str
    """What it is of: a node of the park, a medium, or empty where the kind says all."""
    amount: float | None
    """In the unit of the table; None where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTable:
    """Sources and sinks of one bus."""

    subject: str
    """``park``, a feeder, or a node."""
    unit: str
    sources: tuple[FlowEnd, ...]
    sinks: tuple[FlowEnd, ...]

    @property
    def total(self) -> float | None:
        """What went through the bus; None where any source is not known."""
        return total_of(self.sources)


def total_of(ends: Iterable[FlowEnd]) -> float | None:
    """Return the sum of some ends, None where one is not known."""
    amounts = [end.amount for end in ends]
    return None if None in amounts else sum(each for each in amounts if each is not None)


def closed(table: FlowTable, *, lacking: EndKind, missing: EndKind) -> FlowTable:
    """Add what does not close, on the side on which it lacks.

    Args:
        table: Sources and sinks; where one of them is not known nothing is added.
        lacking: Kind of the sink where more came in.
        missing: Kind of the source where more went out.

    Returns:
        A table whose two sides sum to the same.

    Example:
        >>> table = FlowTable(subject="park", unit="kWh", sources=(FlowEnd(EndKind.PV, "", 3.0),),
        ...     sinks=(FlowEnd(EndKind.CHARGE, "", 5.0),))
        >>> closed(table, lacking=EndKind.LOSSES, missing=EndKind.SURPLUS).sources[-1].amount
        2.0
    """
    came, went = total_of(table.sources), total_of(table.sinks)
    if came is None or went is None or came == went:
        return table
    if came > went:
        return replace(table, sinks=(*table.sinks, FlowEnd(lacking, "", came - went)))
    return replace(table, sources=(*table.sources, FlowEnd(missing, "", went - came)))


def groups_of(park: Park) -> dict[str, tuple[str, ...]]:
    """Return the enterprises by the feeder they hang on, in the order of the file.

    Returns:
        Feeders with at least one enterprise; under ``""`` those that hang on none.
    """
    on_feeder = {
        feeder.id: tuple(each for each in feeder.members if each in park.enterprises)
        for feeder in park.feeders.values()
    }
    placed = {each for members in on_feeder.values() for each in members}
    free = tuple(each for each in park.enterprises if each not in placed)
    return {id_: members for id_, members in {**on_feeder, "": free}.items() if members}


def summed(kind: EndKind, id_: str, amounts: Sequence[float | None]) -> FlowEnd:
    """Return one end for several nodes, not known where one of them is not."""
    known = [each for each in amounts if each is not None]
    return FlowEnd(kind, id_, sum(known) if len(known) == len(amounts) else None)


def grouped(park: Park, amounts: Mapping[str, float | None]) -> tuple[FlowEnd, ...]:
    """Return the enterprises of a park by feeder, and one by one those that hang on none."""
    found: list[FlowEnd] = []
    for feeder, members in groups_of(park).items():
        present = [amounts[each] for each in members if each in amounts]
        if not present:
            continue
        if feeder:
            found.append(summed(EndKind.FEEDER, feeder, present))
        else:
            found += [
                FlowEnd(EndKind.ENTERPRISE, each, amounts[each])
                for each in members
                if each in amounts
            ]
    return tuple(found)
