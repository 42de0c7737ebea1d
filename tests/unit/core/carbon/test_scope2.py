from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.carbon.inventory import Method, Scope
from taihang.core.carbon.scope2 import (
    Claim,
    EnergyShapeError,
    FactorUnitError,
    Instrument,
    IntervalClaim,
    OverclaimError,
    interval_market_based,
    location_based,
    market_based,
)
from taihang.core.facts import Fact

AVERAGE = Fact(
    code="grid.average",
    value=Decimal("0.6634"),
    unit="kgCO2/kWh",
    region="Shanxi",
    valid_from=date(2025, 12, 31),
    valid_to=None,
    data_year=2023,
    document="announcement",
    clause="table",
    source="K3",
    status="verified",
    set="mee-grid-2023",
)
RESIDUAL = replace(AVERAGE, code="grid.excl-market", value=Decimal("0.6096"), region="CN")
GREEN = replace(AVERAGE, code="electricity.non-fossil", value=Decimal(0), region="CN")
FOOTPRINT = replace(AVERAGE, code="grid.footprint", unit="kgCO2e/kWh")
MWH = 1_000_000


def claim(instrument: Instrument, wh: int, factor: Fact = GREEN) -> Claim:
    return Claim(instrument=instrument, label="c", wh=wh, factor=factor)


def interval_claim(instrument: Instrument, wh: list[int]) -> IntervalClaim:
    return IntervalClaim(instrument=instrument, label="c", wh=np.array(wh, np.int64), factor=GREEN)


def test_location_based__is_load_times_the_average_factor() -> None:
    # Origin: acceptance facts S22 of the domain handbook, 20 GWh in Shanxi.
    view = location_based(20_000 * MWH, factor=AVERAGE)

    assert Decimal(13_268_000) == view.kg_co2e
    assert [line.scope for line in view.lines] == [Scope.ENERGY]
    assert (AVERAGE.key,) == view.lines[0].factor_keys


def test_market_based__counts_claims_at_their_own_factor_and_the_rest_at_the_residual() -> None:
    claims = [
        claim(Instrument.DIRECT_LINE, 30 * MWH),
        claim(Instrument.SUPPLIER_MIX, 20 * MWH, replace(AVERAGE, value=Decimal("0.3"))),
    ]

    view = market_based(100 * MWH, claims=claims, residual=RESIDUAL)

    assert [Decimal(0), Decimal(6_000), Decimal(30_480)] == [line.kg_co2e for line in view.lines]
    assert Decimal(36_480) == view.kg_co2e
    assert view.untracked_wh == 50 * MWH


def test_market_based__names_the_share_of_the_direct_line() -> None:
    claims = [claim(Instrument.DIRECT_LINE, 30 * MWH), claim(Instrument.CERTIFICATE, 20 * MWH)]

    view = market_based(100 * MWH, claims=claims, residual=RESIDUAL)

    assert Fraction(3, 10) == view.share_ratio(Instrument.DIRECT_LINE)
    assert Fraction(1, 5) == view.share_ratio(Instrument.CERTIFICATE)
    assert Fraction(0) == view.share_ratio(Instrument.CONTRACT)
    assert view.lines[0].activity == "direct line c"


def test_share_ratio__of_no_load_does_not_exist() -> None:
    view = market_based(0, claims=[], residual=RESIDUAL)

    assert view.share_ratio(Instrument.DIRECT_LINE) is None


def test_market_based__refuses_more_claims_than_load() -> None:
    with pytest.raises(OverclaimError):
        market_based(MWH, claims=[claim(Instrument.CERTIFICATE, MWH + 1)], residual=RESIDUAL)


@pytest.mark.parametrize("load_wh", [-1, -MWH])
def test_views__refuse_negative_load(load_wh: int) -> None:
    with pytest.raises(EnergyShapeError):
        location_based(load_wh, factor=AVERAGE)
    with pytest.raises(EnergyShapeError):
        market_based(load_wh, claims=[], residual=RESIDUAL)
    with pytest.raises(EnergyShapeError):
        interval_market_based(np.array([load_wh]), claims=[], residual=RESIDUAL)


def test_market_based__refuses_a_negative_claim() -> None:
    claims = [claim(Instrument.CONTRACT, -1), claim(Instrument.CONTRACT, 1)]

    with pytest.raises(EnergyShapeError):
        market_based(10, claims=claims, residual=RESIDUAL)


def test_views__refuse_a_life_cycle_factor() -> None:
    with pytest.raises(FactorUnitError, match="product footprints"):
        location_based(1, factor=FOOTPRINT)
    with pytest.raises(FactorUnitError):
        market_based(1, claims=[], residual=FOOTPRINT)


def test_interval_market_based__a_surplus_at_noon_does_not_cover_the_night() -> None:
    load_wh = np.array([10, 10], np.int64) * MWH

    view = interval_market_based(
        load_wh,
        claims=[interval_claim(Instrument.DIRECT_LINE, [10 * MWH, 0])],
        residual=RESIDUAL,
    )

    assert Method.INTERVAL_MARKET is view.method
    assert Decimal(6_096) == view.kg_co2e
    with pytest.raises(OverclaimError, match="interval 0"):
        interval_market_based(
            load_wh,
            claims=[interval_claim(Instrument.DIRECT_LINE, [20 * MWH, 0])],
            residual=RESIDUAL,
        )


def test_interval_market_based__two_claims_may_not_cover_the_same_load() -> None:
    claims = [
        interval_claim(Instrument.DIRECT_LINE, [3, 3]),
        interval_claim(Instrument.CONTRACT, [2, 3]),
    ]

    with pytest.raises(OverclaimError, match="interval 1"):
        interval_market_based(np.array([5, 5]), claims=claims, residual=RESIDUAL)


def test_interval_market_based__refuses_another_grid() -> None:
    with pytest.raises(EnergyShapeError):
        interval_market_based(
            np.array([5, 5]),
            claims=[interval_claim(Instrument.CONTRACT, [1])],
            residual=RESIDUAL,
        )


def test_interval_market_based__refuses_negative_claims() -> None:
    with pytest.raises(EnergyShapeError):
        interval_market_based(
            np.array([5, 5]),
            claims=[interval_claim(Instrument.CONTRACT, [-1, 5])],
            residual=RESIDUAL,
        )


intervals = st.lists(
    st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9)), max_size=96
)


@given(intervals)
def test_interval_market_based__equals_the_period_view_of_its_sums(
    rows: list[tuple[int, int, int]],
) -> None:
    line_wh = [line for line, _, _ in rows]
    contract_wh = [contract for _, contract, _ in rows]
    load_wh = [line + contract + rest for line, contract, rest in rows]

    view = interval_market_based(
        np.array(load_wh, np.int64),
        claims=[
            interval_claim(Instrument.DIRECT_LINE, line_wh),
            interval_claim(Instrument.CONTRACT, contract_wh),
        ],
        residual=RESIDUAL,
    )

    period = market_based(
        sum(load_wh),
        claims=[
            claim(Instrument.DIRECT_LINE, sum(line_wh)),
            claim(Instrument.CONTRACT, sum(contract_wh)),
        ],
        residual=RESIDUAL,
    )
    assert period.kg_co2e == view.kg_co2e
    assert Fraction(view.kg_co2e) == sum(rest for _, _, rest in rows) * Fraction("0.6096") / 1_000
    assert view.load_wh == view.untracked_wh + sum(claimed.wh for claimed in view.claims)


@given(st.integers(0, 10**15))
def test_market_based__without_claims_is_the_location_view_at_the_residual(load_wh: int) -> None:
    market = market_based(load_wh, claims=[], residual=RESIDUAL)

    assert location_based(load_wh, factor=RESIDUAL).kg_co2e == market.kg_co2e
