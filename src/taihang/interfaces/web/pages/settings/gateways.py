"""What the pages of meters and gateways ask the park."""

from collections.abc import Iterator
from dataclasses import dataclass

from taihang.core.park.medium_meter import MediumMeter
from taihang.core.park.topology import Meter
from taihang.core.seal.door_token import DoorToken
from taihang.core.seal.key_act import gateway_owner, key_file_name
from taihang.services.gateway_states import GatewayState, gateway_states
from taihang.services.last_frame import Frame, last_frame
from taihang.services.meters_of_gateways import GatewayPoints, meters_of_gateways
from taihang.services.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """What a sender of JSON has to say of a register."""

    point: str
    quantity: str
    unit: str
    scale: str
    modulus: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayView:
    """One gateway."""

    state: GatewayState
    points: GatewayPoints
    tokens: tuple[DoorToken, ...]
    """Every one that was given and not taken away, in the order of giving; some may have ended."""
    is_external: bool
    """Whether it signs with a key of its own, so that it speaks no JSON."""
    clock_limit_s: int | None
    """What the park file allows a clock to be ahead [s]; None where it says nothing."""
    zone: str
    frame: Frame | None = None
    register: Register | None = None
    """One of its registers, for an example; None where it has no meter."""

    def live_tokens(self, now_s: int) -> tuple[DoorToken, ...]:
        """Return the tokens that count at an instant."""
        return tuple(each for each in self.tokens if each.expires_at_s > now_s)


def build_gateways(ports: Ports) -> tuple[GatewayView, ...]:
    """Look at every gateway of the park file."""
    states = {each.id: each for each in gateway_states(ports=ports)}
    tokens = ports.registry.door_tokens()
    return tuple(
        _view(states[each.gateway], each, tokens, ports) for each in meters_of_gateways(ports=ports)
    )


def build_gateway(ports: Ports, gateway: str) -> GatewayView | None:
    """Look at one gateway, and at the last batch that came from it; None where there is none."""
    if gateway not in ports.park.gateways:
        return None
    (state,) = (each for each in gateway_states(ports=ports) if each.id == gateway)
    (points,) = (each for each in meters_of_gateways(ports=ports) if each.gateway == gateway)
    return _view(
        state,
        points,
        ports.registry.door_tokens(),
        ports,
        frame=last_frame(gateway, ports=ports),
        register=next(_registers(gateway, ports), None),
    )


def _view(
    state: GatewayState,
    points: GatewayPoints,
    tokens: list[DoorToken],
    ports: Ports,
    *,
    frame: Frame | None = None,
    register: Register | None = None,
) -> GatewayView:
    rules = ports.park.validation
    own = [each for each in tokens if each.gateway == state.id]
    return GatewayView(
        state=state,
        points=points,
        tokens=tuple(sorted(own, key=lambda each: each.issued_at_s)),
        is_external=_is_external(state, ports),
        clock_limit_s=None if rules is None else int(rules.skew_most_s),
        zone=ports.park.time_zone,
        frame=frame,
        register=register,
    )


def _is_external(state: GatewayState, ports: Ports) -> bool:
    """Say whether the private half of the gateway's key is not kept here."""
    if not state.n_keys:
        return False
    name = key_file_name(gateway_owner(state.id), 1 if state.key is None else state.key.ordinal)
    return state.key is None or not ports.keys.holds(name)


def _registers(gateway: str, ports: Ports) -> Iterator[Register]:
    for name in ports.park.gateways[gateway].meters:
        meter = ports.park.register_meter(name)
        if isinstance(meter, Meter | MediumMeter):
            yield Register(
                point=name,
                quantity="register",
                unit=str(meter.unit),
                scale=str(meter.scale),
                modulus=meter.modulus,
            )
