"""What a password must be, in both profiles."""

import pytest

from taihang.core.access.account_rules import Profile, rules_of
from taihang.interfaces.accounts.passwords import faults_of, rests_on_names

ASVS = rules_of(Profile.ASVS)
DENGBAO = rules_of(Profile.DENGBAO3)


def faults(password: str, *names: str) -> int:
    return len(faults_of(password, names=names, rules=ASVS))


@pytest.mark.parametrize(
    "password",
    ["seven hills of an autumn day", "每一千瓦时都说得清来处吗", "AAAA bbbb CCCC d", "ab cd " * 20],
)  # fmt: skip
def test_faults_of__any_signs_do_if_there_are_enough(password: str) -> None:
    assert faults(password, "wang.lei", "wang.lei@park.example") == 0


@pytest.mark.parametrize(
    "password",
    ["", "short", "11 signs ok", "ab cd " * 22, "password1234", "123456789012", "aaaabbbbcccc"],
)
def test_faults_of__short_endless_and_common_ones_are_refused(password: str) -> None:
    assert faults(password) >= 1


@pytest.mark.parametrize(
    "password", ["wang.lei-2026", "Wang.Lei@park", "taihangtaihang", "太行taihang太行1"]
)
def test_faults_of__what_is_made_of_names_is_refused(password: str) -> None:
    assert faults(password, "wang.lei", "wang.lei@park.example") >= 1


def test_rests_on_names__a_short_name_does_not_forbid_every_word() -> None:
    assert not rests_on_names("a long walk in an autumn wood", ("a", "in"))


def test_faults_of__dengbao3_asks_for_three_kinds_and_asvs_for_none() -> None:
    plain = "seven hills of autumn".replace(" ", "")

    assert faults_of(plain, names=(), rules=ASVS) == []
    assert len(faults_of(plain, names=(), rules=DENGBAO)) == 1
    assert faults_of(plain + "7Z", names=(), rules=DENGBAO) == []
