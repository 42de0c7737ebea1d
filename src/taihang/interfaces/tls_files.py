"""Certificate and key of a service that others reach: the files, and what they make together."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from taihang.core.errors import InputError


class TlsFileError(InputError):
    """A certificate or key file cannot be used."""

    code = "input.tls-file"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """The files of the TLS end."""

    cert: Path
    key: Path
    client_ca: Path | None = None
    """Signs the certificates of gateways; without it none is asked for."""


def tls_context(files: TlsFiles) -> ssl.SSLContext:
    """Return the TLS settings: version 1.2 or later, and client certificates where there is a CA.

    Args:
        files: Certificate, key, and the authority of the gateways.

    Raises:
        TlsFileError: If a file cannot be read or does not fit.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(files.cert, files.key)
        if files.client_ca is not None:
            context.load_verify_locations(files.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except OSError as error:
        raise TlsFileError(
            given=f"{files.cert}, {files.key}, {files.client_ca or 'no client authority'}: {error}",
            expected="PEM files that fit together",
            remedy="correct the paths; the key must belong to the certificate",
        ) from error
    return context
