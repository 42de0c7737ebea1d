"""Values for every place of the sentence of an alarm."""

from string import Formatter
from typing import Final

from taihang.core.alarm.rule import AlarmRule
from taihang.interfaces.catalogue import load_catalogue

AT_S: Final = 1_790_784_000
"""An instant of the autumn of 2026 [s]."""
_EVERY: Final[dict[str, int | str]] = {
    "meter": "M-E17",
    "gateway": "GW4",
    "subject": "E17",
    "plant": "PV01",
    "rules": "vee.reset,vee.reverse",
    "basis": "contract",
    "measure": "electricity",
    "alert": "warning",
    "day": "2026-10-01",
    "first_day": "2026-10-01",
    "year": "2026",
    "month": "2026-09",
    "first": 3,
    "off_cny": "-0.01",
}


def values_of(rule: AlarmRule) -> tuple[tuple[str, int | str], ...]:
    """Values for every place of a sentence."""
    raw = load_catalogue()[f"alarms.sentence.{rule}"]["zh"]
    names = [name for _, name, _, _ in Formatter().parse(raw) if name is not None]
    return tuple((name, _EVERY.get(name, _by_unit(name))) for name in names)


def _by_unit(name: str) -> int | str:
    if name.endswith("_ratio"):
        return "0.1234"
    return AT_S if name.endswith("_at_s") else 90_000
