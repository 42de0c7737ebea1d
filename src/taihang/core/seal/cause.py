"""Why a statement was stated again: the causes, as words that a machine can read back.

A restatement keeps both versions and says *was, is, why* (§13). The why stands in the new version
itself, in its field ``reason``, and so under its hash and in the log. It is one or more causes,
joined by `` · ``; each opens with its kind.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import Final

from taihang.core.seal.canonical import JsonValue

JOINT: Final = " · "
SHOWN: Final = 20
"""So many causes stand in a reason; of more, their number."""
LENGTH: Final = 3_600
"""So many characters of causes stand in a reason; a statement takes a text of 4 096."""
_ARROW: Final = " → "
_COUNTS: Final = frozenset(("missing", "estimated", "usable"))
"""Fields of a body that count intervals."""


class CauseKind(StrEnum):
    """What can make a figure say something else."""

    READINGS = "readings"
    """迟到、更正或撤回的读数: late, corrected or withdrawn readings."""
    ACTIVITY = "activity"
    """活动数据的新版本: a line of activity data has its next version, or came late."""
    FACT = "fact"
    """因子、电价或限值: a factor, tariff or threshold of another edition."""
    PARK = "park.toml"
    """园区文件: what stands in the park, or a choice of its accounts."""
    RULE = "rule"
    """规则: the law by which it is drawn up."""
    STATEMENT = "statement"
    """它所依据的声明: a statement that it builds on was restated itself."""
    CODE = "code"
    """程序版本: another version of the platform, and none of the above."""


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """One cause.

    Example:
        >>> Cause(CauseKind.FACT, "grid/grid.average/Shanxi", "0.6634", "0.65").text
        'fact grid/grid.average/Shanxi: 0.6634 → 0.65'
    """

    kind: CauseKind
    what: str
    was: str = ""
    now: str = ""

    @property
    def text(self) -> str:
        """The cause in words."""
        if not self.was and not self.now:
            return f"{self.kind} {self.what}"
        return f"{self.kind} {self.what}: {self.was or '–'}{_ARROW}{self.now or '–'}"


def reason_of(causes: Iterable[Cause]) -> str:
    """Return what the field ``reason`` of a restated statement says.

    Args:
        causes: At least one.

    Example:
        >>> reason_of([Cause(CauseKind.RULE, "bill", "a/v1", "a/v2")])
        'rule bill: a/v1 → a/v2'
    """
    texts = [cause.text for cause in sorted(set(causes))]
    ends = accumulate(len(text) + len(JOINT) for text in texts[:SHOWN])
    n_shown = sum(end <= LENGTH for end in ends)
    more = [f"… {len(texts) - n_shown} more"] if len(texts) > n_shown else []
    return JOINT.join([*texts[:n_shown], *more])


def causes_of(reason: str) -> tuple[Cause, ...]:
    """Read a reason back.

    Args:
        reason: Of any statement; other words, as of a first issue, hold no cause.

    Returns:
        The causes that it names, in order.

    Example:
        >>> causes_of("rule bill: a/v1 → a/v2")[0].now
        'a/v2'
        >>> causes_of("first issue")
        ()
    """
    return tuple(found for text in reason.split(JOINT) if (found := _read(text)) is not None)


def _read(text: str) -> Cause | None:
    word, _, rest = text.partition(" ")
    if word not in set(CauseKind) or not rest:
        return None
    what, colon, change = rest.rpartition(": ")
    if not colon or _ARROW not in change:
        return Cause(CauseKind(word), rest)
    was, _, now = change.partition(_ARROW)
    return Cause(CauseKind(word), what, _value(was), _value(now))


def _value(text: str) -> str:
    return "" if text == "–" else text


# -- what two versions of a statement differ in --------------------------------------------------


def causes_between(
    old: Mapping[str, JsonValue], new: Mapping[str, JsonValue], because: Iterable[Cause]
) -> list[Cause]:
    """Return why one statement says something else than the version before it.

    Args:
        old: The body of the version before.
        new: The body of the draft.
        because: What else changed since: readings and the park file, which no body names.

    Returns:
        What the bodies show; the readings, where a measured amount differs or the bodies show
        nothing; the park file, where nothing else is left; at least one cause.
    """
    shown = differences(old, new)
    others = [cause for cause in because if cause.kind is not CauseKind.READINGS]
    readings = [cause for cause in because if cause.kind is CauseKind.READINGS]
    if _amounts(old) != _amounts(new) or not shown:
        shown += readings
    if shown or others:
        return shown or others
    was, now = str(old.get("code_version", "")), str(new.get("code_version", ""))
    return [Cause(CauseKind.CODE, "taihang", was, now)]


def _amounts(body: Mapping[str, JsonValue]) -> list[tuple[str, str]]:
    """Return every measured amount of a body: its energies, its counts, quantities of lines."""
    found = [
        (name, str(value))
        for name, value in sorted(body.items())
        if name.endswith("_wh") or name in _COUNTS
    ]
    lines = (line for line in _list(body.get("lines")) if isinstance(line, dict))
    # Why a line could not be worked out, or what a power factor was made from, is measured too.
    return [
        *found,
        *(
            (str(line.get("code")), f"{line.get('quantity')} {line.get('reason')}")
            for line in lines
        ),
    ]


def differences(old: Mapping[str, JsonValue], new: Mapping[str, JsonValue]) -> list[Cause]:
    """Return the causes that two bodies of one statement show by themselves.

    Args:
        old: The body of the version before.
        new: The body of the draft.

    Returns:
        Changed facts, lines of activity data, statements built on, and rule; readings and the park
        file do not stand in a body.
    """
    return [
        *_changed(CauseKind.FACT, _facts(old), _facts(new)),
        *_changed(CauseKind.ACTIVITY, _inputs(old, "activities"), _inputs(new, "activities")),
        *_changed(CauseKind.STATEMENT, _inputs(old, "statements"), _inputs(new, "statements")),
        *_changed(CauseKind.RULE, _rule(old), _rule(new)),
    ]


def _changed(kind: CauseKind, old: Mapping[str, str], new: Mapping[str, str]) -> Iterable[Cause]:
    for name in sorted({*old, *new}):
        was, now = old.get(name, ""), new.get(name, "")
        if was != now:
            yield Cause(kind, name, was, now)


def _facts(body: Mapping[str, JsonValue]) -> dict[str, str]:
    """Return value by name of every fact that a body used, wherever it names them."""
    keys = [
        str(factor.get("key")) for factor in _list(body.get("factors")) if isinstance(factor, dict)
    ]
    for line in _list(body.get("lines")):
        if isinstance(line, dict):
            keys += [str(key) for key in _list(line.get("facts"))]
    return {name: value for name, _, value in (key.rpartition("=") for key in keys)}


def _inputs(body: Mapping[str, JsonValue], name: str) -> dict[str, str]:
    """Return version by id of what a body builds on."""
    inputs = body.get("inputs")
    ids = [str(each) for each in _list(inputs.get(name))] if isinstance(inputs, dict) else []
    return {series: f"v{version}" for series, _, version in (each.rpartition(".v") for each in ids)}


def _rule(body: Mapping[str, JsonValue]) -> dict[str, str]:
    rule = body.get("rule")
    return {"of the statement": str(rule)} if rule else {}


def _list(value: JsonValue) -> Sequence[JsonValue]:
    return value if isinstance(value, list) else []
