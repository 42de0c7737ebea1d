"""Who is at the other end: the gateway of a client certificate, or the holder of a token."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from taihang.core.errors import InputError
from taihang.core.seal.door_token import TOKEN, DoorToken
from taihang.interfaces.ingest.door import WrongSenderError, holder_of

_SCHEME: Final = "Bearer "


class TokenError(InputError):
    """A request has no token that counts."""

    code = "input.token"

    def __init__(self, *, given: str) -> None:
        super().__init__(
            given=given,
            expected="the header Authorization: Bearer TOKEN, with a token that counts",
            remedy="ask the operator for one: taihang token DIR GATEWAY",
        )


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of a connection."""

    is_local: bool
    """Whether it is on this machine."""
    gateway: str | None = None
    """The gateway that its certificate names; None where there is none."""


class Tokens:
    """The tokens as the register has them, read again whenever it changes.

    Args:
        mark: Returns numbers that change whenever the register does.
        read: Reads every token.
    """

    def __init__(
        self,
        *,
        mark: Callable[[], tuple[int, ...]],
        read: Callable[[], Awaitable[dict[str, DoorToken]]],
    ) -> None:
        self._mark = mark
        self._read = read
        self._seen: tuple[tuple[int, ...], dict[str, DoorToken]] | None = None

    async def present(self) -> dict[str, DoorToken]:
        """Return every token by its hash."""
        mark = self._mark()
        if self._seen is None or self._seen[0] != mark:
            self._seen = mark, await self._read()
        return self._seen[1]


class Identities:
    """Knows connections and tokens.

    Args:
        tokens: Gives every token by its hash, as the register has them now.
        now_s: The present instant [s since 1970-01-01T00:00Z].
        behind_tls: Whether every connection comes through the door's own TLS.
    """

    def __init__(
        self,
        *,
        tokens: Callable[[], Awaitable[dict[str, DoorToken]]],
        now_s: Callable[[], int],
        behind_tls: bool,
    ) -> None:
        self._tokens = tokens
        self._now_s = now_s
        self._behind_tls = behind_tls
        self._of_port: dict[int, Peer] = {}

    def remember(self, port: int, peer: Peer) -> None:
        """Remember who is behind a connection of the TLS end, by its inner port."""
        self._of_port[port] = peer

    def forget(self, port: int) -> None:
        """Forget a connection that has ended."""
        self._of_port.pop(port, None)

    def peer_of(self, client: tuple[str, str | int]) -> Peer:
        """Return who is at the other end.

        Args:
            client: Address and port, as the server saw them.

        Returns:
            The peer.

        Raises:
            WrongSenderError: If somebody on this machine goes round the TLS end.
        """
        # The server gives the port as text.
        address, port = str(client[0]), int(client[1])
        if not self._behind_tls:
            return Peer(is_local=ip_address(address).is_loopback)
        peer = self._of_port.get(port)
        if peer is None:
            raise WrongSenderError(
                given="a connection that does not come through TLS",
                expected="one through the address that the door announced",
                remedy="connect to that address",
            )
        return peer

    async def demand(self, peer: Peer, headers: Mapping[bytes, bytes]) -> str:
        """Return the gateway that the other end may speak for.

        Args:
            peer: The other end.
            headers: The headers of the request, names in lower case.

        Returns:
            The gateway of its certificate or of its token.

        Raises:
            TokenError: If it has neither.
            WrongSenderError: If token and certificate are of two gateways.
        """
        given = headers.get(b"authorization", b"").decode("latin-1")
        if not given and peer.gateway is not None:
            return peer.gateway
        token = given.removeprefix(_SCHEME)
        if token == given or not TOKEN.fullmatch(token):
            raise TokenError(given="no token" if not given else "something that is no token")
        holder = holder_of(token, tokens=await self._tokens(), now_s=self._now_s())
        if holder is None:
            raise TokenError(given=f"the token {token[:11]}…, which is unknown or has expired")
        if peer.gateway not in {None, holder}:
            raise WrongSenderError(
                given=f"a token of {holder!r} over a connection of {peer.gateway!r}",
                expected="token and certificate of one gateway",
                remedy="let each gateway speak for itself",
            )
        return holder
