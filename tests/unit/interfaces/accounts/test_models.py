"""What a user is in the park."""

import pytest
from django.contrib.auth.models import User

from taihang.core.access.role import Role
from taihang.interfaces.accounts.models import Member


def test_role_set__reads_the_words_and_refuses_one_that_is_no_role() -> None:
    member = Member(user=User(username="li"), roles="accountant dispatcher")

    assert member.role_set() == {Role.ACCOUNTANT, Role.DISPATCHER}
    assert str(member) == "li (accountant dispatcher)"
    with pytest.raises(ValueError, match="king"):
        Member(roles="king").role_set()
