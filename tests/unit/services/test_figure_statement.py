"""Numbers of statements as figures: versions, reasons, signatures, and what was replaced."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import money_park
import restated_park
import small_park
from figure_kit import Walk, closed_park
from taihang.core.figure.key import NoSuchFigureError
from taihang.core.figure.story import Ground
from taihang.core.seal.review import State, Step
from taihang.services.figure_statement import open_statement, statement_figures
from taihang.services.ports import Ports
from taihang.services.restate import restate
from taihang.services.review import Signing, review


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with money_park.opened(closed_park(), writing=False) as found:
        yield found


def test_open_statement__tells_factor_and_proof_of_a_tonne(ports: Ports) -> None:
    story = open_statement(("scope2-location.E01.2026-08", "value"), ports)

    (factor,) = story.factors
    assert factor.code == "grid.average"
    assert factor.document
    assert story.adds_up
    assert story.proof is not None
    assert story.proof.claim == "scope2-location.E01.2026-08.v1"
    assert story.statement is not None
    assert story.statement.state is State.DRAFT
    assert story.term == "location-based"


def test_open_statement__tells_the_facts_of_a_line(ports: Ports) -> None:
    path = ("lines", "energy.grid.peak", "amount_cny")

    story = open_statement(("bill.E01.2026-08", *path), ports)

    assert {fact.code for fact in story.factors} == {"tou.ratio.peak"}
    assert story.proof is not None
    assert story.proof.claim == "bill.E01.2026-08.v1#energy.grid.peak"


def test_open_statement__tells_every_version_and_why(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        restated_park.settled(ports)
        restated_park.corrected(ports, 7)
        restate(ports=ports)

        now = open_statement(("energy.E02.2026-08", "value"), ports)
        then = open_statement(("energy.E02.2026-08.v1", "value"), ports)

        assert now.statement is not None
        was, is_ = now.statement.history
        assert (was.value, is_.value) == (then.value, now.value)
        assert was.value != is_.value
        assert was.reason == "first issue"
        assert "readings" in is_.reason
        assert then.statement is not None
        assert then.statement.history == now.statement.history


def test_open_statement__of_an_old_version_opens_to_what_was_known_then(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        restated_park.settled(ports)
        restated_park.corrected(ports, 7)
        restate(ports=ports)
        walk = Walk(ports)

        for version in (1, 2):
            walk.down(f"statement/energy.E02.2026-08.v{version}/energy_wh")

        assert not walk.faults, walk.faults
        sizes = {key.rpartition("/")[2] for key in walk.stories if key.startswith("meter/")}
        assert len(sizes) == 2


def test_open_statement__says_where_rows_were_replaced(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        restated_park.settled(ports)
        restated_park.corrected(ports, 7)
        restate(ports=ports)

        old = open_statement(("scope2-market.E02.2026-08.v1", "load_wh"), ports)

        assert old.ground is Ground.REPLACED
        assert old.adds_up is None
        assert open_statement(("scope2-market.E02.2026-08", "load_wh"), ports).adds_up


def test_open_statement__tells_who_signed(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        restated_park.settled(ports)
        signing = Signing(step=Step.PREPARED, who="Li Wei", role="accountant", remark="seen")
        review("energy.E02.2026-08.v1", signing, ports=ports)

        story = open_statement(("energy.E02.2026-08", "value"), ports)

        assert story.statement is not None
        assert story.statement.state is State.PREPARED
        assert [each.who for each in story.statement.signatures] == ["Li Wei"]


@pytest.mark.parametrize(
    "path",
    [(), ("nothing",), ("lines", "nothing", "amount_cny"), ("lines",), ("tariff",), ("value", "x")],
)
def test_open_statement__refuses_what_is_no_number(ports: Ports, path: tuple[str, ...]) -> None:
    with pytest.raises(NoSuchFigureError):
        open_statement(("bill.E01.2026-08", *path), ports)


def test_open_statement__of_a_number_that_is_missing_says_why(ports: Ports) -> None:
    story = open_statement(("bill.E01.2026-08", "lines", "power_factor", "amount_cny"), ports)

    assert story.value is None
    assert [getattr(note, "en", "") for note in story.notes] == ["there are no reactive readings"]


def test_statement_figures__are_all_numbers_and_nothing_else(ports: Ports) -> None:
    keys = [*statement_figures(ports.registry.statement("energy.E02.2026-08"))]

    assert {key.rpartition("/")[2] for key in keys} == {
        "energy_wh", "intervals", "missing", "value",
    }  # fmt: skip
