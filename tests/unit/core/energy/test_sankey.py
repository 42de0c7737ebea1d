"""The flow table closes in every node, on each basis, and has no circle."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from graphlib import TopologicalSorter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.activity.record import Flow
from taihang.core.energy.account import CoalAmount, EnergyAccount, EnergyAccountError
from taihang.core.energy.medium import BalanceState, MediumBalance
from taihang.core.energy.sankey import (
    CONVERSION,
    CONVERSION_LOSS,
    FINAL_USE,
    NOT_STATED,
    SHORTFALL,
    SURPLUS,
    Sankey,
    SankeyRow,
    UnitCoal,
    node_of,
    sankey,
    together,
)

AMOUNT = st.decimals(min_value=0, max_value=10**6, places=3)
ITEMS = ("coke-oven-gas", "electricity", "heat", "raw-coal")
COAL = {
    "coke-oven-gas": UnitCoal(equivalent_tce=Decimal("6.143"), equal_tce=Decimal("6.143")),
    "electricity": UnitCoal(equivalent_tce=Decimal("0.1229"), equal_tce=Decimal("0.3024")),
    "heat": UnitCoal(equivalent_tce=Decimal("0.03412"), equal_tce=Decimal("0.03412")),
    "raw-coal": UnitCoal(equivalent_tce=Decimal("0.7143"), equal_tce=Decimal("0.7143")),
}


def medium(item: str, **amounts: int | str) -> MediumBalance:
    return MediumBalance(
        item=item,
        unit="t",
        opening=None,
        amounts={Flow[name.upper()]: Decimal(value) for name, value in amounts.items()},
    )


@st.composite
def forms(draw: st.DrawFn) -> list[MediumBalance]:
    """What a park may hand in: any flow of any medium, parts within their whole."""
    drawn: list[MediumBalance] = []
    for item in draw(st.lists(st.sampled_from(ITEMS), unique=True, max_size=4)):
        feedstock, converted, final = draw(st.tuples(AMOUNT, AMOUNT, AMOUNT))
        optional = draw(
            st.dictionaries(
                st.sampled_from(
                    [Flow.PURCHASED, Flow.RECOVERED, Flow.CONVERSION_OUTPUT, Flow.SUPPLIED]
                ),
                AMOUNT,
            )
        )
        stock = draw(st.none() | st.tuples(AMOUNT, AMOUNT))
        amounts = {
            **optional,
            Flow.CONSUMED: feedstock + converted + final,
            Flow.FEEDSTOCK: feedstock,
            Flow.CONVERSION_INPUT: converted,
        }
        if stock is not None:
            amounts[Flow.CLOSING_STOCK] = stock[1]
        opening = None if stock is None else stock[0]
        drawn.append(MediumBalance(item=item, unit="t", opening=opening, amounts=amounts))
    return drawn


def left_over(rows: Iterable[SankeyRow]) -> dict[tuple[str, str], Fraction]:
    """What goes into each inner node and does not come out, by node and basis."""
    left: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for row in rows:
        sums = {"equivalent": row.equivalent_tce, "equal": row.equal_tce}
        for basis, tce in sums.items():
            for node, sign in ((row.target, 1), (row.source, -1)):
                if node == CONVERSION or node.startswith("medium:"):
                    left[node, basis] += sign * Fraction(tce or 0)
    return {at: rest for at, rest in left.items() if rest}


def tce(found: Sankey, *, source: str | None = None, target: str | None = None) -> Fraction:
    return sum(
        (
            Fraction(row.equivalent_tce)
            for row in found.rows
            if source in {None, row.source} and target in {None, row.target}
        ),
        start=Fraction(0),
    )


@given(forms())
def test_sankey__every_node_gives_what_it_gets_on_each_basis(handed: list[MediumBalance]) -> None:
    found = sankey(handed, COAL)

    assert left_over(found.rows) == {}
    for row in found.rows:
        assert row.equivalent_tce >= 0
        assert row.equal_tce is None or row.equal_tce >= 0
        assert row.equivalent_tce or row.equal_tce, "a row says something"


@given(forms())
def test_sankey__has_no_circle_and_each_way_once(handed: list[MediumBalance]) -> None:
    rows = sankey(handed, COAL).rows
    before: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        before[row.target].add(row.source)

    TopologicalSorter(before).prepare()  # raises where there is one
    ways = [(row.source, row.target, row.item) for row in rows]
    assert len(ways) == len(set(ways))


@given(forms())
def test_sankey__and_account_say_the_same_total(handed: list[MediumBalance]) -> None:
    """E = final use + feedstock + loss of the conversion − recovered, when all is drawn."""
    found = sankey(handed, COAL)
    if found.not_drawn:
        return
    counted = (Flow.CONSUMED, Flow.CONVERSION_OUTPUT, Flow.RECOVERED)
    lines = [
        CoalAmount(
            item=each.item,
            flow=flow,
            amount=each.amounts[flow],
            unit="t",
            equivalent_tce=each.amounts[flow] * COAL[each.item].equivalent_tce,
            equal_tce=None,
            is_medium=False,
            facts=(),
            sources=(),
        )
        for each in handed
        for flow in counted
        if flow in each.amounts
    ]
    drawn = tce(found, target=FINAL_USE) + tce(found, target=Flow.FEEDSTOCK.value)
    lost = tce(found, target=CONVERSION_LOSS) - tce(found, source=SURPLUS, target=CONVERSION)
    recovered = tce(found, source=Flow.RECOVERED.value)

    assert drawn + lost - recovered == Fraction(EnergyAccount(tuple(lines)).total_tce)


def test_sankey__of_a_boiler_by_hand() -> None:
    """100 t of coal bought, 80 burnt to make 1 500 GJ of steam, of which 1 400 are used."""
    coal = medium("raw-coal", purchased=100, consumed=100, conversion_input=80)
    heat = medium("heat", conversion_output=1500, consumed=1400)
    found = sankey([heat, coal], COAL)

    assert [(r.source, r.target, r.equivalent_tce) for r in found.rows] == [
        (node_of("heat"), SHORTFALL, Decimal("3.412")),
        (CONVERSION, node_of("heat"), Decimal("51.18")),
        (node_of("heat"), FINAL_USE, Decimal("47.768")),
        ("purchased", node_of("raw-coal"), Decimal("71.43")),
        (node_of("raw-coal"), CONVERSION, Decimal("57.144")),
        (node_of("raw-coal"), FINAL_USE, Decimal("14.286")),
        (CONVERSION, CONVERSION_LOSS, Decimal("5.964")),
    ]


def test_sankey__what_goes_round_is_told_and_not_drawn() -> None:
    gas = medium("coke-oven-gas", conversion_output=30, consumed=20, conversion_input=12)
    found = sankey([gas], COAL)

    assert found.recycled == {("coke-oven-gas", gas.unit): 12}
    (made,) = (row for row in found.rows if row.source == CONVERSION)
    assert made.amount == 18


def test_sankey__says_nothing_at_equal_value_beside_electricity_made_on_site() -> None:
    coal = medium("raw-coal", purchased=100, consumed=100, conversion_input=100)
    power = medium("electricity", conversion_output=300, consumed=300)

    assert {row.equal_tce for row in sankey([coal, power], COAL).rows} == {None}
    assert None not in {row.equal_tce for row in sankey([coal], COAL).rows}


def test_sankey__a_heat_pump_gains_on_one_basis_and_loses_on_the_other() -> None:
    power = medium("electricity", purchased=100, consumed=100, conversion_input=100)
    heat = medium("heat", conversion_output=500, consumed=500)
    found = sankey([power, heat], COAL)

    assert left_over(found.rows) == {}
    assert [(r.source, r.target, r.equivalent_tce, r.equal_tce) for r in found.rows[-2:]] == [
        (SURPLUS, CONVERSION, Decimal("4.77"), 0),
        (CONVERSION, CONVERSION_LOSS, 0, Decimal("13.18")),
    ]


def test_sankey__a_medium_that_is_not_drawn_makes_no_loss_of_the_conversion() -> None:
    coal = medium("raw-coal", purchased=100, consumed=100, conversion_input=100)
    unread = medium("heat", conversion_output=500)
    strange = medium("wood", conversion_output=5, consumed=5)
    assert unread.state is BalanceState.OPEN

    found = sankey([coal, unread, strange], COAL)

    assert found.not_drawn == ("heat", "wood")
    assert (found.rows[-1].source, found.rows[-1].target) == (CONVERSION, SHORTFALL)


def test_sankey__the_law_sees_a_planted_slip() -> None:
    coal = medium("raw-coal", purchased=100, consumed=100, conversion_input=80)
    rows = [*sankey([coal], COAL).rows]

    assert left_over(rows) == {}
    assert left_over(rows[:-1]), "a loss that is left out"
    slipped = replace(rows[0], equal_tce=Decimal("71.42"))
    assert set(left_over([slipped, *rows[1:]])) == {(node_of("raw-coal"), "equal")}


@given(st.lists(forms(), max_size=4))
def test_together__closes_in_every_node_and_has_no_circle(
    handed: list[list[MediumBalance]],
) -> None:
    tables = [sankey(each, COAL) for each in handed]
    found = together(tables)

    assert left_over(found.rows) == {}
    before: dict[str, set[str]] = defaultdict(set)
    for row in found.rows:
        assert row.equivalent_tce >= 0
        before[row.target].add(row.source)
    TopologicalSorter(before).prepare()
    for end in (FINAL_USE, SHORTFALL, Flow.FEEDSTOCK.value):
        assert tce(found, target=end) == sum(tce(each, target=end) for each in tables)


def test_together__says_a_medium_in_the_unit_that_names_it_first() -> None:
    tonnes = sankey([medium("raw-coal", purchased=2, consumed=2)], COAL)
    kilos = replace(
        tonnes,
        rows=tuple(replace(row, unit="kg", amount=Decimal(1_500)) for row in tonnes.rows),
        recycled={("coke-oven-gas", "m³"): Decimal(30_000)},
    )
    tonnes = replace(tonnes, recycled={("coke-oven-gas", "10⁴Nm³"): Decimal(1)})

    found = together([tonnes, kilos])

    assert {(row.unit, row.amount) for row in found.rows} == {("t", Decimal("3.5"))}
    assert found.recycled == {("coke-oven-gas", "10⁴Nm³"): 4}
    assert together([kilos, tonnes]).recycled == {("coke-oven-gas", "m³"): 40_000}


def test_together__refuses_one_energy_in_units_of_two_kinds() -> None:
    tonnes = sankey([medium("raw-coal", purchased=1, consumed=1)], COAL)
    other = replace(tonnes, rows=tuple(replace(row, unit="GJ") for row in tonnes.rows))

    with pytest.raises(EnergyAccountError, match="raw-coal in t and GJ"):
        together([tonnes, other])


def test_sankey__what_nobody_said_was_bought_comes_from_nowhere_named() -> None:
    found = sankey([medium("raw-coal", consumed=10)], COAL)

    assert [(row.source, row.target) for row in found.rows] == [
        (NOT_STATED, node_of("raw-coal")),
        (node_of("raw-coal"), FINAL_USE),
    ]
    assert found.not_drawn == ()
