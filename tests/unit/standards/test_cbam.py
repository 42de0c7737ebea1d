"""CBAM by vectors worked out by hand; claims without their evidence fall back to the default."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.adapters.facts import load_facts
from taihang.core.facts import FactBook, FactOutOfForceError
from taihang.core.park.carbon import CbamGood, ElectricitySource, PrecursorValue
from taihang.standards.cbam import (
    CbamDataError,
    Evidence,
    default_electricity,
    electricity_kg,
    embedded_value,
    indirect_counts,
    judge_source,
    mark_up,
    marked_up,
    specific_embedded,
)

BOOK = load_facts()
WHOLE = Evidence(
    lines=("DL1",),
    contracts=("GS1",),
    link_documents=("a" * 64,),
    contract_documents=("b" * 64,),
    gaps=(),
)
TONNES = st.decimals(min_value="0.01", max_value="1000000", places=2)


# Origin: S17 (b) of the domain handbook: 10, 20, 30 % by year.
@pytest.mark.parametrize(
    ("year", "ratio"), [(2026, "0.10"), (2027, "0.20"), (2028, "0.30"), (2031, "0.30")]
)
def test_mark_up__is_that_of_the_year(year: int, ratio: str) -> None:
    assert mark_up(CbamGood.ALUMINIUM, book=BOOK, on=date(year, 7, 1)).value == Decimal(ratio)


def test_mark_up__of_fertilisers_is_their_own() -> None:
    assert mark_up(CbamGood.FERTILISERS, book=BOOK, on=date(2028, 1, 1)).value == Decimal("0.01")


def test_mark_up__of_two_texts_for_one_good_is_not_the_general_one() -> None:
    own = BOOK.in_force("cbam.mark-up.fertilisers", on=date(2028, 1, 1))
    two = FactBook([*BOOK.all(), replace(own, value=Decimal("0.02"), set="another")])

    with pytest.raises(FactOutOfForceError, match="exactly one"):
        mark_up(CbamGood.FERTILISERS, book=two, on=date(2028, 1, 1))


def test_mark_up__is_unknown_before_the_definitive_period() -> None:
    with pytest.raises(FactOutOfForceError):
        mark_up(CbamGood.ALUMINIUM, book=BOOK, on=date(2025, 12, 31))


def test_indirect_counts__for_cement_and_fertilisers_only() -> None:
    on = date(2026, 7, 1)

    counted = {good.value for good in CbamGood if indirect_counts(good, book=BOOK, on=on).value}

    assert counted == {"cement", "fertilisers"}
    assert len(CbamGood) == 5


def test_specific_embedded__of_a_complex_good_by_hand() -> None:
    # By hand: 480 t direct; 1 050 t of metal at 1.62 t/t; 1 000 t made: (480 + 1 701) / 1 000.
    see = specific_embedded(
        Decimal(480),
        precursors=[(Decimal(1050), Decimal("1.62"))],
        activity_level_t=Decimal(1000),
    )

    assert see == Fraction("2.181")


def test_embedded_value__adds_the_mark_up_to_a_default_only() -> None:
    # By hand: 3.00 t/t and 10 %.
    stated, ratio = Decimal("3.00"), Decimal("0.10")

    found = {
        kind: embedded_value(stated, kind=kind, ratio=ratio, parameter="p")
        for kind in PrecursorValue
    }

    assert found == {
        PrecursorValue.ACTUAL: Decimal("3.00"),
        PrecursorValue.DEFAULT: Decimal("3.300"),
        PrecursorValue.RAW_MATERIAL: Decimal(0),
    }


@pytest.mark.parametrize("kind", [PrecursorValue.ACTUAL, PrecursorValue.DEFAULT])
def test_embedded_value__names_the_parameter_that_nobody_stated(kind: PrecursorValue) -> None:
    with pytest.raises(CbamDataError, match=r"precursors\.M1\.direct_t_per_t"):
        embedded_value(
            None, kind=kind, ratio=Decimal("0.1"), parameter="precursors.M1.direct_t_per_t"
        )


def test_default_electricity__names_the_parameter_that_nobody_stated() -> None:
    with pytest.raises(CbamDataError, match=r"cbam\.electricity_default_kg_per_kwh"):
        default_electricity(
            None, ratio=Decimal("0.1"), parameter="cbam.electricity_default_kg_per_kwh"
        )
    assert default_electricity(Decimal("0.9"), ratio=None, parameter="p") == Decimal("0.9")
    assert default_electricity(Decimal("0.9"), ratio=Decimal("0.1"), parameter="p") == Decimal(
        "0.99"
    )


@given(attributed=TONNES, mass=TONNES, made=TONNES, by=st.integers(2, 100))
def test_specific_embedded__does_not_change_with_the_size_of_the_lot(
    attributed: Decimal, mass: Decimal, made: Decimal, by: int
) -> None:
    one = specific_embedded(attributed, precursors=[(mass, Decimal("1.5"))], activity_level_t=made)
    many = specific_embedded(
        attributed * by, precursors=[(mass * by, Decimal("1.5"))], activity_level_t=made * by
    )

    assert one == many


@pytest.mark.parametrize("made", ["0", "-1", "NaN"])
def test_specific_embedded__refuses_a_lot_of_nothing(made: str) -> None:
    with pytest.raises(CbamDataError, match="activity level"):
        specific_embedded(Decimal(1), precursors=[], activity_level_t=Decimal(made))


@pytest.mark.parametrize("claimed", ElectricitySource)
def test_judge_source__takes_a_claim_whose_evidence_is_whole(claimed: ElectricitySource) -> None:
    judged = judge_source(claimed, WHOLE)

    assert (judged.used, judged.lacking) == (claimed, ())


@pytest.mark.parametrize(
    ("claimed", "without", "lacking"),
    [
        (ElectricitySource.DIRECT_LINE, replace(WHOLE, lines=()), "no-line"),
        (ElectricitySource.DIRECT_LINE, replace(WHOLE, link_documents=()), "no-documents"),
        (ElectricitySource.DIRECT_LINE, replace(WHOLE, gaps=("2026-03",)), "no-intervals"),
        (ElectricitySource.PPA, replace(WHOLE, contracts=()), "no-contract"),
        (ElectricitySource.PPA, replace(WHOLE, contract_documents=()), "no-documents"),
        (ElectricitySource.PPA, replace(WHOLE, gaps=("2026-03",)), "no-intervals"),
    ],
)
def test_judge_source__falls_back_to_the_default_and_says_what_lacked(
    claimed: ElectricitySource, without: Evidence, lacking: str
) -> None:
    # Origin: S17 (c): without hourly evidence the default is used.
    judged = judge_source(claimed, without)

    assert (judged.claimed, judged.used) == (claimed, ElectricitySource.DEFAULT)
    assert judged.lacking == (lacking,)


def test_electricity_kg__is_exact() -> None:
    # Origin: fossil-only factor of the handbook: 20 GWh → 16 546 t.
    assert electricity_kg(20_000_000_000, Decimal("0.8273")) == Decimal(16_546_000)
    assert marked_up(Decimal("0.8273"), Decimal("0.30")) == Decimal("1.07549")
