"""Asks services of others over HTTP: exactly the address that was configured, bounded in all ways.

No redirect is followed, no proxy is asked, nothing is kept between two questions. The whole answer
has to be there by a deadline, so that a peer that sends one byte a second holds nobody up (T14).
"""

import socket
import ssl
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from time import monotonic
from typing import Final, cast
from urllib.parse import SplitResult, urlsplit

from taihang.core.errors import LinkError
from taihang.core.tlog.witnessing import WitnessAnswer

DEADLINE_S: Final = 10.0
"""The answer has to be complete by then [s]."""
ANSWER_BYTES: Final = 65_536
"""Longest answer, its header included."""
_PORTS: Final = {"http": 80, "https": 443}
_CHUNK_BYTES: Final = 16_384


class NoAnswerError(LinkError):
    """A service did not answer, too late, too much, or not in HTTP."""

    code = "link.no-answer"


class WebLink:
    """Asks one question at a time."""

    def __init__(
        self,
        *,
        deadline_s: float = DEADLINE_S,
        answer_bytes: int = ANSWER_BYTES,
        monotonic_s: Callable[[], float] = monotonic,
    ) -> None:
        self._deadline_s = deadline_s
        self._answer_bytes = answer_bytes
        self._monotonic_s = monotonic_s

    def post(self, url: str, body: bytes) -> WitnessAnswer:
        """Send a body and return the answer, whatever its status.

        Args:
            url: The whole address.
            body: What is sent.

        Returns:
            The answer.
        """
        head = f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        return self._ask("POST", url, head=head, body=body)

    def get(self, url: str) -> WitnessAnswer:
        """Ask for what lies at an address.

        Args:
            url: The whole address.

        Returns:
            The answer.
        """
        return self._ask("GET", url, head="", body=b"")

    def _ask(self, method: str, url: str, *, head: str, body: bytes) -> WitnessAnswer:
        place = urlsplit(url)
        until_s = self._monotonic_s() + self._deadline_s
        lines = (
            f"{method} {place.path or '/'} HTTP/1.1\r\nHost: {place.netloc}\r\n"
            f"Connection: close\r\nAccept-Encoding: identity\r\n{head}\r\n"
        )
        try:
            with self._connected(place, until_s) as peer:
                peer.sendall(lines.encode("ascii") + body)
                return _parsed(self._read(peer, until_s), method)
        except (OSError, HTTPException, ValueError) as error:
            raise NoAnswerError(
                given=f"{place.netloc}: {error or type(error).__name__}",
                expected=f"an HTTP answer of at most {self._answer_bytes} bytes "
                f"within {self._deadline_s:g} s",
                remedy="look whether the service runs and its address is right",
            ) from error

    def _connected(self, place: SplitResult, until_s: float) -> socket.socket:
        port = place.port or _PORTS[place.scheme]
        peer = socket.create_connection((place.hostname or "", port), self._left_s(until_s))
        if place.scheme != "https":
            return peer
        try:
            return ssl.create_default_context().wrap_socket(peer, server_hostname=place.hostname)
        except BaseException:
            peer.close()
            raise

    def _read(self, peer: socket.socket, until_s: float) -> bytes:
        """Return everything up to the end of the connection.

        Raises:
            ValueError: If it is more than the limit.
        """
        answer = bytearray()
        while True:
            peer.settimeout(self._left_s(until_s))
            chunk = peer.recv(_CHUNK_BYTES)
            if not chunk:
                return bytes(answer)
            answer += chunk
            if len(answer) > self._answer_bytes:
                raise ValueError(f"more than {self._answer_bytes} bytes")

    def _left_s(self, until_s: float) -> float:
        left_s = until_s - self._monotonic_s()
        if left_s <= 0:
            raise TimeoutError("timed out")
        return left_s


class _Received:
    """Bytes that were received, in the place of the socket that the parser of HTTP reads from."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def makefile(self, mode: str) -> BytesIO:
        """Return the bytes as a file."""
        del mode
        return BytesIO(self._answer)


def _parsed(answer: bytes, method: str) -> WitnessAnswer:
    response = HTTPResponse(cast("socket.socket", _Received(answer)), method=method)
    response.begin()
    media_type = response.headers.get_content_type() if "content-type" in response.headers else ""
    return WitnessAnswer(response.status, media_type, response.read())
