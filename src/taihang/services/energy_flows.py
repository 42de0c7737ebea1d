"""The energy-flow table of a subject, behind its Sankey diagram."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from taihang.core.activity.record import Flow
from taihang.core.energy.account import ELECTRICITY, CoalAmount, EnergyAccount
from taihang.core.energy.medium import MediumBalance
from taihang.core.energy.sankey import FINAL_USE, Sankey, SankeyRow, UnitCoal, node_of, sankey
from taihang.core.errors import InputError
from taihang.services.coal_line import coal_line, is_energy, is_medium
from taihang.services.energy_statement import GREEN, GRID
from taihang.services.ports import Ports

METERED: Final = (GRID, GREEN)
"""Items of electricity by the meters of a user."""
PLANTS: Final = "green-plants"
"""Where green electricity comes from: plants of the park, by the matching."""


def flows_of(
    account: EnergyAccount, balances: Iterable[MediumBalance], *, on: date, ports: Ports
) -> Sankey:
    """Return the energy-flow table: balances of forms, and electricity as the meters say it.

    Args:
        account: The account; its metered lines are taken.
        balances: Of the forms.
        on: Day whose coefficients count.
        ports: Facts and park.
    """
    metered = [line for line in account.lines if line.item in METERED]
    bought = [
        MediumBalance(
            item=line.item,
            unit=line.unit,
            opening=None,
            amounts={Flow.PURCHASED: line.amount, Flow.CONSUMED: line.amount},
        )
        for line in metered
    ]
    said = [
        each
        for each in balances
        if not (metered and each.item == ELECTRICITY)
        and not is_medium(each.item)
        and is_energy(each.item, on, ports)
    ]
    coal = dict[str, UnitCoal]()
    for each in (*said, *bought):
        item = ELECTRICITY if each.item in METERED else each.item
        try:
            one = coal_line(item, Decimal(1), each.unit, on=on, ports=ports)
        except InputError:  # Named in the gaps already; the table says that it is not drawn.
            continue
        coal[each.item] = UnitCoal(equivalent_tce=one.equivalent_tce, equal_tce=one.equal_tce)
    found = sankey((*said, *bought), coal)
    rows = (
        replace(row, source=PLANTS)
        if row.item == GREEN and row.source == Flow.PURCHASED.value
        else row
        for row in found.rows
    )
    return replace(found, rows=tuple(rows))


def network_flows(lines: Iterable[CoalAmount]) -> Sankey:
    """Return the way of what no meter of a user saw: it came in, and it is gone.

    Args:
        lines: What is left of the electricity of the park; none or one.
    """
    rows: list[SankeyRow] = []
    for line in (each for each in lines if each.amount):
        node = node_of(line.item)
        rows += [
            SankeyRow(
                source=start,
                target=end,
                item=line.item,
                amount=line.amount,
                unit=line.unit,
                equivalent_tce=line.equivalent_tce,
                equal_tce=line.equal_tce,
            )
            for start, end in ((Flow.PURCHASED.value, node), (node, FINAL_USE))
        ]
    return Sankey(rows=tuple(rows), recycled={}, not_drawn=())
