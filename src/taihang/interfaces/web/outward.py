"""How pages are reached: under which names, and whether what travels there is closed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509

from taihang.interfaces.address import Danger, check_bind
from taihang.interfaces.tls_files import TlsFileError, TlsFiles, tls_context

IN_THE_CLEAR: Final = Danger(
    why="passwords and sessions would travel in the clear",
    remedy="name --tls-cert and --tls-key, put a reverse proxy that ends TLS in front and say "
    "--behind-proxy, or say --open-to-network if everybody on the network may read along",
)
"""Why pages without TLS stay on loopback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outward:
    """How the pages are reached from other machines; as it stands, not at all."""

    tls: TlsFiles | None = None
    names: tuple[str, ...] = ()
    """Host names that the pages answer to beside the address and those in the certificate."""
    behind_proxy: bool = False
    """Whether only a reverse proxy that ends TLS reaches the address."""
    open_to_network: bool = False
    """Whether an address that others reach is meant, without TLS."""

    @property
    def is_closed(self) -> bool:
        """Whether what travels between browser and platform is closed to others."""
        return self.tls is not None or self.behind_proxy

    def checked_host(self, bind: str, *, port: int) -> str:
        """Return an address as it stands in a URL.

        Args:
            bind: The IP address to listen at.
            port: The port; 0 takes a free one.

        Raises:
            BindError: If it is none, or others reach it in the clear and that is not meant.
            TlsFileError: If certificate and key cannot be used.
        """
        if self.tls is not None:
            tls_context(self.tls)
        return check_bind(
            bind,
            port=port,
            open_to_network=self.open_to_network or self.is_closed,
            danger=IN_THE_CLEAR,
        )

    def host_names(self) -> tuple[str, ...]:
        """Return every host name that the pages answer to beside the address itself."""
        return (*self.names, *(() if self.tls is None else names_in(self.tls.cert)))

    def address(self, host: str, *, port: int) -> str:
        """Return the address of the pages: by its first name where there is one.

        Args:
            host: The address as it stands in a URL.
            port: The port that is listened at.

        Example:
            >>> Outward().address("127.0.0.1", port=8000)
            'http://127.0.0.1:8000/'
        """
        # A name with a leading dot stands for many, and is no address.
        name = next((name for name in self.host_names() if not name.startswith(".")), host)
        if self.behind_proxy:
            return f"https://{name}/"
        return f"http{'s' if self.tls else ''}://{name}:{port}/"


LOOPBACK: Final = Outward()
"""Pages for this machine."""


def names_in(certificate: Path) -> tuple[str, ...]:
    """Return the host names that a certificate is for; a name with a star stands for all below.

    Args:
        certificate: The PEM file.

    Raises:
        TlsFileError: If it holds no certificate.
    """
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    except (OSError, ValueError) as error:
        raise TlsFileError(
            given=f"{certificate}: {error}",
            expected="a certificate as PEM",
            remedy="correct the path",
        ) from error
    # Django writes "everything below" with a leading dot.
    return tuple(name.removeprefix("*") for name in names.get_values_for_type(x509.DNSName))
