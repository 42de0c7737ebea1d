"""Quantities that forms say: which flows add, which take, in which unit."""

from collections.abc import Iterator

import pytest

import small_park
from taihang.core.activity.record import Flow
from taihang.core.figure.story import Ground
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import Draft, issue_statements
from taihang.services.figure_said import of_line, said
from taihang.services.figure_stated import Explained, Place, Stated
from taihang.services.ports import Ports
from year_kit import hand_in, lines

_JUNE = "2026-06"
_IDS = [
    f"E01-diesel-consumed-{_JUNE}.v1",
    f"E01-diesel-feedstock-{_JUNE}.v1",
    f"E01-heat-purchased-{_JUNE}.v1",
    f"E02-diesel-consumed-{_JUNE}.v1",
]


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    with small_park.opened(small_park.make(tmp_path_factory.mktemp("s") / "park")) as found:
        hand_in(
            found,
            lines("diesel", Flow.CONSUMED, "2500", unit="kg", periods=[_JUNE]),
            lines("diesel", Flow.FEEDSTOCK, "0.5", periods=[_JUNE]),
            lines("heat", Flow.PURCHASED, "210", unit="GJ", periods=[_JUNE]),
            lines("diesel", Flow.CONSUMED, "3", subject="E02", periods=[_JUNE]),
        )
        yield found


def place(ports: Ports, line: dict[str, JsonValue], *, subject: str = "E01") -> Place:
    body: dict[str, JsonValue] = {
        "format": "taihang-account/v1",
        "lines": [line],
        "inputs": {"activities": [*_IDS], "statements": []},
    }
    issue_statements([Draft("inventory", subject, "2026", body)], period="2026", ports=ports)
    of = Stated.of(ports.registry.statement(f"inventory.{subject}.2026"), ports=ports)
    return Place(of, ("lines", str(line.get("code") or line.get("item")), "quantity"))


def told(ports: Ports, line: dict[str, JsonValue], *, subject: str = "E01") -> Explained:
    return said()(place(ports, line, subject=subject))


def test_said__is_what_was_consumed_less_feedstock_in_one_unit(ports: Ports) -> None:
    found = told(ports, {"code": "diesel", "quantity": "2", "unit": "t"})

    assert found.ground is Ground.FORMULA
    assert found.derivation.result == 2
    assert [one.key for one in found.derivation.operands] == [f"activity/{id_}" for id_ in _IDS[:2]]


@pytest.mark.parametrize("quantity", ["2.5", "-0.5", "3"])
def test_said__finds_which_flows_a_rule_takes(ports: Ports, quantity: str) -> None:
    assert told(ports, {"code": "diesel", "quantity": quantity, "unit": "t"}).derivation.formula


def test_said__what_no_sum_gives_stands_beside_its_forms(ports: Ports) -> None:
    found = told(ports, {"code": "diesel", "quantity": "7", "unit": "t"})

    assert found.ground is Ground.ACTIVITY
    assert found.derivation.formula is None
    assert len(found.derivation.beside) == 2


def test_said__a_unit_that_does_not_fit_is_no_sum(ports: Ports) -> None:
    found = told(ports, {"code": "heat", "quantity": "210", "unit": "t"})

    assert found.ground is Ground.ACTIVITY


def test_of_line__takes_ids_before_items_and_all_members_for_the_park(ports: Ports) -> None:
    by_id = of_line(place(ports, {"code": "x", "quantity": "1", "unit": "t",
                                  "activities": [_IDS[3]]}))  # fmt: skip
    of_park = place(
        ports, {"item": "diesel", "flow": "consumed", "quantity": "5.5", "unit": "t"},
        subject="park",
    )  # fmt: skip
    known = {line.id: line for line in ports.registry.activity_lines()}

    assert [id_ for id_, line in known.items() if by_id(line)] == [_IDS[3]]
    assert {id_ for id_, line in known.items() if of_line(of_park)(line)} == {_IDS[0], _IDS[3]}
    assert said()(of_park).derivation.result is not None
