"""The TLS end of the door: ends TLS in front of the server and remembers whose certificate it was.

The server behind it speaks plain HTTP on loopback and knows nothing of certificates; so the inner
port of each connection is written down with the gateway that the outer certificate names.
"""

import asyncio
import ssl
from contextlib import suppress
from ipaddress import ip_address
from typing import Final, cast

from taihang.interfaces.ingest.identity import Identities, Peer
from taihang.interfaces.ingest.limits import HEADER_TIMEOUT_S, MAX_CONNECTIONS

_CHUNK_BYTES: Final = 65_536
_IDLE_S: Final = 120.0
"""A connection on which nothing moves for so long is dropped: its other end may be gone (F54)."""


class TlsEnd:
    """Listens with TLS and passes plain bytes to the server behind it.

    Args:
        context: The TLS settings; None where nothing is to be ended, and it then does nothing.
        inner: Address and port of the server behind it.
        identities: Told who is behind each inner port.
    """

    def __init__(
        self, context: ssl.SSLContext | None, *, inner: tuple[str, int], identities: Identities
    ) -> None:
        self._context = context
        self._inner = inner
        self._identities = identities
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, bind: str, port: int) -> None:
        """Listen, if there is TLS to be ended."""
        if self._context is None:
            return
        self._server = await asyncio.start_server(
            self._met,
            bind,
            port,
            ssl=self._context,
            ssl_handshake_timeout=HEADER_TIMEOUT_S,
            ssl_shutdown_timeout=1,
        )

    async def stop(self) -> None:
        """Listen no more, and let go of every connection."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._tasks) >= MAX_CONNECTIONS:
            writer.close()
            return
        self._tasks.add(task)
        try:
            with suppress(OSError, TimeoutError, asyncio.CancelledError):
                await self._passed(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _passed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(*self._inner)
        port = int(inner_writer.get_extra_info("sockname")[1])
        self._identities.remember(port, _peer_of(writer))
        try:
            pumps = (_pump(reader, inner_writer), _pump(inner_reader, writer))
            tasks = [asyncio.ensure_future(pump) for pump in pumps]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            self._identities.forget(port)
            inner_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until one side ends, or nothing moves for too long."""
    while True:
        async with asyncio.timeout(_IDLE_S):
            data = await reader.read(_CHUNK_BYTES)
            if not data:
                return
            writer.write(data)
            await writer.drain()


def _peer_of(writer: asyncio.StreamWriter) -> Peer:
    address = str(writer.get_extra_info("peername")[0])
    certificate = cast("dict[str, object] | None", writer.get_extra_info("peercert"))
    return Peer(
        is_local=ip_address(address).is_loopback,
        gateway=common_name(certificate) if certificate else None,
    )


def common_name(certificate: dict[str, object]) -> str:
    """Return the subject of a certificate; a gateway's certificate bears the gateway's name.

    Example:
        >>> common_name({"subject": ((("commonName", "GW1"),),)})
        'GW1'
    """
    subject = cast("tuple[tuple[tuple[str, str], ...], ...]", certificate.get("subject", ()))
    names = [value for part in subject for name, value in part if name == "commonName"]
    # A certificate that names nobody, or two, speaks for nobody: no gateway has an empty name.
    return names[0] if len(names) == 1 else ""
