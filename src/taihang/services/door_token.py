"""Platform job: give out tokens that let their holder speak for one gateway, and take them away."""

from typing import Final

from taihang.core.errors import InputError
from taihang.core.seal.door_token import DoorToken, token_of, token_sha256
from taihang.services.ports import Ports

MAX_DAYS: Final = 366
"""The longest life of a token."""
_DAY_S: Final = 86_400


class NoSuchGatewayError(InputError):
    """A token is asked for a gateway that park.toml does not have."""

    code = "input.no-such-gateway"


def issue_token(gateway: str, *, n_days: int, secret: str, ports: Ports) -> tuple[str, DoorToken]:
    """Give out a token.

    Args:
        gateway: For whom it speaks.
        n_days: How long it lives.
        secret: 256 random bits [hex].
        ports: The outside world.

    Returns:
        The token, which is shown once and kept nowhere, and what the register keeps of it.
    """
    _check_gateway(gateway, ports)
    token = token_of(secret)
    now_s = int(ports.clock.now().timestamp())
    kept = DoorToken(token_sha256(token), gateway, now_s, now_s + n_days * _DAY_S)
    ports.registry.add_door_token(kept)
    return token, kept


def revoke_tokens(gateway: str, *, ports: Ports) -> int:
    """Take every token of a gateway away, at once.

    Args:
        gateway: For whom they spoke.
        ports: The outside world.

    Returns:
        How many there were.
    """
    return ports.registry.drop_door_tokens(gateway)


def _check_gateway(gateway: str, ports: Ports) -> None:
    """Refuse a gateway that has no meters: nobody may speak for files that people import.

    Raises:
        NoSuchGatewayError: If park.toml does not have it.
    """
    if gateway not in ports.park.gateways:
        raise NoSuchGatewayError(
            given=f"gateway {gateway!r}",
            expected=f"one of {', '.join(sorted(ports.park.gateways)[:8]) or 'none in park.toml'}",
            remedy="write the gateway and its meters into park.toml first",
        )
