"""How pages are reached from other machines, and what is refused."""

from pathlib import Path

import pytest

from own_certificate import certificate
from taihang.interfaces.address import BindError
from taihang.interfaces.tls_files import TlsFileError, TlsFiles
from taihang.interfaces.web.outward import LOOPBACK, Outward, names_in

EVERYWHERE = "0.0.0.0"  # noqa: S104  # what is refused


def test_checked_host__an_address_that_others_reach_must_be_closed_or_meant(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, "park.example")

    with pytest.raises(BindError, match="in the clear"):
        LOOPBACK.checked_host(EVERYWHERE, port=0)
    for outward in (
        Outward(tls=TlsFiles(cert=cert, key=key)),
        Outward(behind_proxy=True),
        Outward(open_to_network=True),
    ):
        assert outward.checked_host(EVERYWHERE, port=0) == EVERYWHERE
    assert LOOPBACK.checked_host("127.0.0.1", port=0) == "127.0.0.1"


def test_is_closed__not_by_being_meant(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, "park.example")

    assert not LOOPBACK.is_closed
    assert not Outward(open_to_network=True).is_closed
    assert Outward(behind_proxy=True).is_closed
    assert Outward(tls=TlsFiles(cert=cert, key=key)).is_closed


def test_names_in__are_those_of_the_certificate_and_a_star_stands_for_all_below(
    tmp_path: Path,
) -> None:
    cert, _ = certificate(tmp_path, "park.example", "*.park.example")

    assert names_in(cert) == ("park.example", ".park.example")


def test_names_in__a_certificate_without_names_has_none_and_another_file_is_refused(
    tmp_path: Path,
) -> None:
    cert, key = certificate(tmp_path)

    assert names_in(cert) == ()
    for path in (key, tmp_path / "absent"):
        with pytest.raises(TlsFileError):
            names_in(path)


def test_address__is_the_first_name_that_is_one(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path, "*.park.example", "park.example")
    files = TlsFiles(cert=cert, key=key)

    assert Outward(tls=files).address("10.0.0.5", port=443) == "https://park.example:443/"
    assert Outward(tls=files, names=("p.example",)).address("x", port=1) == "https://p.example:1/"
    assert Outward(behind_proxy=True, names=("p.example",)).address("x", port=1) == (
        "https://p.example/"
    )
    assert LOOPBACK.address("[::1]", port=80) == "http://[::1]:80/"
