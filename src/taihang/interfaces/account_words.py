"""How accounts name and write things, on the terminal and in reports: items, gaps, amounts."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from taihang.interfaces.catalogue import Lang, has_text, text

Body = Mapping[str, Any]
NOTHING: Final = "–"
"""What stands where there is no value; never a zero."""
_SUBSCRIPT: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def item_name(item: str, lang: Lang) -> str:
    """Return how an item of activity data is called, with the name of the fact tables.

    Example:
        >>> item_name("natural-gas", "zh"), item_name("no-such-thing", "zh")
        ('天然气', 'no-such-thing')
    """
    key = f"cli.energy.items.{item.lower().replace('.', '-').replace(' ', '-')}"
    return text(key, lang) if has_text(key) else item


def item_of(line: Body) -> str:
    """Return the item of activity data behind a line of emissions.

    Example:
        >>> item_of({"kind": "gas", "code": "SF6"}), item_of({"kind": "heat", "code": "net heat"})
        ('gas.sf6', 'heat')
    """
    code = str(line["code"])
    return {"heat": "heat", "gas": f"gas.{code.lower()}"}.get(str(line["kind"]), code)


def kind_name(kind: str, lang: Lang) -> str:
    """Return what an emission line is: fuel, process, heat and so on."""
    return headed(text(f"cli.carbon.kinds.{kind}", lang))


def headed(words: str) -> str:
    """Return words as they begin a row: with a capital, where the script has any.

    Example:
        >>> headed("net heat"), headed("热力")
        ('Net heat', '热力')
    """
    return words[:1].upper() + words[1:]


def gas_name(gas: str) -> str:
    """Return a gas as chemists write it; trade names keep their digits.

    Example:
        >>> gas_name("SF6"), gas_name("HFC-134a")
        ('SF₆', 'HFC-134a')
    """
    return gas if "-" in gas else gas.translate(_SUBSCRIPT)


def line_name(line: Body, lang: Lang) -> str:
    """Return how the source of a line of emissions is called."""
    is_gas = line["kind"] == "gas"
    return item_name(item_of(line) if is_gas else str(line["code"]), lang)


def gap_name(what: str, lang: Lang) -> str:
    """Return what was not assessed, each of its words by its name where it has one.

    Example:
        >>> gap_name("E02 heat supplied", "zh"), gap_name("E02 no-such-thing", "zh")
        ('E02 热力 外供', 'E02 no-such-thing')
    """
    return " ".join(_word_name(word, lang) for word in what.split(" "))


def _word_name(word: str, lang: Lang) -> str:
    for place in ("form.flow", "product.stage"):
        if has_text(f"{place}.{word}"):
            return text(f"{place}.{word}", lang)
    return item_name(word, lang)


def amount_told(value: Decimal | str | None, digits: int) -> str:
    """Write an amount for reading, or the mark of nothing.

    Example:
        >>> amount_told("1234.5", 2), amount_told(None, 2)
        ('1,234.50', '–')
    """
    return NOTHING if value is None else f"{Decimal(value):,.{digits}f}"


def share_told(ratio: Decimal | str | None) -> str:
    """Write a ratio in percent, or the mark of nothing.

    Example:
        >>> share_told("0.1234"), share_told(None)
        ('12.3%', '–')
    """
    return NOTHING if ratio is None else f"{Decimal(ratio):.1%}"
