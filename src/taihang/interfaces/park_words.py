"""What stands in a park file, and what is wrong with it, in the language of a reader.

The park file tells its problems in one language, as compilers do. Here each is told anew from what
its key allows; a problem between objects is known by the sentence that says what was expected. A
sentence that nobody has put into words here is shown as it is.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from taihang.config.park_file import Problem
from taihang.config.park_tables import TABLES, keys_of
from taihang.config.table_reader import KeyFacts, Shape
from taihang.config.value_rules import NumberRule
from taihang.core.park.problem import path_text
from taihang.interfaces.catalogue import Lang, has_text, text

NOTHING: Final = "nothing"
"""What a problem says is given where a key is not there."""
_LEAF: Final = 3
"""Table, object and key: so long is the path to a key of an object."""
_WHOLE: Final = "a whole number"


@dataclass(frozen=True, slots=True)
class ToldProblem:
    """A problem in words."""

    words: str
    foreign: str = ""
    """The sentence of the park file itself, in English; empty where the words say it all."""


def kind_in(kind: str, lang: Lang) -> str:
    """Return what a table of the park file is called; its own name where it has none.

    Example:
        >>> kind_in("enterprises", "en"), kind_in("heat_networks", "en")
        ('Enterprises', 'heat_networks')
    """
    key = f"park_words.kind.{kind}"
    return text(key, lang) if has_text(key) else kind


def key_in(key: str, lang: Lang) -> str:
    """Return what a key is called; its own name where it has none.

    Example:
        >>> key_in("voltage_kv", "en")
        'Voltage'
    """
    found = f"park_words.key.{key}"
    return text(found, lang) if has_text(found) else key


def option_in(option: str, lang: Lang) -> str:
    """Return what a word of a closed set means; the word itself where nobody says.

    Example:
        >>> option_in("pv", "en")
        'photovoltaic'
    """
    key = f"park_words.option.{option}"
    return text(key, lang) if has_text(key) else option


def problem_in(problem: Problem, lang: Lang) -> ToldProblem:
    """Return a problem of a park file in a language.

    Args:
        problem: The problem.
        lang: The language of the reader.
    """
    facts = _facts_at(problem)
    if facts is not None and problem.given == NOTHING:
        return ToldProblem(_missing(facts, lang))
    for expected, told in _RELATIONS.items():
        if (found := re.fullmatch(expected, problem.expected)) is not None:
            return ToldProblem(told(problem, found, lang))
    if facts is not None and problem.expected.startswith(_OWN):
        return ToldProblem(_wrong(facts, problem, lang))
    foreign = f"given {problem.given}, expected {problem.expected}, {problem.remedy}"
    return ToldProblem(_say("other", lang), foreign)


def place_in(problem: Problem, lang: Lang) -> str:
    """Return where a problem stands: its keys and its line."""
    return f"{path_text(problem.path)} · {_say('line', lang, line=problem.line)}"


def _say(key: str, lang: Lang, **values: object) -> str:
    return text(f"park_words.told.{key}", lang, **values)


# -- one key -----------------------------------------------------------------------------------


def _facts_at(problem: Problem) -> KeyFacts | None:
    """Return what the key of a problem allows; None where the problem is of no single key."""
    path = problem.path
    if not path or str(path[0]) not in TABLES or len(path) > _LEAF + 1:
        return None
    names = {str(part) for part in path[1:]}
    return next((key for key in keys_of(str(path[0])) if key.name in names), None)


def _missing(facts: KeyFacts, lang: Lang) -> str:
    if facts.rule is None:
        return _say("required_plain", lang)
    return _say("required", lang, example=example_of(facts.rule))


def example_of(rule: NumberRule) -> str:
    """Return a good number as it would be typed.

    Example:
        >>> example_of(NumberRule(words="a price", unit="CNY/kWh", example='"0.35"'))
        '0.35'
    """
    return rule.example.strip('"')


_OWN: Final = (
    "a number",
    "a whole number",
    "a ratio",
    "a share",
    "a price",
    "a fee",
    "a cost",
    "a factor",
    "a load factor",
    "degrees",
    "a list",
    "a table",
    "a text",
    "an id of",
    '"all"',
    "one of",
    "true or false",
    "a local day",
    "a plain decimal",
)
"""How the reader of one key begins to say what it expects."""


def _wrong(facts: KeyFacts, problem: Problem, lang: Lang) -> str:
    if facts.rule is not None and facts.shape in {Shape.NUMBER, Shape.EXACT}:
        return _wrong_number(facts.rule, problem, lang)
    if facts.shape in {Shape.CHOICE, Shape.CHOICES, Shape.FLAG}:
        known = ", ".join(option_in(each, lang) for each in options_of(facts))
        return _say("option", lang, known=known, given=problem.given)
    named = problem.expected.startswith("an id of")
    key = "id" if named else _SHAPES.get(facts.shape, "text")
    return _say(key, lang, given=problem.given)


def options_of(facts: KeyFacts) -> tuple[str, ...]:
    """Return the words that a key allows; empty where it allows any.

    Example:
        >>> options_of(KeyFacts(name="a", required=True, unit="", shape=Shape.FLAG))
        ('true', 'false')
    """
    return ("true", "false") if facts.shape is Shape.FLAG else facts.options


_SHAPES: Final[Mapping[Shape, str]] = {
    Shape.DAY: "day",
    Shape.SERVICE: "service",
    Shape.TEXTS: "list",
    Shape.TEXTS_OR_ALL: "list",
    Shape.EXACTS: "list",
    Shape.AMOUNTS: "list",
}


def _wrong_number(rule: NumberRule, problem: Problem, lang: Lang) -> str:
    bounds = {"above": rule.above, "at_least": rule.at_least, "at_most": _bound_above(rule)}
    told = "".join(_say(key, lang, n=n) for key, n in bounds.items() if n is not None)
    key = "whole" if rule.words.startswith(_WHOLE) else "number"
    return _say(key, lang, bounds=told, example=example_of(rule), given=problem.given)


def _bound_above(rule: NumberRule) -> int | None:
    plain = NumberRule(words="", unit="", example="")
    return None if rule.at_most == plain.at_most else rule.at_most


# -- between objects ---------------------------------------------------------------------------

_Tell = Callable[[Problem, re.Match[str], Lang], str]


def _given(key: str) -> _Tell:
    return lambda problem, _found, lang: _say(key, lang, given=problem.given.strip("'"))


def _plainly(key: str) -> _Tell:
    return lambda _problem, _found, lang: _say(key, lang)


def _no_meter(_problem: Problem, found: re.Match[str], lang: Lang) -> str:
    return _say("no_meter", lang, node=found["node"], direction=option_in(found["what"], lang))


def _limit_low(_problem: Problem, found: re.Match[str], lang: Lang) -> str:
    return _say("limit_low", lang, node=found["node"], kw=f"{Decimal(found['kw']):f}")


def _direction(_problem: Problem, found: re.Match[str], lang: Lang) -> str:
    known = ", ".join(option_in(word, lang) for word in found[0].split(" or "))
    return _say("wrong_direction", lang, known=known)


def _known(key: str) -> _Tell:
    """Tell what is known by the names of keys, where they are keys."""

    def tell(_problem: Problem, found: re.Match[str], lang: Lang) -> str:
        return _say(key, lang, known=", ".join(key_in(w, lang) for w in found["known"].split(", ")))

    return tell


def _word_of(problem: Problem, found: re.Match[str], lang: Lang) -> str:
    return _say("option", lang, known=found["known"], given=problem.given.strip("'"))


def _most(key: str) -> _Tell:
    return lambda _problem, found, lang: _say(key, lang, most=found["most"])


_WAYS: Final = "consumption|generation|charge|discharge|import|export|curtailment"
_RELATIONS: Final[Mapping[str, _Tell]] = {
    r"the id of .+ of this park": _given("unknown_id"),
    r"(an id that nothing else|another id: statements).*": _plainly("taken_id"),
    rf"a meter with node = (?P<node>\S+) and measures = (?P<what>{_WAYS})": _no_meter,
    r"exactly one gateway whose `meters` names it": _plainly("no_gateway"),
    r"exactly one grid tariff whose `users` names it": _plainly("no_tariff"),
    r"one gateway for each meter": _given("two_gateways"),
    r"one grid tariff for each user": _given("two_tariffs"),
    r"at least .+, two days at .+": _given("dial_short"),
    r"at least the rated (?P<kw>\S+) kW of (?P<node>\S+)": _limit_low,
    r"one meter for one flow .*on any day": _given("two_meters"),
    r"a day `until`, the first day no more, after the day `since`": _plainly("days_order"),
    r"at most (?P<most>\d+), which is .+ for a whole year": _most("plan_large"),
    r"an asset that no other one of its kind holds": _given("two_feeders"),
    r"a (ratio above 0 and at most 1|ratio from 0 to 1|share from 0 to (less than )?1)": _given(
        "ratio"
    ),
    r"less than soc_max_ratio, which is (?P<most>\S+)": _most("soc_order"),
    r"a zone of the IANA time zone database": _plainly("zone"),
    r".+, from -\d+ to \d+": _given("degrees"),
    r"room for all of them at full power": _given("room"),
    rf"({_WAYS})( or ({_WAYS}))*": _direction,
    r"every id once": _given("twice"),
    r"one contract for one plant and one buyer on any day": _given("two_contracts"),
    r"a (word|kind of hour) out of (?P<known>.+)": _word_of,
    r"both or neither; .+": _plainly("market_pair"),
    r"the id of a declared series in (?P<known>.+)": _known("no_series"),
    r"none: they have no administrative time of use .+": _plainly("no_time_of_use"),
    r"two-part: .+": _plainly("two_part"),
    r"all of (?P<known>.+), or none where it is not billed": _known("supply"),
    r"24 prices, one an hour, or 96, .+": _plainly("curve"),
    r"the keys of that form: (?P<known>.+)": _known("price_keys"),
    r"a price for each of (?P<known>.+) at least": _known("price_kinds"),
    r"how many of them must cosign .+": _plainly("quorum_missing"),
    r"1 … (?P<most>\d+), for so many witnesses are named": _most("quorum_most"),
    r"more than half, or two halves .+": _given("quorum_half"),
    r"a (key|url) of its own: .+": _given("own_witness"),
    r"exactly one of (?P<known>.+)": _known("one_of"),
    r"(?P<known>\w+) alone, beside \w+": _known("one_of"),
    r"(a gas with all of .+|neither state nor density .+)": _plainly("gas_or_liquid"),
    r"heat_kj_per_kg where heat is counted by mass, and nowhere else": _plainly("steam"),
    r"the first day of a month: .+": _plainly("month_first"),
    r"one rule for any day": _plainly("one_rule"),
    r"shares of one plant of 1 together at most": _given("shares"),
}
"""The sentence that says what was expected between objects, and who tells it."""
