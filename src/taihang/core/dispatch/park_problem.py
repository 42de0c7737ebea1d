"""A planning problem: a horizon and the assets on it, strict in, canonical out.

The same assets serve the sizing study, tomorrow's plan and the next quarter: they differ in the
horizon and in what may be added. ``echo`` writes the whole problem as plain values; reading that
back gives the same problem.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol, cast

from taihang.core.dispatch.assembly import Assembled, Assembly
from taihang.core.dispatch.assets.battery import Battery
from taihang.core.dispatch.assets.boiler import Boiler
from taihang.core.dispatch.assets.bus import Bus
from taihang.core.dispatch.assets.carbon import Carbon
from taihang.core.dispatch.assets.charging import Charging
from taihang.core.dispatch.assets.chp import Chp
from taihang.core.dispatch.assets.commitment import Commitment
from taihang.core.dispatch.assets.contract_demand import ContractDemand
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.export_allowance import ExportAllowance
from taihang.core.dispatch.assets.fleet import Fleet
from taihang.core.dispatch.assets.green_ratio import GreenRatio
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.heat_pump import HeatPump
from taihang.core.dispatch.assets.link import Link
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.assets.reserve import Reserve
from taihang.core.dispatch.assets.shiftable import Shiftable
from taihang.core.dispatch.assets.spill import Spill
from taihang.core.dispatch.assets.supply import Supply
from taihang.core.dispatch.assets.thermal_store import ThermalStore
from taihang.core.dispatch.assets.waste_heat import WasteHeat
from taihang.core.dispatch.fields import (
    Json,
    ParkProblemError,
    check_keys,
    echo_record,
    read_record,
)
from taihang.core.dispatch.horizon import Horizon

FORMAT: Final = "taihang/park-problem/v1"


class Asset(Protocol):
    """Anything that stands in a park or binds it."""

    TYPE: ClassVar[str]
    """Its name in a problem file."""
    BUSES: ClassVar[tuple[str, ...]]
    """Which of its fields name buses."""

    @property
    def id(self) -> str:
        """Its own name, unlike all others."""
        ...

    def contribute(self, to: Assembly) -> None:
        """Add its columns and rows."""
        ...


KINDS: Final[Mapping[str, type[Asset]]] = {
    kind.TYPE: kind
    for kind in (
        Bus,
        Load,
        Plant,
        Supply,
        Spill,
        Grid,
        Link,
        Battery,
        ThermalStore,
        Chp,
        Boiler,
        HeatPump,
        WasteHeat,
        Shiftable,
        Charging,
        Fleet,
        DemandCharge,
        ContractDemand,
        Carbon,
        GreenRatio,
        ExportAllowance,
        Reserve,
        Commitment,
    )
}
"""Every kind of asset, in the order in which they contribute: rules after what they bind."""
_NAMED: Final = {
    "demand_charge": ("grid", "grid"),
    "contract_demand": ("grid", "grid"),
    "commitment": ("grid", "grid"),
    "reserve": ("battery", "battery"),
}
"""Which field of a rule names an asset, and of which kind."""
_CARRIER: Final = {
    "electricity_bus": "electricity",
    "heat_bus": "heat",
}
_UNSAFE: Final = frozenset(" .\t\n:<>=+*/^[]()\"'")


@dataclass(frozen=True, slots=True, eq=False)
class ParkProblem:
    """All that a plan depends on."""

    horizon: Horizon
    assets: tuple[Asset, ...]

    def __post_init__(self) -> None:
        """Refuse names that lead nowhere, twice the same, or unused.

        Raises:
            ParkProblemError: If an asset cannot be connected.
        """
        order = list(KINDS)
        sorted_assets = sorted(self.assets, key=lambda asset: order.index(asset.TYPE))
        object.__setattr__(self, "assets", tuple(sorted_assets))
        self._check_ids()
        self._check_buses()
        for asset in self.assets:
            field, kind = _NAMED.get(asset.TYPE, ("", ""))
            named = cast("str", getattr(asset, field)) if field else ""
            known = [other.id for other in self.assets if kind == other.TYPE]
            if field and named not in known:
                raise ParkProblemError(f"{field} {named!r} of {asset.id}", f"one of {known}")

    def echo(self) -> dict[str, Json]:
        """Return the whole problem as plain values; ``problem_of`` reads them back."""
        return {
            "format": FORMAT,
            "horizon": echo_record(self.horizon),
            "assets": [{"type": asset.TYPE, **echo_record(asset)} for asset in self.assets],
        }

    def digest(self) -> str:
        """Return the SHA-256 of the canonical JSON of the problem, by which plans name it."""
        text = json.dumps(self.echo(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def assembled(self, *, is_idle: bool = False) -> Assembled:
        """Return the linear model of the problem.

        Args:
            is_idle: Whether all that may be moved or added stays as it is: the counterfactual.
        """
        to = Assembly(self.horizon, is_idle=is_idle)
        for asset in self.assets:
            asset.contribute(to)
        return to.assembled()

    def _check_ids(self) -> None:
        ids = [asset.id for asset in self.assets]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ParkProblemError(f"ids {twice} twice", "every id once", "rename one of them")
        odd = [one for one in ids if set(one) & _UNSAFE]
        if odd:
            raise ParkProblemError(f"ids {odd}", "ids without spaces, dots, brackets and operators")

    def _check_buses(self) -> None:
        carriers = {asset.id: asset.carrier for asset in self.assets if isinstance(asset, Bus)}
        fed: set[str] = set()
        for asset in self.assets:
            ends = [cast("str", getattr(asset, name)) for name in asset.BUSES]
            for name, bus in zip(asset.BUSES, ends, strict=True):
                wanted = _CARRIER.get(name)
                known = [one for one, kind in carriers.items() if wanted in (None, kind)]
                if bus not in known:
                    kind = f"buses of {wanted}" if wanted else "buses"
                    raise ParkProblemError(
                        f"{name} {bus!r} of {asset.id}", f"one of the {kind} {known}"
                    )
            is_mixed = asset.TYPE == "link" and len({carriers[bus] for bus in ends}) > 1
            if len(set(ends)) != len(ends) or is_mixed:
                raise ParkProblemError(
                    f"{asset.id} between {ends}", "different buses, of one medium for a link"
                )
            fed |= set() if asset.TYPE == "load" else set(ends)
        idle = sorted(set(carriers) - fed)
        if idle or not carriers:
            raise ParkProblemError(
                f"buses {idle} that nothing feeds",
                "at least one bus, and something that feeds each of them",
                "connect the bus, or leave it out",
            )


def problem_of(given: Mapping[str, Json]) -> ParkProblem:
    """Read a problem from plain values, as ``ParkProblem.echo`` writes them.

    Args:
        given: Format, horizon and assets.

    Returns:
        The problem.

    Raises:
        ParkProblemError: If anything is unknown, missing, of the wrong kind or out of range.
    """
    check_keys(given, ["format", "horizon", "assets"], "the problem")
    if given["format"] != FORMAT:
        raise ParkProblemError(f"format {given['format']!r}", f"{FORMAT!r}")
    horizon = read_record(
        Horizon, cast("Mapping[str, Json]", given["horizon"]), where="horizon", n_steps=1
    )
    assets = cast("Sequence[Mapping[str, Json]]", given["assets"])
    return ParkProblem(horizon, tuple(asset_of(one, horizon=horizon) for one in assets))


def asset_of(given: Mapping[str, Json], *, horizon: Horizon) -> Asset:
    """Read one asset: its ``type``, and exactly the fields of that type.

    Raises:
        ParkProblemError: If the type or a field is unknown or wrong.
    """
    kind = KINDS.get(str(given.get("type")))
    if kind is None:
        raise ParkProblemError(f"asset type {given.get('type')!r}", f"one of {list(KINDS)}")
    own = {name: value for name, value in given.items() if name != "type"}
    where = f"{kind.TYPE} {given.get('id', '')}".strip()
    return read_record(kind, own, where=where, n_steps=horizon.n_steps)
