"""Certificates that one holds, and what anybody may see of one."""

from collections.abc import Mapping

from taihang.core.certificates.certificate import Certificate
from taihang.core.certificates.issue import Issue
from taihang.interfaces.api.figures.park import told_instant
from taihang.interfaces.api.schema import Schema, Whole
from taihang.services.ports import Ports
from taihang.services.show_certificate import show_certificate


class CertificateLine(Schema):
    """One certificate: some positions of an issue, in one state, with one holder."""

    id: str
    issue: str
    month: str
    route: str
    """How the energy went: over a line, by contract, from the pool, or into the grid."""
    kind: str
    """``tradable`` or ``non-tradable``."""
    state: str
    holder: str
    wh: Whole
    expires: str
    """The first moment at which it is no longer valid (UTC)."""


class ShownPlant(Schema):
    """A plant that gave energy to a certificate."""

    id: str
    name_zh: str
    name_en: str
    kind: str
    wh: Whole


class ShownStep(Schema):
    """One act of its history."""

    number: int
    kind: str
    at: str


class CertificateOut(Schema):
    """A certificate as anybody may see it: no energy of any interval."""

    id: str
    month: str
    route: str
    kind: str
    rule: str
    """Name of the matching rule."""
    wh: Whole
    plants: list[ShownPlant]
    states: dict[str, Whole]
    """Energy by state [Wh]."""
    holder: str
    beneficiary: str
    purpose: str
    expires: str
    steps: list[ShownStep]
    file_sha256: str
    """Hash of the machine file; empty of a certificate that was cut since."""


def build_certificates(
    ports: Ports, month: str | None, holder: str | None, state: str | None
) -> tuple[CertificateLine, ...]:
    """Return certificates, in order of id."""
    ledger = ports.registry.certificates
    issues = {each.id: each for each in ledger.issues(month)}
    holders = {name for _, _, name in ledger.totals()} if holder is None else {holder}
    lines = [
        _line(one, issues)
        for name in sorted(holders)
        for one in ledger.certificates_of(name)
        if one.issue in issues and (state is None or one.state.value == state)
    ]
    return tuple(sorted(lines, key=lambda each: each.id))


def build_certificate(ports: Ports, certificate_id: str) -> CertificateOut:
    """Return a certificate as anybody may see it."""
    view, _ = show_certificate(certificate_id, ports=ports)
    return CertificateOut(
        id=view.id,
        month=view.month,
        route=view.route,
        kind=view.kind,
        rule=view.rule,
        wh=view.wh,
        plants=[
            ShownPlant(id=p.id, name_zh=p.name_zh, name_en=p.name_en, kind=p.kind, wh=p.wh)
            for p in view.plants
        ],
        states={part.state: part.wh for part in view.parts},
        holder=view.holder,
        beneficiary=view.beneficiary,
        purpose=view.purpose,
        expires=told_instant(view.expires_s),
        steps=[
            ShownStep(number=step.number, kind=step.kind, at=told_instant(step.at_s))
            for step in view.steps
        ],
        file_sha256=view.file_sha256,
    )


def _line(one: Certificate, issues: Mapping[str, Issue]) -> CertificateLine:
    made = issues[one.issue]
    return CertificateLine(
        id=one.id,
        issue=one.issue,
        month=made.month,
        route=made.route.kind.value,
        kind=made.kind.value,
        state=one.state.value,
        holder=one.holder,
        wh=one.wh,
        expires=told_instant(one.expires_s),
    )
