"""What joins two buses of one medium: a feeder, a transformer, a line between stations, a pipe."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from taihang.core.dispatch.assembly import Assembly, Edge, OneWay
from taihang.core.dispatch.fields import Capacity, Range, Words
from taihang.core.dispatch.model import Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Link:
    """Carries power either way, up to its size and its limits, and loses a share of it."""

    TYPE: ClassVar[str] = "link"
    BUSES: ClassVar[tuple[str, ...]] = ("from_bus", "to_bus")

    id: str
    kind: Annotated[str, Words("feeder", "transformer", "line", "pipe")]
    from_bus: str
    to_bus: str
    capacity_kw: Capacity
    """Largest power that enters it, either way [kW]."""
    forward_limit_kw: Reals
    """Largest power that enters at ``from_bus``, beside the size; shape (n,) [kW]."""
    backward_limit_kw: Reals
    """Largest power that enters at ``to_bus``, beside the size; 0 for one way only [kW]."""
    loss_ratio: Annotated[float, Range(0.0, 0.99)]
    """Share of what enters that does not leave [1]."""

    def contribute(self, to: Assembly) -> None:
        """Add both directions; with losses they exclude each other."""
        size = to.size(f"{self.id}.capacity_kw", self.capacity_kw)
        forward = to.flow(f"{self.id}.forward_kw", upper=self.forward_limit_kw, size=size)
        backward = to.flow(f"{self.id}.backward_kw", upper=self.backward_limit_kw, size=size)
        arrives = 1.0 - self.loss_ratio
        to.feed(self.from_bus, forward, -1.0)
        to.feed(self.to_bus, forward, arrives)
        to.feed(self.to_bus, backward, -1.0)
        to.feed(self.from_bus, backward, arrives)
        for flow, kind in ((forward, "forward"), (backward, "backward")):
            to.count("losses", flow, self.loss_ratio * to.horizon.step_h, bus=self.from_bus)
            to.limit(kind, self.id, Edge.UPPER, flow)
        most = np.full(to.n, self.capacity_kw.most)
        to.one_way(
            OneWay(
                owner=self.id,
                kind="link",
                drawn=forward,
                given=backward,
                drawn_kw=np.minimum(self.forward_limit_kw, most),
                given_kw=np.minimum(self.backward_limit_kw, most),
                drawn_ratio=arrives,
                given_ratio=arrives,
                bus=self.from_bus,
            )
        )
