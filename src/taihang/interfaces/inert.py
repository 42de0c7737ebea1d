"""Words that other people chose, made harmless for whoever prints, opens or imports them.

A name may hold a sign that turns the direction of what follows, or begin like a formula. Both are
shown as what they are and do nothing: a turning sign by its number, a formula behind an apostrophe.
"""

from typing import Final

_TURNING: Final = (
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    0x061C,
    0x200E,
    0x200F,
)
"""Signs that turn the direction of writing (Unicode UAX #9)."""
_LINES: Final = (0x2028, 0x2029, 0x0085)
_KEPT: Final = frozenset((0x0A,))
_SHOWN: Final = {
    code: f"⟨U+{code:04X}⟩"
    for code in (*range(0x20), *range(0x7F, 0xA0), *_TURNING, *_LINES, 0xFEFF)
    if code not in _KEPT
}
_FORMULA: Final = frozenset("=+-@\t\r\0＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula, also in full width."""


def inert(words: str) -> str:
    r"""Return words without a sign that does anything: each is shown by its number.

    Args:
        words: Any text.

    Returns:
        The same text where nothing in it turns, breaks or hides anything.

    Example:
        >>> inert("a\u202eb")
        'a⟨U+202E⟩b'
    """
    return words.translate(_SHOWN)


def csv_words(words: str) -> str:
    """Return words as a cell of CSV that no spreadsheet takes for a formula.

    Args:
        words: Any text; numbers are not words and are written as they are.

    Returns:
        The words, behind an apostrophe where they begin like a formula (ASVS 1.2.10).

    Example:
        >>> csv_words("=1+1"), csv_words("E17")
        ("'=1+1", 'E17')
    """
    shown = inert(words)
    begins = words.lstrip(" ")[:1]
    return f"'{shown}" if begins in _FORMULA and begins else shown
