"""Every figure of a settled park opens, adds up, and leads down to its grounds."""

from collections.abc import Iterator

import pytest

import money_park
from figure_kit import Walk, closed_park
from small_park import AUGUST
from taihang.core.figure.key import FigureKeyError, NoSuchFigureError
from taihang.core.figure.story import Ground
from taihang.services.figure_span import span_of
from taihang.services.open_figure import OPENERS, open_figure
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with money_park.opened(closed_park(), writing=False) as found:
        yield found


def _ids(ports: Ports) -> list[str]:
    return [entry.id for entry in ports.registry.roll() if entry.kind != "certificate-act"]


def test_open_figure__adds_up_in_every_number_of_every_statement(ports: Ports) -> None:
    walk = Walk(ports)

    n = walk.statements(_ids(ports))

    assert n > 300
    assert not walk.faults, "\n".join(walk.faults[:20])
    # What follows by arithmetic is by far the most; what only stands there is named and few.
    assert walk.grounds[Ground.FORMULA] > 10 * walk.grounds[Ground.STATED]


@pytest.mark.parametrize(
    "key",
    [
        "statement/scope2-location.E01.2026-08/value",
        "statement/standard-coal.park.2026-08/value",
        "statement/scope2-market.E01.2026-08/value",
        "statement/bill.E02.2026-08/value",
        "statement/gateway-bill.G1.2026-08/value",
        "statement/payments.E01.2026-08/value",
        "users/total_wh/2026-08",
        "ratio/R_green/2026-08",
        "closure/park/2026-08",
        "flow/losses/2026-08-03",
    ],
)
def test_open_figure__leads_from_a_tonne_or_a_bill_to_readings_and_facts(
    ports: Ports, key: str
) -> None:
    walk = Walk(ports)

    grounds = walk.down(key)

    assert not walk.faults, "\n".join(walk.faults[:20])
    assert Ground.READING in grounds
    assert grounds <= {Ground.READING, Ground.FACT, Ground.PARAMETER, Ground.COUNT}


def test_open_figure__tells_batch_and_leaf_of_a_reading(ports: Ports) -> None:
    walk = Walk(ports)
    walk.down("statement/energy.E01.2026-08/value")

    read = [story for story in walk.stories.values() if story.ground is Ground.READING]

    assert read
    for story in read:
        (counting,) = [each for each in story.readings if each.counts]
        batch = ports.lake.batches()[counting.leaf]
        assert counting.source == f"{batch.gateway}/{batch.counter}"
        assert counting.received_at_s == ports.journal.received_at_s(counting.leaf)
        assert counting.leaf < ports.journal.size


def test_open_figure__has_an_opener_for_every_sort_that_a_story_names(ports: Ports) -> None:
    walk = Walk(ports)
    walk.statements(_ids(ports))
    for key in ("users/total_wh/2026-08", "ratio/R_green/2026-08", "closure/park/2026-08"):
        walk.down(key)

    sorts = {each.key.partition("/")[0] for story in walk.stories.values() for each in story.inputs}

    assert sorts <= OPENERS.keys()
    assert len(sorts) >= 12


@pytest.mark.parametrize("key", ["", "meter", "nothing/at/all", "meter/M-E01"])
def test_open_figure__refuses_what_names_no_figure(ports: Ports, key: str) -> None:
    with pytest.raises((FigureKeyError, NoSuchFigureError)):
        open_figure(key, ports=ports)


def test_span_of__august_is_what_the_park_was_closed_for(ports: Ports) -> None:
    assert span_of("2026-08", ports.park.zone).period == AUGUST
