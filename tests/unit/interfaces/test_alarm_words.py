"""An alarm is told in one sentence, in either language, with names people know."""

from dataclasses import replace

import pytest

from alarm_values import AT_S, values_of
from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.alarm.condition import Cause, CauseKind, Condition, found
from taihang.core.alarm.grouping import GROUPED
from taihang.core.alarm.rule import AlarmRule
from taihang.core.alarm.state import Unwatched
from taihang.interfaces.alarm_words import AlarmWords, energy, percent, power
from taihang.interfaces.catalogue import LANGS, Lang, load_catalogue

PARK = read_park(template_text("changzhi"), source="changzhi")
METER = Cause(CauseKind.METER, "M-E17")


def condition(rule: AlarmRule) -> Condition:
    return replace(found(rule, "E17", AT_S, cause=METER), values=values_of(rule))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("rule", AlarmRule)
def test_sentence__of_every_rule_says_all_it_has(rule: AlarmRule, lang: Lang) -> None:
    words = AlarmWords(PARK, lang)

    told = words.sentence(condition(rule))

    assert "{" not in told
    assert "_" not in told
    assert words.rule(condition(rule))
    assert words.respond(condition(rule))


def test_sentence__names_meters_by_what_they_stand_for_and_time_by_the_clock_on_the_wall() -> None:
    told = AlarmWords(PARK, "en").sentence(condition(AlarmRule.METER_SILENT))

    assert "Demo enterprise 17 M-E17" in told
    assert "2026-10-01 00:00" in told


def test_sentence__tells_rules_units_and_spans_as_people_do() -> None:
    words = AlarmWords(PARK, "en")

    assert "register fell, negative energy" in words.sentence(
        condition(AlarmRule.REGISTER_BACKWARDS)
    )
    assert "every 1.04 d" in words.sentence(condition(AlarmRule.GATEWAY_SILENT))
    assert "90.0 kW" in words.sentence(condition(AlarmRule.DEMAND_OVER))
    assert "90.0 kWh" in words.sentence(condition(AlarmRule.CERTIFICATE_OWED))


@pytest.mark.parametrize("lang", LANGS)
def test_unwatched__tells_why(lang: Lang) -> None:
    words = AlarmWords(PARK, lang)
    keys = [key for key in load_catalogue() if key.startswith("alarms.unwatched.")]
    values = ("gateway", "GW1"), ("subject", "E17"), ("year", "2026")

    told = [
        words.unwatched(Unwatched(AlarmRule.QUOTA, key.rpartition(".")[2], values)) for key in keys
    ]

    assert len(told) >= 10
    assert all("{" not in each for each in told)


def test_names__fall_back_to_the_id_and_know_the_park() -> None:
    words = AlarmWords(PARK, "zh")

    assert words.name_of("no-such") == "no-such"
    assert words.name_of("park") == PARK.name_zh
    assert words.name_of("F5").endswith(" F5")


def test_numbers__have_a_true_minus_and_say_nothing_of_nothing() -> None:
    assert percent("-0.1") == "−10.00 %"
    assert percent("") == "–"
    assert power(0) == "0.0 kW"
    assert energy(-25_000_000) == "−25.0 MWh"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("rule", sorted(GROUPED))
def test_sentence__of_many_meters_is_about_their_gateway(rule: AlarmRule, lang: Lang) -> None:
    times = ("since_at_s", AT_S), ("month_at_s", AT_S)
    group = replace(
        found(rule, "GW5", AT_S, cause=Cause(CauseKind.GATEWAY, "GW5")),
        values=(("gateway", "GW5"), ("meters", 17), ("of_meters", 17), *times),
    )

    assert "GW5" in AlarmWords(PARK, lang).sentence(group)
