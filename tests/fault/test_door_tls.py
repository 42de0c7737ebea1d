"""The door with TLS: a gateway's certificate bears its name, and it speaks for nobody else."""

import http.client
import ssl
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.x509.oid import NameOID

import small_park
from fault.door_process import BATCH_TYPE, PATIENCE_S, Server, serving, started

NAMES: Final = ("door", "GW1", "GW2")


class Authority:
    """Issues certificates of a test."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._key = generate_private_key(SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
        self._written("authority", self._certificate(self._name, self._key, is_authority=True))

    def issue(self, name: str) -> None:
        key = generate_private_key(SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._written(name, self._certificate(subject, key, is_authority=False))
        text = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (self._folder / f"{name}.key").write_bytes(text)

    def path(self, name: str) -> Path:
        return self._folder / name

    def _certificate(
        self, subject: x509.Name, key: EllipticCurvePrivateKey, *, is_authority: bool
    ) -> x509.Certificate:
        builder = x509.CertificateBuilder(
            issuer_name=self._name,
            subject_name=subject,
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            # Long before and after whatever the clock of the machine says.
            not_valid_before=small_park.NOW - timedelta(days=3_650),
            not_valid_after=small_park.NOW + timedelta(days=36_500),
        )
        constraints = x509.BasicConstraints(ca=is_authority, path_length=None)
        builder = builder.add_extension(constraints, critical=True)
        return builder.sign(self._key, hashes.SHA256())

    def _written(self, name: str, certificate: x509.Certificate) -> None:
        text = certificate.public_bytes(serialization.Encoding.PEM)
        (self._folder / f"{name}.pem").write_bytes(text)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    made = Authority(tmp_path / "tls")
    for name in NAMES:
        made.issue(name)
    return made


def _words(authority: Authority, *, client_ca: bool) -> tuple[str, ...]:
    words = ("--tls-cert", str(authority.path("door.pem")), "--tls-key")
    words += (str(authority.path("door.key")),)
    return (*words, "--client-ca", str(authority.path("authority.pem"))) if client_ca else words


def _status(
    server: Server, authority: Authority, who: str | None, batch: bytes
) -> tuple[int, bytes]:
    """Send a batch over a connection with somebody's certificate."""
    context = ssl.create_default_context(cafile=str(authority.path("authority.pem")))
    context.check_hostname = False
    if who is not None:
        context.load_cert_chain(authority.path(f"{who}.pem"), authority.path(f"{who}.key"))
    line = http.client.HTTPSConnection(
        "127.0.0.1", server.port, timeout=PATIENCE_S, context=context
    )
    with closing(line):
        line.request("POST", "/api/v1/batches", batch, {"content-type": BATCH_TYPE})
        answer = line.getresponse()
        return answer.status, answer.read()


def _batch(root: Path) -> bytes:
    with small_park.opened(root) as ports:
        return small_park.sealed(ports, "GW2", 1, small_park.registers("M-E02", small_park.DAY))


def test_door__a_certificate_speaks_for_its_own_gateway_only(
    tmp_path: Path, authority: Authority
) -> None:
    root = small_park.make(tmp_path / "park")
    batch = _batch(root)
    with serving(root, *_words(authority, client_ca=True)) as server:
        foreign = _status(server, authority, "GW1", batch)
        with pytest.raises((ssl.SSLError, OSError, http.client.HTTPException)):
            _status(server, authority, None, batch)
        own = _status(server, authority, "GW2", batch)
        assert server.terminated() == 0

    assert str(server.facts["address"]).startswith("https://127.0.0.1:")
    assert foreign[0] == 403
    assert b"input.wrong-sender" in foreign[1]
    assert own[0] == 201


def test_door__with_tls_alone_the_signature_says_who_it_is(
    tmp_path: Path, authority: Authority
) -> None:
    root = small_park.make(tmp_path / "park")
    with serving(root, "--bind", "0.0.0.0", *_words(authority, client_ca=False)) as server:  # noqa: S104 - TLS makes it safe
        status, text = _status(server, authority, None, _batch(root))
        assert server.terminated() == 0

    assert status == 201, text


def test_door__a_key_that_does_not_fit_its_certificate_is_refused(
    tmp_path: Path, authority: Authority
) -> None:
    root = small_park.make(tmp_path / "park")
    cert, key = str(authority.path("door.pem")), str(authority.path("GW1.key"))

    server = started(root, "--tls-cert", cert, "--tls-key", key)

    assert server.ended() == 1
    assert server.facts["code"] == "input.tls-file"
