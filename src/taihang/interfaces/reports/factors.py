"""The facts behind a report, in one table: value, document, clause, and how sure we are."""

from collections.abc import Iterable

from taihang.core.seal.canonical import JsonValue
from taihang.interfaces.catalogue import Lang, has_text, text
from taihang.interfaces.reports.document import Column, Section, Table, Tone, prose
from taihang.interfaces.reports.stated import Body

_SURE = "verified"
_COLUMNS = ("fact", "value", "unit", "region", "document", "clause", "since", "status")


def factor_section(bodies: Iterable[Body], lang: Lang) -> Section | None:
    """Return every fact that some statements used, each once.

    Args:
        bodies: What the statements say; facts stand under ``factors``.
        lang: Language of the reader.

    Returns:
        The section, or None where no statement names a fact.
    """
    found: dict[str, dict[str, JsonValue]] = {}
    for each in bodies:
        factors = each.get("factors")
        for fact in factors if isinstance(factors, list) else []:
            if isinstance(fact, dict):
                found[str(fact.get("key"))] = fact
    if not found:
        return None
    rows = tuple(
        (
            prose(str(fact.get("code"))),
            prose(str(fact.get("value"))),
            prose(str(fact.get("unit"))),
            prose(str(fact.get("region"))),
            prose(str(fact.get("document"))),
            prose(str(fact.get("clause"))),
            prose(str(fact.get("valid_from"))),
            prose(
                _status(str(fact.get("status")), lang),
                tone=Tone.PLAIN if fact.get("status") == _SURE else Tone.OPEN,
            ),
        )
        for _, fact in sorted(found.items())
    )
    columns = tuple(
        Column(title=text(f"report.factor.{name}", lang), is_number=name == "value")
        for name in _COLUMNS
    )
    return Section(
        title=text("report.factors", lang),
        sentences=(text("report.factors_note", lang),),
        tables=(Table(title="", columns=columns, rows=rows),),
    )


def _status(status: str, lang: Lang) -> str:
    key = f"report.status.{status}"
    return text(key, lang) if has_text(key) else status
