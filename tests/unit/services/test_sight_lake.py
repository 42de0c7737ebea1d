from collections.abc import Generator

import numpy as np
import pytest

import canary_park
import small_park
from canary_park import METERS, STEP_COUNTS, TENANTS
from small_park import AUGUST
from taihang.core.access.scope import Scope
from taihang.core.metering.batch_index import NO_GATEWAY
from taihang.services.ports import Ports
from taihang.services.sight import see
from taihang.services.sight_rules import PartOfParkError

OWN, OTHER = TENANTS[0], TENANTS[2]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root = canary_park.made(tmp_path_factory.mktemp("lake") / "park")
    with small_park.opened(root, writing=False) as ports:
        yield ports


@pytest.fixture
def seen(whole: Ports) -> Ports:
    return see(whole, Scope(frozenset({OWN})))


def test_read__has_the_rows_of_ones_own_points(whole: Ports, seen: Ports) -> None:
    place = (METERS[OWN], "register")

    assert [*seen.lake.read("readings", AUGUST)] == [place]
    own = seen.lake.read("readings", AUGUST)[place]
    assert np.array_equal(own["count"], whole.lake.read("readings", AUGUST)[place]["count"])
    assert seen.lake.read("readings", AUGUST, METERS[OTHER]) == {}
    assert seen.lake.read("matching", AUGUST, OTHER) == {}
    assert [*seen.lake.read("matching", AUGUST, OWN)] == [("user", OWN)]


def test_keys__are_those_of_ones_own_rows(seen: Ports) -> None:
    assert seen.lake.keys("intervals", AUGUST) == {(METERS[OWN],)}
    assert seen.lake.keys("matching", AUGUST) == {("user", OWN)}


def test_rollups__have_new_codes_and_no_other_point(whole: Ports, seen: Ports) -> None:
    places, rows = seen.lake.rollups(86_400, AUGUST)
    every, of_all = whole.lake.rollups(86_400, AUGUST, [(METERS[OWN], "register")])

    assert places == ((METERS[OWN], "register"),)
    assert set(rows["code"].tolist()) == {0}
    assert np.array_equal(rows["last_count"], of_all["last_count"])
    assert len(every) > 1, "the lake names all its points beside"
    assert seen.lake.rollups(86_400, AUGUST, [(METERS[OTHER], "register")])[1]["n"].size == 0


def test_last__is_ones_own_last_reading(seen: Ports) -> None:
    places, rows = seen.lake.last()

    counted = STEP_COUNTS[OWN] * AUGUST.n_steps % small_park.MODULUS
    assert places == ((METERS[OWN], "register"),)
    assert rows["last_count"].tolist() == [counted]


def test_arrived__names_ones_own_points(seen: Ports) -> None:
    assert seen.lake.arrived(0, AUGUST) == ((METERS[OWN], "register"),)


def test_totals__over_others_as_well_are_no_sum_of_a_part(whole: Ports, seen: Ports) -> None:
    own = [(METERS[OWN], "register")]

    assert np.array_equal(
        seen.lake.totals(3_600, AUGUST, own)["sum_count"],
        whole.lake.totals(3_600, AUGUST, own)["sum_count"],
    )
    with pytest.raises(PartOfParkError):
        seen.lake.totals(3_600, AUGUST, [*own, (METERS[OTHER], "register")])


def test_batches__of_gateways_that_read_nothing_of_ones_own_keep_their_place_alone(
    whole: Ports, seen: Ports
) -> None:
    every, own = whole.lake.batches(), seen.lake.batches()

    assert len(own) == len(every)
    assert set(own.gateways) == {NO_GATEWAY, "GW1"}
    for mine, theirs in zip(own, every, strict=True):
        assert mine == theirs or (theirs.gateway == "GW2" and mine == (NO_GATEWAY, 0, 0))
    assert own.withdrawals().tolist() == every.withdrawals().tolist()


@pytest.mark.parametrize("table", ["balance", "lots", "storage", "anything"])
def test_read__a_table_of_the_whole_park_is_closed(seen: Ports, table: str) -> None:
    with pytest.raises(PartOfParkError):
        seen.lake.read(table, AUGUST)
    with pytest.raises(PartOfParkError):
        seen.lake.keys(table, AUGUST)
