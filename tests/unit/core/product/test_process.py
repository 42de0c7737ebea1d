"""What products bear is what the process emitted, to the gram, however it is shared."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.park.carbon import Allocation
from taihang.core.product.allocation import AllocationError, Output
from taihang.core.product.process import (
    Charge,
    UnitProcess,
    embedded,
    grams_of,
    printed,
    specific,
    sum_g,
)

STAGES = ("direct", "indirect", "materials")
NAMES = ("A", "B", "C")


@st.composite
def processes(draw: st.DrawFn) -> UnitProcess:
    names = NAMES[: draw(st.integers(1, 3))]
    amounts = st.decimals(min_value="0.001", max_value="100000", places=3)
    outputs = tuple(
        Output(product=n, amount=draw(amounts), unit="t", price_cny=draw(amounts)) for n in names
    )
    charges = st.builds(
        Charge,
        stage=st.sampled_from(STAGES),
        code=st.sampled_from(("gas", "coal")),
        grams=st.integers(-(10**9), 10**13),
        only=st.lists(st.sampled_from(names), unique=True).map(tuple),
    )
    return UnitProcess(
        id="P1",
        outputs=outputs,
        charges=tuple(draw(st.lists(charges, max_size=5))),
        method=draw(st.sampled_from((Allocation.PHYSICAL, Allocation.ECONOMIC))),
        reason="drawn",
    )


def test_grams_of__rounds_once_however_long_the_figure_is() -> None:
    # 28 digits would make this a tie, and the tie an even gram.
    assert grams_of(Decimal(f"0.0025{0:036d}1")) == 3


@given(process=processes())
def test_embedded__over_all_products_is_what_the_process_emitted(process: UnitProcess) -> None:
    shared = embedded(process)

    emitted = sum(charge.grams for charge in process.charges)
    assert sum(sum_g(parts) for parts in shared.values()) == emitted
    for stage in STAGES:
        of_stage = sum(charge.grams for charge in process.charges if charge.stage == stage)
        assert sum(sum_g(parts, stages=[stage]) for parts in shared.values()) == of_stage


@given(process=processes())
def test_embedded__gives_a_charge_to_its_own_products_only(process: UnitProcess) -> None:
    for product, parts in embedded(process).items():
        assert all(not part.charge.only or product in part.charge.only for part in parts)


@given(process=processes(), by=st.integers(2, 50))
def test_embedded__scales_with_what_is_emitted(process: UnitProcess, by: int) -> None:
    more = tuple(
        Charge(stage=c.stage, code=c.code, grams=c.grams * by, only=c.only) for c in process.charges
    )
    grown = UnitProcess(
        id=process.id,
        outputs=process.outputs,
        charges=more,
        method=process.method,
        reason=process.reason,
    )

    before, after = embedded(process), embedded(grown)

    for product in before:
        drift = abs(sum_g(after[product]) - by * sum_g(before[product]))
        assert drift <= (by + 1) * max(len(more), 1)


def test_embedded__refuses_a_charge_of_a_product_that_is_not_made() -> None:
    process = UnitProcess(
        id="P1",
        outputs=(Output(product="A", amount=Decimal(1), unit="t"),),
        charges=(Charge(stage="direct", code="gas", grams=1, only=("Z",)),),
        method=Allocation.AVOIDED,
        reason="one product",
    )

    with pytest.raises(AllocationError, match="Z"):
        embedded(process)


@pytest.mark.parametrize(
    ("kg", "grams"), [("0.0005", 0), ("0.0015", 2), ("-0.0005", 0), ("2322774.5", 2_322_774_500)]
)
def test_grams_of__rounds_half_to_even(kg: str, grams: int) -> None:
    assert grams_of(Decimal(kg)) == grams


def test_printed__rounds_once() -> None:
    assert str(printed(specific(2_000_000, amount=Decimal(3)), 2)) == "666666.67"
    assert str(printed(Fraction(1, 8), 2)) == "0.12"
