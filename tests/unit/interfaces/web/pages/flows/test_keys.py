"""Every flow that has a key opens to the number that the page shows."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

import money_park
from figure_kit import closed_park
from taihang.interfaces.web.pages.flows.build import EnergyView, build_energy
from taihang.interfaces.web.pages.flows.keys import key_in, no_key
from taihang.services.flow_table import EndKind, FlowEnd
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with money_park.opened(closed_park(), writing=False) as found:
        yield found


def shown(view: EnergyView) -> list[tuple[FlowEnd, str]]:
    assert view.table is not None
    key = key_in(view)
    return [(end, key(end)) for end in (*view.table.sources, *view.table.sinks)]


@pytest.mark.parametrize(
    ("word", "of", "kinds"),
    [
        ("2026-08", "park", {"import", "export", "charge", "discharge", "enterprise"}),
        ("2026-08-03", "park", {"import", "export", "charge", "discharge", "enterprise"}),
        ("2026-08-03..2026-08-09", "E01", {"pool"}),
    ],
)
def test_key_in__opens_to_what_the_page_shows(
    ports: Ports, word: str, of: str, kinds: set[str]
) -> None:
    found = shown(build_energy(ports, word, "electricity", of))

    opened = {end.kind.value: (end, key) for end, key in found if key}
    assert kinds <= opened.keys()
    for end, key in opened.values():
        story = open_figure(key, ports=ports)
        assert end.amount is not None
        assert story.value == round(Decimal(end.amount) * 1000), key
        assert story.adds_up


def test_key_in__another_medium_and_a_sum_of_plants_have_none(ports: Ports) -> None:
    view = build_energy(ports, "2026-08", "electricity", "park")
    key = key_in(view)

    assert not key(FlowEnd(EndKind.PV, "", 1.0))
    assert not key(FlowEnd(EndKind.LOSSES, "", 1.0))
    assert key_in(build_energy(ports, "2026-08", "all", "park")) is no_key
    assert not no_key(FlowEnd(EndKind.IMPORT, "", 1.0))
