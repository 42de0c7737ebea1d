"""The menu shows what a viewer may open."""

from taihang.core.access.role import Role
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.catalogue import LANGS, text
from taihang.interfaces.web.menu import BEFORE_A_PARK, ENTRIES, KEYS, menu_of


def viewer(role: Role) -> Viewer:
    return Viewer(name="li", roles=frozenset((role,)), enterprise="")


def test_menu__a_stranger_sees_none_and_nobody_what_is_not_theirs() -> None:
    assert menu_of(None, here="/") == ()
    assert "overview" not in {entry.code for entry in menu_of(viewer(Role.AUDIT_ADMIN), here="/")}
    assert menu_of(viewer(Role.REGULATOR), here="/")[0].code == "overview"


def test_menu__says_where_one_is() -> None:
    here = [entry.code for entry in menu_of(viewer(Role.REGULATOR), here="/") if entry.is_here]

    assert here == ["overview"]


def test_menu__every_entry_has_a_name() -> None:
    assert len({entry.code for entry in ENTRIES}) >= 1
    for lang in LANGS:
        assert all(text(f"menu.{entry.code}", lang) for entry in (*ENTRIES, *BEFORE_A_PARK))


def test_menu__before_there_is_a_park_only_what_can_be_done() -> None:
    shown = menu_of(viewer(Role.SYSTEM_ADMIN), here="/setup/", entries=BEFORE_A_PARK)

    assert [(entry.code, entry.is_here) for entry in shown] == [
        ("setup", True),
        ("help", False),
    ]
    others = menu_of(viewer(Role.REGULATOR), here="/", entries=BEFORE_A_PARK)
    assert [entry.code for entry in others] == ["help"]


def test_menu__names_every_page_once() -> None:
    assert len({entry.code for entry in ENTRIES}) == len(ENTRIES)
    assert len({entry.address for entry in ENTRIES}) == len(ENTRIES)


def test_menu__every_page_has_a_key_of_its_own() -> None:
    assert set(KEYS) == {entry.code for entry in (*ENTRIES, *BEFORE_A_PARK)}
    assert len(set(KEYS.values())) == len(KEYS)
    assert all(len(key) == 1 and key.islower() for key in KEYS.values())
    assert {entry.key for entry in menu_of(viewer(Role.WITNESS), here="/")} == {"t", "h"}
