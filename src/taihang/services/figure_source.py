"""Where figures end: a published factor, a form that was handed in, a parameter of the park file.

``fact/mee-grid-2023/grid.average/CN/2025-12-31=0.6634``    a value of a published text
``activity/E01-2026-08-gas.v1``                             a line of a form, or a sum of meters
``parameter/tariff/GT/agent_price_cny_per_kwh=0.3320``      what the park file says
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Final

from taihang.core.activity.record import Origin
from taihang.core.facts import DECLARED_SET, Fact
from taihang.core.figure.derive import beside
from taihang.core.figure.key import NoSuchFigureError, key_of, taken
from taihang.core.figure.number import number_of, unit_of
from taihang.core.figure.story import (
    Derivation,
    FigureInput,
    FigureStory,
    Ground,
    Label,
    Named,
    ProofOf,
    Words,
)
from taihang.core.seal.activity_line import ActivityLine
from taihang.services.ports import Ports

FACT: Final = "fact"
ACTIVITY: Final = "activity"
PARAMETER: Final = "parameter"
_TABLES: Final[Mapping[str, str]] = {
    "tariff": "grid_tariffs",
    "contract": "green_supplies",
    "series": "series",
    "process": "carbon.processes",
    "quota": "quotas",
}
"""Table of the park file behind the first word of a parameter."""


@dataclass(frozen=True, slots=True)
class SourceName:
    """What a statement names: ``mee-grid-2023/grid.average/CN/2025-12-31=0.6634``."""

    names: tuple[str, ...]
    value: str

    @classmethod
    def of(cls, text: str) -> "SourceName":
        """Read a name.

        Example:
            >>> SourceName.of("contract/GS1/price_cny_per_kwh=0.3100").value
            '0.3100'
        """
        names, _, value = text.rpartition("=")
        return cls(tuple(names.split("/")), value)

    @property
    def number(self) -> Decimal | None:
        """The value, where it is a number."""
        return number_of(self.value)

    @property
    def is_parameter(self) -> bool:
        """Whether it stands in the park file and in no published text."""
        return self.names[0] in _TABLES

    @property
    def key(self) -> str:
        """The key that opens it."""
        *names, last = self.names
        sort = PARAMETER if self.is_parameter else FACT
        return key_of(sort, *names, f"{last}={self.value}")


def source_input(text: str, *, unit: str = "") -> FigureInput:
    """Return a fact or a parameter, as a statement names it, as an input.

    Args:
        text: Its name with its value.
        unit: Its unit, where it is known.
    """
    name = SourceName.of(text)
    code = "parameter" if name.is_parameter else "fact"
    return FigureInput(
        key=name.key,
        name=Label(code, {"name": "/".join(name.names)}),
        value=name.number,
        unit=unit or unit_of(name.names[-1]),
    )


def fact_input(fact: Fact) -> FigureInput:
    """Return a fact as an input."""
    return source_input(fact.key, unit=fact.unit)


def activity_input(line: ActivityLine) -> FigureInput:
    """Return a line of activity data as an input."""
    record = line.record
    told = {"subject": record.subject, "item": record.item, "period": record.period}
    return FigureInput(
        key=key_of(ACTIVITY, line.id),
        name=Label("activity", {**told, "flow": record.flow.value}),
        value=record.amount,
        unit=record.unit,
        flag="" if record.origin is Origin.METER else "manual",
    )


def open_fact(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open a value of a published text.

    Args:
        parts: Set, code, region, first day with the value.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If the key is none of a fact.
    """
    names = taken(FACT, parts, names=("set", "code", "region", "first day=value"))
    key = key_of(FACT, *parts)
    name = SourceName.of("/".join(names))
    value = name.number
    if value is None:
        raise NoSuchFigureError(key, expected="the key of a fact with its value")
    of_code = [each for each in ports.facts.all() if each.code == names[1]]
    fact = next((each for each in of_code if each.key == "/".join(names)), None)
    others = [
        each
        for each in of_code
        if each is not fact and (each.set, each.region) == (names[0], names[2])
    ]
    if names[0] == DECLARED_SET:
        return _declared(key, name, ports)
    return FigureStory(
        key=key,
        name=Label("fact", {"name": "/".join(name.names)}),
        value=value,
        unit="" if fact is None else fact.unit,
        ground=Ground.FACT,
        term="fact",
        derivation=beside(*(fact_input(each) for each in others)),
        factors=() if fact is None else (fact,),
        notes=(Label("fact_of_older_edition"),) if fact is None else (),
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_fact")),
    )


def _declared(key: str, name: SourceName, ports: Ports) -> FigureStory:
    """Return the story of a value that no text publishes: the park states it, with its source."""
    return FigureStory(
        key=key,
        name=Label("parameter", {"name": name.names[1]}),
        value=name.number,
        unit=unit_of(name.names[1]),
        ground=Ground.PARAMETER,
        facts={"park_file": name.names[1], "park_sha256": ports.park_sha256},
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_parameter")),
    )


def open_activity(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open one version of one line of activity data.

    Args:
        parts: The id of the line with its version.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If nobody handed it in.
    """
    (line_id,) = taken(ACTIVITY, parts, names=("line.version",))
    lines = ports.registry.activity_lines()
    line = next((each for each in lines if each.id == line_id), None)
    if line is None:
        raise NoSuchFigureError(key_of(ACTIVITY, *parts), expected="a line that was handed in")
    record = line.record
    told = {"subject": record.subject, "item": record.item, "period": record.period}
    by_meter = record.origin is Origin.METER
    return FigureStory(
        key=key_of(ACTIVITY, line.id),
        name=Label("activity", {**told, "flow": record.flow.value}),
        value=None if record.withdrawn_by else record.amount,
        unit=record.unit,
        ground=Ground.ACTIVITY,
        term="activity-data",
        derivation=_versions(line, lines),
        notes=_notes(line),
        facts=_files(line, ports),
        code_version=ports.version,
        proof=ProofOf(
            record.id if by_meter else "",
            Label("proof_of_medium" if by_meter else "proof_of_activity"),
        ),
    )


def _versions(line: ActivityLine, lines: list[ActivityLine]) -> Derivation:
    """Put the other versions of the line beside it."""
    same = [each for each in lines if each.record.id == line.record.id and each.id != line.id]
    return beside(*(activity_input(each) for each in same))


def _notes(line: ActivityLine) -> tuple[Words, ...]:
    record = line.record
    notes: list[Words] = [Named(record.reason, record.reason)]
    if record.withdrawn_by:
        notes.append(Label("withdrawn", {"who": record.withdrawn_by}))
    if record.uncertainty_ratio is not None:
        notes.append(Label("uncertainty", {"ratio": str(record.uncertainty_ratio)}))
    return tuple(notes)


def _files(line: ActivityLine, ports: Ports) -> dict[str, str]:
    known = ports.registry.evidence_files()
    files = [
        f"{known[sha256].name} ({sha256})" if sha256 in known else sha256 for sha256 in line.files
    ]
    found = {"known_at_s": str(line.record.known_at_s), "origin": line.record.origin.value}
    return {**found, **({"files": "\n".join(files)} if files else {})}


def open_parameter(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open what the park file says: a price of a contract or of a tariff.

    Args:
        parts: Table, id, field with the value.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If the key is none of a parameter.
    """
    name = SourceName.of("/".join(parts))
    key = key_of(PARAMETER, *parts)
    value = name.number
    if value is None or not name.is_parameter:
        raise NoSuchFigureError(key, expected="a parameter of the park file with its value")
    table, of = _TABLES[name.names[0]], name.names[1]
    entries: Mapping[str, object] = attrgetter(table)(ports.park)
    entry = entries.get(of)
    source = getattr(entry, "source", "")
    return FigureStory(
        key=key,
        name=Label("parameter", {"name": "/".join(name.names)}),
        value=value,
        unit=unit_of(name.names[-1]) or str(getattr(entry, "unit", "")),
        ground=Ground.PARAMETER,
        facts={
            "park_file": f"[{table}.{of}]",
            "park_sha256": ports.park_sha256,
            **({"source": source} if source else {}),
        },
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_parameter")),
    )
