"""Figures of the whole park that stand in no statement: sums over users and plants, key shares.

``users/total_wh/2026-09``          what all users drew
``generated/PV01/2026-09``          what a plant gave in closed intervals; ``park`` for all of them
``energy650/load_wh/2026-09``       an energy of 发改能源〔2025〕650号 over a stretch of days
``ratio/R_green/2026-09``           a ratio of the same text
``closure/park/2026-09``            the largest closure error of any interval
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.balance import FLOWS
from taihang.core.figure.derive import added, divided, signed
from taihang.core.figure.formula import Constant, Given, Largest, Less, Sum
from taihang.core.figure.key import NoSuchFigureError, key_of, taken
from taihang.core.figure.story import (
    Coverage,
    Derivation,
    FigureInput,
    FigureStory,
    Ground,
    Label,
    ProofOf,
    Words,
)
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.series import Quality
from taihang.services.account import project_energy
from taihang.services.figure_matching import COLUMNS, flow_input, matched_input
from taihang.services.figure_meter import coverage_of
from taihang.services.figure_rule import rule_named
from taihang.services.figure_span import Span, span_of
from taihang.services.ports import Columns, Ports, Slabs
from taihang.services.settled_rows import CURTAILMENT

USERS: Final = "users"
GENERATED: Final = "generated"
ENERGY: Final = "energy650"
RATIO: Final = "ratio"
CLOSURE: Final = "closure"
_WH: Final = "Wh"
_DIGITS: Final = 6
OF_RATIO: Final[Mapping[str, tuple[str, str]]] = {
    "R_self": ("self_used_wh", "available_wh"),
    "R_green": ("self_used_wh", "load_wh"),
    "R_exp": ("exported_wh", "available_wh"),
}
"""Numerator and denominator of each ratio of the text."""
_INFLOWS: Final = ("generation", "import", "discharge")
_RULE: Final = "ndrc-650/v1"


# -- all users -----------------------------------------------------------------------------------


def open_users(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open a settled energy of all users together.

    Args:
        parts: Column of the matching, stretch.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If there is no such column.
    """
    column, name = taken(USERS, parts, names=("column", "stretch"))
    if column not in COLUMNS:
        raise NoSuchFigureError(key_of(USERS, *parts), expected=f"one of {', '.join(COLUMNS)}")
    span = span_of(name, ports.park.zone)
    users = {node: rows for (role, node), rows in _matching(span, ports) if role == "user"}
    derivation = added(
        matched_input("user", node, column, name, value_wh=_usable_wh(rows, column))
        for node, rows in users.items()
    )
    return FigureStory(
        key=key_of(USERS, *parts),
        name=Label(f"users_{column}", {"span": name}),
        value=_whole(derivation),
        unit=_WH,
        ground=Ground.FORMULA,
        term="load" if column == "total_wh" else "matching",
        derivation=derivation,
        coverage=_together(users.values()),
        rule=rule_named("settled-interval/v1"),
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_sum")),
    )


def users_input(column: str, span: str, *, value_wh: int) -> FigureInput:
    """Return a settled energy of all users as an input of a figure above it."""
    return FigureInput(
        key=key_of(USERS, column, span),
        name=Label(f"users_{column}", {"span": span}),
        value=Decimal(value_wh),
        unit=_WH,
    )


def _matching(span: Span, ports: Ports) -> Iterable[tuple[tuple[str, ...], Columns]]:
    return ports.lake.read("matching", span.period).items()


def _usable_wh(rows: Columns, column: str) -> int | None:
    usable = rows["quality"] < Quality.MISSING
    if column != "total_wh":
        return int(rows[column].sum())
    return int(rows[column][usable].sum()) if usable.any() else None


def _together(slabs: Iterable[Columns]) -> Coverage | None:
    every = [(rows["quality"], rows["total_wh"]) for rows in slabs]
    if not every:
        return None
    qualities, energies = zip(*every, strict=True)
    return coverage_of(np.concatenate(qualities), np.concatenate(energies))


def _whole(derivation: Derivation) -> Decimal | None:
    result = derivation.result
    return None if result is None else Decimal(int(result))


# -- what plants gave ----------------------------------------------------------------------------


def open_generated(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open what a plant, or all of them, gave in closed intervals; own use is not taken off.

    Args:
        parts: Plant or ``park``, stretch.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If there is no such plant.
    """
    subject, name = taken(GENERATED, parts, names=("plant", "stretch"))
    if subject not in {PARK_SUBJECT, *ports.park.plants}:
        raise NoSuchFigureError(key_of(GENERATED, *parts), expected="a plant, or park")
    span = span_of(name, ports.park.zone)
    rows = {node: each for (role, node), each in _matching(span, ports) if role == "plant"}
    gave = _Gave(rows, _closed_s(span, ports))
    if subject == PARK_SUBJECT:
        derivation = added(gave.input(node, span) for node in rows)
    elif span.is_interval:
        derivation = gave.of_interval(subject, span)
    else:
        derivation = added(gave.input(subject, part) for part in span.parts())
    return FigureStory(
        key=key_of(GENERATED, *parts),
        name=Label("generated", {"node": subject, "span": name}),
        value=_whole(derivation),
        unit=_WH,
        ground=Ground.FORMULA,
        term="generation",
        derivation=derivation,
        rule=rule_named(_RULE),
        notes=(Label("closed_only"),),
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_sum")),
    )


def _closed_s(span: Span, ports: Ports) -> NDArray[np.int64]:
    rows = ports.lake.read("balance", span.period, "load").get(("load",))
    if rows is None:
        return np.zeros(0, np.int64)
    return rows["time_s"][rows["closed"] == 1]


class _Gave:
    """What plants gave, over closed intervals."""

    def __init__(self, rows: Mapping[str, Columns], closed_s: NDArray[np.int64]) -> None:
        self._rows = rows
        self._closed_s = closed_s

    def input(self, node: str, span: Span) -> FigureInput:
        """Return what one plant gave in a stretch as an input."""
        rows = self._rows.get(node)
        inside_wh = None if rows is None else self._inside(rows, span)
        return FigureInput(
            key=key_of(GENERATED, node, span.name),
            name=Label("generated", {"node": node, "span": span.name}),
            value=None if inside_wh is None else Decimal(inside_wh),
            unit=_WH,
            flag="missing" if inside_wh is None else "",
        )

    def _inside(self, rows: Columns, span: Span) -> int | None:
        there = (rows["time_s"] >= span.period.start_s) & (rows["time_s"] < span.period.end_s)
        closed = there & np.isin(rows["time_s"], self._closed_s)
        return int(np.maximum(rows["total_wh"][closed], 0).sum()) if closed.any() else None

    def of_interval(self, node: str, span: Span) -> Derivation:
        """Derive one interval: what the meter gave, and nothing where the plant drew."""
        rows = self._rows.get(node)
        value_wh = None if rows is None else _usable_wh(rows, "total_wh")
        one = matched_input("plant", node, "total_wh", span.name, value_wh=value_wh)
        if not len(self._closed_s) or one.value is None:
            return Derivation(None, (), (one,))
        return Derivation(Largest((Given(0), Constant(Decimal(0)))), (one,))


# -- the energies and ratios of the text ---------------------------------------------------------


def energy_input(name: str, span: str, *, value_wh: int | None) -> FigureInput:
    """Return an energy of the text as an input of a figure above it."""
    return FigureInput(
        key=key_of(ENERGY, name, span),
        name=Label(f"energy650_{name}", {"span": span}),
        value=None if value_wh is None else Decimal(value_wh),
        unit=_WH,
    )


def open_energy(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open one of the energies of 发改能源〔2025〕650号 over a stretch.

    Args:
        parts: Name of the energy, stretch.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If there is no such energy, or nothing was settled then.
    """
    name, span_name = taken(ENERGY, parts, names=("energy", "stretch"))
    span = span_of(span_name, ports.park.zone)
    balance = ports.lake.read("balance", span.period)
    if name not in _ENERGIES or not balance:
        raise NoSuchFigureError(
            key_of(ENERGY, *parts), expected=f"one of {', '.join(_ENERGIES)} of settled days"
        )
    derivation, notes = energy_derivation(name, span, ports=ports)
    return FigureStory(
        key=key_of(ENERGY, *parts),
        name=Label(f"energy650_{name}", {"span": span_name}),
        value=Decimal(energies_of(span, ports)[name]),
        unit=_WH,
        # Of what nobody meters there is no part that could be opened.
        ground=Ground.FORMULA if derivation.operands else Ground.STATED,
        term=_ENERGIES[name],
        derivation=derivation,
        coverage=_balance_coverage(balance),
        rule=rule_named(_RULE),
        notes=notes,
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_balance")),
    )


_ENERGIES: Final[Mapping[str, str]] = {
    "available_wh": "available-generation",
    "exported_wh": "export",
    "curtailed_wh": "curtailment",
    "imported_wh": "import",
    "load_wh": "load",
    "other_wh": "losses",
    "self_used_wh": "self-use",
}
"""Term of the glossary of each energy."""


def energies_of(span: Span, ports: Ports) -> dict[str, int]:
    """Return the energies of the text over a stretch, by name [Wh].

    Args:
        span: Settled days.
        ports: The outside world.
    """
    energy = project_energy(span.period, ports=ports)
    return {name: int(getattr(energy, name)) for name in _ENERGIES}


def energy_derivation(
    name: str, span: Span, *, ports: Ports
) -> tuple[Derivation, tuple[Words, ...]]:
    """Derive an energy of the text from the flows of the balance.

    Args:
        name: The energy.
        span: Settled days.
        ports: The outside world.

    Returns:
        The derivation, and what has to be said of it.
    """
    flows = _Flows(span, ports)
    if name == "self_used_wh":
        every = energies_of(span, ports)
        signs = [("available_wh", 1), ("exported_wh", -1)]
        signs += [("curtailed_wh", -1)] if flows.is_metered(CURTAILMENT) else []
        return signed(
            [(sign, energy_input(each, span.name, value_wh=every[each])) for each, sign in signs]
        ), ()
    metered = flows.is_metered(CURTAILMENT)
    notes: tuple[Words, ...] = ()
    if name in {"available_wh", "curtailed_wh"} and not metered:
        notes = (Label("curtailment_not_metered"),)
    if name in {"load_wh", "other_wh"}:
        notes = (Label("storage_in_load" if flows.in_load else "storage_apart"),)
    return signed([*flows.parts(name)]), notes


class _Flows:
    """The flows of a stretch, and which of them make which energy."""

    def __init__(self, span: Span, ports: Ports) -> None:
        self._span = span
        self._ports = ports
        rows = ports.lake.read("balance", span.period)
        self._wh = {flow: int(each["wh"].sum()) for (flow,), each in rows.items()}
        storage_wh = self._wh["charge"] - self._wh["discharge"]
        self.in_load = ports.park.accounting.storage_losses_in_load and storage_wh >= 0
        """Whether what storage used up counts as load."""

    def is_metered(self, flow: str) -> bool:
        """Whether the balance holds a flow."""
        return flow in self._wh

    def parts(self, name: str) -> Iterator[tuple[int, FigureInput]]:
        """Yield the flows that an energy is made of, with their signs."""
        storage = [(1, "charge"), (-1, "discharge")]
        # What plants drew themselves counts as load: what they gave less their net generation.
        signs: Mapping[str, list[tuple[int, str]]] = {
            "available_wh": [(1, GENERATED), (1, CURTAILMENT)],
            "exported_wh": [(1, "export")],
            "curtailed_wh": [(1, CURTAILMENT)],
            "imported_wh": [(1, "import")],
            "load_wh": [
                (1, "load"),
                (1, GENERATED),
                (-1, "generation"),
                *(storage if self.in_load else []),
            ],
            "other_wh": [(1, "losses"), *([] if self.in_load else storage)],
        }
        for sign, flow in signs[name]:
            if flow == GENERATED:
                yield sign, self._generated()
            elif self.is_metered(flow):
                yield sign, flow_input(flow, self._span.name, value_wh=self._wh[flow])

    def _generated(self) -> FigureInput:
        rows = {node: each for (role, node), each in _matching(self._span, self._ports)
                if role == "plant"}  # fmt: skip
        gave = _Gave(rows, _closed_s(self._span, self._ports))
        whole = added(gave.input(node, self._span) for node in rows)
        return FigureInput(
            key=key_of(GENERATED, PARK_SUBJECT, self._span.name),
            name=Label("generated", {"node": PARK_SUBJECT, "span": self._span.name}),
            value=_whole(whole),
            unit=_WH,
        )


def _balance_coverage(balance: Slabs) -> Coverage | None:
    rows = balance.get(("load",))
    if rows is None:
        return None
    return Coverage(
        n_intervals=len(rows["wh"]),
        n_missing=int((rows["closed"] == 0).sum()),
        n_estimated=int(((rows["estimated"] == 1) & (rows["closed"] == 1)).sum()),
    )


def open_ratio(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open a ratio of the text over a stretch.

    Args:
        parts: Symbol, stretch.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If there is no such ratio, or nothing was settled then.
    """
    symbol, name = taken(RATIO, parts, names=("symbol", "stretch"))
    span = span_of(name, ports.park.zone)
    balance = ports.lake.read("balance", span.period)
    if symbol not in OF_RATIO or not balance:
        raise NoSuchFigureError(
            key_of(RATIO, *parts), expected=f"one of {', '.join(OF_RATIO)} of settled days"
        )
    every = energies_of(span, ports)
    over, under = OF_RATIO[symbol]
    derivation = divided(
        energy_input(over, name, value_wh=every[over]),
        energy_input(under, name, value_wh=every[under]),
        digits=_DIGITS,
    )
    # A share of nothing is no share of 0.
    if not every[under]:
        derivation = Derivation(None, (), derivation.operands)
    result = derivation.result
    return FigureStory(
        key=key_of(RATIO, *parts),
        name=Label(f"ratio_{symbol}", {"span": name}),
        value=None if result is None else Decimal(round(result * 10**_DIGITS)).scaleb(-_DIGITS),
        unit="1",
        ground=Ground.FORMULA,
        term={"R_self": "self-use", "R_green": "green-share", "R_exp": "export"}[symbol],
        derivation=derivation,
        coverage=_balance_coverage(balance),
        rule=rule_named(_RULE),
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_balance")),
    )


# -- whether the balance closes ------------------------------------------------------------------


def open_closure(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open the largest closure error of a stretch.

    Args:
        parts: ``park``, stretch.
        ports: The outside world.

    Raises:
        NoSuchFigureError: If nothing was settled then.
    """
    subject, name = taken(CLOSURE, parts, names=("park", "stretch"))
    span = span_of(name, ports.park.zone)
    rows = {flow: each for (flow,), each in ports.lake.read("balance", span.period).items()}
    if subject != PARK_SUBJECT or not set(FLOWS) <= set(rows):
        raise NoSuchFigureError(key_of(CLOSURE, *parts), expected="park, and settled days")
    error_wh = np.abs(sum((1 if flow in _INFLOWS else -1) * rows[flow]["wh"] for flow in FLOWS))
    derivation = (
        _difference(rows, span)
        if span.is_interval
        else _largest(error_wh, rows["load"]["time_s"], span)
    )
    return FigureStory(
        key=key_of(CLOSURE, *parts),
        name=Label("closure", {"span": name}),
        value=Decimal(int(error_wh.max(initial=0))),
        unit=_WH,
        ground=Ground.FORMULA,
        term="closure-error",
        derivation=derivation,
        coverage=_balance_coverage({(flow,): each for flow, each in rows.items()}),
        rule=rule_named("balance/v1"),
        code_version=ports.version,
        proof=ProofOf("", Label("proof_of_balance")),
    )


def _largest(error_wh: NDArray[np.int64], times_s: NDArray[np.int64], span: Span) -> Derivation:
    inputs: list[FigureInput] = []
    for part in span.parts():
        inside = (times_s >= part.period.start_s) & (times_s < part.period.end_s)
        if inside.any():
            inputs.append(
                FigureInput(
                    key=key_of(CLOSURE, PARK_SUBJECT, part.name),
                    name=Label("closure", {"span": part.name}),
                    value=Decimal(int(error_wh[inside].max())),
                    unit=_WH,
                )
            )
    return Derivation(Largest(tuple(Given(at) for at in range(len(inputs)))), tuple(inputs))


def _difference(rows: Mapping[str, Columns], span: Span) -> Derivation:
    """Derive the closure error of one interval: what comes in less what goes out, without sign."""
    inputs = tuple(flow_input(flow, span.name, value_wh=int(rows[flow]["wh"][0])) for flow in FLOWS)
    comes, goes = (
        Sum(tuple(Given(at) for at, flow in enumerate(FLOWS) if (flow in _INFLOWS) is wanted))
        for wanted in (True, False)
    )
    return Derivation(Largest((Less(comes, goes), Less(goes, comes))), inputs)
