"""Where statements stand, in words: the same on the terminal and in reports (§14)."""

from collections import Counter
from collections.abc import Iterable

from taihang.core.seal.review import State
from taihang.interfaces.catalogue import Lang, text
from taihang.services.review import Standing

_NOTHING = "–"
_REASON_MOST = 400


def warnings_of(standings: Iterable[Standing], lang: Lang) -> tuple[str, ...]:
    """Tell what a reader must not miss: a later version, or a locked one before.

    Args:
        standings: Of the statements that are read.
        lang: Language of the reader.

    Returns:
        One sentence for every later version and for every locked version that is no longer in
        force: what it was, what it is, why; and one where signatures do not hold.
    """
    found: list[str] = []
    for each in standings:
        found += _later(each, lang)
        if each.refused:
            who = ", ".join(dict.fromkeys(one.who for one in each.refused))
            found.append(text("review.report.refused", lang, id=each.issued.id, who=who))
        if each.locked_before and not each.later:
            found.append(
                text(
                    "review.report.locked_before",
                    lang,
                    id=each.issued.id,
                    locked=", ".join(each.locked_before),
                    reason=each.reason[:_REASON_MOST],
                )
            )
    return tuple(found)


def _later(standing: Standing, lang: Lang) -> list[str]:
    return [
        text(
            "review.report.later",
            lang,
            id=standing.issued.id,
            state=state_in(standing.state, lang),
            now=step.now,
            was_value=step.was_value or _NOTHING,
            now_value=step.now_value or _NOTHING,
            unit=step.unit,
            reason=step.reason[:_REASON_MOST],
        )
        for step in standing.later
    ]


def counts_of(standings: Iterable[Standing], lang: Lang) -> str:
    """Return how many statements are in each state, in words.

    Args:
        standings: Of the statements.
        lang: Language of the reader.
    """
    counted = Counter(each.state for each in standings)
    return ("，" if lang == "zh" else ", ").join(
        text("review.report.state", lang, state=state_in(state, lang), n=counted[state])
        for state in State
        if counted[state]
    )


def state_in(state: State, lang: Lang) -> str:
    """Return the word for a state."""
    return text(f"review.state.{state}", lang)


def standing_facts(standing: Standing) -> dict[str, object]:
    """Return where a statement stands, for machines.

    Args:
        standing: Of the statement.
    """
    return {
        "statement": standing.issued.id,
        "sha256": standing.sha256,
        "state": standing.state.value,
        "signatures": [{**each.body(), "at_s": each.at_s} for each in standing.signatures],
        "history": [{**each.body(), "at_s": each.at_s} for each in standing.history],
        "later": [
            {
                "statement": step.now,
                "was_value": step.was_value,
                "now_value": step.now_value,
                "unit": step.unit,
                "reason": step.reason,
            }
            for step in standing.later
        ],
        "locked_before": list(standing.locked_before),
        "refused": [{**each.body(), "at_s": each.at_s} for each in standing.refused],
    }
