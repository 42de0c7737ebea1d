"""Decisions: kept once, in order, never for more than there is, also where two come at once."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Final, cast

import pytest

import small_park
from admission_case import product_of, project
from taihang.core.admission.ledger import DecisionError, Outcome
from taihang.core.admission.project import Project
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.services.act_log import log_acts
from taihang.services.admit_project import (
    ATTEMPTS_MOST,
    DecisionsMovedError,
    NoLimitBookError,
    decide,
    end,
    held,
)
from taihang.services.audit import audit
from taihang.services.ports import Ports, Registry

BOOK: Final = """
[admission]
negative_sectors = ["C31"]
worst_efficiency_level = 2
replacement_ratio = "1"
source = "test"
[limits]
energy = { name_zh = "能耗", name_en = "energy", measure = "energy", unit = "tce/a", \
limit = "10000", committed = "0", source = "test" }
carbon = { name_zh = "碳", name_en = "carbon", measure = "carbon", unit = "tCO2/a", \
limit = "50000", committed = "46000", source = "test" }
so2 = { name_zh = "硫", name_en = "SO2", measure = "stated", unit = "t/a", \
limit = "10", committed = "0", source = "test" }
[closed_units]
K1 = { name_zh = "炉", name_en = "boiler", closed_on = 2025-10-31, frees = { so2 = "5" }, \
source = "test" }
"""
RACE: Final = """
import sys
from pathlib import Path
from time import sleep
sys.path[:0] = sys.argv[4:]
import small_park
from test_admit_project import asking
from taihang import wiring
from taihang.services.admit_project import decide
root, name, n = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with wiring.open_park(root, writing=False, clock=small_park.CLOCK) as ports:
    (root / f"{name}.here").touch()
    while len(list(root.glob("*.here"))) < 2:
        sleep(0.01)
    for number in range(n):
        decide(asking(f"{name}{number}"), ports=ports)
"""


def asking(name: str = "PJ1", *, so2: str = "1", replaces: tuple[str, ...] = ()) -> Project:
    """A project under the line of evaluation."""
    small = project(name, carbon="10", so2=so2, replaces=replaces)
    electricity = replace(small.energies["electricity"], amount=Decimal(100_000))
    return replace(small, energies={"electricity": electricity})


@pytest.fixture
def booked(root: Path) -> Path:
    """A small park with a limit book."""
    file = root / "park.toml"
    file.write_text(file.read_text("utf-8") + BOOK, encoding="utf-8")
    return root


@pytest.fixture
def ports(booked: Path) -> Iterator[Ports]:
    with small_park.opened(booked) as opened:
        yield opened


def body(statement: IssuedStatement) -> dict[str, JsonValue]:
    return cast("dict[str, JsonValue]", load_canonical(statement.document.encode()))


def outcomes(ports: Ports) -> list[tuple[str, str]]:
    return [(s.id, str(body(s)["decision"])) for s in held(ports=ports).statements]


def test_decide__admits_reserves_and_says_so_whole(ports: Ports) -> None:
    decided = decide(asking(so2="4"), ports=ports)

    said = body(decided.statement)
    assert decided.is_new
    assert decided.statement.id == "admission.PJ1.2026.v1"
    assert (said["decision"], said["on"]) == ("admitted", "2026-10-01")
    now = held(ports=ports)
    assert now.ledger.reserved("so2") == 4
    # 100 000 kWh at 当量 0.1229.
    assert now.ledger.reserved("energy") == Decimal("12.29")
    assert {str(f["code"]) for f in cast("list[dict[str, JsonValue]]", said["factors"])} == {
        "coal-equivalent.electricity",
        "energy-review.exempt-below.energy",
        "energy-review.exempt-below.coal",
    }


def test_decide__again_is_the_same_act(ports: Ports) -> None:
    first = decide(asking(), ports=ports)
    again = decide(asking(), ports=ports)
    end("PJ1", Outcome.BUILT, reason="commissioned", ports=ports)
    after_building = decide(asking(), ports=ports)

    assert (again.is_new, again.statement) == (False, first.statement)
    assert (after_building.is_new, after_building.statement) == (False, first.statement)
    with pytest.raises(DecisionError, match="another application"):
        decide(asking(so2="2"), ports=ports)


def test_decide__a_refusal_names_the_limit_and_stands_until_there_is_room(ports: Ports) -> None:
    decide(asking("A", so2="8"), ports=ports)
    refused = decide(asking("B", so2="3"), ports=ports)
    assert not decide(asking("B", so2="3"), ports=ports).is_new
    end("A", Outcome.WITHDRAWN, reason="no money", ports=ports)
    admitted = decide(asking("B", so2="3"), ports=ports)

    said = body(refused.statement)
    assert said["grounds"] == [{"ground": "limit", "of": "so2", "detail": "1"}]
    assert said["ways_out"] == ["K1"]
    assert outcomes(ports) == [
        ("admission.A.2026.v1", "admitted"),
        ("admission.B.2026.v1", "refused"),
        ("admission.A.2026.v2", "withdrawn"),
        ("admission.B.2026.v2", "admitted"),
    ]
    assert body(admitted.statement)["supersedes"] == "admission.B.2026.v1"


def test_decide__a_closed_unit_serves_one_project(ports: Ports) -> None:
    decide(asking("A", so2="5", replaces=("K1",)), ports=ports)

    refused = decide(asking("B", so2="5", replaces=("K1",)), ports=ports)

    assert body(refused.statement)["grounds"] == [
        {"ground": "unit-used", "of": "K1", "detail": "A"}
    ]
    assert held(ports=ports).ledger.reserved("so2") == 0


def test_decide__above_the_line_it_needs_an_evaluation(ports: Ports) -> None:
    large = project("L", carbon="2000", so2="0")

    refused = decide(large, ports=ports)
    admitted = decide(replace(large, products={"P1": product_of("1500")}), ports=ports)

    assert [
        g["ground"] for g in cast("list[dict[str, str]]", body(refused.statement)["grounds"])
    ] == ["evaluation-missing"]
    sheet = cast("dict[str, JsonValue]", body(admitted.statement)["sheet"])
    assert (sheet["energy_tce"], sheet["exempt"]) == ("1229", False)
    assert sheet["unassigned_carbon_t"] == "500"


@pytest.mark.parametrize("outcome", [Outcome.BUILT, Outcome.WITHDRAWN])
def test_end__only_what_is_admitted(ports: Ports, outcome: Outcome) -> None:
    with pytest.raises(DecisionError):
        end("PJ1", outcome, reason="why", ports=ports)


def test_held__of_a_park_without_limits(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports, pytest.raises(NoLimitBookError):
        held(ports=ports)


class _Interrupted:
    """A register into which somebody else writes just before this one does."""

    def __init__(self, registry: Registry, others: list[Project], ports: Ports) -> None:
        self._registry = registry
        self._others = others
        self._ports = ports
        self.n_tried = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._registry, name)

    def add_if_none_came(self, statement: IssuedStatement, *, n_known: int, at_s: int) -> bool:
        self.n_tried += 1
        if self._others:
            decide(self._others.pop(), ports=self._ports)
        return self._registry.add_if_none_came(statement, n_known=n_known, at_s=at_s)


def _interrupted(ports: Ports, others: list[Project]) -> tuple[Ports, _Interrupted]:
    registry = _Interrupted(ports.registry, others, ports)
    return replace(ports, registry=cast("Registry", registry)), registry


def test_decide__the_last_tonne_is_given_once(ports: Ports) -> None:
    raced, registry = _interrupted(ports, [asking("FIRST", so2="10")])

    second = decide(asking("SECOND", so2="1"), ports=raced)

    assert registry.n_tried == 2
    assert body(second.statement)["grounds"] == [{"ground": "limit", "of": "so2", "detail": "1"}]
    assert held(ports=ports).ledger.reserved("so2") == 10


def test_decide__gives_up_where_others_never_stop(ports: Ports) -> None:
    others = [asking(f"O{number}", so2="0") for number in range(ATTEMPTS_MOST)]
    raced, _ = _interrupted(ports, others)

    with pytest.raises(DecisionsMovedError):
        decide(asking("LATE", so2="0"), ports=raced)

    assert "LATE" not in held(ports=ports).ledger.last


def test_decide__two_processes_never_pass_a_limit(booked: Path) -> None:
    with small_park.opened(booked):
        pass
    here = Path(__file__)
    folders = (str(here.parent), str(here.parents[2]))
    processes = [
        subprocess.Popen([sys.executable, "-c", RACE, str(booked), name, "8", *folders])
        for name in ("A", "B")
    ]

    try:
        codes = [process.wait(timeout=120) for process in processes]
    finally:
        # One that fails before it is here would leave the other waiting for it.
        for process in processes:
            process.kill()

    assert codes == [0, 0]
    with small_park.opened(booked, writing=False) as ports:
        now = held(ports=ports)
    assert now.ledger.n_decisions == 16
    assert now.ledger.reserved("so2") == 10
    assert sorted(now.ledger.last.values()) == 10 * ["admitted"] + 6 * ["refused"]


def test_decide__is_in_the_log_and_an_altered_decision_is_found(booked: Path) -> None:
    with small_park.opened(booked) as ports:
        decide(asking(), ports=ports)
        log_acts(ports=ports)
        acts = [act.subject for act in ports.registry.logged() if act.kind == "statements-issued"]
        assert acts == ["2026"]
        assert audit(ports=ports).is_clean

    with closing(sqlite3.connect(booked / "registry.db")) as rows:
        text, other = '"decision":"admitted"', '"decision":"refused"'
        rows.execute("UPDATE statement SET document = replace(document, ?, ?)", (text, other))
        rows.commit()

    with small_park.opened(booked, writing=False) as ports:
        found = audit(ports=ports).findings
    assert any("admission.PJ1.2026.v1" in finding.where for finding in found)
