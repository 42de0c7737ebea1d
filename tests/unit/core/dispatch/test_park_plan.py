"""A plan, read from a vector."""

import json

import pytest

from park_case import planned
from whole_park import N, whole_park


def test_plan_of__names_every_flow_and_pays_the_objective() -> None:
    release = planned(whole_park(), n_steps=N)

    assert release.plan is not None
    objective = release.exact.solution.objective
    assert objective is not None
    assert release.plan.total_cny == pytest.approx(objective + release.assembled.fixed_cny)
    assert {"store.energy_kwh", "station.session_kw"} <= set(release.plan.series)
    assert release.plan.sizes["sun.capacity_kw"] == 900.0


def test_document__is_plain_and_has_no_negative_zero() -> None:
    release = planned(whole_park(), n_steps=N)

    assert release.plan is not None
    text = json.dumps(release.plan.document())
    assert "-0.0," not in text
    assert json.loads(text) == release.plan.document()
