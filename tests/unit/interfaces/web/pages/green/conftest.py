"""One demo park, opened and served, for every test of green power."""

from collections.abc import Iterator

import pytest

from command_line import DemoPark
from taihang import wiring
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource
from taihang.services.ports import Ports


@pytest.fixture(scope="package")
def ports(demo_park: DemoPark) -> Iterator[Ports]:
    with wiring.open_park(demo_park.root, writing=False) as found:
        yield found


@pytest.fixture(scope="package")
def served(demo_park: DemoPark) -> Iterator[tuple[AsgiApplication, ParkSource]]:
    source = ParkSource(demo_park.root)
    yield create_application(source), source
    source.accounts.close()
