"""A bound by weak duality is one whatever the prices; what ran both ways is the same one way."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sizing_park import random_sizing
from taihang.adapters import highs
from taihang.core.dispatch.sizing.answer import proven_bound, untangle
from taihang.core.dispatch.sizing.case import SizingCase, sizing_case
from taihang.core.dispatch.sizing.kernel import Mixture


@given(seed=st.integers(0, 40), noise=st.floats(0.0, 2.0))
def test_proven_bound__is_never_above_the_optimum_and_meets_it_at_its_prices(
    seed: int, noise: float
) -> None:
    model = random_sizing(seed, n_steps=6).assembled().model
    whole = highs.solve(model, time_limit_s=10.0, gap=0.0)
    if whole.objective is None or whole.row_prices is None:
        return
    rng, size = np.random.default_rng(seed), max(abs(whole.objective), 1.0)
    upper = np.where(np.isfinite(model.column_upper), model.column_upper, 1e5)
    wrong = whole.row_prices + noise * rng.normal(size=model.n_rows)

    exact, _ = proven_bound(model, whole.row_prices, upper=upper)
    loose, _ = proven_bound(model, wrong, upper=upper)

    assert abs(exact - whole.objective) <= 1e-6 * size
    assert loose <= whole.objective + 1e-9 * size


@given(seed=st.integers(0, 1000))
def test_untangle__keeps_every_balance_and_what_is_stored(seed: int) -> None:
    case = next(
        one for s in range(50) if isinstance(one := sizing_case(random_sizing(s)), SizingCase)
    )
    rng, n = np.random.default_rng(seed), len(case.year.load_kwh)
    flows = [rng.uniform(0.0, 100.0, n) for _ in range(5)]
    mixture = Mixture(
        import_kwh=flows[0],
        export_kwh=flows[1],
        used_kwh=rng.uniform(100.0, 500.0, (n, len(case.plants))),
        charge_kwh=flows[2],
        discharge_kwh=flows[3],
        energy_kwh=flows[4],
        node_cny=np.zeros(n),
        stored_cny=np.zeros(n),
        above_cap_cny=np.zeros(n),
    )
    before, law = net(mixture), case.year.law
    stored = mixture.charge_kwh * law.in_ratio - mixture.discharge_kwh / law.out_ratio

    untangle(case, mixture)

    assert np.allclose(net(mixture), before)
    assert np.allclose(
        mixture.charge_kwh * law.in_ratio - mixture.discharge_kwh / law.out_ratio, stored
    )
    assert (np.minimum(mixture.charge_kwh, mixture.discharge_kwh) == 0.0).all()
    assert (np.minimum(mixture.import_kwh, mixture.export_kwh) == 0.0).all()
    assert (mixture.used_kwh >= 0.0).all()


def net(mixture: Mixture) -> np.ndarray:
    given_kwh = mixture.import_kwh + mixture.used_kwh.sum(axis=1) + mixture.discharge_kwh
    return given_kwh - mixture.export_kwh - mixture.charge_kwh
