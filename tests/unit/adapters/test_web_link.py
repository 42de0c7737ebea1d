"""Asking others: the whole answer, in time, of bounded size, from the place that was named."""

import socket
from collections.abc import Generator
from contextlib import closing, contextmanager
from itertools import count
from threading import Thread

import pytest

from taihang.adapters.web_link import NoAnswerError, WebLink
from taihang.core.tlog.witnessing import WitnessAnswer

ANSWER = b"HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\nContent-Length: 3\r\n\r\n42\n"


@contextmanager
def peer(answer: bytes, *, asked: list[bytes] | None = None) -> Generator[str]:
    """A server that answers one connection with some bytes, whatever it is asked."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with closing(connection):
                got = connection.recv(65_536)
                while b"\r\n\r\n" not in got or not got.endswith((b"\n\n", b"body")):
                    if got.startswith(b"GET") and b"\r\n\r\n" in got:
                        break
                    got += connection.recv(65_536)
                if asked is not None:
                    asked.append(got)
                connection.sendall(answer)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(timeout=10)


def test_post__sends_the_body_and_returns_status_type_and_body() -> None:
    asked: list[bytes] = []

    with peer(ANSWER, asked=asked) as url:
        found = WebLink().post(f"{url}/w1/add-checkpoint", b"a body")

    assert found == WitnessAnswer(409, "text/x.tlog.size", b"42\n")
    head, _, body = asked[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /w1/add-checkpoint HTTP/1.1\r\n")
    assert (b"Content-Length: 6" in head, body) == (True, b"a body")


def test_get__reads_to_the_end_of_the_connection_and_of_chunks() -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )

    with peer(b"HTTP/1.1 200 OK\r\n\r\nwhole") as url:
        assert WebLink().get(url) == WitnessAnswer(200, "", b"whole")
    with peer(chunked) as url:
        assert WebLink().get(f"{url}/checkpoint").body == b"abcde"


def test_get__does_not_follow_a_redirect() -> None:
    redirect = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"

    with peer(redirect) as url:
        assert WebLink().get(url).status == 302


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\n" + 200 * b"a: b\r\n" + b"\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_get__refuses_what_is_no_whole_answer(answer: bytes) -> None:
    with peer(answer) as url, pytest.raises(NoAnswerError):
        WebLink().get(url)


def test_get__refuses_an_answer_that_is_too_long() -> None:
    with (
        peer(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(2_000)) as url,
        pytest.raises(NoAnswerError, match="more than 1000 bytes"),
    ):
        WebLink(answer_bytes=1_000).get(url)


def test_get__of_nobody_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]

    with pytest.raises(NoAnswerError, match=f"127.0.0.1:{free}"):
        WebLink().get(f"http://127.0.0.1:{free}")


def test_get__gives_up_at_the_deadline_though_bytes_keep_coming() -> None:
    """The clock runs on by a second at each look, so that no test has to wait."""
    ticks = count()

    with peer(ANSWER) as url, pytest.raises(NoAnswerError, match="timed out"):
        WebLink(deadline_s=2.5, monotonic_s=lambda: float(next(ticks))).get(url)
