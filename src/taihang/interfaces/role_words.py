"""Names of roles that somebody had, where only their codes were written down."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from taihang.interfaces.catalogue import Lang, has_text, text

BETWEEN: Final[Mapping[Lang, str]] = MappingProxyType({"zh": "、", "en": ", "})
"""Stands between names of a list."""


def roles_in(codes: Iterable[str], lang: Lang) -> str:
    """Return the names of roles.

    Args:
        codes: Codes of roles; another word, where something came another way, is shown as it is.
        lang: Language of the reader.

    Example:
        >>> roles_in(["dispatcher", "command line"], "en")
        'Dispatcher, command line'
    """
    named = (text(f"role.{code}", lang) if has_text(f"role.{code}") else code for code in codes)
    return BETWEEN[lang].join(named)
