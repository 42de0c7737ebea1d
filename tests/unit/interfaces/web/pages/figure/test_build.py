"""What a page of a figure is made from."""

from collections.abc import Iterator

import pytest

import money_park
from figure_kit import closed_park
from taihang.core.access.scope import Scope
from taihang.core.figure.key import NoSuchFigureError
from taihang.interfaces.web.pages.figure.build import build_figure, build_proof
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports
from taihang.services.sight import see
from taihang.services.sight_rules import PartOfParkError


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with money_park.opened(closed_park(), writing=False) as found:
        yield found


@pytest.fixture(scope="module")
def own(ports: Ports) -> Ports:
    return see(ports, Scope(frozenset({"E01"})))


def test_build_figure__brings_the_story_and_the_names(ports: Ports) -> None:
    page = build_figure(ports, "users/total_wh/2026-08")

    assert page.story == open_figure("users/total_wh/2026-08", ports=ports)
    assert page.names["E01"].zh == "甲厂"
    assert (page.zone, page.park) == ("Asia/Shanghai", "small")


@pytest.mark.parametrize(
    "key", ["users/total_wh/2026-08", "flow/import/2026-08", "ratio/R_green/2026-08"]
)
def test_build_figure__says_that_a_figure_of_the_park_belongs_to_others(
    own: Ports, key: str
) -> None:
    assert build_figure(own, key).story is None


@pytest.mark.parametrize(
    "key", ["meter/M-E02/2026-08/1", "settled/M-PV01/2026-08", "demand/G1/2026-08"]
)
def test_build_figure__does_not_know_what_others_have(own: Ports, key: str) -> None:
    with pytest.raises(NoSuchFigureError):
        build_figure(own, key)


def test_build_figure__opens_ones_own(own: Ports, ports: Ports) -> None:
    key = "statement/scope2-location.E01.2026-08/value"

    assert build_figure(own, key).story == build_figure(ports, key).story
    assert "E02" not in build_figure(own, key).names


def test_build_proof__is_the_file_of_the_claim(ports: Ports, own: Ports) -> None:
    claim = "energy.E01.2026-08.v1"

    assert build_proof(own, claim) == build_proof(ports, claim)
    with pytest.raises(PartOfParkError):
        build_proof(own, "M-E02@2026-08-03T02:15Z")
