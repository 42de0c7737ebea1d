"""The ways from a stretch of days to others, and which days are settled: the same on all pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.stretch import Stretch, StretchKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something that one can go to."""

    label: str
    href: str
    is_here: bool = False


def stretch_choices(
    stretch: Stretch | None,
    *,
    kinds: tuple[StretchKind, ...],
    last_settled: date | None,
    look: PageQuery,
) -> dict[str, object]:
    """Return the days that one can go to from some days.

    Args:
        stretch: The days that are shown; None for none.
        kinds: How long the days may be.
        last_settled: The last settled day, past which no way leads; None for none.
        look: The reader's language and the address of the page.
    """
    if stretch is None:
        return {}
    around = stretch.words()
    is_last = last_settled is not None and stretch.last >= last_settled
    return {
        "label": stretch.word,
        "before": look.with_words(period=stretch.moved(-1)),
        "after": "" if is_last else look.with_words(period=stretch.moved(1)),
        "kinds": tuple(
            Choice(
                label=text(f"stretch.kind.{kind.value}", look.lang),
                href=look.with_words(period=around[kind]),
                is_here=kind is stretch.kind,
            )
            for kind in kinds
        ),
    }


def span_words(first: date | None, last: date | None, lang: Lang) -> str:
    """Return which days are settled.

    Args:
        first: The first settled day; None while none is.
        last: The last one.
        lang: The reader's language.

    Returns:
        Words; empty while no day is settled.
    """
    if first is None or last is None:
        return ""
    return text("stretch.settled", lang, first=first.isoformat(), last=last.isoformat())


def step_of(months: Sequence[str], here: str, by: int) -> str:
    """Return the month before or after another one; empty where there is none.

    Example:
        >>> step_of(["2026-08", "2026-09"], "2026-09", -1), step_of(["2026-09"], "2026-09", 1)
        ('2026-08', '')
    """
    if here not in months:
        return ""
    at = months.index(here) + by
    return months[at] if 0 <= at < len(months) else ""
