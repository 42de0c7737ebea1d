"""Proofs that rest on one statement or several: a lot of a plant, an inventory of an enterprise."""

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from itertools import pairwise

from taihang.core.certificates.lot_tree import lot_entry, lot_places, lot_tree
from taihang.core.errors import StateError
from taihang.core.park.topology import Direction
from taihang.core.periods import SETTLEMENT_STEP, Period
from taihang.core.quantities import EXACT
from taihang.core.seal.act import LOTS
from taihang.core.seal.bundle import Bundle
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.statement import EnergyStatement
from taihang.core.tlog.merkle import Tree
from taihang.services.act_log import lot_salts, month_lots
from taihang.services.evidence import energy_statement, gather, logged_event, meter_interval
from taihang.services.ports import Ports
from taihang.services.seal_day import events_of

_LOCATION = "scope2-location"
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


class NoLotError(StateError):
    """No lot of that name was issued, or the log does not say so."""

    code = "state.no-lot"


class NoInventoryError(StateError):
    """There are no statements that an inventory of that time could be the sum of."""

    code = "state.no-inventory"


def lot_bundle(lot: str, ports: Ports) -> Bundle:
    """Return the proof of a lot: the measured energy, and its leaf in the issue that was logged.

    Args:
        lot: Its id, plant@start.
        ports: The outside world.

    Returns:
        What goes into the file.

    Raises:
        NoLotError: If it was not issued, or its issue is not in the log.
    """
    plant, _, text = lot.rpartition("@")
    start = datetime.strptime(text, _INSTANT).replace(tzinfo=UTC)
    name = start.astimezone(ports.park.zone).strftime("%Y-%m")
    # 1. Where it stands among the lots of its month, and the event that says so.
    issued = _issue(name, ports)
    wanted = (plant, int(start.timestamp()))
    at = [i for i, place in enumerate(issued.places) if place[:2] == wanted]
    leaf = _logged(issued, ports)
    if not at or leaf is None:
        raise NoLotError(
            given=lot,
            expected="a lot that was issued, with its issue in the log",
            remedy="settle and certify its month; opening the park for writing logs the issue",
        )
    # 2. The energy of the plant's meter in that interval.
    wh = issued.places[at[0]][2]
    statement = _generation(plant, Period(start, start + SETTLEMENT_STEP), wh, ports)
    found = gather([statement], ports=ports, as_of=ports.journal.size, beside=[leaf])
    return Bundle(
        claim=issued.claim(at[0]),
        checkpoint_note=found.anchor.note,
        statements=[statement.document()],
        keys=found.keys,
        evidence=found.evidence(),
        events=[logged_event(leaf, anchor=found.anchor, ports=ports)],
    )


@dataclass(frozen=True, slots=True)
class _Issue:
    """The lots of one local month."""

    name: str
    places: list[tuple[str, int, int]]
    salts: list[bytes]
    tree: Tree

    def claim(self, index: int) -> dict[str, JsonValue]:
        """Return what a proof says of one lot."""
        plant, start_s, wh = self.places[index]
        entry = lot_entry(plant, start_s, wh=wh, salt=self.salts[index])
        path = self.tree.inclusion_proof(index, size=self.tree.size)
        return {
            "kind": "lot",
            "lot": load_canonical(entry[len(self.salts[index]) :]),
            "salt": b64encode(self.salts[index]).decode(),
            "index": index,
            "path": b64encode(b"".join(path)).decode(),
        }


def _issue(name: str, ports: Ports) -> _Issue:
    issued = month_lots(name, ports=ports)
    places = lot_places(issued)
    salts = lot_salts(name, len(places), ports=ports)
    return _Issue(name, places, salts, lot_tree(issued, salts=salts))


def _logged(issue: _Issue, ports: Ports) -> int | None:
    """Return the leaf of the event that says these very lots were issued."""
    body = {"n": len(issue.places), "period": issue.name, "root": issue.tree.root().hex()}
    leaves = (leaf for leaf, event in events_of(LOTS, ports=ports) if event.body == body)
    return next(leaves, None)


def inventory_bundle(name: str, ports: Ports) -> Bundle:
    """Return the proof of an inventory: location-based scope 2 of an enterprise, month by month.

    Args:
        name: ``inventory.SUBJECT.YYYY`` or ``inventory.SUBJECT.YYYY-MM``.
        ports: The outside world.

    Returns:
        What goes into the file: every statement is in it, with its readings.

    Raises:
        NoInventoryError: If there is no statement of that time, or a month between is missing.
    """
    _, subject, label = name.split(".", 2) if name.count(".") > 1 else (name, "", "")
    months = [label] if "-" in label else [f"{label}-{number:02}" for number in range(1, 13)]
    known = [
        issued.id
        for each in months
        if re.fullmatch(r"\d{4}-\d{2}", each)
        for issued in ports.registry.latest_statements(each)
        if (issued.kind, issued.subject) == (_LOCATION, subject)
    ]
    statements = [energy_statement(each, ports=ports) for each in known]
    breaks = [a.id for a, b in pairwise(statements) if a.period.end != b.period.start]
    if not statements or breaks:
        raise NoInventoryError(
            given=f"{name} with {len(statements)} months and gaps after {breaks}",
            expected=f"months of {_LOCATION} statements without a gap",
            remedy="settle and account the months first; name it inventory.E17.2026",
        )
    with localcontext(EXACT):
        value = sum((Decimal(each.value) for each in statements), Decimal(0))
    claim: dict[str, JsonValue] = {
        "kind": "inventory",
        "id": name,
        "subject": subject,
        "period": {
            "start": statements[0].period.start.strftime(_INSTANT),
            "end": statements[-1].period.end.strftime(_INSTANT),
        },
        "value": format(value.normalize() + 0, "f"),
        "unit": "tCO2",
        "parts": [],
    }
    found = gather(statements, ports=ports)
    documents = [statement.document() for statement in statements]
    return Bundle(
        claim=claim,
        checkpoint_note=found.anchor.note,
        statements=documents,
        keys=found.keys,
        evidence=found.evidence(),
    )


def _generation(plant: str, period: Period, wh: int, ports: Ports) -> EnergyStatement:
    """Return the energy of the one meter of a plant that gives a lot."""
    for meter in ports.park.meters.values():
        if meter.node == plant and meter.measures is Direction.GENERATION:
            statement = meter_interval(meter, period, ports=ports)
            if statement.energy_wh == wh and not statement.missing:
                return statement
    raise NoLotError(
        given=f"a lot of {wh} Wh of {plant} from {period.start.isoformat()}",
        expected="readings of the plant that give this energy",
        remedy="late readings changed the interval: `taihang settle` names the plant as deviating",
    )
