"""Alarms in words: the same sentence on the terminal, on the pages and in what machines read."""

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from taihang.core.alarm.condition import Condition
from taihang.core.alarm.rule import AlarmRule
from taihang.core.alarm.state import Unwatched
from taihang.core.park.park import PARK_SUBJECT, Park
from taihang.core.periods import instant_of_s
from taihang.core.quantities import WH_PER_KWH, WH_PER_MWH
from taihang.interfaces.account_words import NOTHING
from taihang.interfaces.catalogue import Lang, has_text, raw_texts, text

_MINUTE_S: Final = 60
_HOUR_S: Final = 3_600
_DAY_S: Final = 86_400
_GB: Final = 1_000_000_000
_PERCENT: Final = 100
PERIODIC: Final = frozenset(
    (
        AlarmRule.QUOTA,
        AlarmRule.NOT_MEASURED,
        AlarmRule.EXPORT_LIKELY_OVER,
        AlarmRule.MONEY_OPEN,
    )
)
"""Rules about a period: their alarms begin with it, and how long they last says nothing."""
_COMMA: Final[Mapping[Lang, str]] = {"zh": "、", "en": ", "}


@dataclass(frozen=True, slots=True)
class AlarmWords:
    """Says alarms of one park in one language.

    Args:
        park: The park, whose names and local time are told.
        lang: Language of the reader.
    """

    park: Park
    lang: Lang

    def sentence(self, condition: Condition) -> str:
        """Return what a condition is, in one sentence."""
        values = dict(condition.values)
        if "of_meters" in values:
            return self._fill(f"alarms.together.{condition.rule}", values)
        return self._fill(f"alarms.sentence.{condition.rule}", values)

    def unwatched(self, each: Unwatched) -> str:
        """Return why a rule is not watched."""
        return self._fill(f"alarms.unwatched.{each.why}", dict(each.values))

    def rule(self, condition: Condition | Unwatched) -> str:
        """Return the name of a rule."""
        return text(f"alarms.rule.{condition.rule}", self.lang)

    def respond(self, condition: Condition) -> str:
        """Return what a person does about it."""
        return text(f"alarms.respond.{condition.rule}", self.lang)

    def instant(self, at_s: int) -> str:
        """Return an instant in local time, to the minute."""
        return self._local(at_s).strftime("%Y-%m-%d %H:%M")

    def name_of(self, subject: str) -> str:
        """Return how a subject is called: by its name and its id, or by its id alone."""
        if subject == PARK_SUBJECT:
            return self.park.name_zh if self.lang == "zh" else self.park.name_en
        named = self.park.assets.get(subject) or self.park.feeders.get(subject)
        if named is None:
            return subject
        name = named.name_zh if self.lang == "zh" else named.name_en
        return f"{name} {subject}"

    def _fill(self, key: str, values: Mapping[str, int | str]) -> str:
        """Fill a text with those of its values that it names, each as its unit is told."""
        raw = raw_texts(prefixes=(key,), lang=self.lang)[key]
        names = {name for _, name, _, _ in string.Formatter().parse(raw) if name is not None}
        return text(key, self.lang, **{name: self._told(name, values[name]) for name in names})

    def _told(self, name: str, value: int | str) -> str:
        by_name: dict[str, Callable[[str], str]] = {
            "meter": self._meter,
            "subject": self.name_of,
            "plant": self.name_of,
            "rules": self._rules,
            "basis": lambda word: text(f"alarms.basis.{word}", self.lang),
            "measure": lambda word: text(f"alarms.measure.{word}", self.lang),
            "alert": lambda word: text(f"cli.quota.alerts.{word}", self.lang),
        }
        if name in by_name:
            return by_name[name](str(value))
        for unit, told in self._units().items():
            if name.endswith(unit):
                return told(value)
        return f"{value:,}" if isinstance(value, int) else value or NOTHING

    def _units(self) -> dict[str, Callable[[int | str], str]]:
        return {
            "_at_s": lambda value: self.instant(int(value)),
            "_for_s": lambda value: self.duration(int(value)),
            "_ratio": percent,
            "_wh": lambda value: energy(int(value)),
            "_w": lambda value: power(int(value)),
            "_bytes": lambda value: f"{int(value) / _GB:,.1f} GB",
            "_cny": str,
        }

    def _meter(self, meter: str) -> str:
        known = self.park.meters.get(meter)
        if known is None:
            return meter
        # The name of what it stands for, then the meter: nobody knows meters by heart.
        name = self.name_of(known.node).removesuffix(f" {known.node}")
        return f"{name} {meter}"

    def _rules(self, rules: str) -> str:
        keys = [f"cli.rule.{each.removeprefix('vee.')}" for each in rules.split(",")]
        return _COMMA[self.lang].join(text(key, self.lang) for key in keys if has_text(key))

    def duration(self, for_s: int) -> str:
        """Return a span of time in its largest unit."""
        sizes = (("days", _DAY_S), ("hours", _HOUR_S), ("minutes", _MINUTE_S), ("seconds", 1))
        unit, size_s = next((each for each in sizes if for_s >= each[1]), sizes[-1])
        return text(f"alarms.span.{unit}", self.lang, n=f"{for_s / size_s:.3g}")

    def _local(self, at_s: int) -> datetime:
        return instant_of_s(at_s).astimezone(self.park.zone)


def percent(value: int | str) -> str:
    """Return a share as percent; nothing where there is none.

    Example:
        >>> percent("0.0512"), percent("-0.5"), percent("")
        ('5.12 %', '−50.00 %', '–')
    """
    if value == "":
        return NOTHING
    return f"{float(value) * _PERCENT:.2f} %".replace("-", "−")


def power(watts: int) -> str:
    """Return a power in kW.

    Example:
        >>> power(1_234_567), power(-500)
        ('1,234.6 kW', '−0.5 kW')
    """
    return f"{watts / WH_PER_KWH:,.1f} kW".replace("-", "−")


def energy(wh: int) -> str:
    """Return an energy in kWh, or in MWh from ten of them on.

    Example:
        >>> energy(1_500), energy(25_000_000)
        ('1.5 kWh', '25.0 MWh')
    """
    is_large = abs(wh) >= 10 * WH_PER_MWH
    number = wh / (WH_PER_MWH if is_large else WH_PER_KWH)
    return f"{number:,.1f} {'MWh' if is_large else 'kWh'}".replace("-", "−")
