"""The connection to the public grid: what may be drawn and given, at which prices."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from taihang.core.dispatch.assembly import Assembly, Edge, OneWay
from taihang.core.dispatch.fields import Capacity, Range
from taihang.core.dispatch.model import Ints, Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """One gateway 关口; a park with two stations has two."""

    TYPE: ClassVar[str] = "grid"
    BUSES: ClassVar[tuple[str, ...]] = ("bus",)

    id: str
    bus: str
    import_limit_kw: Reals
    export_limit_kw: Reals
    """0 where no power may be fed back."""
    connection_kw: Capacity
    """Transformer or line: bounds import and export alike."""
    import_price_cny_per_kwh: Reals
    """All that a kWh drawn costs: time of use or spot, transmission, funds [CNY/kWh]."""
    export_price_cny_per_kwh: Reals
    """What a kWh given earns; may be negative, may exceed the import price [CNY/kWh]."""
    fee_cny: Annotated[float, Range(0.0)]
    """Paid whatever is drawn in this horizon: the capacity fee, or the fee of 1192号 [CNY]."""
    carbon_kg_per_kwh: Annotated[Reals, Range(0.0)]
    """CO₂ of a kWh drawn, shape (n,) [kgCO₂/kWh]."""

    def contribute(self, to: Assembly) -> None:
        """Add import and export, which exclude each other."""
        size, hours = to.size(f"{self.id}.connection_kw", self.connection_kw), to.horizon.step_h
        imports = to.flow(f"{self.id}.import_kw", upper=self.import_limit_kw, size=size)
        exports = to.flow(f"{self.id}.export_kw", upper=self.export_limit_kw, size=size)
        to.feed(self.bus, imports)
        to.feed(self.bus, exports, -1.0)
        to.yields(self.bus, imports)
        to.cost(self.id, "import_cny", imports, each_cny=self.import_price_cny_per_kwh * hours)
        to.cost(self.id, "export_cny", exports, each_cny=-self.export_price_cny_per_kwh * hours)
        to.cost(self.id, "fee_cny", imports[:0], each_cny=0.0, fixed_cny=self.fee_cny)
        to.count("import", imports, hours)
        to.count("export", exports, hours)
        to.count("carbon", imports, self.carbon_kg_per_kwh * hours)
        to.limit("import", self.id, Edge.UPPER, imports)
        to.limit("export", self.id, Edge.UPPER, exports)
        to.one_way(self._directions(imports, exports))

    def _directions(self, imports: Ints, exports: Ints) -> OneWay:
        most = np.full(len(imports), self.connection_kw.most)
        return OneWay(
            owner=self.id,
            kind="grid",
            drawn=imports,
            given=exports,
            drawn_kw=np.minimum(self.import_limit_kw, most),
            given_kw=np.minimum(self.export_limit_kw, most),
            drawn_ratio=1.0,
            given_ratio=1.0,
            bus=self.bus,
        )
