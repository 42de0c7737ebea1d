"""Every port, every method of one and every field of a park has a rule on who may see it.

Whoever adds one says in ``services/sight_rules.py`` what an enterprise sees of it; what has no rule
here would be seen by everybody, or by nobody, by accident.
"""

import inspect
from dataclasses import fields
from typing import Final

from taihang.core.park.park import Park
from taihang.services import ports as ports_module
from taihang.services.ports import EvidenceStore, Ports
from taihang.services.sight_rules import METHOD_RULES, PARK_RULES, PORTS_RULES

SAY_NOTHING: Final = {
    "Clock": "the time is everybody's",
    "Signer": "is handed out by Keys alone, which are closed",
    "Upload": "comes in, and never goes out",
}
"""Protocols without a rule, and why they need none."""


def protocols() -> dict[str, type]:
    """Return the protocols of the ports by name."""
    return {
        name: kind
        for name, kind in vars(ports_module).items()
        if inspect.isclass(kind)
        and getattr(kind, "_is_protocol", False)
        and kind.__module__ == ports_module.__name__
    }


def members_of(protocol: type) -> set[str]:
    """Return the public members that a protocol names."""
    return {name for name in vars(protocol) if not name.startswith("_")}


def test_rules__name_every_port_and_every_member_and_no_other() -> None:
    found = protocols()

    assert len(found) >= 10
    assert set(found) == set(METHOD_RULES) | set(SAY_NOTHING)
    for name, rules in METHOD_RULES.items():
        assert members_of(found[name]) == set(rules), name


def test_rules__name_every_field_of_ports_and_park_and_no_other() -> None:
    assert {field.name for field in fields(Ports)} == set(PORTS_RULES)
    assert {field.name for field in fields(Park)} == set(PARK_RULES)


def test_members_of__finds_one_that_was_added() -> None:
    class Grown(EvidenceStore):
        def sizes(self) -> list[int]:
            return []

    assert members_of(Grown) - set(METHOD_RULES["EvidenceStore"]) == {"sizes"}
