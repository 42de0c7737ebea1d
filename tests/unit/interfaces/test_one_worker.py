"""The moment at which a server listens; how it serves is tested with pages and witness."""

import socket
from threading import Event

from taihang.interfaces.one_worker import when_listening


def test_when_listening__tells_once_something_listens() -> None:
    told = Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        when_listening("127.0.0.1", listener.getsockname()[1], told=told.set)

        assert told.wait(timeout=10)
