"""Where a service may listen."""

import socket

import pytest

from taihang.interfaces.address import BindError, Danger, PortTakenError, check_bind, claim_port

DANGER = Danger(why="it has no login", remedy="stay at home")


@pytest.mark.parametrize("bind", ["0.0.0.0", "192.0.2.1", "::"])  # noqa: S104 - what is refused
def test_check_bind__another_address_than_loopback_must_be_meant(bind: str) -> None:
    with pytest.raises(BindError, match="no login"):
        check_bind(bind, port=0, open_to_network=False, danger=DANGER)

    assert bind in check_bind(bind, port=0, open_to_network=True, danger=DANGER)


@pytest.mark.parametrize(("bind", "port"), [("localhost", 0), ("127.0.0.1", 65_536), ("", 1)])
def test_check_bind__refuses_what_is_no_address(bind: str, port: int) -> None:
    with pytest.raises(BindError):
        check_bind(bind, port=port, open_to_network=False, danger=DANGER)


def test_claim_port__a_port_in_use_is_refused() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(PortTakenError, match=rf"127\.0\.0\.1:{port}"):
            claim_port("127.0.0.1", port=port)


def test_claim_port__zero_takes_a_free_one() -> None:
    assert claim_port("127.0.0.1", port=0) > 0
