"""Roles are named in the language of the reader; what is no role is shown as it was written."""

from taihang.core.access.role import Role
from taihang.interfaces.catalogue import LANGS
from taihang.interfaces.role_words import roles_in


def test_roles_in__names_every_role_in_both_languages() -> None:
    codes = [role.value for role in Role]

    for lang in LANGS:
        said = roles_in(codes, lang)
        assert not [code for code in codes if "-" in code and code in said]
    assert roles_in(["dispatcher", "regulator"], "zh") == "园区调度员、监管只读"


def test_roles_in__shows_other_words_as_they_are() -> None:
    assert roles_in(["root@host"], "zh") == "root@host"
    assert roles_in([], "en") == ""
