"""What a password must be: long, not a common one, and not made of what everybody knows."""

import itertools
from typing import Final

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from taihang.core.access.account_rules import AccountRules, kinds_in
from taihang.interfaces.accounts.opening import accounts_served
from taihang.interfaces.accounts.wording import words

LENGTH_MOST: Final = 128
"""Characters of the longest password; nobody hashes a book for a stranger."""
_PART_LENGTH: Final = 4
_OURS: Final = ("taihang", "太行")
_COMMON: Final = CommonPasswordValidator()
_SIGNS_LEAST: Final = 5
"""Different signs that a password has at least."""
_EVEN_STEPS: Final = frozenset((-1, 0, 1, 9, -9))
"""Steps from a sign to the next that take no thought; 9 goes on with 0."""
_EVEN_SHARE_RATIO: Final = 0.75


class ParkPasswordRule:
    """What Django asks of a rule for passwords."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Refuse a password that is easy to guess.

        Args:
            password: The password.
            user: Whose it is to be.

        Raises:
            ValidationError: With every reason.
        """
        names = () if user is None else (user.get_username(), str(getattr(user, "email", "")))
        found = faults_of(password, names=names, rules=accounts_served().settings.rules)
        if found:
            raise ValidationError([ValidationError(told) for told in found])

    def get_help_text(self) -> str:
        """Return what to choose."""
        rules = accounts_served().settings.rules
        told = words("accounts.password.help", n=rules.password_min_length)
        if rules.password_kinds == 1:
            return told
        return f"{told} {words('accounts.password.help_kinds', n=rules.password_kinds)}"


def faults_of(password: str, *, names: tuple[str, ...], rules: AccountRules) -> list[str]:
    """Return what is wrong with a password; nothing if it may be used.

    Args:
        password: The password.
        names: Names of its owner, whose parts it must not be made of.
        rules: What the park asks.
    """
    found: list[str] = []
    if len(password) < rules.password_min_length:
        found.append(words("accounts.password.short", n=rules.password_min_length))
    if len(password) > LENGTH_MOST:
        found.append(words("accounts.password.long", n=LENGTH_MOST))
    if kinds_in(password) < rules.password_kinds:
        found.append(words("accounts.password.help_kinds", n=rules.password_kinds))
    if _is_common(password) or is_monotonous(password):
        found.append(words("accounts.password.common"))
    if rests_on_names(password, names):
        found.append(words("accounts.password.known"))
    return found


def rests_on_names(password: str, names: tuple[str, ...]) -> bool:
    """Say whether little is left of a password without the names that everybody knows.

    Example:
        >>> rests_on_names("taihang-wang.lei", ("wang.lei",))
        True
        >>> rests_on_names("seven hills of wang.lei at dawn", ("wang.lei",))
        False
    """
    left = password.casefold()
    known = [part for name in names for part in (name, name.partition("@")[0])]
    for part in sorted({*_OURS, *known}, key=len, reverse=True):
        if len(part) >= _PART_LENGTH or part in _OURS:
            left = left.replace(part.casefold(), "")
    return len(left) < len(password) / 2 and len(left) < len(password)


def is_monotonous(password: str) -> bool:
    """Say whether a password is a row of few signs, or a run along the alphabet or the digits.

    Example:
        >>> [is_monotonous(word) for word in ("aaaaaaaaaaab", "123456789012", "correct horse")]
        [True, True, False]
    """
    folded = password.casefold()
    if len(set(folded)) < _SIGNS_LEAST:
        return True
    steps = [ord(after) - ord(before) for before, after in itertools.pairwise(folded)]
    n_even = sum(step in _EVEN_STEPS for step in steps)
    return n_even >= _EVEN_SHARE_RATIO * len(steps)


def _is_common(password: str) -> bool:
    try:
        _COMMON.validate(password)
    except ValidationError:
        return True
    return False
