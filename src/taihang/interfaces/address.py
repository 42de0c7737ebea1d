"""Where a service may listen: loopback unless somebody says otherwise, and one owner of a port."""

import ipaddress
import socket
from dataclasses import dataclass
from typing import Final

from taihang.core.errors import InputError, StateError

_MAX_PORT: Final = 65_535
_IPV6: Final = 6


@dataclass(frozen=True, slots=True)
class Danger:
    """What is wrong with an address that other machines can reach."""

    why: str
    remedy: str


class BindError(InputError):
    """The address is not one to listen at."""

    code = "input.bind"


class PortTakenError(StateError):
    """Something listens at this port already."""

    code = "state.port-taken"


def check_bind(bind: str, *, port: int, open_to_network: bool, danger: Danger) -> str:
    """Refuse an address that would open a service by accident.

    Args:
        bind: The IP address to listen at.
        port: The port, 0 … 65535.
        open_to_network: Whether an address other than loopback is meant.
        danger: Why it has to be meant.

    Returns:
        The address as it stands in a URL.

    Raises:
        BindError: If address or port is not usable, or the address is not loopback and not meant
            to be open.

    Example:
        >>> check_bind("::1", port=0, open_to_network=False, danger=Danger("no login", "stay"))
        '[::1]'
    """
    if not 0 <= port <= _MAX_PORT:
        raise BindError(
            given=f"port {port}", expected=f"0 … {_MAX_PORT}", remedy="use 0 for a free port"
        )
    try:
        address = ipaddress.ip_address(bind)
    except ValueError as error:
        raise BindError(
            given=repr(bind), expected="an IP address", remedy="write for example 127.0.0.1"
        ) from error
    if not address.is_loopback and not open_to_network:
        raise BindError(
            given=f"{bind}, which other machines can reach",
            expected=f"a loopback address: {danger.why}",
            remedy=danger.remedy,
        )
    return f"[{address}]" if address.version == _IPV6 else str(address)


def claim_port(bind: str, *, port: int) -> int:
    """Return the port to listen at, after a look whether it is free.

    The server shares its port with anyone who asks to share, so without this look a second park on
    the same port would silently answer half of the first one's requests.

    Args:
        bind: The IP address.
        port: The port; 0 takes a free one.

    Returns:
        The port.

    Raises:
        PortTakenError: If something listens there.
    """
    with socket.socket(family_of(bind), socket.SOCK_STREAM) as look:
        look.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            look.bind((bind, port))
        except OSError as error:
            raise PortTakenError(
                given=f"{bind}:{port} ({error.strerror})",
                expected="a free port of this machine",
                remedy="stop what listens there, or use port 0",
            ) from error
        return int(look.getsockname()[1])


def family_of(bind: str) -> socket.AddressFamily:
    """Return the address family of an IP address."""
    return socket.AF_INET6 if ":" in bind else socket.AF_INET
