import pytest

from taihang.core.errors import InputError, IntegrityError, LinkError, StateError, TaihangError

BRANCHES = (InputError, StateError, IntegrityError, LinkError)


@pytest.mark.parametrize("branch", BRANCHES)
def test_taihang_error__says_what_was_given_expected_and_what_to_do(
    branch: type[TaihangError],
) -> None:
    error = branch(given="-5 kWh", expected="0 or more", remedy="check the sign")

    assert f"{branch.code}: given -5 kWh; expected 0 or more; check the sign" == str(error)
    assert (error.given, error.expected, error.remedy) == ("-5 kWh", "0 or more", "check the sign")


def test_taihang_error__branches_have_codes_of_their_own() -> None:
    codes = {branch.code for branch in BRANCHES}

    assert {"input", "state", "integrity", "link"} == codes


@pytest.mark.parametrize("branch", BRANCHES)
def test_taihang_error__every_branch_is_caught_by_the_root(branch: type[TaihangError]) -> None:
    with pytest.raises(TaihangError):
        raise branch(given="a", expected="b", remedy="c")
