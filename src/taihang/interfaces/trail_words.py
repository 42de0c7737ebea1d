"""How entries of the audit trail are told to people and to machines."""

from taihang.core.seal.trail import TrailRecord
from taihang.interfaces.catalogue import Lang, has_text, text


def kind_in(kind: str, lang: Lang) -> str:
    """Return the words for a kind of act; a kind without words is shown as it is.

    Example:
        >>> kind_in("login", "en"), kind_in("some-new-kind", "en")
        ('log in', 'some-new-kind')
    """
    return text(f"trail.kind.{kind}", lang) if has_text(f"trail.kind.{kind}") else kind


def trail_facts(record: TrailRecord) -> dict[str, object]:
    """Return an entry as machines read it."""
    entry = record.entry
    return {
        "number": record.number,
        "at_s": entry.at_s,
        "actor": entry.actor,
        "roles": list(entry.roles),
        "enterprise": entry.enterprise,
        "kind": entry.kind,
        "subject": entry.subject,
        "outcome": entry.outcome.value,
        "body": dict(entry.body),
        "id": entry.id,
        "request_id": entry.request_id,
        "before": record.before.hex(),
    }
