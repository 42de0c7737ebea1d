"""Which browser on which system a session was begun in, as far as it names itself."""

from typing import Final

from taihang.interfaces.catalogue import Lang, text

_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("MicroMessenger", "WeChat"),
    ("QQBrowser", "QQ Browser"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
"""What a browser writes and how it is called; those that pass for another come first."""
_SYSTEMS: Final = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_words(agent: str, lang: Lang) -> str:
    """Return a browser and its system in words.

    Args:
        agent: How the browser names itself.
        lang: The language of the reader.

    Example:
        >>> device_words("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "en")
        'Firefox, Linux'
    """
    names = [_first(agent, _BROWSERS), _first(agent, _SYSTEMS)]
    known = [name for name in names if name]
    return ", ".join(known) if known else text("account.device_unknown", lang)


def _first(agent: str, marks: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in marks if mark in agent), "")
