from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.ratio.forecast import Reals
from taihang.core.ratio.outlook import Thresholds, quantiles, year_outlook

ASKED = Thresholds(
    self_use_min_ratio=Decimal("0.60"),
    green_min_ratio=Decimal("0.30"),
    export_max_ratio=Decimal("0.20"),
    storage_losses_in_load=True,
)


def _parts(exported: list[float], *, storage: float = 0.0) -> dict[str, Reals]:
    n = len(exported)
    return {
        "available": np.full(n, 100.0),
        "exported": np.array(exported),
        "curtailed": np.full(n, 5.0),
        "load": np.full(n, 200.0),
        "storage": np.full(n, storage),
    }


def test_year_outlook__has_the_ratios_of_vector_5() -> None:
    # Domain handbook vector 5: E_av 100, cur 5, exp 15, load 200.
    found = year_outlook(_parts([15.0]), asked=ASKED)

    assert [one.quantiles_ratio for one in found.ratios] == [
        (0.8, 0.8, 0.8),
        (0.4, 0.4, 0.4),
        (0.15, 0.15, 0.15),
    ]
    assert found.chance_ratio == 0


def test_year_outlook__counts_the_scenarios_that_miss() -> None:
    found = year_outlook(_parts([10.0, 21.0, 30.0, 40.0]), asked=ASKED)

    assert [one.n_missed for one in found.ratios] == [1, 1, 3]
    assert found.needs_wh["R_exp"].tolist() == [0.0, 1.0, 10.0, 20.0]
    assert found.needs_wh["R_self"].tolist() == [0.0, 0.0, 0.0, 5.0]
    assert found.chance_ratio == 0.75


def test_year_outlook__counts_losses_of_storage_as_load_only_where_told() -> None:
    parts = _parts([15.0], storage=50.0)
    given_out = _parts([15.0], storage=-50.0)

    assert year_outlook(parts, asked=ASKED).ratios[1].quantiles_ratio[1] == 80 / 250
    assert year_outlook(given_out, asked=ASKED).ratios[1].quantiles_ratio[1] == 0.4


def test_year_outlook__has_no_ratio_where_nothing_is_used() -> None:
    found = year_outlook({**_parts([15.0]), "load": np.zeros(1)}, asked=ASKED)

    assert found.ratios[1].quantiles_ratio == (None, None, None)


@pytest.mark.parametrize(
    ("certainty", "expected"), [("0.25", 1), ("0.5", 0), ("0.75", 3), ("1", 2)]
)
def test_planning_scenario__needs_no_less_than_the_share_that_it_is_for(
    certainty: str, expected: int
) -> None:
    found = year_outlook(_parts([21.0, 10.0, 40.0, 30.0]), asked=ASKED)

    # Needs of R_exp: 1, 0, 20, 10; so the order is 1, 0, 3, 2.
    assert found.planning_scenario(Decimal(certainty)) == expected


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_quantiles__are_values_that_were_drawn_in_order(values: list[float]) -> None:
    found = quantiles(np.array(values))

    assert set(found) <= set(values)
    assert list(found) == sorted(found)
    for percent, value in zip((10, 50, 90), found, strict=True):
        assert 100 * sum(each <= value for each in values) >= percent * len(values)
