"""Turns guides and the glossary into what the templates print."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from taihang.core.access.role import RIGHTS, Right
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.glossary import Section, Term, plain, sections
from taihang.interfaces.role_words import roles_in
from taihang.interfaces.web.pages.help.guides import Guide, Link, Step, filled
from taihang.interfaces.web.pages.help.progress import Progress
from taihang.interfaces.web.wording import local_instant

State = Literal["done", "open", "untold"]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a guide, of which park."""

    viewer: Viewer
    lang: Lang
    progress: Progress | None
    """How far the park is; None where the viewer may not be told."""


@dataclass(frozen=True, slots=True)
class LinkShown:
    """A page that a step leads to."""

    name: str
    address: str
    """Empty where the viewer has no right to it."""
    who: str
    """The roles that have the right, where the viewer has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShown:
    """One step of a guide."""

    code: str
    title: str
    do: str
    see: str
    state: State
    state_words: str
    commands: tuple[str, ...]
    links: tuple[LinkShown, ...]
    body: str
    newest: str
    """The newest reading of the park, in the step that looks whether it arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideShown:
    """One guide."""

    code: str
    title: str
    lead: str
    said: str
    """How far this park is; empty where it may not be told."""
    is_whole: bool
    steps: tuple[StepShown, ...]


@dataclass(frozen=True, slots=True)
class TermShown:
    """One word of the glossary."""

    id: str
    name: str
    other: str
    """The word in the other language."""
    meaning: str


@dataclass(frozen=True, slots=True)
class PartShown:
    """Words of the glossary that belong together."""

    name: str
    rows: tuple[TermShown, ...]


def guide_shown(guide: Guide, reader: Reader) -> GuideShown:
    """Return one guide as its reader sees it."""
    lang = reader.lang
    steps = tuple(_step(guide, step, reader) for step in guide.steps)
    n_told = sum(step.is_done is not None for step in guide.steps)
    n_done = sum(step.state == "done" for step in steps)
    said = text("help_page.done_of", lang, done=n_done, told=n_told)
    return GuideShown(
        code=guide.code,
        title=text(f"help_page.{guide.code}.title", lang),
        lead=text(f"help_page.{guide.code}.lead", lang),
        said="" if reader.progress is None else said,
        is_whole=reader.progress is not None and n_done == n_told,
        steps=steps,
    )


def _state(step: Step, progress: Progress | None) -> State:
    if step.is_done is None or progress is None:
        return "untold"
    return "done" if step.is_done(progress) else "open"


def _step(guide: Guide, step: Step, reader: Reader) -> StepShown:
    key, lang, progress = f"help_page.{guide.code}.{step.code}", reader.lang, reader.progress
    state = _state(step, progress)
    newest_s = None if progress is None or not step.shows_newest else progress.newest_s
    return StepShown(
        code=step.code,
        title=text(f"{key}.title", lang),
        do=text(f"{key}.do", lang),
        see=text(f"{key}.see", lang),
        state=state,
        state_words=text(f"help_page.state.{state}", lang),
        commands=tuple(filled(command, progress) for command in step.commands),
        links=tuple(_link(link, reader) for link in _links(step, progress)),
        body=progress.body if step.shows_body and progress is not None else "",
        newest=""
        if progress is None or newest_s is None
        else local_instant(newest_s, zone=progress.zone),
    )


def _links(step: Step, progress: Progress | None) -> Iterator[Link]:
    yield from step.links
    if step.shows_certificate and progress is not None and progress.certificate:
        yield Link("help_page.link.certificate", f"/c/{progress.certificate}", None)


def _link(link: Link, reader: Reader) -> LinkShown:
    name = text(link.key, reader.lang)
    if link.may is None or link.may in reader.viewer.rights:
        return LinkShown(name, link.address, "")
    return LinkShown(name, "", who_may(link.may, reader.lang))


def who_may(right: Right, lang: Lang) -> str:
    """Return the names of the roles that have a right.

    Example:
        >>> who_may(Right.ISSUE_CERTIFICATES, "en")
        'Certificate issuer'
    """
    return roles_in((role.value for role, rights in RIGHTS.items() if right in rights), lang)


def count_terms() -> int:
    """Return how many words the glossary has."""
    return sum(len(section.terms) for section in sections())


def glossary_parts(asked: str, lang: Lang) -> tuple[PartShown, ...]:
    """Return the glossary, or what of it is looked for.

    Args:
        asked: Words that a term must hold, in either language; empty for everything.
        lang: Language of the reader.
    """
    parts = (_part(section, asked, lang) for section in sections())
    return tuple(part for part in parts if part.rows)


def _part(section: Section, asked: str, lang: Lang) -> PartShown:
    english, _, chinese = section.name.partition(" · ")
    rows = (_row(each, lang) for each in section.terms if is_about(each, asked))
    return PartShown(chinese if lang == "zh" else english, tuple(rows))


def _row(each: Term, lang: Lang) -> TermShown:
    other: Lang = "en" if lang == "zh" else "zh"
    return TermShown(each.id, each.name(lang), each.name(other), plain(each.meaning(lang)))


def is_about(each: Term, asked: str) -> bool:
    """Say whether a term, in either language, holds every word that is looked for.

    Example:
        >>> from taihang.interfaces.glossary import terms
        >>> is_about(terms()["coverage"], " 完整率 "), is_about(terms()["coverage"], "tariff")
        (True, False)
    """
    said = f"{each.zh} {each.en} {each.say_zh} {each.say_en}".casefold()
    return all(word in said for word in asked.casefold().split())
