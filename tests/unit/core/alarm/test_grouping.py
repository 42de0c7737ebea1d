"""What befalls most meters of a gateway at once is one alarm of the gateway."""

from dataclasses import replace

from taihang.core.alarm.condition import Cause, CauseKind, Condition, found
from taihang.core.alarm.grouping import grouped
from taihang.core.alarm.rule import AlarmRule

METERS = {"GW1": ("A", "B", "C", "D", "E"), "GW2": ("F",)}


def of(meter: str, start_s: int = 900, rule: AlarmRule = AlarmRule.QUALITY_POOR) -> Condition:
    one = found(rule, meter, start_s, cause=Cause(CauseKind.METER, meter))
    return replace(one, values=(("meter", meter), ("since_at_s", start_s), ("days", 2)))


def test_grouped__tells_of_the_gateway_once_most_of_its_meters_are_hit() -> None:
    (one,) = grouped([of("A"), of("B"), of("D")], meters_of=METERS)

    assert (one.subject, one.cause) == ("GW1", Cause(CauseKind.GATEWAY, "GW1"))
    assert one.values == (
        ("gateway", "GW1"),
        ("meters", 3),
        ("of_meters", 5),
        ("since_at_s", 900),
    )


def test_grouped__leaves_a_few_meters_and_other_times_apart() -> None:
    few = [of("A"), of("B")]
    apart = [of("A", 900), of("B", 1_800), of("C", 2_700), of("F", 900)]

    assert grouped(few, meters_of=METERS) == few
    assert grouped(apart, meters_of=METERS) == apart


def test_grouped__leaves_less_than_half_apart() -> None:
    many = {"GW9": tuple(f"M{number}" for number in range(7))}
    some = [of("M0"), of("M1"), of("M2")]

    assert grouped(some, meters_of=many) == some
    assert len(grouped([*some, of("M3")], meters_of=many)) == 1


def test_grouped__leaves_rules_that_no_gateway_causes() -> None:
    backwards = [of(meter, rule=AlarmRule.REGISTER_BACKWARDS) for meter in "ABCDE"]

    assert grouped(backwards, meters_of=METERS) == backwards


def test_grouped__lasts_while_one_of_them_lasts() -> None:
    ended = [replace(of(meter), end_s=5_000 + at) for at, meter in enumerate("ABC")]

    (over,) = grouped(ended, meters_of=METERS)
    (going,) = grouped([*ended[:2], of("C")], meters_of=METERS)

    assert over.end_s == 5_002
    assert going.is_active
