"""Operations on certificates."""

from enum import Enum
from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.api.call import Call
from taihang.interfaces.api.cursor import Paging, page_of
from taihang.interfaces.api.figures.certificates import (
    CertificateLine,
    CertificateOut,
    build_certificate,
    build_certificates,
)
from taihang.interfaces.api.operation import Operations, Tenant
from taihang.interfaces.api.schema import Id, Month, Page

CERTIFICATES: Final = Operations(tag="certificates")


class Standing(Enum):
    """Where a certificate stands."""

    ISSUED = "issued"
    HELD = "held"
    LISTED = "listed"
    IN_TRANSFER = "in-transfer"
    CLAIMED = "claimed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class CertificateWords(Paging):
    """Which certificates."""

    month: Month | None = None
    holder: Id | None = None
    state: Standing | None = None


@CERTIFICATES.get(
    "/certificates", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=Page[CertificateLine]
)
def list_certificates(call: Call, words: CertificateWords) -> Page[CertificateLine]:
    """Return certificates by month, holder and state, in order of id."""
    state = None if words.state is None else words.state.value
    found = call.ask(build_certificates, words.month, words.holder, state)
    question = f"certificates {words.month} {words.holder} {state}"
    items, follows = page_of(found, words, key=lambda each: each.id, question=question)
    return Page[CertificateLine](items=items, next=follows)


@CERTIFICATES.get(
    "/certificates/{id}", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=CertificateOut
)
def read_certificate(call: Call, id: Id) -> CertificateOut:  # noqa: A002  # named as in the address
    """Return a certificate as anybody may see it: plants, state, history."""
    return call.ask_large(build_certificate, id)
