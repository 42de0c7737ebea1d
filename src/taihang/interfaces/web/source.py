"""What the pages need of the park that is served."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from taihang.core.access.scope import Scope
from taihang.interfaces.accounts.opening import Accounts
from taihang.interfaces.catalogue import Lang
from taihang.services.certificate_view import CertificateView
from taihang.services.ports import Ports

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """A certificate that anybody may look at, and its machine file."""

    view: CertificateView
    file: bytes
    """A proof file without an energy of any interval."""


class Source(Protocol):
    """Where the pages get their figures; called from several threads at once."""

    @property
    def root(self) -> Path:
        """The park folder."""
        ...

    @property
    def accounts(self) -> Accounts:
        """Who may enter."""
        ...

    def park_name(self, lang: Lang) -> str:
        """Return what the head of every page says; empty where there is no park yet."""
        ...

    def ask(self, build: Callable[..., Made], *words: object, scope: Scope) -> Made:
        """Return what a builder makes of the park within a scope; kept until the park changes.

        A failure is a TaihangError, which the page explains.
        """
        ...

    def writing(self) -> AbstractContextManager[Ports]:
        """Open the park for writing; a park that another process writes is refused."""
        ...

    def ready(self) -> bool:
        """Say whether the park can take durable writes now."""
        ...

    def certificate(self, certificate_id: str) -> ShownCertificate | None:
        """Return a certificate; None of an id that names none, whatever else there is.

        Raises:
            BusyError: If too many were asked for lately.
        """
        ...
