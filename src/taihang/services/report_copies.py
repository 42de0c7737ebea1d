"""Set the copies of an issued report: from its kept figures, under its code, with who signed it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from taihang.core.errors import StateError
from taihang.core.seal.act import COPIED
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.review import State, Step
from taihang.services.act_log import log_act
from taihang.services.ports import Ports
from taihang.services.replay import catch_up
from taihang.services.report_issue import (
    DRAFT,
    HASH_SHOWN,
    Copy,
    IssuedReport,
    copy_body,
    drawings_of,
    figures_of,
    read_shelf,
)
from taihang.services.report_press import Press, Stamp
from taihang.services.review import Reviews, Standing

APPROVED: Final = frozenset((State.VERIFIED, State.LOCKED))
"""States in which a report is signed for; in all others its copies are drafts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """The park, who sets its reports, and where its pages are."""

    ports: Ports
    press: Press
    site: str
    """Scheme and host of the pages; empty for none: then addresses are bare paths."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What became of copies that were wanted."""

    copies: tuple[Copy, ...]
    """Those that were set now; one that was there already is not among them."""
    unset: Mapping[str, str]
    """Forms that could not be set, and why: the typesetter or a font is not installed."""


def standing_of_report(report: IssuedReport, *, ports: Ports) -> Standing:
    """Return who has signed a version of a report, and which versions came after it."""
    return Reviews(ports).standing(report.issued)


def stage_of(standing: Standing) -> str:
    """Return under what copies stand that are set now: a draft, or what was signed, which time.

    Example:
        >>> stage_of.__name__
        'stage_of'
    """
    if standing.state not in APPROVED:
        return DRAFT
    n_approved = sum(each.step is Step.VERIFIED for each in standing.history)
    return f"signed-{n_approved}"


def address_of(code: str, *, site: str) -> str:
    """Return where a code can be looked up.

    Example:
        >>> address_of("NENT-QAXB-NEN5", site="https://park.example/")
        'https://park.example/r/NENT-QAXB-NEN5'
    """
    return f"{site.rstrip('/')}/r/{code}"


def set_copies(
    report: IssuedReport, forms: Iterable[tuple[str, str]], *, centre: Centre
) -> Setting:
    """Set every wanted copy that is not there in the present state of the report.

    Args:
        report: An issued report.
        forms: Language and form of each.
        centre: The park, opened for writing, and its press.

    Returns:
        The copies that were set, and why others could not be.

    Raises:
        AlteredFiguresError: If its kept figures are not those that it was issued with.
    """
    ports = centre.ports
    # 1. What is wanted and not there.
    standing = standing_of_report(report, ports=ports)
    stage = stage_of(standing)
    held = read_shelf(ports=ports).copies_of(report)
    known = {(each.lang, each.form) for each in held if each.stage == stage}
    wanted = [form for form in dict.fromkeys(forms) if form not in known]
    if not wanted:
        return Setting((), {})
    # 2. Set each from the figures that were kept, never from figures of today.
    stamp = _stamp(report, standing, centre)
    made, unset = _set(report, wanted, stamp=stamp, stage=stage, centre=centre)
    # 3. Files first, then the log: a copy that it names is on the disk.
    if made:
        copies: list[JsonValue] = [copy_body(each) for each in made]
        log_act(COPIED, {"copies": copies, "statement": report.id}, ports=ports)
        catch_up(ports)
    return Setting(tuple(made), unset)


def _set(
    report: IssuedReport,
    wanted: list[tuple[str, str]],
    *,
    stamp: Stamp,
    stage: str,
    centre: Centre,
) -> tuple[list[Copy], dict[str, str]]:
    figures = figures_of(report, ports=centre.ports)
    drawings = drawings_of(report, ports=centre.ports)
    made: list[Copy] = []
    unset: dict[str, str] = {}
    for lang, form in wanted:
        try:
            data = centre.press.set_copy(form, figures[lang], drawings[lang], stamp=stamp)
        except StateError as error:
            unset[form] = f"{error.given}; {error.expected}; {error.remedy}"
            continue
        digest = sha256(data).hexdigest()
        name = f"{report.code}.{stage}.{lang}.{digest[:HASH_SHOWN]}.{form}"
        centre.ports.reports.keep(name, data)
        made.append(Copy(lang, form, stage, name, digest, len(data)))
    return made, unset


def _stamp(report: IssuedReport, standing: Standing, centre: Centre) -> Stamp:
    is_approved = standing.state in APPROVED
    return Stamp(
        statement=report.id,
        code=report.code,
        sha256=report.figures_sha256,
        address=address_of(report.code, site=centre.site),
        issued_at_s=report.issued_at_s,
        issued_by=report.issued_by,
        is_approved=is_approved,
        signatures=standing.signatures if is_approved else (),
        lacks=report.lacks,
        zone=centre.ports.park.time_zone,
    )
