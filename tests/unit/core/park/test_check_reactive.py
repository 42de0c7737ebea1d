import pytest

import reactive_park
from reactive_park import Q_E01
from taihang.config.park_file import examine_park


@pytest.mark.parametrize(
    ("was", "now", "place", "part"),
    [
        ('node = "E01"', 'node = "PV01"', "Q-E01.node", "an enterprise, a station or a grid"),
        ('node = "E01"', 'node = "E99"', "Q-E01.node", "an enterprise, a station or a grid"),
        ("digits = 7", "digits = 5", "Q-E01.digits", "two days at max_kvar"),
        (
            " }",
            ", in_service = { since = 2026-08-02, until = 2026-08-01 } }",
            "Q-E01.in_service",
            "after the day `since`",
        ),
    ],
)
def test_check_reactive__names_what_is_wrong(was: str, now: str, place: str, part: str) -> None:
    problems = examine_park(reactive_park.text(Q_E01.replace(was, now))).problems

    (told,) = [t for each in problems if "reactive_meters" in (t := each.told("park.toml"))]
    assert f"reactive_meters.{place}" in told
    assert part in told


def test_check_reactive__a_register_without_a_gateway_is_named() -> None:
    text = reactive_park.PARK.replace('meters = ["Q-E01"]', 'meters = ["M-E09"]')

    told = " ".join(each.told("park.toml") for each in examine_park(text).problems)

    assert "no gateway that speaks for it" in told


def test_check_reactive__an_id_is_of_one_thing() -> None:
    text = reactive_park.text(Q_E01.replace("Q-E01", "E02"))

    (told,) = [
        each.told("park.toml")
        for each in examine_park(text).problems
        if each.path == ("reactive_meters", "E02")
    ]
    assert "enterprises.E02 bears already" in told
