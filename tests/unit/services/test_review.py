"""A review is in the log; a lock blocks nothing, and whoever reads the locked one is told."""

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

import small_park
from carbon_kit import SOURCES, declared
from taihang.core.activity.record import Flow
from taihang.core.seal.review import (
    REVIEWED,
    ReviewOrderError,
    SamePersonError,
    Signature,
    State,
    Step,
)
from taihang.services import carbon_account
from taihang.services.account import Draft, issue_statements
from taihang.services.act_log import log_act, log_acts, logged_events
from taihang.services.audit import audit
from taihang.services.log_event import log_event
from taihang.services.ports import Ports
from taihang.services.review import (
    Reviewed,
    ReviewRestatedError,
    Reviews,
    Signing,
    UnversionedReviewError,
    review,
    standing_named,
    standings,
)
from year_kit import YEAR, hand_in, lines

NAME = f"inventory.E01.{YEAR}"
FIRST = f"{NAME}.v1"
PEOPLE = {
    Step.PREPARED: "Zhang Min",
    Step.CHECKED: "Li Wei",
    Step.VERIFIED: "Wang Fang",
    Step.LOCKED: "Li Wei",
}


def issue(ports: Ports) -> None:
    issue_statements(carbon_account.drafts(YEAR, ports=ports), period=YEAR, ports=ports)


def sign(ports: Ports, step: Step, who: str = "", name: str = FIRST) -> Reviewed:
    signing = Signing(step=step, who=who or PEOPLE[step], role="office", remark=f"{step} it")
    return review(name, signing, ports=ports)


def lock(ports: Ports) -> None:
    for step in PEOPLE:
        sign(ports, step)


def plant(ports: Ports, name: str, step: Step, who: str) -> None:
    """Log a signature past the rules, as another program could."""
    signature = Signature(
        statement=name, sha256="00" * 32, step=step, who=who, role="x", remark="x", at_s=0
    )
    log_act(REVIEWED, signature.body(), ports=ports)


def alter(root: Path, name: str) -> None:
    """Make the text of a statement and its hash in the register others."""
    with closing(sqlite3.connect(root / "registry.db")) as rows, rows:
        ((text,),) = rows.execute("SELECT document FROM statement WHERE id = ?", [name])
        other = text.replace('"unit":"tCO2e"', '"unit":"kgCO2e"')
        assert other != text
        digest = sha256(other.encode()).hexdigest()
        rows.execute(
            "UPDATE statement SET document = ?, sha256 = ? WHERE id = ?", [other, digest, name]
        )


def n_signed(ports: Ports) -> int:
    return sum(event.kind == REVIEWED for _, event in logged_events(ports=ports))


def test_review__locks_a_statement_in_four_logged_steps(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        issue(ports)
        lock(ports)

        standing = standing_named(NAME, ports=ports)

        assert standing is not None
        assert standing.state is State.LOCKED
        assert [each.who for each in standing.signatures] == [*PEOPLE.values()]
        assert n_signed(ports) == len(PEOPLE)
        assert audit(ports=ports).is_clean


def test_review__the_same_words_again_are_the_same_act(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        issue(ports)

        first, again = sign(ports, Step.PREPARED), sign(ports, Step.PREPARED)

        assert (first.is_new, again.is_new, n_signed(ports)) == (True, False, 1)


def test_review__a_crash_before_the_register_followed_loses_no_signature(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        issue(ports)
        before = sign(ports, Step.PREPARED).standing
        body = {**before.signatures[0].body(), "step": "checked", "who": "Li Wei"}
        # The event is on the disk; the process dies before the register hears of it.
        log_event(REVIEWED, body, ports=ports)

    with small_park.opened(root) as ports:
        standing = standing_named(FIRST, ports=ports)
        again = review(
            FIRST,
            Signing(step=Step.CHECKED, who="Li Wei", role="office", remark="prepared it"),
            ports=ports,
        )

        assert standing is not None
        assert standing.state is State.CHECKED
        assert (again.is_new, n_signed(ports)) == (False, 2)
        assert audit(ports=ports).is_clean


def test_review__refuses_and_logs_nothing(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        issue(ports)
        with pytest.raises(ReviewOrderError, match="prepared"):
            sign(ports, Step.VERIFIED)
        with pytest.raises(UnversionedReviewError, match=FIRST):
            sign(ports, Step.PREPARED, name=NAME)
        sign(ports, Step.PREPARED)
        with pytest.raises(SamePersonError):
            sign(ports, Step.CHECKED, "ZHANG  MIN")

        assert n_signed(ports) == 1


def test_review__a_lock_blocks_no_restatement_and_its_reader_is_told(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        issue(ports)
        lock(ports)
        text = ports.registry.statement(FIRST).document
        hand_in(ports, lines("diesel", Flow.CONSUMED, "1", periods=[YEAR]))

        issue(ports)
        log_acts(ports=ports)

        old = Reviews(ports).standing(ports.registry.statement(FIRST))
        assert (old.state, old.issued.document) == (State.LOCKED, text)
        (step,) = old.later
        assert (step.was, step.now) == (FIRST, f"{NAME}.v2")
        assert "diesel" in step.reason
        (new,) = (each for each in standings([YEAR], ports=ports) if each.issued.series == NAME)
        assert (new.state, new.locked_before) == (State.DRAFT, (FIRST,))
        with pytest.raises(ReviewRestatedError, match=r"\.v2"):
            sign(ports, Step.LOCKED, "Somebody")
        assert audit(ports=ports).is_clean


def test_audit__names_a_signed_statement_that_was_altered(root: Path) -> None:
    """Planted: the text and its hash in the register become others after the lock."""
    with small_park.opened(declared(root, SOURCES)) as ports:
        issue(ports)
        lock(ports)
    alter(root, FIRST)

    with small_park.opened(root, writing=False) as ports:
        found = {each.where: each.what for each in audit(ports=ports, quick=True).findings}

        standing = Reviews(ports).standing(ports.registry.statement(FIRST))

    assert "another text" in found[f"review of {FIRST}"]
    assert "locked by Li Wei" in found[f"review of {FIRST}"]
    # Whoever reads the altered text is not told that it is locked.
    assert (standing.state, len(standing.refused)) == (State.DRAFT, len(PEOPLE))


def test_audit__names_steps_that_were_logged_against_the_rules(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        issue(ports)
        sign(ports, Step.PREPARED)
        plant(ports, FIRST, Step.CHECKED, "Zhang Min")

        found = [each.what for each in audit(ports=ports, quick=True).findings]

    assert any("input.same-person" in what for what in found)
    assert any("another text" in what for what in found)


def test_audit__names_a_statement_that_was_signed_and_is_gone(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        issue(ports)
        plant(ports, f"{NAME}.v7", Step.PREPARED, "Zhang Min")

        found = {each.where: each.what for each in audit(ports=ports, quick=True).findings}

    assert "not in the register" in found[f"review of {NAME}.v7"]


def test_standings__of_a_kind_that_nobody_signed_are_drafts(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        issue(ports)
        planted = Draft("dual-control", "park", YEAR, {"value": "1", "unit": "tce"})
        issue_statements([planted], period=YEAR, ports=ports)

        states = {each.issued.kind: each.state for each in standings([YEAR], ports=ports)}

    assert states == {"inventory": State.DRAFT, "dual-control": State.DRAFT}
