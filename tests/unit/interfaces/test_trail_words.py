"""Entries of the audit trail in words."""

import re
from pathlib import Path
from typing import Final

import taihang
from taihang.core.seal.trail import TrailRecord
from taihang.interfaces.catalogue import load_catalogue
from taihang.interfaces.trail_words import kind_in, trail_facts
from taihang.services import trail as jobs
from trail_kit import entry

ACT: Final = re.compile(
    r'"((?:member|api-key|factor|session|password|first|invitation|recovery)-[a-z-]+)"'
)
"""What names an act with an account, as the code writes it."""


def test_kind_in__has_words_for_every_kind_that_jobs_write() -> None:
    kinds = (jobs.LOGIN, jobs.LOGOUT, jobs.ACCESS, jobs.EXPORT, jobs.KEY_USE)

    assert all(f"trail.kind.{kind}" in load_catalogue() for kind in kinds)
    assert kind_in("login", "zh") == "登录"
    assert kind_in("never-heard-of", "zh") == "never-heard-of"


def test_kind_in__has_words_for_every_act_with_accounts_in_the_code() -> None:
    found: set[str] = set()
    for folder in (
        "interfaces/accounts",
        "interfaces/web/pages/users",
        "interfaces/web/pages/account",
    ):
        for path in (Path(taihang.__path__[0]) / folder).rglob("*.py"):
            found |= set(ACT.findall(path.read_text(encoding="utf-8")))

    assert len(found) >= 17
    assert {kind for kind in found if f"trail.kind.{kind}" not in load_catalogue()} == set()


def test_trail_facts__leave_nothing_out() -> None:
    known = entry(1)

    facts = trail_facts(TrailRecord(3, bytes(32), known))

    names = {name for name in known.__slots__ if name != "_"}
    assert set(facts) == names | {"number", "before"}
    assert facts["body"] == known.body
