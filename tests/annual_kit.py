"""A park whose reports of a year can be handed in: forms, evidence, statements, two enterprises."""

import json
from pathlib import Path
from typing import Any, Final

import small_park
from carbon_kit import PARK_CHOICES, declared, state_load
from command_line import done
from taihang import wiring
from taihang.config.templates import template_text
from taihang.core.activity.record import Flow
from taihang.services.account import Draft, issue_statements
from taihang.services.ports import Ports
from year_kit import MONTHS, YEAR, hand_in, hand_in_year, lines

SOURCES: Final = """
[carbon_sources]
E01 = { items = ["anthracite", "natural-gas", "diesel", "heat", "gas.sf6"], source = "examined" }
E02 = { items = [], source = "examined" }
park = { items = [], source = "examined" }
"""


def make(root: Path) -> Path:
    """Make the demo park, hand a year of E01 and E02 in, and issue every statement of the year."""
    blank(root)
    declared(root, SOURCES, PARK_CHOICES)
    with wiring.open_park(root, writing=True, clock=small_park.CLOCK) as ports:
        hand_in(
            ports,
            lines("anthracite", Flow.CONSUMED, "83.25"),
            lines("natural-gas", Flow.CONSUMED, "1.5", unit="10⁴Nm³"),
            lines("heat", Flow.PURCHASED, "210", unit="GJ"),
            lines("gas.sf6", Flow.OUTPUT, "1.2", unit="kg", periods=(YEAR,)),
        )
        hand_in_year(ports)
        _state_views(ports)
        state_load(ports, line_wh=3_000_000_000, pool_wh=1_200_000_000)
        state_load(ports, subject="E02")
    for subject in ("E01", "E02", "park"):
        done("carbon", root, "--year", YEAR, "--subject", subject, "--issue")
    issue(root, "energy", "indicators", "pathway")
    return root


def _state_views(ports: Ports) -> None:
    """State location and physical views of each month beside the market view."""
    for name in MONTHS:
        for kind in ("scope2-location", "scope2-physical"):
            body = {"format": "taihang-account/v1", "value": "10.5", "unit": "tCO2"}
            issue_statements([Draft(kind, "E01", name, {**body})], period=name, ports=ports)


def blank(root: Path) -> Path:
    """Make the demo park with nothing in it."""
    wiring.make_park(root, text=template_text("changzhi"))
    return root


def declare(root: Path, *sources: str) -> None:
    """Declare boundaries and nothing else."""
    declared(root, "\n[carbon_sources]\n", *(f"{source}\n" for source in sources))


def issue(root: Path, *commands: str) -> None:
    """Issue yearly statements by the commands that do."""
    for name in commands:
        done(name, root, "--year", YEAR, "--issue")


def machine_form(root: Path, *words: str) -> dict[str, Any]:
    """Write a report as JSON and read it."""
    facts = done("report", root, *words, "--format", "json", "--json").facts
    return dict(json.loads(Path(str(facts["file"])).read_text(encoding="utf-8")))


def section(form: dict[str, Any], title: str) -> dict[str, Any]:
    """Return the one section of a title."""
    (found,) = (each for each in form["sections"] if each["title"] == title)
    return dict(found)
