"""The park with a project in it: a user like the others, and nothing is written."""

from pathlib import Path

import numpy as np
import pytest

import offer_kit
import small_park
from taihang.services.matched import shares_of
from taihang.services.with_projects import CandidatePlaceError, joined_park, with_projects

PERIOD = offer_kit.PERIOD


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return offer_kit.make(tmp_path_factory.mktemp("with") / "park")


def loads(wh: int = 100_000) -> dict[str, np.ndarray]:
    return {"PJ1": np.full(PERIOD.n_steps, wh, np.int64)}


def test_with_projects__shares_the_same_generation_among_one_more(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        before = shares_of(PERIOD, ports=ports)
        joined = with_projects([offer_kit.project()], loads(), period=PERIOD, ports=ports)
        after = shares_of(PERIOD, ports=joined)

    assert after.users == ("E01", "E02", "PJ1")
    assert after.load_wh[2].tolist() == loads()["PJ1"].tolist()
    given, more = before.matching.load_wh.sum(axis=0), after.matching.load_wh.sum(axis=0)
    assert (more >= given).all()
    assert (after.matching.load_wh <= after.load_wh).all()
    # Whoever was there gets no more than before.
    assert (after.matching.load_wh[:2].sum(axis=0) <= given).all()


def test_with_projects__a_load_of_nothing_changes_nothing(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        before = shares_of(PERIOD, ports=ports)
        joined = with_projects([offer_kit.project()], loads(0), period=PERIOD, ports=ports)
        after = shares_of(PERIOD, ports=joined)

    assert after.matching.load_wh[:2].tolist() == before.matching.load_wh.tolist()


def test_with_projects__leaves_the_park_as_it_is(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        hash_before = ports.lake.state_hash()
        joined = with_projects([offer_kit.project()], loads(), period=PERIOD, ports=ports)
        shares_of(PERIOD, ports=joined)

        assert ports.lake.state_hash() == hash_before
        assert "PJ1" not in ports.park.enterprises
        assert joined.lake.count("matching") == ports.lake.count("matching")


def test_with_projects__reads_parts_of_the_period_and_chosen_columns(root: Path) -> None:
    june = small_park.month("2025-06", small_park.ZONE)
    with small_park.opened(root, writing=False) as ports:
        joined = with_projects([offer_kit.project()], loads(), period=PERIOD, ports=ports)
        whole = joined.lake.read("matching", june)
        plants = joined.lake.read("matching", june, "plant")
        column = joined.lake.read("matching", june, "user", columns=("total_wh",))
        other = joined.lake.read("balance", june)

    assert len(whole["user", "PJ1"]["time_s"]) == june.n_steps
    assert {key[0] for key in plants} == {"plant"}
    assert {*column["user", "PJ1"]} == {"time_s", "total_wh"}
    assert ("user", "PJ1") not in other


def test_joined_park__takes_tariff_line_feeder_and_contracts_with_all(root: Path) -> None:
    on_line = offer_kit.project(('grid_tariff = "GT"', 'grid_tariff = "GT"\nline = "DL1"'))
    with small_park.opened(root, writing=False) as ports:
        park = joined_park([on_line], ports.park)

    assert park.dedicated_lines["DL1"].users == ("E01", "PJ1")
    assert park.grid_tariffs["GT"].users[-1] == "PJ1"
    assert park.green_supplies["GS1"].buyers[-1] == "PJ1"


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('grid_tariff = "GT"', 'grid_tariff = "X"'),
        ('grid_tariff = "GT"', 'grid_tariff = "GT"\nline = "X"'),
        ('grid_tariff = "GT"', 'grid_tariff = "GT"\nfeeder = "X"'),
        ('id = "PJ1"', 'id = "E01"'),
    ],
)
def test_joined_park__refuses_what_does_not_fit(root: Path, was: str, now: str) -> None:
    with (
        small_park.opened(root, writing=False) as ports,
        pytest.raises(CandidatePlaceError),
    ):
        joined_park([offer_kit.project((was, now))], ports.park)


def test_with_projects__the_balance_bears_the_load_and_still_closes(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        joined = with_projects([offer_kit.project()], loads(), period=PERIOD, ports=ports)
        was = {flow: rows["wh"] for (flow,), rows in ports.lake.read("balance", PERIOD).items()}
        now = {flow: rows["wh"] for (flow,), rows in joined.lake.read("balance", PERIOD).items()}

    inflow = now["generation"] + now["import"] + now["discharge"]
    outflow = now["load"] + now["export"] + now["charge"] + now["losses"]
    assert (inflow == outflow).all()
    assert (now["load"] - was["load"] == 100_000).all()
    assert (now["export"] == np.maximum(was["export"] - 100_000, 0)).all()
    assert (now["import"] >= was["import"]).all()
