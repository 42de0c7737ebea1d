"""Sentences whose values come with them: of all that is known, a text takes what it names."""

import string
from collections.abc import Mapping

from taihang.interfaces.catalogue import Lang, raw_texts, text


def words(key: str, lang: Lang, said: Mapping[str, object]) -> str:
    """Return a text filled with those of some values that it names.

    Args:
        key: The key of the text.
        lang: The language of the reader.
        said: All that is known; a text may name less of it.

    Example:
        >>> words("live.until", "en", {"instant": "noon", "point": "M-E01"})
        'Newest reading noon'
    """
    found = raw_texts(prefixes=(key,), lang=lang).get(key, "")
    names = {name for _, name, _, _ in string.Formatter().parse(found) if name is not None}
    return text(key, lang, **{name: value for name, value in said.items() if name in names})
