"""The source of a park folder: what the pages of one park rest on."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from time import monotonic
from typing import TypeVar

from typing_extensions import override

from taihang import pages_wiring, wiring
from taihang.config.accounts_file import read_accounts_folder
from taihang.core.access.scope import WHOLE_PARK, Scope
from taihang.interfaces.accounts.opening import Accounts
from taihang.interfaces.catalogue import Lang
from taihang.interfaces.web.asking import Asking
from taihang.interfaces.web.desk import Desk
from taihang.interfaces.web.source import ShownCertificate, Source
from taihang.services.ports import Ports
from taihang.services.prove_certificate import NoCertificateError
from taihang.services.show_certificate import show_certificate
from taihang.settings_wiring import has_park

Made = TypeVar("Made")


class ParkSource(Source):
    """One park; safe to call from several threads."""

    def __init__(self, root: Path) -> None:
        """Open the accounts; the park itself is opened when something is asked.

        Args:
            root: The park folder.
        """
        self._root = root
        self._accounts = open_accounts(root)
        self._asking = Asking(root)
        self._desk = Desk[ShownCertificate | None](now_s=monotonic)

    @property
    @override
    def root(self) -> Path:
        """The park folder."""
        return self._root

    @property
    @override
    def accounts(self) -> Accounts:
        """Who may enter."""
        return self._accounts

    @override
    def park_name(self, lang: Lang) -> str:
        """Return the name of the park; empty where there is none yet."""
        if not has_park(self._root):
            return ""
        return self.ask(_names, scope=WHOLE_PARK)[lang]

    @override
    def ask(self, build: Callable[..., Made], *words: object, scope: Scope) -> Made:
        """Return what a builder makes of the park; kept until the park changes."""
        return self._asking.ask(build, *words, scope=scope)

    @override
    def writing(self) -> AbstractContextManager[Ports]:
        """Open the park for writing."""
        return self._asking.writing()

    @override
    def certificate(self, certificate_id: str) -> ShownCertificate | None:
        """Return a certificate; looked up once until the park changes, and so many a minute."""
        ground = wiring.change_mark(self._root)
        return self._desk.answer(certificate_id, ground=ground, work_out=self._look_up)

    def _look_up(self, certificate_id: str) -> ShownCertificate | None:
        return self.ask(shown_certificate, certificate_id, scope=WHOLE_PARK)

    @override
    def ready(self) -> bool:
        """Say whether the park's disk takes writes."""
        return wiring.can_write(self._root)


def open_accounts(root: Path) -> Accounts:
    """Open the accounts of a park folder, with what the park asks of its people."""
    return Accounts(
        pages_wiring.accounts_database(root),
        trail=wiring.trail_of(root),
        settings=read_accounts_folder(root),
        secret=pages_wiring.factor_secret(root),
    )


def open_source(root: Path) -> ParkSource:
    """Return the source of a park folder, which must open."""
    source = ParkSource(root)
    source.park_name("zh")
    return source


def shown_certificate(ports: Ports, certificate_id: str) -> ShownCertificate | None:
    """Return a certificate as anybody may see it; None of an id that names none."""
    try:
        return ShownCertificate(*show_certificate(certificate_id, ports=ports))
    except NoCertificateError:
        return None


def _names(ports: Ports) -> dict[Lang, str]:
    return {"zh": ports.park.name_zh, "en": ports.park.name_en}
