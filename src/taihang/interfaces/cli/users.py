"""``taihang users``: who the members of a park are, and a way in for one who cannot get in.

Whoever has the disk has the park; so this asks for no password. The trail says that it was done.
"""

import argparse
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.text import Text

from taihang import wiring
from taihang.core.errors import InputError
from taihang.interfaces.accounts.deeds import Deed, write_down
from taihang.interfaces.accounts.links import link_path, make_link
from taihang.interfaces.accounts.members import reset_second_factor, unlock
from taihang.interfaces.accounts.models import Member, Purpose
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.web.pages.users.people import State, is_vouched_for, state_of
from taihang.interfaces.web.park_source import open_accounts

_COLUMNS: Final = ("name", "full_name", "roles", "enterprise", "state_heading")


class UnknownMemberError(InputError):
    """No member goes by this name."""

    code = "input.unknown-member"


def users(args: argparse.Namespace) -> int:
    """List the members, or make a link for one of them."""
    root, lang = Path(str(args.dir)), cast("Lang", args.lang)
    wiring.demand_park(root)
    with open_accounts(root).served():
        if args.recover is None:
            _list(args, lang)
        else:
            _recover(args, lang, str(args.recover))
    return 0


def _list(args: argparse.Namespace, lang: Lang) -> None:
    found = list(Member.objects.select_related("user").order_by("user__username"))
    if found and not args.json:
        table = plain_table(None)
        for column in _COLUMNS:
            table.add_column(text(f"users.{column}", lang))
        for member in found:
            table.add_row(*(Text(cell) for cell in _cells(member, lang)))
        Console().print(table)
    facts = [_facts(member) for member in found]
    say(args, {"members": facts}, text("cli.done.users", lang, n=len(found)))


def _recover(args: argparse.Namespace, lang: Lang, name: str) -> None:
    member = Member.objects.select_related("user").filter(user__username__iexact=name).first()
    if member is None:
        raise UnknownMemberError(
            given=name, expected="the user name of a member", remedy="list them: taihang users DIR"
        )
    found = member.user.username
    # Written down before: what cannot be written down is not done.
    write_down(Deed(kind="member-recover", subject=found, said={"at": "machine"}), by=None)
    reset_second_factor(member)
    unlock(member)
    path = link_path(make_link(Purpose.RECOVERY, member=member))
    facts = {"name": found, "path": path}
    say(args, facts, text("cli.done.recovery", lang, **facts))


def _facts(member: Member) -> dict[str, object]:
    return {
        "name": member.user.username,
        "roles": member.roles.split(),
        "enterprise": member.enterprise or None,
        "state": _state(member),
    }


def _cells(member: Member, lang: Lang) -> tuple[str, ...]:
    roles = ", ".join(text(f"role.{code}", lang) for code in member.roles.split())
    state = text(f"users.state.{_state(member)}", lang)
    return member.user.username, member.full_name, roles, member.enterprise, state


def _state(member: Member) -> State:
    return state_of(member, is_vouched=is_vouched_for(member))
