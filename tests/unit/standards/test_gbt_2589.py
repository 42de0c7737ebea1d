from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.adapters.facts import load_facts, read_facts
from taihang.core.facts import Fact, FactBook, FactOutOfForceError
from taihang.standards.gbt_2589 import (
    Activity,
    AmountError,
    Basis,
    Choice,
    CoefficientChoiceError,
    StandardCoal,
    TranscriptionError,
    self_test,
    standard_coal_tce,
)

BOOK = load_facts()
ON = date(2026, 6, 30)


def activity(energy: str, amount: str, unit: str, choice: Choice = Choice.REFERENCE) -> Activity:
    return Activity(energy=energy, amount=Decimal(amount), unit=unit, choice=choice)


# Origin: numeric vector 1 of the domain handbook, recomputed by hand.
VECTOR_1 = (
    activity("electricity", "18540000", "kWh"),
    activity("gas-field-gas", "1280000", "m³"),
    activity("low-pressure-steam", "15600", "t"),
)


def coal(
    *activities: Activity, book: FactBook = BOOK, basis: Basis = Basis.EQUIVALENT
) -> StandardCoal:
    return standard_coal_tce(activities, book, basis=basis, on=ON)


def book_with(code: str, value: str) -> FactBook:
    """The bundled book with one wrongly copied value."""
    facts = [
        replace(fact, value=Decimal(value)) if fact.code == code else fact for fact in BOOK.all()
    ]
    assert sum(fact.code == code for fact in facts) == 1
    return FactBook(facts)


def test_standard_coal_tce__gives_vector_1_to_the_last_printed_digit() -> None:
    result = coal(*VECTOR_1)

    assert [Decimal("2278.566"), Decimal("1554.304"), Decimal("2006.16")] == [
        line.equivalent_tce for line in result.lines
    ]
    assert Decimal("5839.03") == result.tce


def test_standard_coal_tce__keeps_both_bases_side_by_side() -> None:
    result = coal(*VECTOR_1, basis=Basis.EQUAL)

    assert Decimal("5839.03") == result.equivalent_tce
    assert Decimal(18540) * Decimal("0.3024") + Decimal("3560.464") == result.tce
    assert result.equal_tce == result.tce


def test_standard_coal_tce__names_the_fact_behind_every_line() -> None:
    result = coal(*VECTOR_1)

    assert result.factor_keys == (
        "gbt-2589-2020/coal-equivalent.electricity/CN/2021-04-01=0.1229",
        "gbt-2589-2008/coal-equivalent.gas-field-gas/CN/2008-06-01=1.2143",
        "gbt-2589-2008/coal-equivalent.low-pressure-steam/CN/2008-06-01=0.1286",
    )


def test_standard_coal_tce__the_basis_chooses_the_key_of_electricity() -> None:
    result = coal(VECTOR_1[0], basis=Basis.EQUAL)

    assert "coal-equivalent.electricity.equal-value" in result.factor_keys[0]


def test_standard_coal_tce__an_unknown_equal_value_is_unknown_and_not_zero() -> None:
    on = date(2022, 12, 31)

    result = standard_coal_tce(VECTOR_1, BOOK, basis=Basis.EQUIVALENT, on=on)

    assert result.equal_tce is None
    with pytest.raises(FactOutOfForceError):
        standard_coal_tce(VECTOR_1, BOOK, basis=Basis.EQUAL, on=on)


@pytest.mark.parametrize("energy", ["natural-gas", "mine-gas", "coke-oven-gas", "slime"])
def test_standard_coal_tce__refuses_a_range_without_a_choice(energy: str) -> None:
    with pytest.raises(CoefficientChoiceError, match="min, max or measured"):
        coal(activity(energy, "1", "m³"))


@pytest.mark.parametrize(("choice", "tce"), [(Choice.MIN, "1.1"), (Choice.MAX, "1.33")])
def test_standard_coal_tce__takes_the_named_end_of_a_range(choice: Choice, tce: str) -> None:
    result = coal(activity("natural-gas", "1000", "m³", choice))

    assert Decimal(tce) == result.tce


def test_standard_coal_tce__a_measured_calorific_value_gives_its_own_coefficient() -> None:
    measured = read_facts(
        """
        [[fact]]
        code = "ncv.natural-gas.measured"
        value = "35588"
        unit = "kJ/m³"
        region = "park"
        valid_from = 2026-01-01
        document = "gas company, June 2026"
        clause = "monthly mean"
        source = "invoice"
        status = "verified"
        set = "measured"
        """,
        source="facts.toml",
    )

    result = coal(
        activity("natural-gas", "1280000", "Nm³", Choice.MEASURED), book=BOOK.with_facts(measured)
    )

    assert Decimal("1554.304") == result.tce  # 35 588 / 29 307.6 = 1.2143
    assert result.factor_keys == ("measured/ncv.natural-gas.measured/park/2026-01-01=35588",)


def test_standard_coal_tce__keeps_media_out_of_the_total_of_energy() -> None:
    result = coal(activity("raw-coal", "1", "t"), activity("medium.fresh-water", "1000", "t"))

    # The 2008 value of fresh water is withdrawn, so the 2020 one is used.
    assert Decimal("0.7143") == result.tce
    assert Decimal("0.2571") == result.media_tce


@pytest.mark.parametrize(
    ("small", "large"),
    [
        (("raw-coal", "1000", "kg"), ("raw-coal", "1", "t")),
        (("hydrogen", "10000", "m³"), ("hydrogen", "1", "10⁴m³")),
        (("hydrogen", "10000", "Nm³"), ("hydrogen", "1", "10⁴Nm³")),
        (("electricity", "1000", "kWh"), ("electricity", "1", "MWh")),
        (("electricity", "10000", "kWh"), ("electricity", "1", "10⁴kWh")),
        (("heat", "1000", "MJ"), ("heat", "1", "GJ")),
        (("medium.fresh-water", "1000", "kg"), ("medium.fresh-water", "1", "t")),
    ],
)
def test_standard_coal_tce__is_the_same_in_every_unit_of_an_energy(
    small: tuple[str, str, str], large: tuple[str, str, str]
) -> None:
    one, other = coal(activity(*small)).lines[0], coal(activity(*large)).lines[0]

    assert one.equivalent_tce == other.equivalent_tce
    assert one.equivalent_tce > 0


@pytest.mark.parametrize(
    ("energy", "amount", "unit"),
    [
        ("raw-coal", "1", "m³"),
        ("raw-coal", "-1", "t"),
        ("raw-coal", "NaN", "t"),
        ("heat", "1", "kWh"),
    ],
)
def test_standard_coal_tce__refuses_amounts_that_are_none(
    energy: str, amount: str, unit: str
) -> None:
    with pytest.raises(AmountError):
        coal(activity(energy, amount, unit))


def test_standard_coal_tce__refuses_an_energy_that_no_table_knows() -> None:
    with pytest.raises(FactOutOfForceError):
        coal(activity("unobtainium", "1", "t"))


amounts = st.decimals(0, 10**12, places=6)


@given(amounts, amounts)
def test_standard_coal_tce__of_a_sum_is_the_sum_exactly(one: Decimal, other: Decimal) -> None:
    split = coal(activity("diesel", f"{one}", "t"), activity("diesel", f"{other}", "t"))

    whole = coal(activity("diesel", f"{one + other}", "t"))

    assert whole.tce == split.tce


def test_self_test__agrees_with_every_row_of_the_bundled_tables() -> None:
    pairs = [fact for fact in BOOK.all() if fact.code.startswith("ncv.")]

    problems = self_test(BOOK)

    assert len(pairs) == 34
    assert problems == ()


# Origin: a metrology institute's public page that lost the leading "1." of four coefficients and
# printed the equal value of electricity per ten thousand kWh (handbook section 1.3).
PLANTED = {
    "coal-equivalent.lpg": "0.7143",
    "coal-equivalent.refinery-dry-gas": "0.5714",
    "coal-equivalent.oil-field-gas": "0.3300",
    "coal-equivalent.gas-field-gas": "0.2143",
    "coal-equivalent.electricity.equal-value": "4.0400",
    # and slips in small coefficients, which move them by less than 0.003
    "coal-equivalent.heat": "0.03142",
    "coal-equivalent.electricity": "0.1219",
}


@pytest.mark.parametrize(("code", "value"), PLANTED.items())
def test_self_test__finds_a_planted_slip_and_nothing_else(code: str, value: str) -> None:
    problems = self_test(book_with(code, value))

    assert [(code, Decimal(value))] == [(p.fact.code, p.fact.value) for p in problems]
    assert value in str(problems[0])


@pytest.mark.parametrize(("code", "value"), PLANTED.items())
def test_standard_coal_tce__computes_nothing_from_a_planted_slip(code: str, value: str) -> None:
    energy = code.removeprefix("coal-equivalent.").removesuffix(".equal-value")
    book = book_with(code, value)
    unit = book.in_force(f"coal-equivalent.{energy}", on=ON).unit.partition("/")[2]

    with pytest.raises(TranscriptionError):
        coal(activity(energy, "1", unit), book=book)


@pytest.mark.parametrize(
    ("times", "plus"), [("0.1", "0"), ("10", "0"), ("1", "0.01"), ("1", "-0.01")]
)
def test_self_test__finds_a_slip_in_any_row(times: str, plus: str) -> None:
    rows = [
        fact
        for fact in BOOK.all()
        if fact.code.startswith("coal-equivalent.")
        and ".medium." not in fact.code
        and not fact.code.endswith(".equal-value")
    ]

    found = [self_test(_slipped(row, row.value * Decimal(times) + Decimal(plus))) for row in rows]

    assert len(rows) == 34
    assert [(row.code,) for row in rows] == [tuple(p.fact.code for p in ps) for ps in found]


def test_self_test__a_row_without_a_calorific_value_cannot_be_trusted() -> None:
    orphaned = FactBook(fact for fact in BOOK.all() if fact.code != "ncv.diesel")

    problems = self_test(orphaned)

    assert [problem.fact.code for problem in problems] == ["coal-equivalent.diesel"]


def _slipped(row: Fact, value: Decimal) -> FactBook:
    return FactBook(replace(fact, value=value) if fact == row else fact for fact in BOOK.all())
