"""The flow table of all media together, in standard coal 能流图: what a Sankey diagram draws.

::

    source ─► medium ─► final use, feedstock, passed on, stock, unexplained
                └─► conversion ─► another medium
                        └─► loss of the conversion

Media of different units only add up in standard coal, so every row carries its own amount and both
bases. As much goes into every medium and into the conversion as comes out of it, on each basis. A
diagram needs a table without circles: a medium that is made and converted again, such as coke-oven
gas, is drawn with the surplus of the two, and what went round stands beside it.

At equal value nothing is said where electricity is made on site: its fuel stands in the table, and
the coal of other power stations would be counted beside it (GB/T 2589-2020, both coefficients).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Final

from taihang.core.activity.record import Flow
from taihang.core.activity.unit import are_of_one_kind, in_unit
from taihang.core.energy.account import ELECTRICITY, EnergyAccountError
from taihang.core.energy.medium import BalanceState, MediumBalance
from taihang.core.quantities import EXACT

CONVERSION: Final = "conversion"
CONVERSION_LOSS: Final = "conversion-loss"
FINAL_USE: Final = "final-use"
STOCK_DRAWN: Final = "stock-drawn"
STOCK_BUILT: Final = "stock-built"
SURPLUS: Final = "unexplained-surplus"
"""More went out than came in, and nobody said from where."""
SHORTFALL: Final = "unexplained-loss"
"""More came in than went out, and nobody said where to."""
NOT_STATED: Final = "source-not-stated"
"""It was used, and nobody said what was bought of it."""
_NODE: Final = "medium:"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCoal:
    """Standard coal of one unit of a medium."""

    equivalent_tce: Decimal
    """At equivalent value 当量值."""
    equal_tce: Decimal | None
    """At equal value 等价值; None where none is in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SankeyRow:
    """An amount of one medium on its way between two nodes."""

    source: str
    target: str
    item: str
    """The medium; empty for the loss of the conversion, which has no unit of its own."""
    amount: Decimal | None
    unit: str
    equivalent_tce: Decimal
    equal_tce: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sankey:
    """The table, and what it leaves out."""

    rows: tuple[SankeyRow, ...]
    recycled: Mapping[tuple[str, str], Decimal]
    """By medium and unit, what was made and converted again."""
    not_drawn: tuple[str, ...]
    """Media whose balance is open, or of which no coefficient is known."""


def node_of(item: str) -> str:
    """Return the node of a medium.

    Example:
        >>> node_of("raw-coal")
        'medium:raw-coal'
    """
    return f"{_NODE}{item}"


def sankey(balances: Iterable[MediumBalance], coal: Mapping[str, UnitCoal]) -> Sankey:
    """Draw the balances of one subject as one table.

    Args:
        balances: One for each medium.
        coal: Standard coal of one unit, by medium.

    Returns:
        Rows with an amount above zero, media in the order of their names.

    Example:
        >>> used = MediumBalance(item="raw-coal", unit="t", opening=None, amounts={
        ...     Flow.PURCHASED: Decimal(10), Flow.CONSUMED: Decimal(10)})
        >>> one_t = UnitCoal(equivalent_tce=Decimal("0.7143"), equal_tce=None)
        >>> [row.target for row in sankey([used], {"raw-coal": one_t}).rows]
        ['medium:raw-coal', 'final-use']
    """
    given = sorted(balances, key=lambda each: each.item)
    unsourced = {each.item for each in given if _needed(each) is not None}
    whole = [_with_source(each) for each in given]
    drawn = [each for each in whole if each.state is BalanceState.DRAWN and each.item in coal]
    left_out = [each for each in whole if each not in drawn]
    rows = [row for each in drawn for row in _rows(each, coal[each.item])]
    if any(each.item == ELECTRICITY and _MADE & each.amounts.keys() for each in whole):
        rows = [replace(row, equal_tce=None) for row in rows]
    # A conversion of which one medium is not drawn has a gap, not a loss.
    is_known = not any(_CONVERTED & each.amounts.keys() for each in left_out)
    rows += _closing_row(rows, known=is_known)
    return Sankey(
        rows=tuple(_named(row, unsourced) for row in rows),
        recycled={(each.item, each.unit): amount for each in drawn if (amount := _recycled(each))},
        not_drawn=tuple(each.item for each in left_out),
    )


def together(tables: Iterable[Sankey]) -> Sankey:
    """Add the tables of several subjects up, way by way.

    Args:
        tables: Of subjects whose boundaries do not overlap.

    Returns:
        One table that closes as they do, each medium in the unit that names it first; what one
        converts into a medium and another converts on is drawn with the surplus of the two.

    Raises:
        EnergyAccountError: If one medium stands in units of two kinds.
    """
    every = _in_one_unit(tuple(tables))
    rows: dict[tuple[str, str, str], SankeyRow] = {}
    for row in (row for table in every for row in table.rows):
        way = (row.source, row.target, row.item)
        rows[way] = row if way not in rows else _added(rows[way], row, 1)
    _net_conversion(rows)
    # On a basis of which one row is not known the table would not close.
    if any(row.equal_tce is None for row in rows.values()):
        rows = {way: replace(row, equal_tce=None) for way, row in rows.items()}
    recycled: dict[tuple[str, str], Decimal] = {}
    with localcontext(EXACT):
        for table in every:
            for key, amount in table.recycled.items():
                recycled[key] = recycled.get(key, Decimal(0)) + amount
    return Sankey(
        rows=tuple(rows[way] for way in sorted(rows)),
        recycled=dict(sorted(recycled.items())),
        not_drawn=tuple(sorted({item for table in every for item in table.not_drawn})),
    )


def _in_one_unit(tables: tuple[Sankey, ...]) -> tuple[Sankey, ...]:
    """Say every medium in one unit: a meter counts in m³ what a form states in 10⁴Nm³."""
    units: dict[str, str] = {}
    for item, named in (named for table in tables for named in _units_of(table)):
        unit = units.setdefault(item, named)
        if not are_of_one_kind((unit, named)):
            raise EnergyAccountError(
                given=f"{item} in {unit} and {named}",
                expected="units of one kind for each energy of a park",
                remedy="hand the lines in again in one unit",
            )
    return tuple(
        replace(
            table,
            rows=tuple(_said_in(row, units[row.item]) for row in table.rows),
            recycled={
                (item, units[item]): in_unit(amount, unit=named, to=units[item])
                for (item, named), amount in table.recycled.items()
            },
        )
        for table in tables
    )


def _units_of(table: Sankey) -> Iterator[tuple[str, str]]:
    yield from ((row.item, row.unit) for row in table.rows)
    yield from table.recycled


def _said_in(row: SankeyRow, unit: str) -> SankeyRow:
    amount = None if row.amount is None else in_unit(row.amount, unit=row.unit, to=unit)
    return replace(row, amount=amount, unit=unit)


def _net_conversion(rows: dict[tuple[str, str, str], SankeyRow]) -> None:
    """Leave the surplus of what is converted from a medium and into it: a way and no circle."""
    for source, target, item in sorted(rows):
        back = (target, source, item)
        if source != CONVERSION or back not in rows:
            continue
        made, used = rows.pop((source, target, item)), rows.pop(back)
        for more, less in ((made, used), (used, made)):
            if more.equivalent_tce > less.equivalent_tce:
                rows[more.source, more.target, item] = _added(more, less, -1)


def _added(one: SankeyRow, other: SankeyRow, sign: int) -> SankeyRow:
    with localcontext(EXACT):
        return replace(
            one,
            amount=None
            if one.amount is None or other.amount is None
            else one.amount + sign * other.amount,
            equivalent_tce=one.equivalent_tce + sign * other.equivalent_tce,
            equal_tce=None
            if one.equal_tce is None or other.equal_tce is None
            else one.equal_tce + sign * other.equal_tce,
        )


def _needed(balance: MediumBalance) -> Decimal | None:
    """Return what must have come from somewhere, where only its purchase was not stated."""
    if balance.lacking != (Flow.PURCHASED.value,):
        return None
    with localcontext(EXACT):
        needed = balance.went_out - balance.came_in
    return needed if needed >= 0 else None


def _with_source(balance: MediumBalance) -> MediumBalance:
    needed = _needed(balance)
    if needed is None:
        return balance
    return replace(balance, amounts={**balance.amounts, Flow.PURCHASED: needed})


def _named(row: SankeyRow, unsourced: Collection[str]) -> SankeyRow:
    is_unsourced = row.source == Flow.PURCHASED.value and row.item in unsourced
    return replace(row, source=NOT_STATED) if is_unsourced else row


_MADE: Final = {Flow.CONVERSION_OUTPUT, Flow.RECOVERED}
_CONVERTED: Final = {Flow.CONVERSION_INPUT, Flow.CONVERSION_OUTPUT}


def _rows(balance: MediumBalance, coal: UnitCoal) -> Iterator[SankeyRow]:
    node = node_of(balance.item)
    for other, amount in _ways(balance):
        if amount == 0:
            continue
        with localcontext(EXACT):
            size = abs(amount)
            yield SankeyRow(
                source=other if amount > 0 else node,
                target=node if amount > 0 else other,
                item=balance.item,
                amount=size,
                unit=balance.unit,
                equivalent_tce=size * coal.equivalent_tce,
                equal_tce=None if coal.equal_tce is None else size * coal.equal_tce,
            )


def _ways(balance: MediumBalance) -> tuple[tuple[str, Decimal], ...]:
    """Return the nodes beside a medium: above 0 what it gets from there, below what goes there."""
    amounts = balance.amounts

    def of(flow: Flow) -> Decimal:
        return amounts.get(flow, Decimal(0))

    with localcontext(EXACT):
        parts = of(Flow.FEEDSTOCK) + of(Flow.CONVERSION_INPUT)
        drawn = (balance.opening or Decimal(0)) - of(Flow.CLOSING_STOCK)
        difference = balance.difference or Decimal(0)
        return (
            (Flow.PURCHASED.value, of(Flow.PURCHASED)),
            (Flow.RECOVERED.value, of(Flow.RECOVERED)),
            (STOCK_DRAWN if drawn > 0 else STOCK_BUILT, drawn),
            (SHORTFALL if difference > 0 else SURPLUS, -difference),
            (CONVERSION, of(Flow.CONVERSION_OUTPUT) - of(Flow.CONVERSION_INPUT)),
            (FINAL_USE, parts - of(Flow.CONSUMED)),
            (Flow.FEEDSTOCK.value, -of(Flow.FEEDSTOCK)),
            (Flow.SUPPLIED.value, -of(Flow.SUPPLIED)),
        )


def _recycled(balance: MediumBalance) -> Decimal:
    return min(balance.amounts.get(flow, Decimal(0)) for flow in _CONVERTED)


def _closing_row(rows: Iterable[SankeyRow], *, known: bool) -> list[SankeyRow]:
    """Return what the conversion took in and did not give out, or the other way round."""
    beside = [
        (row, 1 if row.target == CONVERSION else -1)
        for row in rows
        if CONVERSION in {row.source, row.target}
    ]
    with localcontext(EXACT):
        left_tce = sum((row.equivalent_tce * sign for row, sign in beside), start=Decimal(0))
        equals = [row.equal_tce * sign for row, sign in beside if row.equal_tce is not None]
        equal_tce = sum(equals, start=Decimal(0)) if len(equals) == len(beside) else None
    zero = None if equal_tce is None else Decimal(0)
    loss = CONVERSION, CONVERSION_LOSS if known else SHORTFALL
    if equal_tce is None or left_tce * equal_tce >= 0:
        way = loss if left_tce > 0 or (equal_tce or 0) > 0 else (SURPLUS, CONVERSION)
        return [_closing(way, left_tce, equal_tce)] if left_tce or equal_tce else []
    # A heat pump gives more than its electricity holds and less than that electricity cost.
    return [
        _closing((SURPLUS, CONVERSION) if left_tce < 0 else loss, left_tce, zero),
        _closing((SURPLUS, CONVERSION) if equal_tce < 0 else loss, Decimal(0), equal_tce),
    ]


def _closing(way: tuple[str, str], equivalent_tce: Decimal, equal_tce: Decimal | None) -> SankeyRow:
    return SankeyRow(
        source=way[0],
        target=way[1],
        item="",
        amount=None,
        unit="",
        equivalent_tce=abs(equivalent_tce),
        equal_tce=None if equal_tce is None else abs(equal_tce),
    )
