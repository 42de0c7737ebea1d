"""Words of the catalogue in the language of this request, for code that is handed no look."""

from django.utils.translation import get_language

from taihang.interfaces.catalogue import Lang, text


def lang_here() -> Lang:
    """Return the language that the gate has switched on for this request."""
    return "en" if get_language() == "en" else "zh"


def words(key: str, **values: object) -> str:
    """Return a text of the catalogue in the language of this request."""
    return text(key, lang_here(), **values)
